"""Connect a mailbox by the provider's consent page, disconnect it, and say how each one stands.

``start -> (the person consents) -> finish``. Whatever waited for the mailbox goes on in the same
transaction that connects it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.errors import Conflict, NotFound, PortError, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    MAILBOX_SUBJECT,
    ConnectingTransaction,
    ConnectingWork,
    ConnectionState,
    ConsentFlow,
    ConsentFlows,
    ConsentProvider,
    Feature,
    Grant,
    KeptConnection,
    Lost,
    MailboxConnection,
    Resumed,
    Tokens,
)
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.use_cases.consents import Consents, Started, code_of, require_granted

log = logging.getLogger(__name__)

StillAllowed = Callable[[TenantId, str], Awaitable[bool]]
"""Whether who started a flow may still connect mailboxes of that tenant."""


@attrs.frozen(kw_only=True)
class MailboxView:
    """One mailbox as people see it. ``connection`` is None when it was never connected;
    ``default``: drafts are made in it; ``waiting_runs`` go on once it is connected."""

    mailbox: str
    default: bool
    connection: MailboxConnection | None
    granted: tuple[Feature, ...] = ()
    missing: tuple[Feature, ...] = ()
    waiting_runs: int = 0

    @property
    def connected(self) -> bool:
        """Whether its work can go on."""
        return self.connection is not None and self.connection.state is ConnectionState.CONNECTED

    @property
    def needs_somebody(self) -> bool:
        """Whether work stands still, or will, until a person connects it again."""
        lost = self.connection is not None and self.connection.why is Lost.REVOKED
        return not self.connected and (lost or self.waiting_runs > 0)


@attrs.frozen(kw_only=True)
class Connected:
    """What came of a consent."""

    view: MailboxView
    resumed: Resumed


@attrs.frozen(kw_only=True)
class Disconnected:
    """``withdrawn``: the provider confirmed that our access is gone on its side, too."""

    view: MailboxView
    withdrawn: bool


class ConnectMailbox:
    """Without a ``provider`` nothing can be connected; what was is still listed."""

    def __init__(
        self,
        *,
        work: ConnectingWork,
        flows: ConsentFlows,
        provider: ConsentProvider | None,
        tenants: TenantDirectory,
        queue: JobQueue,
        ids: IdSource,
        secret: Callable[[], str],
    ) -> None:
        """``secret`` makes a fresh urlsafe text of at least 256 random bits, 43 to 128
        characters (as RFC 7636 wants a verifier)."""
        self._work = work
        self._provider = provider
        self._tenants = tenants
        self._queue = queue
        self._ids = ids
        self._consents = Consents(flows, secret)

    @property
    def available(self) -> bool:
        """Whether mailboxes can be connected here at all."""
        return self._provider is not None

    async def start(
        self,
        tenant_id: TenantId,
        *,
        by: str,
        features: Collection[str] = (),
        mailbox: str | None = None,
    ) -> Started:
        """Begin: the flow is stored, and ends after ``FLOW_LASTS``.

        Args:
            tenant_id: whose mailbox it will be.
            by: who asked, for the audit trail.
            features: codes of what it is for; the required ones always are. None means all.
            mailbox: the address that is to be connected; another one is then refused.

        Raises:
            Conflict: no provider is set up. InvalidInput: there is no such feature.
        """
        provider = self._set_up()
        async with self._work.begin(tenant_id) as tx:
            now = await tx.connections.now()
        return await self._consents.begin(
            provider, tenant_id, by=by, features=features, mailbox=mailbox, now=now
        )

    async def finish(
        self,
        *,
        state: str,
        browser: str,
        code: str | None,
        error: str | None,
        still_allowed: StillAllowed,
    ) -> Connected:
        """The person came back, with a code or with the provider's error.

        Raises:
            InvalidInput: we did not send this browser there, or it was used, or took too long.
            Conflict: the person declined, or consented for another mailbox than asked for.
            PolicyRefused: something without which the mailbox is of no use was not granted;
                one reason for each.
            Rejected, Unavailable: as ``ConsentProvider.exchange``.
        """
        provider = self._set_up()
        flow = await self._consents.take(state, browser)
        if not await still_allowed(flow.tenant_id, flow.by):
            raise Conflict("who started this may not connect mailboxes any more")
        given = code_of(code, error)
        async with self._work.begin(flow.tenant_id) as tx:
            now = await tx.connections.now()
        grant = await provider.exchange(flow, given, now)
        require_granted(provider.features, flow, grant)
        async with self._work.begin(flow.tenant_id) as tx:
            resumed = await self._connect(tx, flow, grant)
            view = await self._view_of(tx, flow.tenant_id, grant.mailbox)
        await self._ring(resumed)
        return Connected(view=view, resumed=resumed)

    async def disconnect(self, tenant_id: TenantId, mailbox: str, *, by: str) -> Disconnected:
        """Forget the tokens, then tell the provider. Work of the mailbox parks from now on.

        Raises:
            NotFound: it was never connected. Conflict: it is not connected now.
        """
        async with self._work.begin(tenant_id) as tx:
            kept = await tx.connections.get(mailbox, lock=True)
            if kept is None:
                raise NotFound("this mailbox was never connected")
            if kept.tokens is None:
                raise Conflict("this mailbox is not connected")
            now = await tx.connections.now()
            ended = attrs.evolve(
                kept.connection,
                state=ConnectionState.DISCONNECTED,
                why=Lost.BY_OPERATOR,
                since=now,
                by=by,
            )
            await tx.connections.save(
                KeptConnection(connection=ended, tokens=None, generation=kept.generation + 1)
            )
            detail = (("why", Lost.BY_OPERATOR.value),)
            await self._audit(tx, ended, "mailbox.disconnected", detail)
            view = await self._view_of(tx, tenant_id, ended.mailbox)
        return Disconnected(view=view, withdrawn=await self._withdraw(kept.tokens))

    async def list(self, tenant_id: TenantId) -> tuple[MailboxView, ...]:
        """Every mailbox, the default one first, whether or not it was ever connected."""
        tenant = await self._tenants.get(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            known = {each.mailbox: each for each in await tx.connections.all()}
            default = next(
                (each for each in known if each.lower() == tenant.mailbox.lower()), tenant.mailbox
            )
            mailboxes = (default, *(each for each in known if each != default))
            waiting = await tx.connections.waiting(mailboxes)
        return tuple(
            self._view(mailbox, known.get(mailbox), waiting[mailbox], default=mailbox == default)
            for mailbox in mailboxes
        )

    async def stuck(self, tenant_id: TenantId) -> tuple[MailboxView, ...]:
        """Those that a person must connect before their work goes on."""
        return tuple(view for view in await self.list(tenant_id) if view.needs_somebody)

    # ------------------------------------------------------------------ parts

    def _set_up(self) -> ConsentProvider:
        if self._provider is None:
            raise Conflict(
                "no mailbox provider is set up here: set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET "
                "and GOOGLE_REDIRECT_URI"
            )
        return self._provider

    async def _connect(self, tx: ConnectingTransaction, flow: ConsentFlow, grant: Grant) -> Resumed:
        before = await tx.connections.get(grant.mailbox, lock=True)
        connection = MailboxConnection(
            tenant_id=flow.tenant_id,
            mailbox=grant.mailbox,
            provider=self._set_up().name,
            account=grant.account,
            scopes=grant.scopes,
            state=ConnectionState.CONNECTED,
            since=await tx.connections.now(),
            by=flow.by,
        )
        generation = before.generation + 1 if before is not None else 1
        await tx.connections.save(
            KeptConnection(connection=connection, tokens=grant.tokens, generation=generation)
        )
        resumed = await tx.connections.resume(grant.mailbox)
        detail = (
            ("again", "yes" if before is not None else "no"),
            ("runs", str(len(resumed.runs))),
            ("sends", str(len(resumed.sends) + len(resumed.unknown_sends))),
            ("drafts", str(len(resumed.drafts))),
        )
        await self._audit(tx, connection, "mailbox.connected", detail)
        return resumed

    async def _audit(
        self,
        tx: ConnectingTransaction,
        connection: MailboxConnection,
        action: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=connection.tenant_id,
                at=connection.since,
                actor=connection.by,
                action=action,
                subject_kind=MAILBOX_SUBJECT,
                subject_id=tx.connections.subject_of(connection.mailbox),
                detail=(("provider", connection.provider), *detail),
            )
        )

    async def _view_of(
        self, tx: ConnectingTransaction, tenant_id: TenantId, mailbox: str
    ) -> MailboxView:
        kept = await tx.connections.get(mailbox)
        waiting = await tx.connections.waiting([mailbox])
        tenant = await self._tenants.get(tenant_id)
        default = tenant.mailbox.lower() == mailbox.lower()
        return self._view(
            mailbox, kept.connection if kept else None, waiting[mailbox], default=default
        )

    def _view(
        self,
        mailbox: str,
        connection: MailboxConnection | None,
        waiting: int,
        *,
        default: bool,
    ) -> MailboxView:
        features = tuple(self._provider.features) if self._provider is not None else ()
        connected = connection is not None and connection.state is ConnectionState.CONNECTED
        held = connection.scopes if connection is not None and connected else frozenset()
        return MailboxView(
            mailbox=mailbox,
            default=default,
            connection=connection,
            granted=tuple(each for each in features if each.is_granted(held)),
            missing=tuple(each for each in features if not each.is_granted(held)),
            waiting_runs=waiting,
        )

    async def _withdraw(self, tokens: Tokens) -> bool:
        if self._provider is None:
            return False
        try:
            await self._provider.revoke(tokens)
        except PortError as error:
            log.warning("access was forgotten here, but not withdrawn: %s", error)
            return False
        return True

    async def _ring(self, resumed: Resumed) -> None:
        bells = (
            (Topic.RUN, resumed.runs),
            (Topic.SEND, resumed.sends),
            (Topic.RECONCILE, resumed.unknown_sends),
            (Topic.DRAFT_SYNC, resumed.drafts),
        )
        for topic, subjects in bells:
            if not subjects:
                continue
            try:
                await self._queue.ring(topic, subjects)
            except Unavailable:
                # It is committed; the sweeper finds it.
                return
