"""Outcomes, sent mail, and what detection remembers of deals and meetings, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.learning import precision_by_rule, replies_by_segment
from salesagent_adapters.postgres.rows import Chest, clean, new_id, place
from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.outcomes.learning import RulePrecision, SegmentReplies
from salesagent_core.domain.outcomes.moves import DealPlace, MeetingPlace
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.domain.run import DeadLetterState
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.outcome_watches import WatchKind, WatchState
from salesagent_core.ports.outcomes import MeetingSeen, SentFacts, SentMailRef

REPLY_KIND = "reply"
_STEP = "read_reply"

_HEARD = [
    OutcomeType.EMAIL_REPLIED.value,
    OutcomeType.EMAIL_UNSUBSCRIBED.value,
    OutcomeType.EMAIL_BOUNCED.value,
    OutcomeType.POSITIVE_RESPONSE.value,
    OutcomeType.NEGATIVE_RESPONSE.value,
    OutcomeType.MEETING_BOOKED.value,
]


@attrs.frozen(kw_only=True)
class _MeetingBody:
    """What of a meeting is sealed."""

    email: str
    draft_id: DraftId | None
    place: MeetingPlace


class PgOutcomes:
    """``OutcomeStore`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def add(self, outcome: Outcome) -> bool:
        """See ``OutcomeStore.add``. Whoever records the same event waits, and finds it there."""
        table = tables.outcomes
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                id=outcome.id,
                key_index=self._chest.index(outcome.key),
                type=outcome.type.value,
                source=outcome.source.value,
                confidence=outcome.confidence,
                contact_index=self._person(outcome.email),
                draft_id=outcome.draft_id,
                intent=outcome.intent,
                occurred_at=outcome.occurred_at,
                recorded_at=outcome.recorded_at,
                sealed=self._chest.shut(outcome, place("outcome", self._tenant, outcome.id)),
            )
            .on_conflict_do_nothing(constraint="outcomes_event")
            .returning(table.c.id)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def heard_from(self, draft_id: DraftId, email: str, since: datetime) -> bool:
        """See ``OutcomeStore.heard_from``."""
        table = tables.outcomes
        theirs = (table.c.contact_index == self._person(email)) & (table.c.occurred_at >= since)
        statement = select(
            exists().where(
                table.c.tenant_id == self._tenant,
                table.c.type.in_(_HEARD),
                or_(theirs, table.c.draft_id == draft_id),
            )
        )
        return bool((await self._connection.execute(statement)).scalar_one())

    async def note_sent(self, mail: SentFacts) -> bool:
        """See ``OutcomeStore.note_sent``."""
        table = tables.sent_mails
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                draft_id=mail.draft_id,
                contact_index=self._person(mail.email),
                mailbox_index=self._chest.contact_index(mail.mailbox),
                thread_index=self._chest.index(mail.thread_id),
                tier=mail.tier.value,
                rule=None if mail.rule is None else clean(mail.rule),
                automatic=mail.automatic,
                language=clean(mail.language),
                local_hour=mail.local_hour,
                sent_at=mail.sent_at,
            )
            .on_conflict_do_nothing()
            .returning(table.c.draft_id)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def sent_to(self, email: str) -> tuple[SentMailRef, ...]:
        """See ``OutcomeStore.sent_to``."""
        return await self._sent(tables.sent_mails.c.contact_index == self._person(email))

    async def sent_in_thread(self, thread_id: str) -> tuple[SentMailRef, ...]:
        """See ``OutcomeStore.sent_in_thread``."""
        return await self._sent(tables.sent_mails.c.thread_index == self._chest.index(thread_id))

    async def contacts_among(self, emails: Sequence[str]) -> tuple[str, ...]:
        """See ``OutcomeStore.contacts_among``."""
        table = tables.sent_mails
        indexes = {self._person(email): email for email in emails}
        statement = (
            select(table.c.contact_index)
            .where(table.c.tenant_id == self._tenant, table.c.contact_index.in_(list(indexes)))
            .distinct()
        )
        rows = (await self._connection.execute(statement)).scalars()
        return tuple(sorted(indexes[each] for each in rows))

    async def deal(self, deal_id: str) -> DealPlace | None:
        """See ``OutcomeStore.deal``."""
        table = tables.deal_places
        statement = (
            select(table)
            .where(table.c.tenant_id == self._tenant, table.c.deal_id == clean(deal_id))
            .with_for_update()
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return DealPlace(
            pipeline_id=row.pipeline_id,
            stage_id=row.stage_id,
            position=row.position,
            closed=row.closed,
            won=row.won,
        )

    async def put_deal(self, deal_id: str, place: DealPlace) -> None:
        """See ``OutcomeStore.put_deal``."""
        values = {name: getattr(place, name) for name in ("position", "closed", "won")} | {
            "pipeline_id": clean(place.pipeline_id),
            "stage_id": clean(place.stage_id),
        }
        await self._connection.execute(
            upsert(tables.deal_places)
            .values(tenant_id=self._tenant, deal_id=clean(deal_id), **values)
            .on_conflict_do_update(constraint="deal_places_pkey", set_=values)
        )

    async def open_meetings(self, mailbox: str) -> tuple[MeetingSeen, ...]:
        """See ``OutcomeStore.open_meetings``."""
        table = tables.meeting_places
        statement = (
            select(table)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.mailbox_index == self._chest.contact_index(mailbox),
                ~table.c.settled,
            )
            .order_by(table.c.meeting_id)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple(self._meeting(row) for row in rows)

    async def meeting(self, meeting_id: str, email: str) -> MeetingSeen | None:
        """See ``OutcomeStore.meeting``."""
        table = tables.meeting_places
        statement = (
            select(table)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.meeting_id == clean(meeting_id),
                table.c.contact_index == self._person(email),
            )
            .with_for_update()
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else self._meeting(row)

    async def put_meeting(self, mailbox: str, seen: MeetingSeen) -> None:
        """See ``OutcomeStore.put_meeting``."""
        index = self._person(seen.email)
        body = _MeetingBody(email=seen.email, draft_id=seen.draft_id, place=seen.place)
        values = {
            "settled": seen.place.settled,
            "seen_at": func.now(),
            "sealed": self._chest.shut(body, self._meeting_at(seen.meeting_id, index)),
        }
        await self._connection.execute(
            upsert(tables.meeting_places)
            .values(
                tenant_id=self._tenant,
                meeting_id=clean(seen.meeting_id),
                contact_index=index,
                mailbox_index=self._chest.contact_index(mailbox),
                **values,
            )
            .on_conflict_do_update(constraint="meeting_places_pkey", set_=values)
        )

    async def for_a_person(self, mail_id: str, draft_id: DraftId, code: str, sentence: str) -> bool:
        """See ``OutcomeStore.for_a_person``. It is a letter among those that wait for one."""
        table = tables.dead_letters
        # Named after the mail, so that it is laid there once.
        name = self._chest.index(f"{REPLY_KIND}:{mail_id}")
        statement = (
            upsert(table)
            .values(
                tenant_id=self._tenant,
                id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._tenant}:{name}")),
                subject_kind=REPLY_KIND,
                subject_id=draft_id,
                step=_STEP,
                code=code,
                error=clean(sentence),
                attempts=1,
                state=DeadLetterState.OPEN.value,
            )
            .on_conflict_do_nothing()
            .returning(table.c.id)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def segment_replies(self, since: datetime, until: datetime) -> tuple[SegmentReplies, ...]:
        """See ``OutcomeStore.segment_replies``."""
        return await replies_by_segment(self._connection, self._tenant, since, until)

    async def rule_precision(self, since: datetime, until: datetime) -> tuple[RulePrecision, ...]:
        """See ``OutcomeStore.rule_precision``."""
        return await precision_by_rule(self._connection, self._tenant, since, until)

    async def _sent(self, which: Any) -> tuple[SentMailRef, ...]:
        table = tables.sent_mails
        statement = (
            select(table.c.draft_id, table.c.sent_at)
            .where(table.c.tenant_id == self._tenant, which)
            .order_by(table.c.sent_at.desc(), table.c.draft_id)
        )
        rows = (await self._connection.execute(statement)).all()
        return tuple(
            SentMailRef(draft_id=DraftId(row.draft_id), sent_at=row.sent_at) for row in rows
        )

    def _meeting(self, row: Any) -> MeetingSeen:
        where = self._meeting_at(row.meeting_id, row.contact_index)
        body = self._chest.take(row.sealed, _MeetingBody, where)
        return MeetingSeen(
            meeting_id=row.meeting_id, email=body.email, draft_id=body.draft_id, place=body.place
        )

    def _meeting_at(self, meeting_id: str, index: str) -> bytes:
        return place("meeting", self._tenant, clean(meeting_id), index)

    def _person(self, email: str) -> str:
        return self._chest.contact_index(fold_alias(email))


class PgWatchList:
    """``WatchList`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def ensure(self, kind: WatchKind, state: WatchState) -> None:
        """See ``WatchList.ensure``."""
        table, fresh = tables.outcome_watches, new_id()
        await self._connection.execute(
            upsert(table)
            .values(
                tenant_id=self._tenant,
                id=fresh,
                kind=kind.value,
                subject_index=self._chest.contact_index(state.mailbox),
                due_at=func.now(),
                sealed=self._chest.shut(state, place("watch", self._tenant, fresh)),
            )
            .on_conflict_do_nothing(constraint="outcome_watches_subject")
        )
