"""Templates to HTML. Everything is escaped: what a stranger wrote is text, always."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from salesagent_app.http.auth import Visit
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.assets import Assets
from salesagent_app.web.settings_links import links_for

HTML = "text/html"


class Renderer:
    """Renders pages with what all of them carry: mode, warnings, who is logged in."""

    def __init__(self, services: HttpServices, assets: Assets) -> None:
        self._services = services
        self._environment = Environment(
            loader=PackageLoader("salesagent_app.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["short"] = words.short
        self._environment.globals.update(
            asset=assets.url,
            words=words,
            mode=services.mode,
            has_mailboxes=services.mailboxes is not None,
            has_usage=services.usage is not None,
            has_settings=services.chosen is not None and services.sending is not None,
            has_privacy=services.privacy is not None,
            has_jarvis=services.commands is not None,
            has_outcomes=services.outcomes is not None,
            has_tests=services.improvement is not None,
            has_trust=services.approvals is not None,
            has_people=services.people is not None,
            people_links=links_for if services.people is not None else _no_links,
        )

    def page(
        self,
        template: str,
        *,
        visit: Visit | None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response[str]:
        """The page as an answer. ``context`` goes to the template as it is."""
        now = self._services.clock.now()
        html = self._environment.get_template(template).render(
            visit=visit,
            warnings=self._warnings(visit),
            now=now,
            age=partial(_at, words.age, now),
            ago=partial(_at, words.since, now),
            **context,
        )
        return Response(html, status_code=status, media_type=HTML, headers=headers or {})

    def _warnings(self, visit: Visit | None) -> tuple[str, ...]:
        """What every page says, and which vendors do not answer this organisation now."""
        watch = self._services.dependencies
        if visit is None or watch is None:
            return self._services.warnings
        return (*self._services.warnings, *watch.notices(visit.caller.tenant_id))


def _no_links(_: Visit) -> tuple[()]:
    return ()


def _at(say: Callable[[datetime, datetime], str], now: datetime, then: datetime) -> str:
    return say(then, now)
