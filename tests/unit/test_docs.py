"""The documentation says what the code does: nothing is missing from it, and no link is dead."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import click
import pytest
from litestar.routes import HTTPRoute

import salesagent_core.domain as domain
from salesagent_adapters.postgres.tables import metadata
from salesagent_app.cli import cli
from salesagent_app.container import Providers
from salesagent_app.http.admin import admin_router
from salesagent_app.http.analytics import analytics_router
from salesagent_app.http.auth import Gate, Guard
from salesagent_app.http.autonomy import autonomy_router, policy_router
from salesagent_app.http.chosen import icp_router, template_router
from salesagent_app.http.commands import Commands, command_router
from salesagent_app.http.desk import desk_router, who_router
from salesagent_app.http.drafts import operator_router
from salesagent_app.http.experiments import experiment_router
from salesagent_app.http.health import health_router
from salesagent_app.http.learning import learning_router
from salesagent_app.http.mail_pushes import push_router
from salesagent_app.http.mailboxes import mailbox_router
from salesagent_app.http.notices import notice_choice_router, notice_router
from salesagent_app.http.outcomes import outcome_router
from salesagent_app.http.people import key_router, people_router
from salesagent_app.http.privacy import privacy_router
from salesagent_app.http.rules import rule_router
from salesagent_app.http.runs import run_router, task_router
from salesagent_app.http.sending import sending_router
from salesagent_app.http.suppressions import suppression_router
from salesagent_app.http.switches import switch_router
from salesagent_app.http.usage import budget_router, usage_router
from salesagent_app.http.voices import voice_router
from salesagent_app.http.webhooks import EVENTS, FORMS, WORKFLOW
from salesagent_app.process import Process
from salesagent_app.settings import Settings
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.errors import SalesAgentError
from salesagent_core.use_cases.step import Step
from salesagent_core.use_cases.workflow import World, sixteen_steps

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = (*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def rows(page: str) -> list[list[str]]:
    """The cells of all table rows of a page of the reference, without their back quotes."""
    found = re.findall(r"^\| (.+) \|$", text(REFERENCE / page), re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in found]


# --- links -------------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    """The id that a Markdown viewer gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in _LINK.findall(_FENCE.sub("", text(page))):
            if not re.match(r"[a-z]+:", target):
                yield page, target


def test_every_relative_link_leads_somewhere() -> None:
    dead = []
    for page, target in links():
        path, _, place = target.partition("#")
        wanted = (page.parent / path).resolve() if path else page
        if not wanted.exists():
            dead.append(f"{page.relative_to(ROOT)}: {target}")
        elif place and place not in map(anchor, _HEADING.findall(_FENCE.sub("", text(wanted)))):
            dead.append(f"{page.relative_to(ROOT)}: {target} (no such heading)")
    assert dead == []


def test_every_page_is_linked_from_another() -> None:
    reached = {(page.parent / target.partition("#")[0]).resolve() for page, target in links()}
    pages = set(DOCS.rglob("*.md")) - {DOCS / "README.md"}
    assert sorted(page.name for page in pages - reached) == []


# --- settings ----------------------------------------------------------------------------------


def settings_by_name() -> dict[str, Any]:
    found = {}
    for field, info in Settings.model_fields.items():
        name = info.validation_alias or field.upper()
        found[str(name)] = info.default
    return found


def documented_settings() -> dict[str, str]:
    return {
        cells[0].strip("`"): cells[1]
        for cells in rows("settings.md")
        if re.fullmatch(r"`[A-Z0-9_]+`", cells[0])
    }


def shown(default: object) -> str:
    """A default as the page writes it."""
    if default is None:
        return "not set"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


def test_the_settings_page_names_exactly_the_settings_there_are() -> None:
    assert documented_settings().keys() == settings_by_name().keys()


def test_the_settings_page_names_their_defaults() -> None:
    page, wrong = documented_settings(), []
    for name, default in settings_by_name().items():
        # A folder depends on who runs it; an empty list of keys is one that is not set.
        allowed = {shown(default)} | ({"empty", "not set"} if default == () else set())
        if not isinstance(default, Path) and page.get(name) not in allowed:
            wrong.append(f"{name}: {page.get(name)} instead of {shown(default)}")
    assert wrong == []


