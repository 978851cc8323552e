"""Connections: one engine whose transactions see one tenant, one that sees all of them.

The database itself holds tenants apart by row-level security on the setting
``salesagent.tenant``; a connection that does not set it sees no row and can write none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, cast

import psycopg
from sqlalchemy import URL, ExceptionContext, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from salesagent_adapters.postgres import arrays
from salesagent_adapters.postgres.errors import mapped
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId

APP_ROLE = "salesagent_app"
"""The role that a superuser's connections take on, because superusers are above all policies."""

ALL_TENANTS = "*"
TENANT_SETTING = "salesagent.tenant"

STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_MS = 60_000
CONNECT_TIMEOUT_S = 10

SET_TENANT = text(f"SELECT set_config('{TENANT_SETTING}', :tenant, true)")
_SET_TENANT = f"SELECT set_config('{TENANT_SETTING}', %s, true)".encode()
_SEASONED = "salesagent.seasoned"
"""Marks a pooled connection that has worked before: it may have been cut since."""

_CONNECT = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    # A network that swallows packets would otherwise hold a caller for many minutes.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""What an address may override; a unix socket ignores what is TCP's."""

_SETTINGS = {
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "lock_timeout": str(LOCK_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
    "TimeZone": "UTC",
    # Every statement here is short; compiling one costs more than running it.
    "jit": "off",
    # What is looked up is in memory or on flash: a claim reads the queue's head by its index
    # rather than all that is due, to sort it.
    "random_page_cost": "1.1",
}

_BY_KEY_ONLY = {
    # Batches look rows up by key. A plan made and kept while a table was empty would scan it, or
    # take an index of which only the tenant fits; planning for each batch costs less than a row.
    "plan_cache_mode": "force_custom_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

_ABOVE_POLICIES = (
    "SELECT (rolsuper OR rolbypassrls) AND EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
    " FROM pg_roles WHERE rolname = current_user"
)


def checked_tenant(tenant_id: TenantId) -> str:
    """The tenant as the database setting takes it.

    Raises:
        InvalidInput: it is empty, or the sign that stands for all tenants.
    """
    if not tenant_id or tenant_id == ALL_TENANTS or "\0" in tenant_id:
        problem = Problem(where="tenant_id", what="must be the id of one tenant")
        raise InvalidInput("this is not a tenant's id", [problem])
    return tenant_id


def sqlalchemy_url(url: str) -> URL:
    """The address with our driver in it, whatever driver it named.

    Raises:
        InvalidInput: it is not the address of a PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except Exception:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("postgresql", "postgres"):
        problem = Problem(where="DATABASE_URL", what="must look like postgresql://host/name")
        raise InvalidInput("the database address cannot be used", [problem])
    return parsed.set(drivername="postgresql+psycopg")


class Database:
    """Both engines of one database, and connections of our own for the hot paths."""

    def __init__(
        self, url: str, *, pool_size: int = 10, max_overflow: int = 10, system_pool_size: int = 5
    ) -> None:
        self.url = sqlalchemy_url(url)
        self._most = pool_size + max_overflow + 2 * system_pool_size
        # What opens a tenant's transaction finds out whether the connection still lives.
        self.tenants = _engine(self.url, pool_size, max_overflow, tenant=None, ping=False)
        self.system = _engine(self.url, system_pool_size, system_pool_size, tenant=ALL_TENANTS)

    @asynccontextmanager
    async def tenant(self, tenant_id: TenantId) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees this tenant's rows only.

        Raises:
            Unavailable: no connection, or the commit's fate is unknown. Conflict, Rejected
        """
        tenant = checked_tenant(tenant_id)
        with mapped():
            async with self.tenants.connect() as connection:
                await _enter(connection, tenant)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def across_tenants(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees every tenant's rows: claims, ingest and the sweeper.

        Raises:
            Unavailable, Conflict, Rejected
        """
        with mapped():
            async with self.system.begin() as connection:
                yield connection

    async def raw_connection(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """A driver connection across tenants, in autocommit; the caller closes it."""
        arguments = connect_arguments(self.url)
        connection = await psycopg.AsyncConnection.connect(**arguments, autocommit=True)
        arrays.register(connection)
        try:
            await _prepare_async(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def ping(self) -> None:
        """Raises: Unavailable when the database does not answer."""
        with mapped():
            async with self.system.connect() as connection:
                await connection.execute(text("SELECT 1"))

    def pool_use(self) -> tuple[int, int]:
        """How many pooled connections there may be, and how many are in use now."""
        pools = [engine.pool for engine in (self.tenants, self.system)]
        known = [pool for pool in pools if isinstance(pool, QueuePool)]
        in_use = sum(pool.checkedout() for pool in known)
        return self._most, in_use

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.tenants.dispose()
        await self.system.dispose()


async def _enter(connection: AsyncConnection, tenant: str) -> None:
    """Begin a transaction that sees this tenant, in one round trip. Where a pooled connection
    proves to be cut or in disorder, the next one is taken: nothing was done on it yet."""
    while True:
        pooled = await connection.get_raw_connection()
        driver = cast("psycopg.AsyncConnection[Any]", pooled.driver_connection)
        try:
            # The driver sends BEGIN before the first statement; the pipeline sends both at once.
            async with driver.pipeline():
                await driver.execute(_SET_TENANT, (tenant,))
        except psycopg.Error as error:
            # Not only what is operational: where an answer broke off, the error has no kind, and
            # a request that was cancelled may leave a connection in the middle of something.
            seasoned = _SEASONED in connection.info
            if not (seasoned and (driver.closed or error.sqlstate is None)):
                raise
            await connection.invalidate()
        else:
            connection.info[_SEASONED] = True
            return


def _engine(
    url: URL, size: int, overflow: int, *, tenant: str | None, ping: bool = True
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_pre_ping=ping,
        pool_recycle=1800,
        # An error's text must not repeat what was being stored.
        hide_parameters=True,
        connect_args={name: v for name, v in _CONNECT.items() if name not in url.query},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(_ABOVE_POLICIES, (APP_ROLE,))
        above = bool(cursor.fetchone()[0])
        statement, values = _settings_statement(tenant, above=above)
        cursor.execute(statement, values)
        cursor.close()
        connection.commit()

    @event.listens_for(engine.sync_engine, "handle_error")
    def judge(context: ExceptionContext) -> None:
        # Whatever fails a ping, an answer that broke off before or a driver that does not know the
        # connection's state any more: the next connection is taken instead of a fault told.
        if context.is_pre_ping:
            context.is_disconnect = True

    return engine


async def _prepare_async(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
    row = await (await connection.execute(_ABOVE_POLICIES, (APP_ROLE,))).fetchone()
    above = row is not None and bool(row[0])
    statement, values = _settings_statement(ALL_TENANTS, above=above, more=_BY_KEY_ONLY)
    await connection.execute(statement.encode(), values)


def _settings_statement(
    tenant: str | None, *, above: bool, more: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, list[str]]:
    settings = {**_SETTINGS, **more}
    if tenant is not None:
        settings[TENANT_SETTING] = tenant
    if above:
        settings["role"] = APP_ROLE
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    return f"SELECT {calls}", [part for pair in settings.items() for part in pair]


def connect_arguments(url: URL) -> Mapping[str, Any]:
    """What the driver itself is given for this address."""
    named = url.translate_connect_args(username="user", database="dbname")
    return {**_CONNECT, **named, **url.query}
