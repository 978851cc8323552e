"""First-run guide: connect, say who you are and whom you sell to, then watch a first draft appear.

Every part is tested when it is asked for, and says which setting or permission is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import attrs
import msgspec
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.check import Check
from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import chosen_of
from salesagent_app.http.services import HttpServices, SettingsServices, VendorKeys
from salesagent_app.trying import tried
from salesagent_app.web import words
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.address import judge_address
from salesagent_core.domain.choices import ICP, SENDER
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.run import STEP_NAMES, RunStatus
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.errors import InvalidInput, NotFound, Problem
from salesagent_core.ids import RunId, SubmissionId, TenantId
from salesagent_core.ports.read_model import RunDetail
from salesagent_core.use_cases.connect_mailbox import MailboxView
from salesagent_core.use_cases.manage_settings import SETUP, ChangedMeanwhile

FORM_ID = "salesagent-set-up-test"
MAX_FIELD = 1_000
DONE = {
    "sender": "Saved. Mails are signed by this name from now on.",
    "dismissed": "Today no longer shows the set-up. It stays here, under Settings.",
    "shown": "Today shows the set-up again until all of it is done.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
Run = Annotated[UUID | None, QueryParameter(name="run")]
FIELDS = {
    "email": "E-mail",
    "firstname": "First name",
    "lastname": "Last name",
    "company": "Company",
    "jobtitle": "Job title",
    "message": "Message",
}
SAMPLE = {
    "firstname": "Robin",
    "lastname": "Example",
    "company": "Example",
    "jobtitle": "Head of Operations",
    "message": "Could you show us how it works? A call next week would suit us.",
}


CRM = "HubSpot"
NO_ACCOUNT = (
    "This organisation has no HubSpot account of its own yet. Whoever runs this installation gives"
    " it the token, with the command salesagent tenants secret."
)


class State(StrEnum):
    """How one part of the set-up stands."""

    DONE = "done"
    TO_DO = "to do"
    STAND_IN = "a stand-in serves it"
    BROKEN = "needs you"


@attrs.frozen(kw_only=True)
class Part:
    """One part of the set-up."""

    code: str
    title: str
    state: State
    note: str | None = None

    @property
    def light(self) -> str:
        """The light beside it."""
        return {
            State.DONE: "completed",
            State.BROKEN: "failed",
            State.STAND_IN: "waiting",
        }.get(self.state, "")


@attrs.frozen(kw_only=True)
class SetUp:
    """All parts in their order."""

    parts: tuple[Part, ...]
    dismissed: bool
    version: int

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(part.state is State.DONE for part in self.parts)

    @property
    def open(self) -> bool:
        """Whether Today says that there is something left."""
        return not self.dismissed and self.done < len(self.parts)

    @property
    def next(self) -> Part | None:
        """The first that is not done."""
        return next((part for part in self.parts if part.state is not State.DONE), None)


async def set_up(services: HttpServices, tenant_id: TenantId) -> SetUp | None:
    """How far the set-up is; None where nothing is set on the pages. Asks no vendor."""
    if services.chosen is None:
        return None
    settings = services.chosen.settings
    saved = await settings.get(tenant_id, SETUP)
    tenant = await services.tenants.get(tenant_id)
    boxes: Sequence[MailboxView] = ()
    if services.mailboxes is not None and services.mailboxes.available:
        boxes = await services.mailboxes.list(tenant_id)
    drafts = await services.queries.drafts(tenant_id, limit=1)
    icp = await settings.get(tenant_id, ICP)
    without_crm = await _without_crm(services.chosen, tenant_id)
    parts = [_vendor_part(each, boxes, without_crm) for each in services.chosen.vendors]
    parts += [
        Part(code="sender", title="Say who writes", state=_done(bool(tenant.postal_address))),
        Part(code="icp", title="Describe your ideal customer", state=_done(icp.version > 0)),
        Part(code="test", title="Send a test form", state=_done(bool(drafts))),
    ]
    return SetUp(
        parts=tuple(parts),
        dismissed=saved.value.get("dismissed") is True,
        version=saved.version,
    )


class SetUpPages(Rooms):
    """The guide."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/setup", name="setup")
        async def show(visit: Visiting, done: Done = None, run: Run = None) -> Page:
            run_id = RunId(str(run)) if run else None
            return await self._show(visit, banner=DONE.get(done or ""), run_id=run_id)

        @post("/setup/check", status_code=200, name="setup-check")
        async def check(request: AnyRequest, visit: Visiting) -> Page:
            return await self._check(visit, await self._form(request, visit))

        @post("/setup/sender", status_code=200, name="setup-sender")
        async def sender(request: AnyRequest, visit: Visiting) -> Page:
            return await self._sender(visit, await self._form(request, visit))

        @post("/setup/test", status_code=200, name="setup-test")
        async def test(request: AnyRequest, visit: Visiting) -> Page:
            return await self._test(visit, await self._form(request, visit))

        @post("/setup/dismiss", status_code=200, name="setup-dismiss")
        async def dismiss(request: AnyRequest, visit: Visiting) -> Page:
            form = await self._form(request, visit)
            dismissed = form.one("dismissed") == "yes"
            await self._settings.set(
                visit.caller.tenant_id,
                SETUP,
                {"dismissed": dismissed},
                seen=form.seen,
                who=visit.caller.id,
            )
            done = "dismissed" if dismissed else "shown"
            return Redirect(f"/setup?done={done}", status_code=303)

        return [show, check, sender, test, dismiss]

    async def _check(self, visit: Visit, form: Form) -> Page:
        chosen = chosen_of(self._services)
        about = form.one("about")
        vendor = next((each for each in chosen.vendors if each.name.lower() == about), None)
        if vendor is None:
            raise NotFound("there is nothing of that name to check")
        found: list[Check] = []
        if chosen.trials is not None:
            trials = await chosen.trials(visit.caller.tenant_id)
            names = [each.name for each in chosen.vendors if each.name != "Google"]
            found = await tried(
                [
                    trial
                    for trial in trials
                    if _about(trial.name, names) == (vendor.name if vendor.name in names else "")
                ]
            )
        return await self._show(visit, checks={about: found})

    async def _sender(self, visit: Visit, form: Form) -> Page:
        data = {name: form.one(name) for name in ("sender_name", "postal_address")}
        try:
            await self._settings.set(
                visit.caller.tenant_id, SENDER, data, seen=form.seen, who=visit.caller.id
            )
        except InvalidInput as error:
            wrong = wrong_input("sender", error)
            return await self._show(visit, wrong=wrong, typed=form, status=400)
        except ChangedMeanwhile as late:
            wrong = Wrong(form="sender", first=late.newest)
            return await self._show(visit, wrong=wrong, typed=form, status=409)
        return Redirect("/setup?done=sender#sender", status_code=303)

    async def _test(self, visit: Visit, form: Form) -> Page:
        fields = {name: form.one(name).strip()[:MAX_FIELD] for name in FIELDS}
        judged = judge_address(fields["email"])
        problems = []
        if not judged.valid:
            what = judged.reason.sentence if judged.reason else "is not an address"
            problems.append(Problem(where="email", what=what))
        if not fields["message"]:
            problems.append(Problem(where="message", what="say what the sample visitor wants"))
        if problems:
            wrong = wrong_input("test", InvalidInput("Nothing was sent.", problems))
            return await self._show(visit, wrong=wrong, typed=form, status=400)
        now = self._services.clock.now()
        submission = Submission(
            id=SubmissionId(self._services.ids.new()),
            tenant_id=visit.caller.tenant_id,
            source=SubmissionSource.SMOKE,
            received_at=now,
            submitted_at=now,
            form_id=FORM_ID,
            conversion_id=self._services.ids.new(),
            fields=tuple(FormField(name=name, value=value) for name, value in fields.items()),
        )
        receipt = await self._services.receive_submission(submission, msgspec.json.encode(fields))
        return Redirect(f"/setup?run={receipt.run_id}#test", status_code=303)

    async def _show(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        checks: dict[str, list[Check]] | None = None,
        run_id: RunId | None = None,
        status: int = 200,
    ) -> Page:
        tenant_id = visit.caller.tenant_id
        found = await set_up(self._services, tenant_id)
        assert found is not None
        sender = await self._settings.get(tenant_id, SENDER)
        tenant = await self._services.tenants.get(tenant_id)
        run = await self._services.queries.run(tenant_id, run_id) if run_id else None
        return self._page(
            "setup.html",
            visit,
            names=await self._names(each.changed_by for each in sender.history),
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            setup=found,
            vendors={each.name.lower(): each for each in chosen_of(self._services).vendors},
            available=self._services.mailboxes is not None and self._services.mailboxes.available,
            mailbox=tenant.mailbox,
            checks=checks or {},
            sender=sender,
            fields=FIELDS,
            sample={"email": tenant.mailbox, **SAMPLE},
            run=run,
            run_words=_run_words(run),
            over=run is not None and run.run.status in (RunStatus.COMPLETED, RunStatus.FAILED),
            draft=await self._draft(tenant_id, run),
            steps=len(STEP_NAMES),
        )

    async def _draft(self, tenant_id: TenantId, run: RunDetail | None) -> Draft | None:
        if run is None or run.draft_id is None:
            return None
        return (await self._services.queries.draft(tenant_id, run.draft_id)).detail.draft


