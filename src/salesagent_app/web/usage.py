"""Usage: what the month took, beside its budget, in numbers and bars."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
from litestar import Response, get
from litestar.params import QueryParameter

from salesagent_app.http.offered import usage_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.spending import MICROS
from salesagent_core.use_cases.manage_usage import UsageReport

Month = Annotated[str | None, QueryParameter(name="month", max_length=7)]
_FIRST_YEAR = 2020


@attrs.frozen(kw_only=True)
class Bar:
    """One line of the page. Numbers are as they are shown; bounds are None where there is none."""

    name: str
    used: float
    soft: float | None
    hard: float | None
    decimals: int = 0

    @property
    def most(self) -> float | None:
        """The end of the bar."""
        return self.hard if self.hard is not None else self.soft

    @property
    def state(self) -> str:
        """In words, because a colour alone tells nobody anything."""
        if self.hard is not None and self.used >= self.hard:
            return "used up"
        if self.soft is not None and self.used > self.soft:
            return "above the soft bound"
        return "within budget" if self.most is not None else "no bound"

    @property
    def percent(self) -> int | None:
        """Of the end of the bar, rounded down."""
        return None if not self.most else int(self.used * 100 / self.most)

    def show(self, number: float) -> str:
        """As a person reads it."""
        return f"{number:,.{self.decimals}f}"


class UsagePages:
    """Any operator reads it; an admin sets bounds by the API or the command line."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/usage", name="usage")
        async def show(visit: Visiting, month: Month = None) -> Response[Any]:
            usage = usage_of(self._services)
            report = await usage.month(visit.caller.tenant_id, month or None)
            return self._renderer.page(
                "usage.html",
                visit=visit,
                report=report,
                bars=bars_of(report),
                before=step(report.usage.month, -1),
                after=step(report.usage.month, 1),
                current=month is None
                or report.usage.month == f"{self._services.clock.now():%Y-%m}",
            )

        return [show]


def bars_of(report: UsageReport) -> tuple[Bar, ...]:
    """The four things that a budget bounds."""
    spent, budget = report.usage.spent, report.budget
    return (
        Bar(name="Runs", used=spent.runs, soft=budget.soft_runs, hard=budget.hard_runs),
        Bar(name="Mails sent", used=spent.sends, soft=budget.soft_sends, hard=budget.hard_sends),
        Bar(
            name="Model tokens", used=spent.tokens, soft=budget.soft_tokens, hard=budget.hard_tokens
        ),
        Bar(
            name="Model cost",
            used=spent.cost_micros / MICROS,
            soft=_units(budget.soft_cost_micros),
            hard=_units(budget.hard_cost_micros),
            decimals=2,
        ),
    )


def step(month: str, by: int) -> str | None:
    """The month before or after, as ``YYYY-MM``; None before there was anything to count."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{number // 12}-{number % 12 + 1:02}" if number // 12 >= _FIRST_YEAR else None


def _units(micros: int | None) -> float | None:
    return None if micros is None else micros / MICROS
