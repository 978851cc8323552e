"""The audit trail under somebody who may write to the database, but has no key."""

from __future__ import annotations

import asyncio
import json

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.audit_trail import AuditTrail, trail_parts
from tests.contract.postgres.samples import OTHER, TENANT
from tests.databases import administer

from salesagent_adapters.crypto.vault import new_key
from salesagent_adapters.postgres.audit_chain import PgAuditChain, audit_key
from salesagent_adapters.postgres.engine import Database
from salesagent_app.vault_opening import open_vault
from salesagent_core.domain.audit_chain import Head, tombstone
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.verify_audit import TrailReport, VerifyAudit

KEY = new_key()


@attrs.frozen
class Trail(AuditTrail):
    """A trail of twelve rows, of which the last two wait to be sealed."""

    async def write(self, tenant: TenantId, *words: str) -> None:
        await self.add(tenant, *((word, 0) for word in words))

    async def check(self, *anchors: Head, tenant: TenantId = TENANT) -> TrailReport:
        return await self.verified(tenant, *anchors)

    async def found(self, *anchors: Head) -> list[tuple[str, int | None]]:
        report = await self.check(*anchors)
        return [(each.kind, each.position) for each in report.found]


@pytest.fixture
async def trail(database: Database, database_url: str) -> Trail:
    made = Trail(*trail_parts(database, database_url, KEY))
    words = [f"word {number}" for number in range(10)]
    await made.write(TENANT, *words)
    await made.write(OTHER, *words)
    # Two workers at once seal each row once.
    sealed = await asyncio.gather(*(made.chain.seal(7) for _ in range(3)))
    assert sum(sealed) == 20
    await made.write(TENANT, "late", "later")
    return made


async def test_an_untouched_trail_is_sound_and_goes_on(trail: Trail) -> None:
    report = await trail.check()
    assert (report.checked, report.waiting, report.found) == (10, 2, ())
    (theirs, ours) = sorted(await trail.verify.heads(), key=lambda head: head.position)
    assert (theirs.position, ours.position) == (10, 12)
    assert await trail.found(ours) == []
    assert (await trail.check()).checked == 12


BY_SQL: dict[str, tuple[tuple[str, ...], list[tuple[str, int | None]]]] = {
    "an actor": (
        ("UPDATE audit SET actor = 'key:2' WHERE position = 4 AND {ours}",),
        [("changed", 4)],
    ),
    "a detail": (
        ("""UPDATE audit SET detail = '[["why", "x"]]' WHERE position = 5 AND {ours}""",),
        [("changed", 5)],
    ),
    "a detail, as if it was erased": (
        (
            """UPDATE audit SET detail = '[["erased", "1"], ["mark", "00"]]', salt = NULL
               WHERE position = 5 AND {ours}""",
        ),
        [("changed", 5)],
    ),
    "a hash": (
        ("UPDATE audit SET hash = '\\x00' WHERE position = 6 AND {ours}",),
        [("changed", 6)],
    ),
    "a deleted row": (("DELETE FROM audit WHERE position = 3 AND {ours}",), [("deleted", 3)]),
    "two rows that changed places": (
        (
            "UPDATE audit SET position = 99 WHERE position = 7 AND {ours}",
            "UPDATE audit SET position = 7 WHERE position = 8 AND {ours}",
            "UPDATE audit SET position = 8 WHERE position = 99 AND {ours}",
        ),
        [("moved", 7), ("moved", 8)],
    ),
    "a row of somebody else": (
        (
            "DELETE FROM audit WHERE position = 2 AND {ours}",
            "UPDATE audit SET tenant_id = 'default' WHERE position = 2 AND tenant_id = 'other'",
        ),
        [("changed", 2)],
    ),
    "a row that waits": (
        ("UPDATE audit SET actor = 'x' WHERE seq = (SELECT max(seq) FROM audit)",),
        [("inserted", None)],
    ),
    "the end": (("DELETE FROM audit WHERE position > 8 AND {ours}",), [("cut", 9)]),
    "the end and its mark": (
        (
            "DELETE FROM audit WHERE (position > 8 OR position IS NULL) AND {ours}",
            "UPDATE audit_heads SET position = 8, hash = (SELECT hash FROM audit"
            " WHERE position = 8 AND {ours}) WHERE {ours}",
        ),
        [("head", 8)],
    ),
}


