"""What all pages of the settings share: who may, who was first, what is wrong with a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.offered import chosen_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.names import name_of
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.settings_book import BEFORE_ANYBODY, SettingVersion
from salesagent_core.use_cases.manage_settings import ManageSettings

MOST_FIELDS = 400
NEEDS_ADMIN = "Only an admin changes settings. You can read them."


@attrs.frozen(kw_only=True)
class Form:
    """A posted form. ``one`` and ``all`` are the values of a field; several lines of a text are
    several values for ``lines``."""

    pairs: tuple[tuple[str, str], ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The last value of the field."""
        return dict(self.pairs).get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value of the field, in the order of the page."""
        return [value for key, value in self.pairs if key == name]

    def lines(self, name: str) -> list[str]:
        """The lines of a text that say something."""
        return [line.strip() for line in self.one(name).splitlines() if line.strip()]

    def has(self, name: str) -> bool:
        """Whether the field was sent at all."""
        return any(key == name for key, _ in self.pairs)

    @property
    def seen(self) -> int:
        """The version that the form was written over."""
        text = self.one("seen")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@attrs.frozen(kw_only=True)
class Wrong:
    """Why a form was not taken. ``problems`` are in the form's order; ``first`` is who was first
    where somebody else changed the same in the meantime."""

    form: str
    said: str = ""
    problems: tuple[Problem, ...] = ()
    first: SettingVersion | None = None

    def at(self, field: str) -> str:
        """What is wrong with one field, in words; "" where nothing is."""
        return " ".join(
            _sentence(each, field) for each in self.problems if _field(each.where) == field
        )

    @property
    def elsewhere(self) -> tuple[Problem, ...]:
        """All of it, for the summary above the form."""
        return self.problems


def _field(where: str) -> str:
    return where.partition("[")[0].partition(".")[0]


def _sentence(problem: Problem, field: str) -> str:
    rest = problem.where.removeprefix(field)
    what = problem.what[:1].upper() + problem.what[1:]
    if rest.startswith("[") and rest.partition("]")[0][1:].isdigit():
        return f"Line {int(rest.partition(']')[0][1:]) + 1}: {problem.what}."
    if rest.startswith("."):
        return f"{rest[1:].replace('_', ' ').capitalize()}: {problem.what}."
    return f"{what}."


class Rooms:
    """Base of the pages: reads for every operator, changes for admins."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    @property
    def _settings(self) -> ManageSettings:
        return chosen_of(self._services).settings

    async def _form(self, request: AnyRequest, visit: Visit, *, admin: bool = True) -> Form:
        """The fields of a form of ours. Raises: Forbidden, InvalidInput."""
        pairs = await self._sessions.pairs(request, visit, MOST_FIELDS)
        if admin and not visit.caller.may(Scope.ADMIN):
            raise Forbidden(NEEDS_ADMIN)
        return Form(pairs=tuple(pairs))

    async def _names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What those who changed something are called."""
        found = {BEFORE_ANYBODY: "the installation's settings"}
        for each in dict.fromkeys(ids):
            if each in found:
                continue
            name = await name_of(self._services, None, each)
            found[each] = name or each.partition(":")[2] or each
        return found

    def _page(
        self, template: str, visit: Visit, *, names: Mapping[str, str], **context: Any
    ) -> Page:
        wrong = context.pop("wrong", None)
        return self._renderer.page(
            template,
            visit=visit,
            status=context.pop("status", 200),
            admin=visit.caller.may(Scope.ADMIN),
            name_of=lambda who: names.get(who, "somebody"),
            wrong=wrong,
            banner=context.pop("banner", None),
            **context,
        )


def wrong_input(form: str, error: InvalidInput, *, ahead: Sequence[Problem] = ()) -> Wrong:
    """Why the form cannot be taken, each problem beside its field."""
    return Wrong(form=form, said=str(error), problems=(*ahead, *error.problems))


def whole_number(text: str) -> Any:
    """The number that a person typed, or what they typed, for the domain to refuse."""
    plain = text.strip().replace(",", "").replace(" ", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 12 else text


def number(text: str) -> Any:
    """As ``whole_number``, with a decimal point or comma."""
    plain = text.strip().replace(",", ".")
    digits = plain.replace(".", "", 1)
    fits = digits.isascii() and digits.isdigit() and len(digits) < 12
    return float(plain) if fits else text
