"""One synthetic form through the whole flow: HTTP in, sixteen steps, a draft to review."""

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
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

TIME_ALLOWED = 120.0
KEY_LIFETIME = timedelta(minutes=15)
FORM_ID = "salesagent-smoke-test"


@attrs.frozen(kw_only=True)
class SmokeReport:
    """What happened, and how long each part took in seconds."""

    passed: bool
    accepted: int
    status: dict[str, Any]
    draft: dict[str, Any] | None
    seconds: float
    stand_ins: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return attrs.asdict(self)

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"form accepted with {self.accepted}, run {self.status.get('run_id')}"
        yield f"run ended as {self.status['state']} at step {self.status['progress']}"
        if self.status.get("error"):
            yield f"because: {self.status['error']}"
        if self.draft is not None:
            yield f"draft {self.draft['id']} waits for a person ({self.draft['status']})"
        for vendor in self.stand_ins:
            yield f"note: {vendor} was a memory stand-in"
        yield f"{'passed' if self.passed else 'FAILED'} in {self.seconds:.1f} s"


def run(settings: Settings) -> SmokeReport:
    """Start everything in this process, post the form over HTTP, and wait for its draft."""
    started = time.monotonic()
    own_secret = secrets.token_urlsafe(32)
    configured = settings.hubspot_webhook_secret
    secret = configured.get_secret_value() if configured else own_secret
    with Process(settings, webhook_secrets=(secret,)) as process:
        key = asyncio.run(_key(process))
        process.start_worker()
        with LocalServer(process) as server, ApiClient(server.url, key=key, secret=secret) as api:
            answer = api.post_form(_form(settings))
            status: dict[str, Any] = {"state": "FAILURE", "progress": "0/16", "error": None}
            draft = None
            if answer.status == 202:
                status = api.wait_for_draft(answer.document["task_id"], seconds=TIME_ALLOWED)
                if status.get("draft_id"):
                    draft = api.get(f"/api/operator/drafts/{status['draft_id']}")
    return SmokeReport(
        passed=draft is not None,
        accepted=answer.status,
        status=status,
        draft=draft,
        seconds=time.monotonic() - started,
        stand_ins=settings.stand_ins,
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


def _form(settings: Settings) -> dict[str, Any]:
    return {
        "portalId": settings.hubspot_portal_id or "0",
        "formId": FORM_ID,
        "formSubmissionId": str(uuid.uuid4()),
        "timestamp": int(time.time() * 1000),
        "fields": [
            {"name": "email", "value": "smoke-test@example.com"},
            {"name": "firstname", "value": "Smoke"},
            {"name": "lastname", "value": "Test"},
            {"name": "company", "value": "Example"},
            {"name": "message", "value": "Could you show us how it works?"},
        ],
    }
