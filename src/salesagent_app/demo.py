"""The demo: made-up leads through the real engine, from HTTP to a draft with its reasons."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
from rich.console import Console
from rich.table import Table

from salesagent_adapters.memory.world import World
from salesagent_app.client import Answer, ApiClient
from salesagent_app.demo_history import History
from salesagent_app.demo_world import DEMO_FORMS, DEMO_TENANT, DemoForm, build_demo_world
from salesagent_app.keys import create_key
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import Settings, read_settings
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.errors import Unavailable
from salesagent_core.ports.api_keys import Scope

TIME_ALLOWED = 60.0
KEY_LIFETIME = timedelta(days=1)
REASONS_SHOWN = 3
PIPED_WIDTH = 150


@attrs.frozen(kw_only=True)
class Fate:
    """What became of one form."""

    title: str
    answer: int
    became: str
    priority: float | None
    tier: str | None
    fit: float | None
    coverage: float | None
    why: tuple[str, ...]
    draft_id: str | None
    subject: str | None
    body: str | None
    expected: str


@attrs.frozen(kw_only=True)
class DemoReport:
    """What became of all of them. ``passed`` is False when one ended in nothing definite."""

    fates: tuple[Fate, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """True when every form has a definite end."""
        return all(fate.became != "unknown" for fate in self.fates)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "leads": [attrs.asdict(fate) for fate in self.fates],
        }

    def print(self, console: Console) -> None:
        """For people."""
        if not console.is_terminal:
            console.width = max(console.width, PIPED_WIDTH)
        table = Table(title="What became of each lead, and why", show_lines=True)
        table.add_column("lead", max_width=30)
        table.add_column("HTTP", justify="right")
        table.add_column("became", no_wrap=True)
        table.add_column("priority", justify="right")
        table.add_column("fit (known)", no_wrap=True)
        table.add_column("why", ratio=1)
        for fate in self.fates:
            table.add_row(
                fate.title,
                str(fate.answer),
                fate.became,
                "" if fate.priority is None else f"{fate.priority:.0f}",
                _fit(fate),
                "\n".join(fate.why),
            )
        console.print(table)
        console.print(
            f"{len(self.fates)} forms in {self.seconds:.1f} s; nothing was sent to anybody."
        )


def _fit(fate: Fate) -> str:
    if fate.fit is None or fate.coverage is None:
        return ""
    return f"{fate.tier} {fate.fit:.2f} ({fate.coverage:.0%})"


def run(
    *, once: bool, send: bool, host: str, port: int, console: Console, history: bool = False
) -> DemoReport:
    """Work all demo forms; unless ``once``, serve them for review until interrupted. With
    ``history`` a simulated quarter lies behind them."""
    started = time.monotonic()
    secret = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="salesagent-demo-") as folder:
        settings = _settings(Path(folder))
        world = build_demo_world()
        process = Process(
            settings,
            tenant=DEMO_TENANT,
            world=world,
            webhook_secrets=(secret,),
            # Everybody may be mailed, because the mailbox is a memory stand-in: nothing leaves.
            send_permission=SendPermission(allowed=True, recipients=("*",)) if send else None,
        )
        with contextlib.ExitStack() as stack:
            with console.status("starting an embedded PostgreSQL"):
                stack.enter_context(process)
            key = asyncio.run(_key(process))
            if history:
                with console.status("simulating a quarter of mail and answers"):
                    asyncio.run(_history(process))
            process.start_worker()
            server = stack.enter_context(LocalServer(process, host=host, port=0 if once else port))
            api = stack.enter_context(ApiClient(server.url, key=key, secret=secret))
            fates = tuple(_work_all(api, world, console))
            report = DemoReport(fates=fates, seconds=time.monotonic() - started)
            if not once:
                _serve(server, key, console, send=send)
    return report


def _settings(folder: Path) -> Settings:
    # The demo's vendors are made up, whatever keys the environment holds: nothing may leave.
    return read_settings(
        _env_file=None,
        data_dir=folder,
        api_env="development",
        database_url=None,
        redis_url=None,
        hubspot_api_key=None,
        google_client_id=None,
        openai_api_key=None,
        openai_base_url=None,
        mode_draft_only=True,
        encryption_keys=(),
    )


async def _key(process: Process) -> str:
    container = process.container()
    try:
        made = await create_key(
            container.api_keys,
            container.clock,
            name="demo",
            scopes=[Scope.ADMIN],
            lifetime=KEY_LIFETIME,
            tenant=DEMO_TENANT.id,
        )
    finally:
        await container.close()
    return made.secret


async def _history(process: Process) -> None:
    container = process.container()
    try:
        await History(container, DEMO_TENANT).play()
    finally:
        await container.close()


def _work_all(api: ApiClient, world: World, console: Console) -> Iterator[Fate]:
    with console.status("") as status:
        for number, form in enumerate(DEMO_FORMS, start=1):
            status.update(f"lead {number} of {len(DEMO_FORMS)}: {form.title}")
            if form.calendar_down:
                world.faults.fail("calendar.busy", Unavailable("the calendar does not answer"))
            yield _work(api, form)
            world.faults.clear("calendar.busy")


def _work(api: ApiClient, form: DemoForm) -> Fate:
    answer = api.post_form(form.payload)
    if answer.status != 202:
        return _refused(form, answer)
    status = api.wait_for_draft(answer.document["task_id"], seconds=TIME_ALLOWED)
    draft = api.get(f"/api/operator/drafts/{status['draft_id']}") if status["draft_id"] else None
    if draft is None:
        error = status["error"] or "no draft was made"
        return _fate(form, answer, became=_ended(status["state"]), why=(error,))
    return _drafted(form, answer, draft)


def _ended(state: str) -> str:
    return {"FAILURE": "failed", "RETRY": "waiting"}.get(state, "unknown")


def _refused(form: DemoForm, answer: Answer) -> Fate:
    document = answer.document
    if answer.status == 409:
        why = f"the first delivery is run {document['task_id']}; no second one was made"
        return _fate(form, answer, became="duplicate", why=(why,))
    return _fate(form, answer, became="refused", why=(str(document.get("detail", "")),))


def _drafted(form: DemoForm, answer: Answer, draft: dict[str, Any]) -> Fate:
    decision = draft["decisions"][-1]
    gaps = [gap["gap"] for gap in draft["degraded"]]
    findings = [finding["sentence"] for finding in draft["revision"]["findings"]]
    reasons = [reason["sentence"] for reason in decision["reasons"]]
    fit_reasons = [reason["sentence"] for reason in draft["fit"]["reasons"]]
    why = dict.fromkeys([*gaps, *findings, draft["plan"]["reason"], *reasons, *fit_reasons])
    return _fate(
        form,
        answer,
        became=decision["verdict"].replace("_", " "),
        why=tuple(why)[:REASONS_SHOWN],
        draft=draft,
    )


def _fate(
    form: DemoForm,
    answer: Answer,
    *,
    became: str,
    why: tuple[str, ...],
    draft: dict[str, Any] | None = None,
) -> Fate:
    return Fate(
        title=form.title,
        answer=answer.status,
        became=became,
        why=why,
        expected=form.expect,
        priority=draft["aps"] if draft else None,
        tier=draft["fit"]["tier"] if draft else None,
        fit=draft["fit"]["score"] if draft else None,
        coverage=draft["fit"]["coverage"] if draft else None,
        draft_id=draft["id"] if draft else None,
        subject=draft["revision"]["subject"] if draft else None,
        body=draft["revision"]["body"] if draft else None,
    )


def _serve(server: LocalServer, key: str, console: Console, *, send: bool) -> None:
    console.print(f"Open [bold]{server.url}[/] and log in with this key:")
    console.print(f"  {key}", highlight=False)
    if send:
        console.print(
            "Mode SEND: what you approve goes out after 30 s, to the memory mailbox only."
        )
    console.print("Ctrl-C ends the demo and deletes its data.")
    with contextlib.suppress(KeyboardInterrupt):
        server.wait()
