"""What the tests of connected mailboxes share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from salesagent_adapters.google.oauth import FEATURES, GoogleClient, GoogleOAuth
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    ConnectingWork,
    ConnectionState,
    KeptConnection,
    Lost,
    MailboxConnection,
    Tokens,
)

TENANT = TenantId("default")
MAILBOX = "sales@example.com"
CLIENT_ID = "client.apps.example"
CLIENT_SECRET = "planted-client-secret"
REFRESH = "planted-refresh-token"
ACCESS = "planted-access-token"
REDIRECT = "http://127.0.0.1:8000/auth/google/callback"


def google(root: str, timeout: float = 2.0) -> GoogleOAuth:
    """Our client at a server under ``root``."""
    client = GoogleClient(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=REDIRECT, root=root
    )
    return GoogleOAuth(client, timeout=timedelta(seconds=timeout))


def every_scope() -> frozenset[str]:
    """What is granted when nothing is unticked."""
    return frozenset(feature.scopes[0] for feature in FEATURES)


async def connect(
    work: ConnectingWork,
    *,
    left: timedelta = timedelta(hours=1),
    tenant: TenantId = TENANT,
    mailbox: str = MAILBOX,
    lost: Lost | None = None,
) -> None:
    """A stored connection whose access token is good for ``left``."""
    now = datetime.now(UTC)
    connection = MailboxConnection(
        tenant_id=tenant,
        mailbox=mailbox,
        provider="google",
        account="1",
        scopes=every_scope(),
        state=ConnectionState.DISCONNECTED if lost else ConnectionState.CONNECTED,
        since=now,
        by="key:1",
        why=lost,
    )
    tokens = Tokens(access=ACCESS, refresh=REFRESH, expires_at=now + left)
    async with work.begin(tenant) as tx:
        kept = KeptConnection(connection=connection, tokens=None if lost else tokens, generation=1)
        await tx.connections.save(kept)


async def stored(
    work: ConnectingWork, tenant: TenantId = TENANT, mailbox: str = MAILBOX
) -> KeptConnection:
    """What is stored of the mailbox now."""
    async with work.begin(tenant) as tx:
        kept = await tx.connections.get(mailbox)
    assert kept is not None
    return kept
