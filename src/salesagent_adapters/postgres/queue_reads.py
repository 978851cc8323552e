"""The queue and other lists of drafts, from their cards: no draft is opened to list it.

The order is worked out by the database from plain columns. A search opens the cards of what the
other filters leave, because what people wrote lies there sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
import msgspec
from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.outcome_points import points_by_contact
from salesagent_adapters.postgres.rows import Chest, clean, place, read_draft
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.draft_card import DraftCard, card_of, holds, search_words
from salesagent_core.domain.priority import (
    EASE_WEIGHT,
    MAX_SCORE,
    REVENUE_WEIGHT,
    STRATEGIC_WEIGHT,
    URGENCY_HALF_LIFE_HOURS,
    URGENCY_WEIGHT,
)
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.read_model import Beside, CardPage, QueueFilter
from salesagent_core.ports.secrets_vault import Sealer

_HOUR = 3600.0
_NO_URGENCY_HOURS = 10_000.0
"""Nothing is left of the urgency after so long, and a double still holds what is."""
_D = tables.drafts.c
_LISTED = (_D.tenant_id, _D.id, _D.status, _D.updated_at, _D.content_hash, _D.card)
_decode = msgspec.json.Decoder(DraftCard).decode


class PgQueueReads:
    """The part of ``ReadModel`` that lists drafts by their cards."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._chest = Chest(sealer)

    async def queue(
        self,
        tenant_id: TenantId,
        wanted: QueueFilter,
        *,
        now: datetime,
        limit: int,
        offset: int = 0,
    ) -> CardPage:
        """See ``ReadModel.queue``."""
        which = _which(tenant_id, wanted, now)
        line = _Line(tenant_id, now)
        words = search_words(wanted.words)
        if words:
            found = await self._search(tenant_id, which, line, words)
            wanted_ids = [card.id for card in found[offset : offset + limit]]
            mine = (_D.tenant_id == tenant_id, _D.id.in_(wanted_ids))
            cards = {one.id: one for one in await self._cards(tenant_id, _listed(mine))}
            return CardPage(
                cards=tuple(cards[one] for one in wanted_ids if one in cards),
                total=len(found),
                oldest=min((card.created_at for card in found), default=None),
            )
        listed = line.put(_listed(which)).limit(limit).offset(offset)
        return await self._page(tenant_id, which, listed)

    async def beside(self, tenant_id: TenantId, draft_id: DraftId, *, now: datetime) -> Beside:
        """See ``ReadModel.beside``."""
        line = _Line(tenant_id, now)
        order = line.order
        placed = (
            select(
                _D.id,
                func.lag(_D.id).over(order_by=order).label("before"),
                func.lead(_D.id).over(order_by=order).label("after"),
                func.count().over().label("total"),
                func.row_number().over(order_by=order).label("place"),
            )
            .select_from(line.source)
            .where(*_which(tenant_id, QueueFilter(), now))
            .subquery()
        )
        statement = (
            select(placed)
            .where((placed.c.id == clean(draft_id)) | (placed.c.place == 1))
            .order_by(placed.c.id == clean(draft_id))
        )
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
        if not rows:
            return Beside(before=None, after=None, total=0)
        if rows[-1].id == draft_id:
            mine = rows[-1]
            return Beside(before=mine.before, after=mine.after, total=mine.total)
        return Beside(before=None, after=rows[0].id, total=rows[0].total)

    async def changed(
        self,
        tenant_id: TenantId,
        statuses: Sequence[DraftStatus],
        *,
        since: datetime | None,
        limit: int,
    ) -> CardPage:
        """See ``ReadModel.changed``."""
        which = [_D.tenant_id == tenant_id, _D.status.in_([one.value for one in statuses])]
        if since is not None:
            which.append(_D.updated_at >= since)
        newest = (_D.updated_at.desc(), _D.id.desc())
        return await self._page(tenant_id, which, _listed(which).order_by(*newest).limit(limit))

    async def _search(
        self,
        tenant_id: TenantId,
        which: Sequence[ColumnElement[bool]],
        line: _Line,
        words: tuple[str, ...],
    ) -> list[DraftCard]:
        """The cards that hold the words, in order. Most cards do not, and are never decoded."""
        statement = line.put(select(_D.id, _D.card).where(*which))
        # What JSON writes otherwise than it is read is looked for in decoded cards only.
        plain_words = [one for one in words if one.isalnum()]
        found: dict[str, DraftCard | None] = {}
        async with self._database.tenant(tenant_id) as connection:
            for draft_id, card in await connection.execute(statement):
                if card is None:
                    found[draft_id] = None
                    continue
                plain = self._sealer.open(bytes(card), context=place("card", tenant_id, draft_id))
                text = plain.decode().casefold()
                if all(word in text for word in plain_words):
                    found[draft_id] = _read(plain)
            await self._open(connection, tenant_id, found)
        return [card for card in found.values() if card is not None and holds(card, words)]

    async def _page(
        self, tenant_id: TenantId, which: Sequence[ColumnElement[bool]], listed: Select[Any]
    ) -> CardPage:
        counted = select(func.count().label("n"), func.min(_D.created_at).label("oldest"))
        async with self._database.tenant(tenant_id) as connection:
            sums = (await connection.execute(counted.where(*which))).one()
        return CardPage(
            cards=await self._cards(tenant_id, listed), total=sums.n, oldest=sums.oldest
        )

    async def _cards(self, tenant_id: TenantId, listed: Select[Any]) -> tuple[DraftCard, ...]:
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(listed)).all()
            cards = {row.id: self._card(row) for row in rows}
            await self._open(connection, tenant_id, cards)
        return tuple(card for card in cards.values() if card is not None)

    async def _open(
        self, connection: AsyncConnection, tenant_id: TenantId, cards: dict[str, DraftCard | None]
    ) -> None:
        """Make the cards that are missing: a version without cards wrote those drafts last."""
        without = [draft_id for draft_id, card in cards.items() if card is None]
        if not without:
            return
        sealed = select(tables.drafts).where(_D.tenant_id == tenant_id, _D.id.in_(without))
        for row in await connection.execute(sealed):
            cards[row.id] = card_of(read_draft(self._chest, row))

    async def _names(
        self, connection: AsyncConnection, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> dict[DraftId, str]:
        """To whom drafts are, by their ids."""
        if not draft_ids:
            return {}
        mine = _listed((_D.tenant_id == tenant_id, _D.id.in_(draft_ids)))
        cards = {row.id: self._card(row) for row in await connection.execute(mine)}
        await self._open(connection, tenant_id, cards)
        return {DraftId(one): card.name for one, card in cards.items() if card is not None}

    def _card(self, row: Any) -> DraftCard | None:
        if row.card is None:
            return None
        where = place("card", row.tenant_id, row.id)
        card = _read(self._sealer.open(bytes(row.card), context=where))
        if card is None or card.content_hash != row.content_hash:
            return None
        # As with drafts: running out of time is written into the columns only.
        return attrs.evolve(card, status=DraftStatus(row.status), updated_at=row.updated_at)


def _read(plain: bytes) -> DraftCard | None:
    """None where another version wrote it, and the draft itself has to be opened."""
    try:
        return _decode(plain)
    except msgspec.MsgspecError:
        return None


def _listed(which: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(*_LISTED).where(*which)


def _which(tenant_id: TenantId, wanted: QueueFilter, now: datetime) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [
        _D.tenant_id == tenant_id,
        _D.status.in_([one.value for one in wanted.statuses]),
    ]
    if wanted.tiers:
        which.append(_D.tier.in_([one.value for one in wanted.tiers]))
    if wanted.degraded is not None:
        which.append(_D.degraded.is_(wanted.degraded))
    if wanted.waiting_for is not None:
        which.append(_D.created_at <= now - wanted.waiting_for)
    if wanted.snoozed is True:
        which.append(_D.snoozed_until > now)
    elif wanted.snoozed is False:
        which.append(_D.snoozed_until.is_(None) | (_D.snoozed_until <= now))
    if wanted.rule is not None:
        which.append(_latest_rule() == clean(wanted.rule))
    return which


def _latest_rule() -> ColumnElement[Any]:
    table = tables.decisions
    return (
        select(table.c.rule)
        .where(table.c.tenant_id == _D.tenant_id, table.c.draft_id == _D.id)
        .order_by(table.c.seq.desc())
        .limit(1)
        .correlate(tables.drafts)
        .scalar_subquery()
    )


class _Line:
    """Drafts by their score: ``order``, of rows of ``source``.

    What earlier mail led to counts as it does now, and so is worked out and not read.
    """

    def __init__(self, tenant_id: TenantId, now: datetime) -> None:
        weighed = points_by_contact(tenant_id, now)
        # Where a version without the folded digest wrote the row last, most addresses are folded.
        person = func.coalesce(_D.person_index, _D.contact_index)
        self.source = tables.drafts.outerjoin(weighed, weighed.c.contact_index == person)
        points = func.coalesce(weighed.c.points, 0.0)
        self.order = (_score(now, points).desc(), _D.submitted_at, _D.id)

    def put(self, statement: Select[Any]) -> Select[Any]:
        """The statement's drafts in order."""
        return statement.select_from(self.source).order_by(*self.order)


def _score(now: datetime, points: ColumnElement[Any]) -> ColumnElement[Any]:
    """``priority_score`` as the database works it out; see there."""
    hours = func.extract("epoch", literal(now) - _D.submitted_at) / _HOUR
    aged = _D.urgency * func.power(
        0.5, func.least(_NO_URGENCY_HOURS, func.greatest(0.0, hours)) / URGENCY_HALF_LIFE_HOURS
    )
    parts = (
        REVENUE_WEIGHT * _D.revenue
        + URGENCY_WEIGHT * aged
        + STRATEGIC_WEIGHT * _D.strategic
        + EASE_WEIGHT * (1 - _D.effort)
    )
    return func.least(MAX_SCORE, func.greatest(0.0, MAX_SCORE * parts + points))
