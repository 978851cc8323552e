"""Which rows are one person's own: found through the forms, the drafts and the keyed hashes."""

from __future__ import annotations

import attrs
from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import Chest, place, read_form
from salesagent_adapters.postgres.sealed_columns import SEALED
from salesagent_adapters.postgres.sealed_scan import SealedScan
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.person_trace import PersonTrace
from salesagent_core.domain.sending.recipients import canonical_pattern
from salesagent_core.domain.submission import Submission
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId

_BY_NAME = {each.name: each for each in SEALED}
SUBMISSIONS = _BY_NAME["submissions.sealed"]


@attrs.define(kw_only=True)
class Own:
    """The keys of the person's rows; ``spellings`` are addresses as they were written."""

    address: str
    spellings: set[str] = attrs.field(factory=set)
    names: set[str] = attrs.field(factory=set)
    phones: set[str] = attrs.field(factory=set)
    crm_ids: set[str] = attrs.field(factory=set)
    submissions: set[str] = attrs.field(factory=set)
    runs: set[str] = attrs.field(factory=set)
    drafts: set[str] = attrs.field(factory=set)
    attempts: set[str] = attrs.field(factory=set)
    events: set[str] = attrs.field(factory=set)
    deliveries: set[str] = attrs.field(factory=set)
    indexes: set[str] = attrs.field(factory=set)
    matches: set[str] = attrs.field(factory=set)

    @property
    def trace(self) -> PersonTrace:
        """By which the person is recognised in texts."""
        return PersonTrace.of(self.address, self.names, self.phones)

    @property
    def subjects(self) -> set[str]:
        """What dead letters and audit rows may be about."""
        return self.submissions | self.runs | self.drafts | self.attempts | self.events


async def find_own(
    scan: SealedScan, chest: Chest, connection: AsyncConnection, tenant_id: TenantId, address: str
) -> Own:
    """The person's rows. Forms are all looked into: an address may be spelled in many ways."""
    own = Own(address=address, spellings={address})
    trace = PersonTrace.of(address)
    async for opened in scan.each(tenant_id, SUBMISSIONS):
        form = _form(opened.plain)
        if form is not None and form.email and trace.is_theirs(form.email):
            _note_form(own, form, str(opened.row["run_id"]))
    await _find_drafts(chest, connection, tenant_id, own)
    own.matches = {chest.index(canonical_pattern(address))}
    await _find_others(connection, tenant_id, own)
    return own


async def hold_own(
    chest: Chest, connection: AsyncConnection, tenant_id: TenantId, own: Own
) -> None:
    """Lock the person's runs, then their drafts, and find what was committed meanwhile: a worker
    that was just writing a draft has written it, and whoever comes later finds no run."""
    for table, ids in ((tables.runs, own.runs), (tables.drafts, own.drafts)):
        held = (
            select(table.c.id)
            .where(table.c.tenant_id == tenant_id, table.c.id.in_(ids))
            .order_by(table.c.id)
            .with_for_update()
        )
        await connection.execute(held)
        await _find_drafts(chest, connection, tenant_id, own)
    await _find_others(connection, tenant_id, own)