# --- command line ------------------------------------------------------------------------------


def commands(
    command: click.Command, path: str = "salesagent"
) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}")
    else:
        yield path, command


@pytest.mark.parametrize(("path", "command"), list(commands(cli)))
def test_every_command_is_documented_with_its_options(path: str, command: click.Command) -> None:
    page = text(REFERENCE / "command-line.md")
    _, found, section = page.partition(f"\n## `{path}`\n")
    assert found, f"{path} has no section"
    section = section.partition("\n## ")[0]
    if "(inspect.md)" in section:  # its options have a page of their own
        section = text(REFERENCE / "inspect.md")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{option}" in section, f"{path} {option} is not documented"


def test_no_command_is_documented_that_is_not_there() -> None:
    page = text(REFERENCE / "command-line.md")
    named = re.findall(r"(?m)^## `(salesagent [a-z -]+)`$", page)
    assert sorted(named) == sorted(path for path, _ in commands(cli))


# --- workflow ----------------------------------------------------------------------------------


def steps() -> tuple[Step, ...]:
    nothing = cast("Any", None)
    ports = (field.name for field in World.__attrs_attrs__)
    return sixteen_steps(World(**dict.fromkeys(ports, nothing))).steps


def test_the_workflow_page_has_the_steps_as_they_are() -> None:
    numbers = {step.name: number for number, step in enumerate(steps(), 1)}
    wanted = {
        str(numbers[step.name]): (
            f"`{step.name}`",
            ", ".join(str(number) for number in sorted(numbers[name] for name in step.needs))
            or "-",
            f"{step.timeout.total_seconds():.0f} s" if step.act is not None else "-",
        )
        for step in steps()
    }
    page = {
        cells[0]: (cells[1], cells[2], cells[4])
        for cells in rows("workflow.md")
        if cells[0].isdigit()
    }
    assert page == wanted


def test_the_workflow_page_says_which_steps_are_optional_and_what_is_missing_then() -> None:
    gaps = {step.name: step.gap for step in steps() if step.gap is not None}
    pairs = [cells for cells in rows("workflow.md") if len(cells) == 2 and cells[0] != "Step"]
    named = {cells[0].strip("`"): cells[1] for cells in pairs}
    assert named == gaps
    table = {cells[1].strip("`"): cells[5] for cells in rows("workflow.md") if cells[0].isdigit()}
    assert {name for name, fails in table.items() if fails.startswith("optional")} == gaps.keys()


# --- the rest of the reference -----------------------------------------------------------------


def endpoints() -> Iterator[str]:
    gate = cast("Gate", None)
    routers = (
        task_router(gate),
        run_router(gate),
        who_router(gate),
        operator_router(gate),
        desk_router(gate),
        admin_router(gate),
        sending_router(gate),
        switch_router(gate),
        suppression_router(gate),
        mailbox_router(gate),
        rule_router(gate),
        autonomy_router(gate),
        policy_router(gate),
        command_router(cast("Guard", None), cast("Commands", None)),
        push_router(),
        outcome_router(gate),
        learning_router(gate),
        experiment_router(gate),
        voice_router(gate),
        icp_router(gate),
        template_router(gate),
        analytics_router(gate),
        privacy_router(gate),
        people_router(gate),
        key_router(gate),
        usage_router(gate),
        budget_router(gate),
        notice_router(gate),
        notice_choice_router(gate),
        health_router(),
    )
    for router in routers:
        for route in router.routes:
            assert isinstance(route, HTTPRoute)
            path = re.sub(r":\w+}", "}", route.path).rstrip("/")
            methods = {method for each in route.route_handlers for method in each.http_methods}
            yield from (f"{method} {path}" for method in methods - {"OPTIONS"})
    yield from (f"POST {path}" for path in (FORMS, WORKFLOW, EVENTS))


def test_every_endpoint_is_documented() -> None:
    page = text(REFERENCE / "http-api.md")
    found = sorted(set(endpoints()))
    assert len(found) > 35
    assert [one for one in found if f"`{one}`" not in page] == []


def test_every_table_is_documented() -> None:
    named = {cells[0].strip("`") for cells in rows("database.md") if cells[0].startswith("`")}
    assert named == set(metadata.tables)


