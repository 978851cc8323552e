"""What one mailbox holds, and the rules by which it changes: those of Gmail.

* A draft keeps its id over edits; its message is replaced and gets a new id each time.
* The ``Message-ID`` is the mailbox's own, whatever the composer thought it would be.
* A mail joins a thread only when it names the thread, one of its messages is among its
  references, and the subjects agree; otherwise it starts a thread of its own.
* Search sees a message only after ``search_lag``; listing and reading see it at once, unless
  there is a ``sent_lag`` (a sent mail shows after that) or a ``read_lag`` (its draft is gone).
* Each call costs quota units per rolling minute, and each mail one of the day's.
* A draft is kept as the bytes that we composed; ``text`` is what those say without our footer.

People use the mailbox too: the methods named ``human_…`` are what they do in their mail program.
Nothing here is safe between threads by itself: the world's lock is held by the caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs

from salesagent_adapters.memory.mail_bytes import attached, copied, edited, stamped
from salesagent_adapters.memory.mail_rules import require_acceptable, same_subject
from salesagent_adapters.memory.stored_mail import HistoryEntry, StoredMail
from salesagent_core.domain.sending.composing import compose_mail, read_mail
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import (
    InvalidInput,
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)

QUOTA_UNITS_PER_MINUTE = 6_000
"""Gmail API, per user, for projects since May 2026."""
QUOTA_WINDOW = timedelta(minutes=1)
HISTORY_KEPT = timedelta(days=7)
SENDS_PER_DAY = 2_000
"""Workspace, messages in any 24 hours, the person's own included."""
SENDING_WINDOW = timedelta(days=1)


