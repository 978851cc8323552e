"""What a person changed before approving: measured, kept, and learned from.

Everything here happens in the transaction that approves.
"""

from __future__ import annotations

import attrs

from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Author, Draft, Revision
from salesagent_core.domain.voice_learning import refine_voice, similarity
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.voices import VoiceTransaction

SYSTEM = "system"
_DIGITS = 4


class LearnFromEdits:
    """Keeps how like the writer's last text a draft was approved, and moves the voice in which it
    was written a little towards the edited text."""

    def __init__(self, *, ids: IdSource) -> None:
        self._ids = ids

    async def on_review(self, tx: VoiceTransaction, draft: Draft, decision: Decision) -> None:
        """A person decided. Only their first approval teaches: one that was taken back and given
        again says nothing new."""
        if decision.verdict is not Verdict.APPROVED:
            return
        written = _last_written(await tx.drafts.revisions(draft.id))
        if written is None:
            return
        sent = draft.revision
        alike = similarity(_whole(written), _whole(sent))
        first = draft.edit_similarity is None
        await tx.drafts.save(attrs.evolve(draft, edit_similarity=round(alike, _DIGITS)))
        if first and written.body != sent.body:
            await self._refine(tx, draft, written.body, sent.body, decision)

    async def _refine(
        self, tx: VoiceTransaction, draft: Draft, before: str, after: str, decision: Decision
    ) -> None:
        voice = await tx.voices.active(draft.mailbox, lock=True)
        if voice is None or voice.profile.name != draft.voice:
            return
        profile = refine_voice(voice.profile, before, after)
        if profile == voice.profile:
            return
        await tx.voices.put(
            attrs.evolve(
                voice,
                profile=profile,
                edits=voice.edits + 1,
                changed_at=decision.at,
                changed_by=decision.by,
            )
        )
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=draft.tenant_id,
                at=decision.at,
                actor=SYSTEM,
                action="voice.refined",
                subject_kind="voice",
                subject_id=voice.id,
                detail=(("draft", draft.id),),
            )
        )


def _last_written(revisions: tuple[Revision, ...]) -> Revision | None:
    return next((each for each in reversed(revisions) if each.author is Author.WRITER), None)


def _whole(revision: Revision) -> str:
    return f"{revision.subject}\n\n{revision.body}"
