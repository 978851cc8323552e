"""One synthetic form through the whole flow: HTTP in, sixteen steps, a draft to review.

With ``live`` the vendors are the real ones: the form is in the name of our own mailbox, so that
what is drafted is a mail to ourselves, and afterwards it is taken away again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs

from salesagent_app.client import ApiClient
from salesagent_app.keys import create_key
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import Settings
from salesagent_core.errors import PolicyRefused, Reason, SalesAgentError
from salesagent_core.ids import DEFAULT_TENANT, RunId
from salesagent_core.ports.api_keys import Scope

TIME_ALLOWED = 120.0
KEY_LIFETIME = timedelta(minutes=15)
FORM_ID = "salesagent-smoke-test"
STRANGER = "smoke-test@example.com"


@attrs.frozen(kw_only=True)
class StepResult:
    """``status`` is done, degraded, failed or pending; ``gap`` says what is missing."""

    name: str
    status: str
    gap: str | None


@attrs.frozen(kw_only=True)
class Removal:
    """Something that the test made. ``done``: it is gone; else ``note`` says what to do."""

    what: str
    done: bool
    note: str = ""


@attrs.frozen(kw_only=True)
class SmokeReport:
    """What happened, and how long each part took in seconds."""

    passed: bool
    accepted: int
    status: dict[str, Any]
    draft: dict[str, Any] | None
    seconds: float
    stand_ins: tuple[str, ...]
    live: bool = False
    steps: tuple[StepResult, ...] = ()
    removed: tuple[Removal, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return attrs.asdict(self)

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"form accepted with {self.accepted}, run {self.status.get('run_id')}"
        yield f"run ended as {self.status['state']} at step {self.status['progress']}"
        for step in self.steps:
            yield f"  {step.status:<9}{step.name}" + (f": {step.gap}" if step.gap else "")
        if self.status.get("error"):
            yield f"because: {self.status['error']}"
        if self.draft is not None and not self.live:
            yield f"draft {self.draft['id']} waits for a person ({self.draft['status']})"
        for each in self.removed:
            state = "removed" if each.done else "left"
            yield f"{state}: {each.what}" + (f" ({each.note})" if each.note else "")
        for vendor in self.stand_ins:
            yield f"note: {vendor} was a memory stand-in"
        yield f"{'passed' if self.passed else 'FAILED'} in {self.seconds:.1f} s"


def run(settings: Settings, *, live: bool = False) -> SmokeReport:
    """Start everything in this process, post the form over HTTP, and wait for its draft.

    Raises:
        PolicyRefused: ``live``, and Google is a stand-in or our mailbox is not connected.
    """
    started = time.monotonic()
    own_secret = secrets.token_urlsafe(32)
    configured = settings.hubspot_webhook_secret
    secret = configured.get_secret_value() if configured else own_secret
    if live:
        _require_google(settings)
    with Process(settings, webhook_secrets=(secret,)) as process:
        if live:
            asyncio.run(_require_connected(process))
        key = asyncio.run(_key(process))
        process.start_worker()
        with LocalServer(process) as server, ApiClient(server.url, key=key, secret=secret) as api:
            answer = api.post_form(_form(settings, live=live))
            status: dict[str, Any] = {"state": "FAILURE", "progress": "0/16", "error": None}
            draft = None
            steps: tuple[StepResult, ...] = ()
            removed: tuple[Removal, ...] = ()
            if answer.status == 202:
                status = api.wait_for_draft(answer.document["task_id"], seconds=TIME_ALLOWED)
                if status.get("draft_id"):
                    draft = api.get(f"/api/operator/drafts/{status['draft_id']}")
                steps = _steps(api.get(f"/api/workflows/{answer.document['task_id']}"))
                if live:
                    run_id = RunId(answer.document["task_id"])
                    removed = _cleaned(api, process, draft, run_id)
    whole = not live or all(step.status == "done" for step in steps)
    return SmokeReport(
        passed=draft is not None and whole,
        accepted=answer.status,
        status=status,
        draft=draft,
        seconds=time.monotonic() - started,
        stand_ins=settings.stand_ins,
        live=live,
        steps=steps,
        removed=removed,
    )


def _require_google(settings: Settings) -> None:
    if "Google" in settings.stand_ins:
        sentence = (
            "Google is a memory stand-in: set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and "
            "GOOGLE_REDIRECT_URI, or run without --live"
        )
        raise PolicyRefused([Reason(code="no_real_mailbox", sentence=sentence)])


async def _require_connected(process: Process) -> None:
    container = process.container()
    try:
        views = await container.mailboxes()
    finally:
        await container.close()
    ours = next(view for view in views if view.default)
    if ours.connection is None or ours.needs_somebody:
        sentence = "the mailbox in SALESAGENT_MAILBOX is not connected: connect it under /mailboxes"
        raise PolicyRefused([Reason(code="mailbox_disconnected", sentence=sentence)])


def _steps(document: dict[str, Any]) -> tuple[StepResult, ...]:
    return tuple(
        StepResult(name=step["name"], status=step["status"], gap=step["gap"])
        for step in document["steps"]
    )


def _cleaned(
    api: ApiClient, process: Process, draft: dict[str, Any] | None, run_id: RunId
) -> tuple[Removal, ...]:
    """Take away what was made, and say what stays. It never fails: it says so."""
    removed = []
    if draft is not None:
        rejected = api.reject(draft["id"], draft["content_hash"], "It was a smoke test.")
        note = "" if rejected else "reject it there"
        removed.append(Removal(what="the draft in the queue", done=rejected, note=note))
    removed.append(asyncio.run(_mailbox_cleaned(process, run_id)))
    lead = draft["lead"]["person"] if draft is not None else {}
    if lead.get("crm_id") and "HubSpot" not in process.settings.stand_ins:
        removed.append(
            Removal(
                what=f"HubSpot contact {lead['crm_id']} with its task and note",
                done=False,
                note="salesagent deletes nothing in HubSpot: delete them there",
            )
        )
    return tuple(removed)


async def _mailbox_cleaned(process: Process, run_id: RunId) -> Removal:
    container = process.container()
    try:
        gone = await container.remove_drafts(run_id)
    except SalesAgentError as error:
        note = f"{error}: delete it there"
        return Removal(what="the draft in the mailbox", done=False, note=note)
    finally:
        await container.close()
    return Removal(
        what="the draft in the mailbox", done=True, note="" if gone else "there was none"
    )


async def _key(process: Process) -> str:
    container = process.container()
    try:
        made = await create_key(
            container.api_keys,
            container.clock,
            name="smoke test",
            scopes=[Scope.OPERATOR],
            lifetime=KEY_LIFETIME,
            tenant=DEFAULT_TENANT,
        )
    finally:
        await container.close()
    return made.secret


def _form(settings: Settings, *, live: bool) -> dict[str, Any]:
    address = settings.sender_mailbox if live else STRANGER
    return {
        "portalId": settings.hubspot_portal_id or "0",
        "formId": FORM_ID,
        "formSubmissionId": str(uuid.uuid4()),
        "timestamp": int(time.time() * 1000),
        "fields": [
            {"name": "email", "value": address},
            {"name": "firstname", "value": "Smoke"},
            {"name": "lastname", "value": "Test"},
            {"name": "company", "value": "Example"},
            {"name": "message", "value": "Could you show us how it works?"},
        ],
    }
