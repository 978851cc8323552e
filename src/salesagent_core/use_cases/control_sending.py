"""What people set about sending: the kill switch, the mode and the limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.sending.gate import (
    DRAFT_ONLY,
    ModeChange,
    SendMode,
    SendPermission,
    Stop,
    effective_mode,
)
from salesagent_core.domain.sending.rate_limit import (
    Blocked,
    Limits,
    check_limits,
    limit_warnings,
    may_go_at,
)
from salesagent_core.domain.sending.recipients import company_key
from salesagent_core.errors import InvalidInput, PolicyRefused, Problem, Reason, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.send_ledger import SendQueue, SlotKeys
from salesagent_core.ports.send_switches import EVERY_TENANT
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork, SettingHook

MAX_WHY = 500
NOT_COMPARED = Reason(
    code="not_compared",
    sentence="the database came from a backup and was not compared with the mailboxes yet:"
    " run `salesagent reconcile` first",
)


@attrs.frozen(kw_only=True)
class SendingStatus:
    """``in_flight`` are the attempts that a stop comes too late for: being sent, or unknown."""

    stopped: bool
    in_flight: tuple[str, ...] = ()
    by: str | None = None
    why: str | None = None
    at: datetime | None = None
    everywhere: bool = False


@attrs.frozen(kw_only=True)
class ModeView:
    """The mode in force, what was chosen and by whom, and whether the settings allow SEND."""

    mode: SendMode
    allowed_by_settings: bool
    chosen: ModeChange | None = None


@attrs.frozen(kw_only=True)
class QuotaView:
    """How much is left for one person. ``used`` counts sent and reserved mail in each window;
    ``may_go_at`` is now where nothing blocks, and None where a person must act."""

    contact_used: int
    mailbox_used: int
    company_used: int
    limits: Limits
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    may_go_at: datetime | None = None
    warnings: tuple[Reason, ...] = ()


class ControlSending:
    """Every change is audited with who, when and why."""

    def __init__(
        self,
        *,
        work: SendingWork,
        sends: SendQueue,
        tenants: TenantDirectory,
        permission: SendPermission,
        queue: JobQueue,
        ids: IdSource,
        on_changed: SettingHook | None = None,
    ) -> None:
        self._on_changed = on_changed
        self._work = work
        self._sends = sends
        self._tenants = tenants
        self._permission = permission
        self._queue = queue
        self._ids = ids

    # ------------------------------------------------------------------ the kill switch

    async def stop(self, tenant_id: TenantId | None, *, who: str, why: str) -> SendingStatus:
        """Stop sending, of one tenant or (None) of all. When this returns no new send starts
        anywhere; what is in flight is in the answer. A switch that is pulled already stays as
        it was pulled.

        Raises:
            InvalidInput: no reason given. Unavailable: it may not be pulled; do it again.
        """
        why = _checked("why", why)
        async with self._work.begin(tenant_id or EVERY_TENANT) as tx:
            now = await tx.sends.now()
            if await tx.switches.stop(Stop(by=who, why=why, at=now)):
                await self._note(tx, tenant_id, "sending.stopped", now, who, why)
        return await self.status(tenant_id)

    async def resume(self, tenant_id: TenantId | None, *, who: str, why: str) -> SendingStatus:
        """Release the switch of one tenant, or (None) that of all; what it held back goes on.

        Raises:
            InvalidInput: no reason given. Unavailable
            PolicyRefused: all tenants, and the database came from a backup that was not compared
                with the mailboxes yet.
        """
        why = _checked("why", why)
        async with self._work.begin(tenant_id or EVERY_TENANT) as tx:
            now = await tx.sends.now()
            restored = (await tx.switches.state()).restored
            if tenant_id is None and restored is not None and not restored.compared:
                raise PolicyRefused([NOT_COMPARED])
            if await tx.switches.resume():
                await self._note(tx, tenant_id, "sending.resumed", now, who, why)
        woken = await self._sends.wake(tenant_id)
        if woken:
            await self._ring(woken)
        return await self.status(tenant_id)

    async def status(self, tenant_id: TenantId | None = None) -> SendingStatus:
        """Whether sending is stopped (for this tenant, or for all), and what is in flight."""
        async with self._work.begin(tenant_id or EVERY_TENANT) as tx:
            stop = (await tx.switches.state()).stop
        in_flight = await self._sends.in_flight(tenant_id)
        if stop is None:
            return SendingStatus(stopped=False, in_flight=in_flight)
        return SendingStatus(
            stopped=True,
            in_flight=in_flight,
            by=stop.by,
            why=stop.why,
            at=stop.at,
            everywhere=stop.everywhere,
        )

    # ------------------------------------------------------------------ mode and limits

    async def mode(self, tenant_id: TenantId) -> ModeView:
        """The mode in force, and why."""
        async with self._work.begin(tenant_id) as tx:
            state = await tx.switches.state()
        return ModeView(
            mode=effective_mode(self._permission, state, tenant_id),
            allowed_by_settings=self._permission.allowed,
            chosen=state.mode,
        )

    async def set_mode(
        self, tenant_id: TenantId, mode: SendMode, *, who: str, why: str
    ) -> ModeView:
        """Choose the mode of one tenant.

        Raises:
            PolicyRefused: SEND, and the settings of this installation do not allow it.
            InvalidInput: no reason given.
        """
        why = _checked("why", why)
        if mode is SendMode.SEND and not self._permission.allowed:
            sentence = "the settings of this installation allow drafts only"
            raise PolicyRefused([Reason(code=DRAFT_ONLY, sentence=sentence)])
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            state = await tx.switches.state()
            before = effective_mode(self._permission, state, tenant_id)
            await tx.switches.set_mode(ModeChange(mode=mode, by=who, why=why, at=now))
            await self._note(tx, tenant_id, f"sending.mode_{mode.value.lower()}", now, who, why)
            was, is_ = {"mode": before.value}, {"mode": mode.value}
            await self._keep(tx, "mode", was, is_, who=who, why=why, now=now)
        return await self.mode(tenant_id)

    async def limits(self, tenant_id: TenantId) -> Limits:
        """The limits in force."""
        async with self._work.begin(tenant_id) as tx:
            return (await tx.switches.state()).limits

    async def set_limits(
        self, tenant_id: TenantId, limits: Limits, *, who: str, why: str
    ) -> tuple[Reason, ...]:
        """Choose the limits of one tenant; returns a warning for each that is near its bound.

        Raises:
            InvalidInput: no reason given. (``Limits`` itself refuses what is out of bounds.)
        """
        why = _checked("why", why)
        async with self._work.begin(tenant_id) as tx:
            now = await tx.sends.now()
            before = (await tx.switches.state()).limits
            await tx.switches.set_limits(limits, who)
            numbers = f"{limits.per_contact}/{limits.per_mailbox}/{limits.per_company}"
            await self._note(tx, tenant_id, "sending.limits", now, who, why, (("limits", numbers),))
            was, is_ = attrs.asdict(before), attrs.asdict(limits)
            await self._keep(tx, "limits", was, is_, who=who, why=why, now=now)
        return limit_warnings(limits)

    async def quota(self, tenant_id: TenantId, email: str) -> QuotaView:
        """What is left of the limits for one person, and whether they may be written to at all.

        Raises:
            InvalidInput: that is not an address. NotFound: no such tenant.
        """
        judged = judge_address(email)
        if judged.normalized is None:
            what = judged.reason.sentence if judged.reason else "is not an address"
            raise InvalidInput("this is not an address", [Problem(where="email", what=what)])
        tenant = await self._tenants.get(tenant_id)
        keys = SlotKeys(
            contact=fold_alias(email),
            mailbox=tenant.mailbox,
            company=company_key(email, None),
        )
        async with self._work.begin(tenant_id) as tx:
            state = await tx.switches.state()
            usage = await tx.sends.usage(keys, lock=False)
            now = usage.counted_at or await tx.sends.now()
            suppressed = await tx.suppressions.covering(email)
            lists = await tx.recipients.judge(email)
        blocked: tuple[Blocked, ...] = check_limits(now, usage, state.limits)
        never = [entry.why for entry in suppressed]
        if lists.denied or (lists.listed and not lists.allowed):
            sentence = "the allow and deny lists forbid this recipient"
            never.append(Reason(code="recipient_lists", sentence=sentence))
        return QuotaView(
            contact_used=len(usage.contact_sends),
            mailbox_used=len(usage.mailbox_sends),
            company_used=len({each.contact for each in usage.company_contacts}),
            limits=state.limits,
            allowed=not blocked and not never,
            reasons=(*never, *(each.reason for each in blocked)),
            may_go_at=None if never else may_go_at(blocked) or now,
            warnings=limit_warnings(state.limits),
        )

    async def _keep(
        self,
        tx: SendingTransaction,
        name: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        *,
        who: str,
        why: str,
        now: datetime,
    ) -> None:
        if self._on_changed is not None and before != after:
            await self._on_changed(tx, name, before, after, who=who, why=why, now=now)

    async def _note(
        self,
        tx: SendingTransaction,
        tenant_id: TenantId | None,
        action: str,
        now: datetime,
        who: str,
        why: str,
        detail: tuple[tuple[str, str], ...] = (),
    ) -> None:
        owner = tenant_id or EVERY_TENANT
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=owner,
                at=now,
                actor=who,
                action=action,
                subject_kind="tenant",
                subject_id=owner,
                detail=(*detail, ("why", why)) if why else detail,
            )
        )

    async def _ring(self, attempt_ids: tuple[str, ...]) -> None:
        try:
            await self._queue.ring(Topic.SEND, attempt_ids)
        except Unavailable:
            # They are due; the sweeper finds them.
            return


def _checked(where: str, text: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise InvalidInput(f"{where} is missing", [Problem(where=where, what="must not be empty")])
    if len(text) > MAX_WHY:
        problem = Problem(where=where, what=f"longer than {MAX_WHY} characters")
        raise InvalidInput(f"{where} is too long", [problem])
    return text