async def _without_crm(chosen: SettingsServices, tenant_id: TenantId) -> bool:
    """Whether the installation has a CRM, and this organisation no account in it."""
    return chosen.crm_token is not None and await chosen.crm_token(tenant_id) is None


def _vendor_part(keys: VendorKeys, boxes: Sequence[MailboxView], without_crm: bool) -> Part:
    part = Part(code=keys.name.lower(), title=f"Connect {keys.name}", state=_vendor(keys, boxes))
    if keys.name == CRM and without_crm and not keys.missing:
        return attrs.evolve(part, state=State.TO_DO, note=NO_ACCOUNT)
    return part


def _vendor(keys: VendorKeys, boxes: Sequence[MailboxView]) -> State:
    if keys.missing:
        return State.STAND_IN
    if keys.name != "Google":
        return State.DONE
    if any(view.needs_somebody for view in boxes):
        return State.BROKEN
    return _done(any(view.connected for view in boxes))


def _done(yes: bool) -> State:
    return State.DONE if yes else State.TO_DO


def _about(trial: str, names: Sequence[str]) -> str:
    """The vendor that a trial is about, "" for the mailboxes, which are named by their address."""
    return next((name for name in names if trial.startswith(name)), "")


def _run_words(run: RunDetail | None) -> str:
    if run is None:
        return ""
    if run.run.failure:
        return "The run failed before there was a draft."
    if run.run.status is RunStatus.WAITING:
        return run.run.waiting_for or "The run waits."
    if run.draft_id is not None:
        return "The draft is there."
    step = run.run.current_step
    return f"{words.STEPS.get(step, step)}…" if step else "The form is in. A worker takes it up…"
