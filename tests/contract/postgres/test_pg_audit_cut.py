"""The beginning of the audit trail is cut off when it is past its time, and the rest is proven."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from tests.contract.postgres.audit_trail import AuditTrail, trail_parts
from tests.contract.postgres.samples import OTHER, TENANT
from tests.contract.postgres.test_pg_retention import retention

from salesagent_adapters.crypto.vault import new_key
from salesagent_adapters.postgres.engine import Database
from salesagent_core.domain.audit_chain import Head
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.apply_retention import RetentionLine
from salesagent_core.use_cases.verify_audit import TrailReport

KEY = new_key()


@attrs.frozen
class Trail(AuditTrail):
    """Rows of 399 and 380 days ago, young ones, and one old one behind those."""

    async def write(self, tenant: TenantId, *days: int) -> None:
        await self.add(tenant, *(("because", ago) for ago in days))
        await self.chain.seal(100)

    async def cut(self, days: int = 365) -> RetentionLine:
        lines = await retention(self.database, self.vault, audit=days)()
        (line,) = (each for each in lines if each.store == "audit")
        return line

    async def report(self, *anchors: Head) -> TrailReport:
        await self.chain.seal(100)
        return await self.verified(TENANT, *anchors)

    async def found(self, *anchors: Head) -> list[tuple[str, int | None]]:
        return [(each.kind, each.position) for each in (await self.report(*anchors)).found]


@pytest.fixture
async def trail(database: Database, database_url: str) -> Trail:
    made = Trail(*trail_parts(database, database_url, KEY))
    for tenant in (TENANT, OTHER):
        await made.write(tenant, 399, 399, 399, 380, 380, 380, 30, 400, 1, 0)
    return made


async def test_what_is_left_of_a_cut_trail_is_proven(trail: Trail) -> None:
    (early,) = await trail.verify.heads(TENANT)
    due = await retention(trail.database, trail.vault).due()
    assert {line.store: line.rows for line in due}["audit"] == 12
    assert (await trail.cut(390)).rows == 6
    assert (await trail.report()).cut_off == 3
    # Two at once: one of them cuts. The old row behind a young one stays where it is.
    at_once = await asyncio.gather(trail.cut(), trail.cut())
    assert sum(line.rows for line in at_once) == 6
    report = await trail.report(early)
    assert (report.cut_off, report.found) == (6, ())
    assert report.checked == 8, "seven to ten, two cuts and two reports of them"
    assert (await trail.cut()).rows == 0
    (late,) = await trail.verify.heads(TENANT)
    await trail.write(TENANT, 0)
    assert await trail.found(early, late) == []
    with pytest.raises(NotFound):
        await trail.verify(TenantId("misspelled"))


async def test_an_exported_head_at_the_cut_is_compared_with_it(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit WHERE position > 6", "DELETE FROM audit_heads")
    hash_of = "SELECT hash FROM audit WHERE position = 6 AND tenant_id = 'default'"
    async with trail.database.across_tenants() as connection:
        row = await connection.exec_driver_sql(hash_of)
        sixth = Head(tenant_id=TENANT, position=6, hash=bytes(row.scalar_one()))
    await trail.write(TENANT, 1, 0)
    assert (await trail.cut()).refused == ()
    other = attrs.evolve(sixth, hash=bytes(32))
    assert [kind for kind, _ in await trail.found(sixth)] == ["head"]
    assert [kind for kind, _ in await trail.found(other)] == ["replaced", "head"]


BY_SQL = {
    "more rows": ("DELETE FROM audit WHERE position IN (7, 8) AND {ours}",),
    "more rows, and the cut says so": (
        "UPDATE audit_cuts SET position = 8, rows = 8, hash ="
        " (SELECT hash FROM audit WHERE position = 8 AND {ours}) WHERE number = 2 AND {ours}",
        "DELETE FROM audit WHERE position IN (7, 8) AND {ours}",
    ),
    "more rows, by the cut of another": (
        "DELETE FROM audit_cuts WHERE {ours}",
        "UPDATE audit_cuts SET tenant_id = 'default' WHERE tenant_id = 'other'",
    ),
    "a new cut": (
        "INSERT INTO audit_cuts SELECT tenant_id, 3, 8, (SELECT hash FROM audit WHERE position = 8"
        " AND {ours}), 2, at, why, mac FROM audit_cuts WHERE number = 2 AND {ours}",
        "DELETE FROM audit WHERE position IN (7, 8) AND {ours}",
    ),
    "no cut at all": ("DELETE FROM audit_cuts WHERE {ours}",),
    "only the second cut": ("DELETE FROM audit_cuts WHERE number = 1 AND {ours}",),
    "only the first cut": ("DELETE FROM audit_cuts WHERE number = 2 AND {ours}",),
    "another reason": ("UPDATE audit_cuts SET why = 'lost' WHERE number = 1 AND {ours}",),
    "fewer rows": ("UPDATE audit_cuts SET rows = 1 WHERE number = 2 AND {ours}",),
    "another time": ("UPDATE audit_cuts SET at = now() WHERE number = 2 AND {ours}",),
    "what the first row hangs on": (
        "UPDATE audit SET previous = decode(repeat('00', 32), 'hex') WHERE position = 7 AND {ours}",
    ),
}


TABLES = ("audit", "audit_cuts", "audit_heads")


async def test_whoever_cuts_more_or_touches_the_cut_is_found(trail: Trail) -> None:
    await trail.cut(390)
    await trail.cut()
    assert await trail.found() == []
    trail.tamper(*(f"CREATE TABLE kept_{name} AS TABLE {name}" for name in TABLES))
    for what, statements in BY_SQL.items():
        trail.tamper(*(each.replace("{ours}", "tenant_id = 'default'") for each in statements))
        assert await trail.found() != [], what
        await trail.write(TENANT, 0)
        assert await trail.found() != [], f"{what}: going on does not cover it up"
        for name in TABLES:
            trail.tamper(
                f"DELETE FROM {name}",
                f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE kept_{name}",
            )
    assert await trail.found() == []
    trail.tamper(*(f"DROP TABLE kept_{name}" for name in TABLES))


async def test_what_does_not_prove_itself_is_not_cut(trail: Trail) -> None:
    trail.tamper("UPDATE audit SET actor = 'x' WHERE position = 2 AND tenant_id = 'default'")
    line = await trail.cut()
    assert line.rows == 6, "the other organisation's"
    assert len(line.refused) == 1
    assert "default" in line.refused[0]
    trail.tamper("DELETE FROM audit WHERE position < 3 AND tenant_id = 'default'")
    assert (await trail.cut()).rows == 0
    assert ("deleted", 1) in await trail.found()
