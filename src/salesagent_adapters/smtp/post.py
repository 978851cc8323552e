"""Hands a message to a mail server, encrypted, in a thread.

A repeat has the same ``Message-ID`` (RFC 5322 section 3.6.4), which most mail programs show once.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

import attrs

from salesagent_core.domain.notice import NoticeMessage
from salesagent_core.errors import Rejected, Unavailable

TIMEOUT_SECONDS = 15.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_LATER = range(400, 500)
"""Replies that mean "not now" (RFC 5321 section 4.2.1)."""


@attrs.frozen(kw_only=True)
class SmtpServer:
    """Where mail is handed over. ``tls`` from the first byte; otherwise by STARTTLS, which only a
    server on this machine may do without."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> SmtpServer:
        """From ``smtp[s]://user:password@host:port``."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls else 587),
            tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpPost:
    """``MailPost`` over one server. ``sender`` is who the mail is from."""

    def __init__(
        self, server: SmtpServer, sender: str, *, context: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._context = context

    async def send(self, to: Sequence[str], message: NoticeMessage, key: str) -> None:
        """See ``MailPost.send``."""
        await asyncio.to_thread(self._send, list(to), self._mail(to, message, key))

    def _mail(self, to: Sequence[str], message: NoticeMessage, key: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = ", ".join(to)
        mail["Subject"] = message.subject
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = f"<{key}@{self._sender.rpartition('@')[2]}>"
        # RFC 3834: nobody's out-of-office answers it.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    def _send(self, to: list[str], mail: EmailMessage) -> None:
        try:
            with self._connected() as smtp:
                smtp.send_message(mail, self._sender, to)
        # From None: what the library says may have addresses in it.
        except smtplib.SMTPAuthenticationError:
            raise Rejected("the mail server does not take our user name and password") from None
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise _refused("none of the addresses", codes) from None
        except smtplib.SMTPResponseException as refused:
            raise _refused("the message", [refused.smtp_code]) from None
        except ssl.SSLCertVerificationError:
            raise Rejected("the mail server's certificate is not good") from None
        except (smtplib.SMTPException, OSError):
            raise Unavailable("the mail server cannot be reached") from None

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, self._context or ssl.create_default_context()
        if server.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            smtp.ehlo()
            if not server.tls and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo()
            elif not server.tls and server.host not in _LOCAL:
                raise Rejected("the mail server does not encrypt, and nothing is sent in the clear")
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


def _refused(what: str, codes: Sequence[int]) -> Exception:
    shown = ", ".join(sorted({str(code) for code in codes}))
    if any(code in _LATER for code in codes):
        return Unavailable(f"the mail server does not take {what} now ({shown})")
    return Rejected(f"the mail server refused {what} ({shown})")