@pytest.mark.parametrize("what", BY_SQL)
async def test_whoever_writes_to_the_database_is_found_out(trail: Trail, what: str) -> None:
    statements, wanted = BY_SQL[what]
    ours = "tenant_id = 'default'"
    trail.tamper(*(statement.replace("{ours}", ours) for statement in statements))
    assert await trail.found() == wanted
    # Going on does not cover it up.
    await trail.write(TENANT, "after")
    await trail.chain.seal(100)
    assert await trail.found() != []
    if what != "a row of somebody else":
        assert (await trail.check(tenant=OTHER)).found == ()


async def test_a_row_that_the_application_did_not_write_is_found_when_sealed(trail: Trail) -> None:
    trail.tamper(
        """INSERT INTO audit (tenant_id, id, at, actor, action, subject_kind, subject_id, detail)
           VALUES ('default', 'mine', now(), 'key:1', 'draft.approved', 'draft', 'd', '[]')"""
    )
    assert ("inserted", None) in await trail.found()
    await trail.chain.seal(100)
    assert ("inserted", 13) in await trail.found()


async def test_an_exported_head_finds_what_was_rolled_back(trail: Trail) -> None:
    trail.tamper("CREATE TABLE kept AS SELECT * FROM audit_heads")
    head = next(each for each in await trail.verify.heads(TENANT))
    trail.tamper(
        "DELETE FROM audit WHERE position > 10",
        "DELETE FROM audit_heads",
        "INSERT INTO audit_heads SELECT * FROM kept",
        "DROP TABLE kept",
    )
    # An older copy of everything is sound in itself.
    assert await trail.found() == []
    assert await trail.found(head) == [("cut", 12)]


async def test_an_erased_detail_leaves_the_chain_whole(trail: Trail) -> None:
    row = (await trail.chain.rows(TENANT, 3, 1))[0]
    stone = [list(pair) for pair in tombstone(audit_key(trail.vault), row, "erasure-1")]
    async with trail.database.tenant(TENANT) as connection:
        statement = text("UPDATE audit SET detail = CAST(:d AS jsonb), salt = NULL WHERE id = :id")
        await connection.execute(statement, {"d": json.dumps(stone), "id": row.id})
    report = await trail.check()
    assert (report.found, report.erased) == ((), 1)
    # The mark of one row is good for that row only.
    trail.tamper(
        "UPDATE audit SET salt = NULL, detail = (SELECT detail FROM audit WHERE salt IS NULL)"
        " WHERE position = 6 AND tenant_id = 'default'"
    )
    assert await trail.found() == [("changed", 6)]


async def test_rows_of_the_version_before_are_taken_in_for_a_day(
    database: Database, database_url: str
) -> None:
    plain = (
        "INSERT INTO audit (tenant_id, id, at, actor, action, subject_kind, subject_id, detail)"
        " VALUES ('default', '{id}', now(), 'a', 'b', 'c', 'd', '[]')"
    )
    # The server's user may be an ordinary role: row-level security holds for it too.
    tenant = "SELECT set_config('salesagent.tenant', 'default', false)"
    administer(database_url, tenant, plain.format(id="before"))
    vault = open_vault([KEY], database_url)
    administer(database_url, tenant, plain.format(id="meanwhile"))
    chain = PgAuditChain(database, vault)
    assert await chain.seal(10) == 2
    (report,) = await VerifyAudit(chain, vault)(TENANT)
    assert (report.checked, report.found) == (2, ())
