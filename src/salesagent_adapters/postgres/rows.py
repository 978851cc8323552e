"""Domain values to stored bytes and back: the one converter, and what is sealed for which place.

New fields take their defaults and unknown keys are passed over, so that rows written before a
deploy are read after it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

import attrs
import msgspec
from cattrs.preconf.msgspec import make_converter

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.audit_chain import KEY_LABEL as AUDIT_KEY_LABEL
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.draft_card import card_of
from salesagent_core.domain.run import (
    DeadLetter,
    DeadLetterState,
    JournalEntry,
    Redraft,
    Run,
    RunStatus,
    StepStatus,
)
from salesagent_core.domain.submission import Submission, SubmissionSource
from salesagent_core.errors import Rejected
from salesagent_core.ids import ENTROPY_BYTES, RunId, SubmissionId, TenantId, uuid7
from salesagent_core.ports.secrets_vault import Sealer

T = TypeVar("T")

converter = make_converter()
_encode = msgspec.json.Encoder().encode

_LENGTH_BYTES = 4
_UNREADABLE = "a stored {name} cannot be read by this version"


def new_id() -> str:
    """A fresh id for a row that the database layer itself makes."""
    return uuid7(datetime.now(UTC), os.urandom(ENTROPY_BYTES))


def dumps(value: object) -> bytes:
    """A domain value as JSON bytes. Lone surrogates, which UTF-8 cannot hold, become U+FFFD.

    msgspec writes attrs classes as the converter would, in a quarter of the time.
    """
    try:
        return _encode(value)
    except (UnicodeEncodeError, TypeError):
        return _encode(_cleaned(converter.unstructure(value)))


def loads(data: bytes, kind: type[T]) -> T:
    """The value of that class.

    Raises:
        Rejected: the bytes do not hold one. The message never repeats them.
    """
    try:
        return converter.structure(msgspec.json.decode(data), kind)
    except Exception:
        unreadable = Rejected(_UNREADABLE.format(name=getattr(kind, "__name__", "value")))
    raise unreadable


def clean(text: str) -> str:
    """The text as a plain column can hold it: no NUL, no lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _cleaned(plain: Any) -> Any:
    if isinstance(plain, str):
        return plain.encode("utf-8", "replace").decode()
    if isinstance(plain, Mapping):
        return {_cleaned(key): _cleaned(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple | set | frozenset):
        return [_cleaned(item) for item in plain]
    return plain


def place(kind: str, *ids: str) -> bytes:
    """What sealed bytes are tied to: bytes moved to another row or tenant do not open."""
    return "\x1f".join((kind, *ids)).encode("utf-8", "replace")


def entry_place(tenant_id: str, run_id: str, step: str) -> bytes:
    """A journal entry's place. The pass is not in it: another pass carries entries over."""
    return place("journal", tenant_id, run_id, step)


class Chest:
    """Seals whole values for their places and opens them again."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def shut(self, value: object, where: bytes) -> bytes:
        """The value as sealed bytes."""
        return self._sealer.seal(dumps(value), context=where)

    def take(self, sealed: bytes, kind: type[T], where: bytes) -> T:
        """The value again. Raises: Rejected."""
        return loads(self._sealer.open(bytes(sealed), context=where), kind)

    def contact_index(self, email: str) -> str:
        """By which a person's rows are found."""
        return self._sealer.blind_index(clean(email.strip().lower()))

    @cached_property
    def audit_key(self) -> bytes:
        """The key of the audit trail's chain."""
        return bytes.fromhex(self._sealer.blind_index(AUDIT_KEY_LABEL))

    def index(self, text: str) -> str:
        """A keyed digest of anything, for keys made from what a person wrote."""
        return self._sealer.blind_index(clean(text))


@attrs.frozen(kw_only=True)
class _EntryBody:
    """What of a journal entry is sealed. ``result`` is plain JSON data here."""

    result: Any = None
    gap: str | None = None


class EntryRows:
    """Journal entries as rows. ``result_types`` names the class of each step's result."""

    def __init__(self, chest: Chest, result_types: Mapping[str, Any]) -> None:
        self._chest = chest
        self._types = dict(result_types)

    def shut(self, tenant_id: str, run_id: str, entry: JournalEntry) -> bytes | None:
        """The sealed column; None where there is nothing to seal."""
        if entry.result is None and entry.gap is None:
            return None
        body = {"result": entry.result, "gap": entry.gap}
        return self._chest.shut(body, entry_place(tenant_id, run_id, entry.step))

    def read(self, tenant_id: str, run_id: str, row: Any) -> JournalEntry:
        """An entry from (step, status, started_at, finished_at, sealed). Raises: Rejected."""
        body = _EntryBody()
        if row.sealed is not None:
            where = entry_place(tenant_id, run_id, row.step)
            body = self._chest.take(row.sealed, _EntryBody, where)
        return JournalEntry(
            step=row.step,
            status=StepStatus(row.status),
            started_at=row.started_at,
            finished_at=row.finished_at,
            result=self._result(row.step, body.result),
            gap=body.gap,
        )

    def _result(self, step: str, plain: Any) -> object:
        kind = self._types.get(step)
        if plain is None or kind is None:
            return plain
        try:
            return converter.structure(plain, kind)
        except Exception:
            unreadable = Rejected(_UNREADABLE.format(name=f"result of {step}"))
        raise unreadable


def read_run(chest: Chest, row: Any) -> Run:
    """A run from its row. Raises: Rejected."""
    status = RunStatus(row.status)
    redraft = None
    if row.redraft is not None:
        redraft = chest.take(row.redraft, Redraft, place("redraft", row.tenant_id, row.id))
    return Run(
        id=RunId(row.id),
        tenant_id=TenantId(row.tenant_id),
        submission_id=SubmissionId(row.submission_id),
        status=status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        pass_number=row.pass_number,
        attempt=row.attempt,
        # Of a run that is being worked the same column is the lease's end.
        next_attempt_at=row.due_at if status is RunStatus.WAITING else None,
        waiting_for=row.waiting_for,
        failure=row.failure,
        finished_at=row.finished_at,
        current_step=row.current_step,
        redraft=redraft,
    )


def shut_submission(sealer: Sealer, submission: Submission, raw: bytes) -> bytes:
    """The submission and the bytes that it came as, sealed together."""
    whole = form_bytes(submission, raw)
    return sealer.seal(whole, context=place("submission", submission.tenant_id, submission.id))


def read_submission(
    sealer: Sealer, tenant_id: str, submission_id: str, sealed: bytes
) -> Submission:
    """The submission again. Raises: Rejected."""
    where = place("submission", tenant_id, submission_id)
    return read_form(sealer.open(bytes(sealed), context=where))[0]


def form_bytes(submission: Submission, raw: bytes) -> bytes:
    """A submission and what it came as, as they are sealed."""
    plain = dumps(submission)
    return len(plain).to_bytes(_LENGTH_BYTES, "big") + plain + raw


def emptied_form(sealer: Sealer, row: Any) -> bytes:
    """A form of which nothing is left but that it came in, sealed for its row."""
    form = Submission(
        id=SubmissionId(row.id),
        tenant_id=TenantId(row.tenant_id),
        source=SubmissionSource(row.source),
        received_at=row.received_at,
    )
    return shut_submission(sealer, form, b"")


def read_form(whole: bytes) -> tuple[Submission, bytes]:
    """What ``form_bytes`` made. Raises: Rejected."""
    length = int.from_bytes(whole[:_LENGTH_BYTES], "big")
    ends = _LENGTH_BYTES + length
    return loads(whole[_LENGTH_BYTES:ends], Submission), whole[ends:]


def draft_columns(chest: Chest, draft: Draft) -> dict[str, Any]:
    """A draft as its row: what lists and timers need in plain, all of it sealed."""
    mailbox = draft.in_mailbox
    return {
        "tenant_id": draft.tenant_id,
        "id": draft.id,
        "run_id": draft.run_id,
        "submission_id": draft.submission_id,
        "status": draft.status.value,
        "tier": draft.fit.tier.value,
        "fit_score": draft.fit.score,
        "revenue": draft.priority.revenue,
        "urgency": draft.priority.urgency,
        "strategic": draft.priority.strategic,
        "effort": draft.priority.effort,
        "adjustment": draft.priority.adjustment,
        "degraded": bool(draft.degraded),
        "revision_number": draft.revision.number,
        "content_hash": draft.revision.content_hash,
        "mailbox_hash": mailbox and mailbox.content_hash,
        "contact_index": chest.contact_index(draft.lead.person.email),
        "submitted_at": draft.submitted_at,
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
        "expires_at": draft.expires_at,
        "voice_index": None if draft.voice is None else chest.index(draft.voice),
        "edit_similarity": draft.edit_similarity,
        "sealed": chest.shut(draft, place("draft", draft.tenant_id, draft.id)),
        "card": chest.shut(card_of(draft), place("card", draft.tenant_id, draft.id)),
        "snoozed_until": draft.snoozed_until,
        "person_index": chest.contact_index(fold_alias(draft.lead.person.email)),
    }


def read_draft(chest: Chest, row: Any) -> Draft:
    """A draft from its row. Raises: Rejected."""
    draft = chest.take(row.sealed, Draft, place("draft", row.tenant_id, row.id))
    # Running out of time is written by one statement over many rows, into the columns only.
    return attrs.evolve(draft, status=DraftStatus(row.status), updated_at=row.updated_at)


def revision_columns(chest: Chest, draft: Draft) -> dict[str, Any]:
    """The draft's current revision as its row."""
    revision = draft.revision
    where = place("revision", draft.tenant_id, draft.id, str(revision.number))
    return {
        "tenant_id": draft.tenant_id,
        "draft_id": draft.id,
        "number": revision.number,
        "content_hash": revision.content_hash,
        "author": revision.author.value,
        "created_at": revision.created_at,
        "sealed": chest.shut(revision, where),
    }


def read_revision(chest: Chest, row: Any) -> Revision:
    """A revision from its row. Raises: Rejected."""
    where = place("revision", row.tenant_id, row.draft_id, str(row.number))
    return chest.take(row.sealed, Revision, where)


def decision_columns(chest: Chest, tenant_id: str, decision: Decision) -> dict[str, Any]:
    """A decision as its row; its reasons and inputs may speak of the lead and are sealed."""
    return {
        "tenant_id": tenant_id,
        "id": decision.id,
        "draft_id": decision.draft_id,
        "content_hash": decision.content_hash,
        "verdict": decision.verdict.value,
        "decided_by": decision.by,
        "decided_at": decision.at,
        "rule": decision.rule,
        "confidence": decision.confidence,
        "sealed": chest.shut(decision, place("decision", tenant_id, decision.id)),
    }


def read_decision(chest: Chest, row: Any) -> Decision:
    """A decision from its row. Raises: Rejected."""
    return chest.take(row.sealed, Decision, place("decision", row.tenant_id, row.id))


def read_letter(chest: Chest, row: Any) -> DeadLetter:
    """A dead letter from its row. Raises: Rejected."""
    note = None
    if row.note is not None:
        note = chest.take(row.note, str, place("note", row.tenant_id, row.id))
    return DeadLetter(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        step=row.step,
        code=row.code,
        error=row.error,
        attempts=row.attempts,
        created_at=row.created_at,
        state=DeadLetterState(row.state),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        note=note,
    )