@attrs.define(kw_only=True)
class MailboxState:
    """One connected account. ``new_id`` makes the account's next unique hexadecimal id."""

    address: str
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    connected: bool = True
    search_lag: timedelta = timedelta(0)
    read_lag: timedelta = timedelta(0)
    sent_lag: timedelta = timedelta(0)
    quota_per_minute: int | None = QUOTA_UNITS_PER_MINUTE
    sends_per_day: int = SENDS_PER_DAY
    mails: dict[str, StoredMail] = attrs.field(factory=dict)
    drafts: dict[str, str] = attrs.field(factory=dict)
    history: list[HistoryEntry] = attrs.field(factory=list)
    history_id: int = 1_000
    _threads: dict[str, set[str]] = attrs.field(factory=dict)
    _spent: deque[tuple[datetime, int]] = attrs.field(factory=deque)
    _left: dict[str, tuple[datetime, StoredMail]] = attrs.field(factory=dict)

    # Access

    def require_connected(self) -> None:
        """Raises: NeedsReauth when the token was revoked."""
        if not self.connected:
            raise NeedsReauth("the mailbox's access was revoked")

    def spend(self, units: int) -> None:
        """Count one call. Raises: Unavailable, with the time, when the minute's quota is gone."""
        if self.quota_per_minute is None:
            return
        now = self.now()
        if self.spent() + units > self.quota_per_minute:
            first = self._spent[0][0] if self._spent else now
            raise Unavailable("the mailbox's quota is used up", retry_at=first + QUOTA_WINDOW)
        self._spent.append((now, units))

    def spent(self) -> int:
        """The units of the last minute."""
        while self._spent and self._spent[0][0] <= self.now() - QUOTA_WINDOW:
            self._spent.popleft()
        return sum(cost for _, cost in self._spent)

    def revoke(self) -> None:
        """The owner took the access back, or the token died."""
        self.connected = False

    def reconnect(self) -> None:
        """The owner connected the account again; nothing in it was lost."""
        self.connected = True

    # Reading

    def thread(self, thread_id: str) -> tuple[StoredMail, ...]:
        """The thread's messages, drafts included, oldest first; empty when there is none."""
        found = (self.mails[mail_id] for mail_id in self._threads.get(thread_id, ()))
        return tuple(sorted(found, key=lambda mail: (mail.at, mail.id)))

    def searchable(self) -> Iterator[StoredMail]:
        """The messages that search knows of by now; drafts are left out."""
        indexed = self.now() - self.search_lag
        return (mail for mail in self.mails.values() if not mail.is_draft and mail.at <= indexed)

    def draft(self, draft_id: str) -> StoredMail:
        """The draft's present message. Raises: NotFound when it was sent or deleted."""
        mail_id = self.drafts.get(draft_id)
        if mail_id is None:
            raise NotFound("there is no such draft in the mailbox")
        return self.mails[mail_id]

    def shown_draft(self, draft_id: str) -> StoredMail:
        """The draft as a reader sees it, who may see it a little after it was sent.

        Raises: NotFound when it was sent or deleted.
        """
        left_at, mail = self._left.get(draft_id, (None, None))
        if left_at is not None and mail is not None and self.now() - left_at < self.read_lag:
            return mail
        return self.draft(draft_id)

    def shows(self, mail: StoredMail) -> bool:
        """Whether a reader sees this sent mail by now."""
        return "SENT" in mail.labels and self.now() - mail.at >= self.sent_lag

    def changes_since(self, history_id: int) -> tuple[HistoryEntry, ...]:
        """What changed after that id. Raises: NotFound when it is older than a week."""
        oldest = self.now() - HISTORY_KEPT
        expired = [entry.id for entry in self.history if entry.at < oldest]
        if expired and history_id < expired[-1]:
            raise NotFound("the history before this id is gone: a full resync is needed")
        return tuple(entry for entry in self.history if entry.id > history_id)

    # Drafts

    def put_draft(self, mail: OutgoingMail, draft_id: str | None = None) -> str:
        """Store a new draft, or replace one; returns its id.

        Raises:
            Rejected: an invalid mail or an unknown thread. NotFound: no such draft.
        """
        require_acceptable(mail, self.address)
        raw = self._composed(mail)
        kept = read_mail(raw)
        if mail.thread_id is not None and not self.thread(mail.thread_id):
            raise Rejected("the mailbox knows no such thread")
        old = self.draft(draft_id) if draft_id is not None else None
        thread_id = self._thread_for(
            mail.thread_id, mail.subject, (mail.in_reply_to, *mail.references)
        )
        if old is not None:
            if mail.thread_id is None and len(self.thread(old.thread_id)) == 1:
                thread_id = old.thread_id
            self._remove(old)
        draft_id = draft_id or f"r{self.new_id()}"
        stored = self._new_mail(
            thread_id=thread_id,
            sender=kept.sender,
            recipients=kept.to,
            subject=kept.subject,
            text=kept.letter,
            labels=frozenset({"DRAFT"}),
            in_reply_to=kept.in_reply_to,
            references=kept.references,
            key=kept.key,
            raw=raw,
        )
        self.drafts[draft_id] = stored.id
        return draft_id

    def remove_draft(self, draft_id: str) -> None:
        """Delete for good; what is gone already stays gone."""
        if draft_id in self.drafts:
            self._remove(self.mails[self.drafts.pop(draft_id)])

    def send_draft(self, draft_id: str) -> StoredMail:
        """Turn the draft into a sent message: the draft is gone, message and ids are new. A
        subject that no longer fits the thread starts another one.

        Raises:
            NotFound: it was sent or deleted before. RateLimited: the day's mails are used up.
        """
        draft = self.draft(draft_id)
        self._require_sendable()
        others = [mail for mail in self.thread(draft.thread_id) if mail.id != draft.id]
        joins = not others or same_subject(others[0].subject, draft.subject)
        self.remove_draft(draft_id)
        self._left[draft_id] = (self.now(), draft)
        return self._store(
            attrs.evolve(
                draft,
                thread_id=draft.thread_id if joins else self.new_id(),
                labels=frozenset({"SENT"}),
                at=self.now(),
            )
        )

    def _require_sendable(self) -> None:
        now = self.now()
        sent = sorted(
            mail.at
            for mail in self.mails.values()
            if "SENT" in mail.labels and mail.at > now - SENDING_WINDOW
        )
        if len(sent) >= self.sends_per_day:
            free_at = sent[len(sent) - self.sends_per_day] + SENDING_WINDOW
            raise RateLimited("the mailbox has sent its mails for the day", retry_at=free_at)

    def _composed(self, mail: OutgoingMail) -> bytes:
        try:
            return compose_mail(mail, now=self.now())
        except InvalidInput as error:
            what = "; ".join(f"{each.where}: {each.what}" for each in error.problems)
            raise Rejected(f"the mail cannot be composed: {what}") from error

    # People

    def human_edits(
        self,
        draft_id: str,
        *,
        text: str,
        subject: str | None = None,
        keeps_footer: bool = True,
    ) -> None:
        """A person changes the draft in their mail program. Our headers survive that."""
        draft = self.draft(draft_id)
        footer = read_mail(draft.raw).footer if keeps_footer else ()
        raw = edited(draft.raw, letter=text, subject=subject, footer=footer)
        kept = read_mail(raw)
        self._remove(draft)
        stored = self._store(attrs.evolve(draft, text=kept.letter, subject=kept.subject, raw=raw))
        self.drafts[draft_id] = stored.id

    def human_copies(self, draft_id: str, to: str) -> None:
        """A person puts somebody in copy of the draft."""
        draft = self.draft(draft_id)
        recipients = (*draft.recipients, to.lower())
        self._replace(draft_id, recipients=recipients, raw=copied(draft.raw, to=to))

    def human_attaches(self, draft_id: str, *, name: str, kind: str, content: bytes) -> None:
        """A person attaches a file to the draft, of the kind that it claims to be."""
        draft = self.draft(draft_id)
        raw = attached(draft.raw, name=name, kind=kind, content=content)
        self._replace(draft_id, attachments=(*draft.attachments, name), raw=raw)

    def _replace(self, draft_id: str, **changes: Any) -> None:
        draft = self.draft(draft_id)
        self._remove(draft)
        self.drafts[draft_id] = self._store(attrs.evolve(draft, **changes)).id

    def human_deletes(self, draft_id: str) -> None:
        """A person throws the draft away."""
        self.remove_draft(draft_id)

    def human_sends(self, draft_id: str) -> StoredMail:
        """A person presses Send on the draft."""
        return self.send_draft(draft_id)

    def receive(
        self,
        *,
        sender: str,
        subject: str,
        text: str,
        at: datetime | None = None,
        in_reply_to: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        attachments: tuple[str, ...] = (),
        message_id: str | None = None,
        raw: bytes = b"",
    ) -> StoredMail:
        """Mail comes in; it joins the thread of the message it answers, if the subjects agree.
        ``raw`` are its octets, where they are not simply what the rest says."""
        return self._new_mail(
            thread_id=self._thread_answered(in_reply_to, subject),
            sender=sender.lower(),
            recipients=(self.address,),
            subject=subject,
            text=text,
            at=at,
            labels=frozenset({"INBOX"}),
            in_reply_to=in_reply_to,
            headers=headers,
            attachments=attachments,
            message_id=message_id,
            raw=raw,
        )

    def human_writes(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        at: datetime | None = None,
        in_reply_to: str | None = None,
    ) -> StoredMail:
        """The owner sends a mail of their own, outside of salesagent."""
        return self._new_mail(
            thread_id=self._thread_answered(in_reply_to, subject),
            sender=self.address,
            recipients=(to.lower(),),
            subject=subject,
            text=text,
            at=at,
            labels=frozenset({"SENT"}),
            in_reply_to=in_reply_to,
        )

    # Rules

    def _thread_for(
        self, thread_id: str | None, subject: str, answers: tuple[str | None, ...]
    ) -> str:
        mails = self.thread(thread_id) if thread_id else ()
        joins = (
            bool(mails)
            and same_subject(mails[0].subject, subject)
            and any(mail.message_id in answers for mail in mails)
        )
        return thread_id if thread_id and joins else self.new_id()

    def _thread_answered(self, in_reply_to: str | None, subject: str) -> str:
        if in_reply_to is None:
            return self.new_id()
        answered = (mail for mail in self.mails.values() if mail.message_id == in_reply_to)
        thread_id = next((mail.thread_id for mail in answered), None)
        return self._thread_for(thread_id, subject, (in_reply_to,))

    def _new_mail(
        self,
        *,
        thread_id: str,
        sender: str,
        recipients: tuple[str, ...],
        subject: str,
        text: str,
        labels: frozenset[str],
        at: datetime | None = None,
        in_reply_to: str | None = None,
        references: tuple[str, ...] = (),
        key: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        attachments: tuple[str, ...] = (),
        message_id: str | None = None,
        raw: bytes = b"",
    ) -> StoredMail:
        if at is not None and at.tzinfo is None:
            raise InvalidInput("a mail's time needs a time zone")
        return self._store(
            StoredMail(
                id="",
                thread_id=thread_id,
                message_id=message_id or "",
                sender=sender,
                recipients=recipients,
                subject=subject,
                text=text,
                at=at or self.now(),
                labels=labels,
                in_reply_to=in_reply_to,
                references=references,
                key=key,
                headers=headers,
                attachments=attachments,
                raw=raw,
            ),
            keep_message_id=message_id is not None,
        )

    def _store(self, mail: StoredMail, *, keep_message_id: bool = False) -> StoredMail:
        fresh = self.new_id()
        message_id = mail.message_id if keep_message_id else f"<{fresh}@mail.memory.example>"
        raw = mail.raw
        if raw and "INBOX" not in mail.labels:
            raw = stamped(raw, message_id=message_id, date=mail.at)
        stored = attrs.evolve(mail, id=fresh, message_id=message_id, raw=raw)
        self.mails[fresh] = stored
        self._threads.setdefault(stored.thread_id, set()).add(fresh)
        self._log("messageAdded", stored)
        return stored

    def _remove(self, mail: StoredMail) -> None:
        del self.mails[mail.id]
        siblings = self._threads[mail.thread_id]
        siblings.discard(mail.id)
        if not siblings:
            del self._threads[mail.thread_id]
        self._log("messageDeleted", mail)

    def _log(self, change: str, mail: StoredMail) -> None:
        self.history_id += 1
        entry = HistoryEntry(
            id=self.history_id,
            at=self.now(),
            change=change,
            mail_id=mail.id,
            thread_id=mail.thread_id,
        )
        self.history.append(entry)
