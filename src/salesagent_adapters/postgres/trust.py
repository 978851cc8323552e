"""How far each segment is trusted, on what evidence, and whom to write to is known to be good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.autonomy import Segment, SegmentState, Stage, StageChange
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import Answer
from salesagent_core.domain.sending.attempt import AttemptStatus
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.approvals import ShadowVerdict


class PgTrustLedger:
    """``TrustLedger``. Counts are taken from the verdicts each time: they cannot drift."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def get(self, segment: Segment, *, lock: bool = False) -> SegmentState:
        """See ``TrustLedger.get``. With ``lock`` a row is made where there is none, so that two
        who come first wait for each other as well."""
        if lock:
            await self._connection.execute(
                upsert(tables.trust_segments)
                .values(
                    tenant_id=self._tenant,
                    tier=segment.tier.value,
                    rule=segment.rule,
                    stage=Stage.MANUAL.value,
                )
                .on_conflict_do_nothing()
            )
            await self._connection.execute(self._row_of(segment).with_for_update())
        found = await self._states(self._is(tables.trust_segments, segment))
        return found[0] if found else SegmentState(segment=segment)

    async def hold(self, segment: Segment) -> Stage:
        """See ``TrustLedger.hold``."""
        statement = self._row_of(segment).with_for_update(read=True)
        stage = (await self._connection.execute(statement)).scalar_one_or_none()
        return Stage.MANUAL if stage is None else Stage(stage)

    async def of_tier(self, tier: Tier) -> tuple[tuple[str, Stage], ...]:
        """See ``TrustLedger.of_tier``."""
        table = tables.trust_segments
        statement = (
            select(table.c.rule, table.c.stage)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.tier == tier.value,
                table.c.stage != Stage.MANUAL.value,
            )
            .order_by(table.c.rule)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple((row.rule, Stage(row.stage)) for row in rows)

    async def all(self) -> tuple[SegmentState, ...]:
        """See ``TrustLedger.all``."""
        return await self._states(tables.trust_segments.c.tenant_id == self._tenant)

    async def save(self, state: SegmentState) -> None:
        """See ``TrustLedger.save``."""
        change = state.last_change
        where = self._place(state.segment.tier.value, state.segment.rule)
        statement = upsert(tables.trust_segments).values(
            tenant_id=self._tenant,
            tier=state.segment.tier.value,
            rule=clean(state.segment.rule),
            stage=state.stage.value,
            era=state.era,
            sealed=None if change is None else self._chest.shut(change, where),
        )
        new = statement.excluded
        await self._connection.execute(
            statement.on_conflict_do_update(
                constraint="trust_segments_pkey",
                set_={"stage": new.stage, "era": new.era, "sealed": new.sealed},
            )
        )

    async def note(self, verdict: ShadowVerdict) -> None:
        """See ``TrustLedger.note``."""
        await self._connection.execute(
            upsert(tables.shadow_verdicts)
            .values(
                tenant_id=self._tenant,
                decision_id=verdict.decision_id,
                draft_id=verdict.draft_id,
                tier=verdict.segment.tier.value,
                rule=verdict.segment.rule,
                era=verdict.era,
                verdict=verdict.verdict.value,
                content_hash=verdict.content_hash,
                given_at=verdict.at,
            )
            .on_conflict_do_nothing()
        )

    async def verdicts(self, draft_id: DraftId) -> tuple[ShadowVerdict, ...]:
        """See ``TrustLedger.verdicts``."""
        table = tables.shadow_verdicts
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant, table.c.draft_id == clean(draft_id))
            .order_by(table.c.given_at, table.c.decision_id)
        )
        return tuple(_verdict(row) for row in (await self._connection.execute(statement)).all())

    async def disagreements(self, *, limit: int) -> tuple[ShadowVerdict, ...]:
        """See ``TrustLedger.disagreements``."""
        table, segments = tables.shadow_verdicts, tables.trust_segments
        statement = (
            select(table)
            .join(
                segments,
                (segments.c.tenant_id == table.c.tenant_id)
                & (segments.c.tier == table.c.tier)
                & (segments.c.rule == table.c.rule)
                & (segments.c.era == table.c.era),
            )
            .where(
                table.c.tenant_id == self._tenant,
                table.c.verdict == Verdict.AUTO_APPROVED.value,
                table.c.answer.is_not(None),
                table.c.answer != Answer.APPROVED.value,
            )
            .order_by(table.c.answered_at.desc(), table.c.decision_id)
            .limit(limit)
        )
        return tuple(_verdict(row) for row in (await self._connection.execute(statement)).all())

    async def answer(self, decision_id: str, answer: Answer, by: str, at: datetime) -> None:
        """See ``TrustLedger.answer``."""
        table = tables.shadow_verdicts
        statement = (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.decision_id == decision_id)
            .values(answer=answer.value, answered_by=clean(by), answered_at=at)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound("there is no such verdict")

    async def last_mail_to(self, email: str) -> DraftId | None:
        """See ``TrustLedger.last_mail_to``."""
        slots, attempts = tables.send_slots, tables.send_attempts
        statement = (
            select(attempts.c.draft_id)
            .join(
                slots,
                (slots.c.tenant_id == attempts.c.tenant_id) & (slots.c.attempt_id == attempts.c.id),
            )
            .where(
                attempts.c.tenant_id == self._tenant,
                slots.c.contact_index == self._chest.contact_index(fold_alias(email)),
                attempts.c.status == AttemptStatus.SENT.value,
            )
            .order_by(slots.c.settled_at.desc().nulls_last())
            .limit(1)
        )
        found = (await self._connection.execute(statement)).scalar_one_or_none()
        if found is None:
            # A draft that is past its time took its sends along; the figures of its mail stay.
            mails = tables.sent_mails
            found = (
                await self._connection.execute(
                    select(mails.c.draft_id)
                    .where(
                        mails.c.tenant_id == self._tenant,
                        mails.c.contact_index == self._chest.contact_index(fold_alias(email)),
                    )
                    .order_by(mails.c.sent_at.desc(), mails.c.draft_id)
                    .limit(1)
                )
            ).scalar_one_or_none()
        return None if found is None else DraftId(found)

    async def went_alone(self, draft_id: DraftId) -> Segment | None:
        """See ``TrustLedger.went_alone``."""
        table = tables.sent_mails
        statement = select(table.c.tier, table.c.rule).where(
            table.c.tenant_id == self._tenant,
            table.c.draft_id == clean(draft_id),
            table.c.automatic,
            table.c.rule.is_not(None),
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else Segment(tier=Tier(row.tier), rule=row.rule)

    def _is(self, table: Any, segment: Segment) -> Any:
        return (
            (table.c.tenant_id == self._tenant)
            & (table.c.tier == segment.tier.value)
            & (table.c.rule == clean(segment.rule))
        )

    def _row_of(self, segment: Segment) -> Any:
        table = tables.trust_segments
        return select(table.c.stage).where(self._is(table, segment))

    async def _states(self, which: Any) -> tuple[SegmentState, ...]:
        segments, verdicts = tables.trust_segments, tables.shadow_verdicts
        agreed = verdicts.c.answer == Answer.APPROVED.value
        statement = (
            select(
                segments,
                func.count(verdicts.c.decision_id).label("given"),
                func.count(verdicts.c.decision_id).filter(agreed).label("agreed"),
            )
            .outerjoin(
                verdicts,
                (verdicts.c.tenant_id == segments.c.tenant_id)
                & (verdicts.c.tier == segments.c.tier)
                & (verdicts.c.rule == segments.c.rule)
                & (verdicts.c.era == segments.c.era)
                & (verdicts.c.verdict == Verdict.AUTO_APPROVED.value)
                & verdicts.c.answer.is_not(None),
            )
            .where(which)
            .group_by(segments.c.tenant_id, segments.c.tier, segments.c.rule)
            .order_by(segments.c.tier, segments.c.rule)
        )
        return tuple(self._state(row) for row in (await self._connection.execute(statement)).all())

    def _state(self, row: Any) -> SegmentState:
        change = None
        if row.sealed is not None:
            change = self._chest.take(row.sealed, StageChange, self._place(row.tier, row.rule))
        return SegmentState(
            segment=Segment(tier=Tier(row.tier), rule=row.rule),
            stage=Stage(row.stage),
            shadow_verdicts=row.given,
            agreed=row.agreed,
            last_change=change,
            era=row.era,
        )

    def _place(self, tier: str, rule: str) -> bytes:
        return place("segment", self._tenant, tier, rule)


class PgApprovedRecipients:
    """``ApprovedRecipients``. The address itself is not kept."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def holds(self, email: str) -> bool:
        """See ``ApprovedRecipients.holds``."""
        table = tables.approved_recipients
        statement = select(table.c.contact_index).where(self._is(email))
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def add(self, email: str, draft_id: DraftId, cause: str, at: datetime) -> bool:
        """See ``ApprovedRecipients.add``."""
        table = tables.approved_recipients
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                contact_index=self._index(email),
                draft_id=draft_id,
                cause=clean(cause),
                added_at=at,
            )
            .on_conflict_do_nothing()
            .returning(table.c.contact_index)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def remove(self, email: str) -> bool:
        """See ``ApprovedRecipients.remove``."""
        statement = delete(tables.approved_recipients).where(self._is(email))
        return (await self._connection.execute(statement)).rowcount == 1

    def _is(self, email: str) -> Any:
        table = tables.approved_recipients
        return (table.c.tenant_id == self._tenant) & (table.c.contact_index == self._index(email))

    def _index(self, email: str) -> str:
        return self._chest.contact_index(fold_alias(email))


def _verdict(row: Any) -> ShadowVerdict:
    return ShadowVerdict(
        decision_id=row.decision_id,
        draft_id=DraftId(row.draft_id),
        segment=Segment(tier=Tier(row.tier), rule=row.rule),
        era=row.era,
        verdict=Verdict(row.verdict),
        content_hash=row.content_hash,
        at=row.given_at,
        answer=None if row.answer is None else Answer(row.answer),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