def test_every_error_is_documented() -> None:
    page = text(REFERENCE / "errors.md")

    def below(kind: type[SalesAgentError]) -> Iterator[str]:
        for child in kind.__subclasses__():
            if child.__module__ == "salesagent_core.errors":
                yield child.__name__
                yield from below(child)

    assert [name for name in below(SalesAgentError) if name not in page] == []


# --- findings ----------------------------------------------------------------------------------


def codes_in(module: str, pattern: str) -> set[str]:
    source = Path(domain.__path__[0], f"{module}.py").read_text(encoding="utf-8")
    return set(re.findall(pattern, source))


def finding_codes() -> set[str]:
    """The codes as the modules that make findings spell them."""
    injections = codes_in("safety/injection", r'(?m)^    "([a-z_]+)": "The text ')
    assert injections, "no codes found in injection"
    patterns = {
        "safety/outgoing": r'_found\(\s*"([a-z_]+)"',
        "safety/wording": r'code="([a-z_]+)"',
        "safety/disclosures": r'kind="([a-z_]+)"',
        "grounding/check": r'"((?:ungrounded|unknown|misplaced|unsupported)_[a-z]+)"',
        "voice": r'"(voice_[a-z_]+)"',
    }
    found = {f"injection_{code}" for code in injections}
    for module, pattern in patterns.items():
        codes = codes_in(module, pattern)
        assert codes, f"no codes found in {module}"
        found |= codes
    return found


def test_every_finding_is_explained() -> None:
    page = text(DOCS / "explanation" / "what-is-checked.md")
    assert sorted(code for code in finding_codes() if f"`{code}`" not in page) == []


def refusal_codes() -> set[str]:
    """The codes of the send gate as its modules spell them."""
    found = codes_in("sending/gate", r'_no\("([a-z_]+)"')
    found |= codes_in("sending/gate", r'(?m)^[A-Z0-9_]+ = "([a-z_]+)"$')
    found |= codes_in("sending/rate_limit", r'"([a-z]+_limit)"')
    assert {"not_approved", "sending_stopped", "contact_limit"} <= found
    return found | {f"suppressed_{reason.value}" for reason in SuppressionReason}


def test_every_refusal_to_send_is_explained() -> None:
    page = text(DOCS / "how-to" / "switch-sending-on.md")
    missing = []
    for code in sorted(refusal_codes()):
        family, _, name = code.partition("_")
        grouped = f"`{family}_…`" in page and f"`{name}`" in page
        if f"`{code}`" not in page and not grouped:
            missing.append(code)
    assert missing == []


# --- examples ----------------------------------------------------------------------------------


def test_the_examples_for_embedders_print_what_the_page_says() -> None:
    page = text(DOCS / "how-to" / "embed-the-core.md")
    blocks = re.findall(r"```(python|text)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 10
    names: dict[str, object] = {}
    printed = ""
    for language, block in blocks:
        if language == "text":
            assert printed == block
        else:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(block, names)
            printed = out.getvalue()


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", text(ROOT / "README.md"), re.DOTALL):
        exec(block, {})
    assert capsys.readouterr().out


def test_the_trial_of_sending_is_made_of_parts_that_exist() -> None:
    page = text(DOCS / "how-to" / "switch-sending-on.md")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    parts, started, _ = block.partition("\nwith Trial(")
    names: dict[str, Any] = {}
    exec(parts, names)
    assert started
    assert issubclass(names["Trial"], Process)
    assert "send_permission" in Providers.dependencies


def test_the_signatures_of_the_page_are_the_ones_that_are_accepted() -> None:
    from datetime import UTC, datetime

    from salesagent_adapters.hubspot.signature import SignedRequest, verify

    page = text(DOCS / "how-to" / "connect-a-hubspot-form.md")
    block = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    sign: dict[str, Any] = {}
    exec(block, sign)
    secret, url, body = b"a secret", "https://sales.example.com" + FORMS, b'{"portalId":"1"}'
    for headers in (
        sign["plain"](secret, body),
        sign["v1"](secret, body),
        sign["v2"](secret, url, body),
        sign["v3"](secret, url, body),
    ):
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        request = SignedRequest(method="POST", uri=url, body=body, headers=raw)
        verify(request, [secret], datetime.now(UTC))
