"""Answers to forms, written as drafts into a Maildir, with salesagent's core and nothing else.

The mailbox is ours: `MaildirMailbox` fits the ports `MailReader` and `MailDrafts`. A form that
steers, or a text that says more than its sources, makes no draft, and the reasons are printed.

    python maildir_drafts.py ~/Maildir seller@ours.example < forms.jsonl
    {"email": "ada@buyer.example", "first_name": "Ada", "message": "What does it cost for 40 vans?"}
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import mailbox
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from pathlib import Path

import attrs

from salesagent_core import (
    Conversation,
    Direction,
    InvalidInput,
    Mail,
    MailboxDraft,
    NeedsReauth,
    NotFound,
    OutgoingMail,
    Rejected,
    SafetyPolicy,
    Source,
    SourceKind,
    TenantId,
    ThreadRef,
    ThreadsFound,
    check_grounding,
    compose_mail,
    content_hash,
    inspect_inbound,
    inspect_text,
    read_mail,
    read_message,
)

KEY_HEADER = "X-SalesAgent-Key"
_PREFIXES = re.compile(r"\A(?:(?:re|aw|fw|fwd|wg|tr|rv)\s*:\s*)+", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Stored:
    """One mail of the Maildir, read."""

    name: str
    raw: bytes
    message: EmailMessage
    draft: bool

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip()

    @property
    def sent_at(self) -> datetime:
        written = self.message["Date"]
        return parsedate_to_datetime(str(written)) if written else datetime.fromtimestamp(0, UTC)

    @property
    def parties(self) -> frozenset[str]:
        fields = [str(self.message[name]) for name in ("From", "To", "Cc") if self.message[name]]
        return frozenset(address.lower() for _, address in getaddresses(fields))

    @property
    def answers(self) -> tuple[str, ...]:
        fields = (self.message["References"], self.message["In-Reply-To"])
        return tuple(each for field in fields if field for each in str(field).split())


class MaildirMailbox:
    """`MailReader` and `MailDrafts` over one person's Maildir; drafts lie in its folder Drafts.

    A thread is named by the digest of its first Message-ID. As with the large providers, a mail
    belongs to a thread when it answers one of its mails under the same subject.
    """

    def __init__(self, path: Path, tenant_id: TenantId, owner: str) -> None:
        self._box = mailbox.Maildir(path, factory=None)
        self._drafts = self._box.add_folder("Drafts")
        self._tenant = tenant_id
        self._owner = owner.lower()

    async def search_threads(
        self,
        tenant_id: TenantId,
        mailbox: str,
        *,
        email: str,
        company_domain: str | None,
        limit: int,
    ) -> ThreadsFound:
        """See `MailReader.search_threads`."""
        self._check(tenant_id, mailbox)
        with_person: list[ThreadRef] = []
        with_company: list[ThreadRef] = []
        for thread_id, mails in self._threads().items():
            sent = [each for each in mails if not each.draft]
            parties = frozenset().union(*(each.parties for each in sent))
            with_them = email.lower() in parties
            if not sent or not (with_them or _has_domain(parties, company_domain)):
                continue
            ref = ThreadRef(
                thread_id=thread_id,
                subject=_bare(sent[0]),
                last_at=sent[-1].sent_at,
                with_person=with_them,
            )
            (with_person if with_them else with_company).append(ref)
        found = [*_newest_first(with_person), *_newest_first(with_company)]
        return ThreadsFound(threads=tuple(found[: max(0, limit)]))

    async def read_thread(self, tenant_id: TenantId, mailbox: str, thread_id: str) -> Conversation:
        """See `MailReader.read_thread`."""
        self._check(tenant_id, mailbox)
        mails = self._threads().get(thread_id)
        if mails is None:
            raise NotFound("there is no such thread")
        return Conversation(
            thread_id=thread_id,
            subject=_bare(mails[0]),
            mails=tuple(self._mail(each) for each in mails if not each.draft),
        )

    async def find_drafts(
        self, tenant_id: TenantId, mailbox: str, key: str
    ) -> tuple[MailboxDraft, ...]:
        """See `MailDrafts.find_drafts`."""
        self._check(tenant_id, mailbox)
        return tuple(
            self._handle(each)
            for each in _read(self._drafts, draft=True)
            if str(each.message[KEY_HEADER] or "") == key
        )

    async def create_draft(
        self, tenant_id: TenantId, mailbox: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """See `MailDrafts.create_draft`."""
        self._check(tenant_id, mailbox)
        return self._stored(self._drafts.add(self._composed(mail)))

    async def update_draft(
        self, tenant_id: TenantId, mailbox: str, draft_id: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """See `MailDrafts.update_draft`."""
        self._check(tenant_id, mailbox)
        if draft_id not in self._drafts:
            raise NotFound("the draft is gone")
        self._drafts[draft_id] = self._composed(mail)
        return self._stored(draft_id)

    async def delete_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> None:
        """See `MailDrafts.delete_draft`."""
        self._check(tenant_id, mailbox)
        self._drafts.discard(draft_id)

    def _check(self, tenant_id: TenantId, mailbox: str) -> None:
        if (tenant_id, mailbox.lower()) != (self._tenant, self._owner):
            raise NeedsReauth("this mailbox is not connected", mailbox=mailbox)

    def _composed(self, mail: OutgoingMail) -> bytes:
        if mail.sender.lower() != self._owner:
            raise Rejected("the mailbox sends in its owner's name only")
        if mail.thread_id is not None and mail.thread_id not in self._threads():
            raise Rejected("there is no such thread")
        try:
            return compose_mail(mail, now=datetime.now(UTC))
        except InvalidInput as error:
            raise Rejected(str(error)) from error

    def _stored(self, name: str) -> MailboxDraft:
        raw = self._drafts.get_bytes(name)
        return self._handle(_parsed(name, raw, draft=True))

    def _handle(self, stored: Stored) -> MailboxDraft:
        kept = read_mail(stored.raw)
        thread_id = next(
            thread_id
            for thread_id, mails in self._threads().items()
            if any(each.draft and each.name == stored.name for each in mails)
        )
        return MailboxDraft(
            mailbox=self._owner,
            draft_id=stored.name,
            message_id=stored.message_id,
            thread_id=thread_id,
            content_hash=content_hash(", ".join(kept.to), kept.subject, kept.letter),
        )

    def _mail(self, stored: Stored) -> Mail:
        sender = parseaddr(str(stored.message["From"]))[1].lower()
        kept, reading = read_mail(stored.raw), read_message(stored.raw)
        return Mail(
            id=stored.name,
            message_id=stored.message_id,
            sender=sender,
            recipients=kept.to,
            sent_at=stored.sent_at,
            direction=Direction.OUTBOUND if sender == self._owner else Direction.INBOUND,
            text=reading.reply_text,
            subject=kept.subject,
            automatic=reading.auto_reply or reading.bounce is not None or _is_bulk(stored, sender),
            attachments=kept.attachments,
        )

    def _threads(self) -> dict[str, list[Stored]]:
        """All mail by thread, each oldest first."""
        mails = [*_read(self._box, draft=False), *_read(self._drafts, draft=True)]
        threads: dict[str, list[Stored]] = {}
        thread_of: dict[str, str] = {}
        for each in sorted(mails, key=lambda mail: (mail.draft, mail.sent_at)):
            known = (thread_of[answered] for answered in each.answers if answered in thread_of)
            joined = next((one for one in known if _same(threads[one][0], each)), None)
            thread_id = joined or _thread_id(each)
            threads.setdefault(thread_id, []).append(each)
            thread_of[each.message_id] = thread_id
        return threads


def _read(box: mailbox.Maildir, *, draft: bool) -> Iterator[Stored]:
    for name in sorted(box.keys()):
        yield _parsed(name, box.get_bytes(name), draft=draft)


def _parsed(name: str, raw: bytes, *, draft: bool) -> Stored:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return Stored(name=name, raw=raw, message=message, draft=draft)


def _thread_id(first: Stored) -> str:
    # A draft's Message-ID changes with each edit; the mark that it was made with stays.
    mark = str(first.message[KEY_HEADER] or first.message_id)
    return hashlib.sha256(mark.encode()).hexdigest()[:16]


def _bare(stored: Stored) -> str:
    return _PREFIXES.sub("", str(stored.message["Subject"] or "")).strip()


def _same(one: Stored, other: Stored) -> bool:
    return _bare(one).casefold() == _bare(other).casefold()


def _is_bulk(stored: Stored, sender: str) -> bool:
    bulk = str(stored.message["Precedence"] or "").lower() in {"bulk", "list", "junk"}
    machine = sender.startswith(("mailer-daemon@", "postmaster@"))
    return bulk or machine or stored.message["List-Id"] is not None


def _has_domain(parties: Iterable[str], domain: str | None) -> bool:
    hosts = {party.rpartition("@")[2] for party in parties}
    return domain is not None and any(f".{host}".endswith(f".{domain}") for host in hosts)


def _newest_first(refs: Sequence[ThreadRef]) -> list[ThreadRef]:
    return sorted(refs, key=lambda ref: ref.last_at, reverse=True)


@attrs.frozen(kw_only=True)
class Form:
    """What somebody sent in."""

    email: str
    message: str
    first_name: str = ""


async def answer(box: MaildirMailbox, tenant_id: TenantId, owner: str, form: Form) -> object:
    """Write the draft for one form, or say why there is none. Asked twice, it writes one."""
    key = "form-" + hashlib.sha256(f"{form.email}\0{form.message}".encode()).hexdigest()[:24]
    if (drafts := await box.find_drafts(tenant_id, owner, key)) != ():
        return {"email": form.email, "draft": drafts[0].draft_id, "new": False}
    if inspect_inbound(form.message).suspected:
        return {"email": form.email, "refused": ["The message tries to steer whoever answers it."]}
    found = await box.search_threads(
        tenant_id, owner, email=form.email, company_domain=None, limit=1
    )
    thread = found.newest_with_person
    earlier = await box.read_thread(tenant_id, owner, thread.thread_id) if thread else None
    body = letter(form, earlier)
    sources = [Source(id="form", kind=SourceKind.FORM, label="the form", text=form.message)]
    if earlier:
        said = "\n".join(each.text for each in earlier.mails)
        sources.append(
            Source(id="mail", kind=SourceKind.MESSAGE, label="an earlier mail", text=said)
        )
    findings = (
        *inspect_text("", body, SafetyPolicy(allowed_addresses=frozenset({owner}))),
        *check_grounding(body, sources, allowed_names=[form.first_name] if form.first_name else []),
    )
    if findings:
        return {"email": form.email, "refused": [each.sentence for each in findings]}
    last = earlier.last if earlier else None
    made = await box.create_draft(
        tenant_id,
        owner,
        OutgoingMail(
            key=key,
            sender=owner,
            to=form.email,
            subject=f"Re: {earlier.subject}" if earlier else "Your question",
            text=body,
            thread_id=earlier.thread_id if earlier else None,
            in_reply_to=last.message_id if last else None,
            references=tuple(each.message_id for each in earlier.mails) if earlier else (),
        ),
    )
    return {"email": form.email, "draft": made.draft_id, "new": True}


def letter(form: Form, earlier: Conversation | None) -> str:
    """A text that says nothing which the form does not hold."""
    name = f" {form.first_name}" if form.first_name else ""
    asked = "\n".join(f"> {line}" for line in form.message.strip().splitlines())
    again = "it is good to hear from you again" if earlier else "thank you for your question"
    return f"Hello{name},\n\n{again}. You wrote:\n\n{asked}\n\nI will come back to you on it.\n"


async def main(path: Path, owner: str, lines: Iterable[str]) -> None:
    """Answer one form a line."""
    tenant_id = TenantId("ours")
    box = MaildirMailbox(path, tenant_id, owner)
    for line in lines:
        form = Form(**json.loads(line))
        print(json.dumps(await answer(box, tenant_id, owner, form)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.stdin))