def own_rows(own: Own) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """For each table the person's rows, within a tenant."""
    t = tables
    return {
        "runs": (t.runs, t.runs.c.id.in_(own.runs)),
        "journal": (t.journal, t.journal.c.run_id.in_(own.runs)),
        "drafts": (t.drafts, t.drafts.c.id.in_(own.drafts)),
        "revisions": (t.revisions, t.revisions.c.draft_id.in_(own.drafts)),
        "decisions": (t.decisions, t.decisions.c.draft_id.in_(own.drafts)),
        "draft_variants": (t.draft_variants, t.draft_variants.c.draft_id.in_(own.drafts)),
        "send_attempts": (t.send_attempts, t.send_attempts.c.id.in_(own.attempts)),
        "send_slots": (
            t.send_slots,
            or_(
                t.send_slots.c.attempt_id.in_(own.attempts),
                t.send_slots.c.contact_index.in_(own.indexes),
            ),
        ),
        "sent_mails": _by_draft_or_person(t.sent_mails, own),
        "outcomes": _by_draft_or_person(t.outcomes, own),
        "approved_recipients": _by_draft_or_person(t.approved_recipients, own),
        "meeting_places": (
            t.meeting_places,
            t.meeting_places.c.contact_index.in_(own.indexes),
        ),
        "memories": (
            t.memories,
            or_(
                t.memories.c.contact_index.in_(own.indexes),
                # What an erasure left of one holds nothing any more.
                t.memories.c.id.in_(own.attempts) & (t.memories.c.contact_index != ""),
            ),
        ),
        "dead_letters": (t.dead_letters, t.dead_letters.c.subject_id.in_(own.subjects)),
        "crm_events": (t.crm_events, t.crm_events.c.id.in_(own.events)),
        "crm_deliveries": (t.crm_deliveries, t.crm_deliveries.c.id.in_(own.deliveries)),
        "recipient_rules": (
            t.recipient_rules,
            t.recipient_rules.c.match_index.in_(own.matches),
        ),
        "submissions": (t.submissions, t.submissions.c.id.in_(own.submissions)),
    }


def own_accounts(own: Own) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """What lets a colleague with that address in, within a tenant. It is no lead's: an erasure
    keeps it and says so."""
    t = tables
    return {
        "users": (t.users, t.users.c.email_index.in_(own.indexes)),
        "invitations": (t.invitations, t.invitations.c.email_index.in_(own.indexes)),
    }


def _note_form(own: Own, form: Submission, run_id: str) -> None:
    own.submissions.add(form.id)
    own.runs.add(run_id)
    address = form.email or ""
    own.spellings |= {address, address.strip().lower()}
    names = (form.first_name, form.last_name)
    own.names.add(" ".join(name for name in names if name))
    phone = form.value("phone", "mobilephone", "phone_number")
    if phone:
        own.phones.add(phone)
    if form.contact_crm_id:
        own.crm_ids.add(form.contact_crm_id)


def _form(plain: bytes) -> Submission | None:
    try:
        return read_form(plain)[0]
    except Rejected:
        return None


async def _find_drafts(
    chest: Chest, connection: AsyncConnection, tenant_id: TenantId, own: Own
) -> None:
    table = tables.drafts
    indexes = {chest.contact_index(each) for each in own.spellings}
    theirs = or_(
        table.c.run_id.in_(own.runs),
        table.c.person_index.in_(indexes),
        table.c.contact_index.in_(indexes),
    )
    rows = await connection.execute(select(table).where(table.c.tenant_id == tenant_id, theirs))
    for row in rows:
        own.drafts.add(row.id)
        own.runs.add(row.run_id)
        own.submissions.add(row.submission_id)
        try:
            draft = chest.take(row.sealed, Draft, place("draft", row.tenant_id, row.id))
        except Rejected:
            continue
        person = draft.lead.person
        own.spellings |= {person.email, person.email.lower()}
        own.names.add(person.full_name)
        own.phones |= {person.phone} if person.phone else set()
        own.crm_ids |= {person.crm_id} if person.crm_id else set()
    own.indexes |= {chest.contact_index(each) for each in own.spellings}


async def _find_others(connection: AsyncConnection, tenant_id: TenantId, own: Own) -> None:
    attempts, events = tables.send_attempts, tables.crm_events
    found = await connection.execute(
        select(attempts.c.id).where(
            attempts.c.tenant_id == tenant_id, attempts.c.draft_id.in_(own.drafts)
        )
    )
    own.attempts |= {row.id for row in found}
    theirs = or_(events.c.submission_id.in_(own.submissions), events.c.object_id.in_(own.crm_ids))
    found = await connection.execute(
        select(events.c.id, events.c.delivery_id).where(events.c.tenant_id == tenant_id, theirs)
    )
    for row in found:
        own.events.add(row.id)
        own.deliveries.add(row.delivery_id)


def _by_draft_or_person(table: Table, own: Own) -> tuple[Table, ColumnElement[bool]]:
    return table, or_(table.c.draft_id.in_(own.drafts), table.c.contact_index.in_(own.indexes))
