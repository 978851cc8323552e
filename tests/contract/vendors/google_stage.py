"""The stage of Google's adapters: over the stand-in, behind the front that makes it stricter."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import attrs
from tests.services.google_front import USER, Fault, GoogleFront, google_front

from salesagent_adapters.google.calendar import GoogleCalendar
from salesagent_adapters.google.client import GoogleApi
from salesagent_adapters.google.drive import GoogleDrive
from salesagent_adapters.google.mail_history import GmailHistory
from salesagent_adapters.google.mail_sender import GmailSender
from salesagent_adapters.google.mailbox import GmailMailbox
from salesagent_adapters.google.quota import UNITS_PER_MINUTE, QuotaBudget
from salesagent_adapters.memory.mail_bytes import edited
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.sending.composing import read_mail
from salesagent_core.errors import RateLimited, Unavailable
from salesagent_core.ports.mail_sender import NotSent

from .google_parts import MAILBOX, NOW, STRANGER, TENANT, HandedTokens

HISTORY_KEPT = timedelta(days=7)
_ROUTES = {
    "mailbox.create_draft": ("POST", f"{USER}/drafts"),
    "mailbox.send_draft": ("POST", f"{USER}/drafts/send"),
    "mailbox.present": ("GET", f"{USER}/profile"),
    "mailbox.changed_since": ("GET", f"{USER}/history"),
    "calendar.busy": ("POST", "/calendar/v3/freeBusy"),
    "assets.find": ("GET", "/drive/v3/files"),
}

# What neither the stand-in nor the front can play, and where the adapter's part in it is tested.
_SEARCH = "the stand-in's search sees a mail at once: the adapter has no part in a lag"
_OWN_ID = "the stand-in keeps the composer's Message-ID: test_google_sending reads another back"
_SPLIT = "the stand-in never splits a thread by itself: the adapter takes the thread it is told"
_REFUSED = "the front cannot refuse to be connected to: test_google_sending"
_WORDS = "the stand-in's Drive knows no fullText: the query is in test_google_calendar_drive"
_ZONE = "the stand-in takes a whole day for one in UTC: Google converts, not the adapter"
CANNOT = {
    "test_search_lags_but_reading_does_not": _SEARCH,
    "test_history_knows_a_mail_before_search_does": _SEARCH,
    "test_the_mailbox_gives_its_own_message_id": _OWN_ID,
    "test_a_changed_subject_splits_the_thread_when_it_is_sent": _SPLIT,
    "test_a_refused_request_left_the_draft": _REFUSED,
    "test_what_does_not_match_is_not_offered": _WORDS,
    "test_one_common_word_in_a_long_question_is_chance": _WORDS,
    "test_a_whole_day_is_a_day_where_the_owner_is": _ZONE,
}


@attrs.frozen(kw_only=True)
class GoogleStage:
    """One connected account of the stand-in with nothing in it. ``token`` is its owner's;
    ``threads`` tells where each Message-ID went."""

    front: GoogleFront
    clock: FixedClock
    tokens: HandedTokens
    budget: QuotaBudget
    api: GoogleApi
    token: str
    threads: dict[str, str] = attrs.field(factory=dict)

    # The ports

    @property
    def mailbox(self) -> GmailMailbox:
        return GmailMailbox(self.api, self.clock)

    @property
    def sender(self) -> GmailSender:
        return GmailSender(self.api, self.clock)

    @property
    def calendar(self) -> GoogleCalendar:
        return GoogleCalendar(self.api)

    @property
    def assets(self) -> GoogleDrive:
        return GoogleDrive(self.api, self.clock, folders={TENANT: ("open",), STRANGER: ("open",)})

    @property
    def history(self) -> GmailHistory:
        return GmailHistory(self.api)

    # What goes wrong

    def fails(self, method: str, error: Callable[[], Exception], *, after: bool = False) -> None:
        wanted = error()
        assert not isinstance(wanted, NotSent), "a server cannot refuse to be connected to"
        told = isinstance(wanted, Unavailable) and not after
        verb, path = _ROUTES[method]
        self.front.faults.append(
            Fault(method=verb, path=path, after=after, status=503 if told else None)
        )

    def revoke(self) -> None:
        self.front.revoked.add(self.token)

    def reconnect(self) -> None:
        self.front.revoked.discard(self.token)
        self.tokens.connected[(TENANT, MAILBOX)] = self.token

    def use_up_quota(self) -> None:
        units = UNITS_PER_MINUTE
        while units:
            try:
                _run(self.budget.take(TENANT, MAILBOX, units))
            except RateLimited:
                units //= 2

    def use_up_quota_but(self, left: int) -> None:
        # Less than any send costs is as good as nothing.
        assert left < 100
        self.use_up_quota()

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        if by > HISTORY_KEPT:
            self.front.history_gone_up_to = int(self._present())
        until = self.front.no_sends_until
        if until is not None and self.clock.now() >= until:
            self.front.no_sends_until = None

    def lag(self, by: timedelta) -> None:
        raise AssertionError(_SEARCH)

    def use_up_the_day(self) -> None:
        self.front.no_sends_until = self.clock.now() + timedelta(days=1)

    # What Google holds

    def receives(
        self,
        sender: str,
        subject: str,
        text: str = "Hello",
        *,
        days_ago: float = 1,
        in_reply_to: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        attachments: tuple[str, ...] = (),
    ) -> tuple[str, str]:
        mail = _mail(sender, MAILBOX, subject, text, in_reply_to, headers)
        mail["Date"] = format_datetime(NOW - timedelta(days=days_ago))
        for name in attachments:
            mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
        return self._put(mail, in_reply_to, "INBOX"), mail["Message-ID"]

    def answers(self, to: str, subject: str, text: str, in_reply_to: str) -> str:
        mail = _mail(MAILBOX, to, subject, text, in_reply_to)
        mail["Date"] = format_datetime(NOW)
        return self._put(mail, in_reply_to, "SENT")

    def human_edits_draft(
        self, draft_id: str, text: str, *, subject: str | None = None, keeps_footer: bool = True
    ) -> None:
        held = self._call("GET", f"{USER}/drafts/{draft_id}?format=raw")["message"]
        raw = base64.urlsafe_b64decode(held["raw"])
        footer = read_mail(raw).footer if keeps_footer else ()
        new = edited(raw, letter=text, subject=subject, footer=footer)
        message = {"raw": _encoded(new), "threadId": held["threadId"]}
        self._call("PUT", f"{USER}/drafts/{draft_id}", {"message": message})

    def human_sends_draft(self, draft_id: str) -> None:
        self._call("POST", f"{USER}/drafts/send", {"id": draft_id})

    def human_deletes_draft(self, draft_id: str) -> None:
        self._call("DELETE", f"{USER}/drafts/{draft_id}")

    def raw_sent(self, message_id: str) -> bytes:
        held = self._call("GET", f"{USER}/messages/{message_id}?format=raw")
        return base64.urlsafe_b64decode(held["raw"])

    def event(self, start: datetime | date, end: datetime | date, *, busy: bool = True) -> None:
        self._call(
            "POST",
            "/calendar/v3/calendars/primary/events",
            {
                "summary": "Secret title",
                "start": _when(start),
                "end": _when(end),
                "transparency": "opaque" if busy else "transparent",
            },
        )

    def file(self, name: str, summary: str = "", *, allowed: bool = True) -> str:
        body = {"name": name, "description": summary, "mimeType": "application/pdf"}
        made = self._call(
            "POST", "/drive/v3/files", {**body, "parents": ["open" if allowed else "closed"]}
        )
        return str(made["webViewLink"])

    def _put(self, mail: EmailMessage, in_reply_to: str | None, label: str) -> str:
        raw = mail.as_bytes()
        answered = self.threads.get(in_reply_to or "")
        _, thread_id = self.front.fitting_thread(answered, raw, self.token)
        body = {"raw": _encoded(raw), "threadId": thread_id, "labelIds": [label]}
        held = self.front.call("POST", f"{USER}/messages", self.token, body)
        self.threads[mail["Message-ID"]] = held["threadId"]
        return str(held["threadId"])

    def _present(self) -> str:
        return str(self._call("GET", f"{USER}/profile")["historyId"])

    def _call(self, method: str, path: str, body: object = None) -> Any:
        """As the owner's mail program, through the front."""
        sent = b"" if body is None else json.dumps(body).encode()
        head = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        reply = self.front.answer(method, path, head, sent)
        assert reply is not None
        assert reply.status < 300, (path, reply)
        return json.loads(reply.body or b"null")


@contextmanager
def google_stage(url: str, token: str) -> Iterator[GoogleStage]:
    """A stage over the stand-in at ``url``, for the person that ``token`` is of."""
    clock = FixedClock(NOW)
    tokens = HandedTokens(connected={(TENANT, MAILBOX): token})
    budget = QuotaBudget(clock, max_wait=0, seconds=lambda: clock.now().timestamp())
    with google_front(url) as front:
        api = GoogleApi(tokens, budget, clock, api_root=front.url)
        yield GoogleStage(
            front=front, clock=clock, tokens=tokens, budget=budget, api=api, token=token
        )
        api.close()


def _mail(
    sender: str,
    to: str,
    subject: str,
    text: str,
    in_reply_to: str | None,
    headers: tuple[tuple[str, str], ...] = (),
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{id(mail)}.{abs(hash((sender, subject, text)))}@mail.buyer.example>"
    if in_reply_to is not None:
        mail["In-Reply-To"] = mail["References"] = in_reply_to
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    return mail


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _when(at: datetime | date) -> dict[str, str]:
    return {"dateTime" if isinstance(at, datetime) else "date": at.isoformat()}


def _run(waiting: Coroutine[Any, Any, None]) -> None:
    """Run what never waits."""
    try:
        waiting.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")
