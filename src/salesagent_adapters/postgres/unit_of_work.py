"""One request or job is one transaction, in which the database shows one tenant only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import attrs
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.approval_rules import PgRuleBook, PgThresholds
from salesagent_adapters.postgres.connections import PgMailboxConnections
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.experiments import PgExperimentBook
from salesagent_adapters.postgres.journal_writes import lease_lost
from salesagent_adapters.postgres.learning import PgLearning
from salesagent_adapters.postgres.log_in_guard import PgLogInRules, PgRefusedLogIns
from salesagent_adapters.postgres.outcomes import PgOutcomes, PgWatchList
from salesagent_adapters.postgres.password_resets import PgPasswordResets
from salesagent_adapters.postgres.people import (
    PgInvitations,
    PgKeyRing,
    PgUsers,
    PgUserSessions,
)
from salesagent_adapters.postgres.repositories import (
    PgAudit,
    PgDeadLetters,
    PgDecisions,
    PgDrafts,
    PgRuns,
)
from salesagent_adapters.postgres.rows import Chest, EntryRows
from salesagent_adapters.postgres.send_ledger import PgSendLedger
from salesagent_adapters.postgres.send_policy import (
    PgRecipientRules,
    PgSendSwitches,
    PgSuppressions,
)
from salesagent_adapters.postgres.settings_book import PgSettingsBook
from salesagent_adapters.postgres.templates import PgTemplateShelf
from salesagent_adapters.postgres.trust import PgApprovedRecipients, PgTrustLedger
from salesagent_adapters.postgres.voices import PgVoiceShelf
from salesagent_core.domain.run import JournalEntry, Lease, RunStatus, StepStatus
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer


class PgTransaction:
    """All that may be done in one transaction, over one connection."""

    def __init__(
        self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest, entries: EntryRows
    ) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._entries = entries
        self.drafts = PgDrafts(connection, tenant_id, chest)
        self.decisions = PgDecisions(connection, tenant_id, chest)
        self.runs = PgRuns(connection, tenant_id, chest)
        self.audit = PgAudit(connection, tenant_id, chest)
        self.dead_letters = PgDeadLetters(connection, tenant_id, chest)
        self.sends = PgSendLedger(connection, tenant_id, chest)
        self.switches = PgSendSwitches(connection, tenant_id, chest)
        self.suppressions = PgSuppressions(connection, tenant_id, chest)
        self.recipients = PgRecipientRules(connection, tenant_id, chest)
        self.connections = PgMailboxConnections(connection, tenant_id, chest)
        self.rules = PgRuleBook(connection, tenant_id, chest)
        self.thresholds = PgThresholds(connection, tenant_id)
        self.trust = PgTrustLedger(connection, tenant_id, chest)
        self.approved_recipients = PgApprovedRecipients(connection, tenant_id, chest)
        self.learning = PgLearning(connection, tenant_id)
        self.outcomes = PgOutcomes(connection, tenant_id, chest)
        self.watches = PgWatchList(connection, tenant_id, chest)
        self.experiments = PgExperimentBook(connection, tenant_id, chest)
        self.voices = PgVoiceShelf(connection, tenant_id, chest)
        self.users = PgUsers(connection, tenant_id, chest)
        self.user_sessions = PgUserSessions(connection, tenant_id, chest)
        self.invitations = PgInvitations(connection, tenant_id, chest)
        self.keys = PgKeyRing(connection, tenant_id, chest)
        self.refused = PgRefusedLogIns(connection, tenant_id, chest)
        self.log_in_rules = PgLogInRules(connection, tenant_id)
        self.resets = PgPasswordResets(connection, tenant_id, chest)
        self.settings = PgSettingsBook(connection, tenant_id, chest)
        self.templates = PgTemplateShelf(connection, tenant_id, chest)

    async def record(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        """See ``Transaction.record``."""
        table = tables.runs
        held = await self._connection.execute(
            select(table.c.id)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.tenant_id == lease.tenant_id,
                table.c.id == lease.run_id,
                table.c.lease_token == lease.token,
                table.c.pass_number == lease.pass_number,
                table.c.status == RunStatus.PROCESSING.value,
            )
            .with_for_update(key_share=True)
        )
        if held.one_or_none() is None:
            raise lease_lost()
        for entry in entries:
            await self._connection.execute(_put_entry(self._columns(lease, entry)))

    def _columns(self, lease: Lease, entry: JournalEntry) -> dict[str, Any]:
        return {
            "tenant_id": lease.tenant_id,
            "run_id": lease.run_id,
            "pass_number": lease.pass_number,
            "step": entry.step,
            "status": entry.status.value,
            "started_at": entry.started_at,
            "finished_at": entry.finished_at,
            "sealed": self._entries.shut(lease.tenant_id, lease.run_id, entry),
        }


def _put_entry(columns: Mapping[str, Any]) -> Any:
    table = tables.journal
    statement = upsert(table).values(columns)
    new = statement.excluded
    # As in the journal: what is done stays as it was.
    return statement.on_conflict_do_update(
        constraint="journal_pkey",
        set_={
            "status": new.status,
            "started_at": new.started_at,
            "finished_at": new.finished_at,
            "sealed": new.sealed,
        },
        where=table.c.status != StepStatus.DONE.value,
    )


@attrs.frozen
class PgUnitOfWork:
    """``UnitOfWork`` and its wider kin over PostgreSQL; ``result_types`` as for ``PgJournal``."""

    database: Database
    sealer: Sealer
    result_types: Mapping[str, Any]

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[PgTransaction]:
        """See ``UnitOfWork.begin``."""
        chest = Chest(self.sealer)
        entries = EntryRows(chest, self.result_types)
        async with self.database.tenant(tenant_id) as connection:
            yield PgTransaction(connection, tenant_id, chest, entries)
