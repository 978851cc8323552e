"""Reads the environment, and tells in a sentence what is wrong with it."""

from __future__ import annotations

from annotated_types import Ge, Le
from pydantic import ValidationError

from salesagent_app.settings.fields import Settings
from salesagent_app.settings.rules import broken_rules
from salesagent_core.errors import InvalidInput, Problem

_SHOULD = {
    "bool_parsing": "should be true or false",
    "float_parsing": "should be a number",
    "int_parsing": "should be a whole number",
}
"""Sentences in place of the library's, by its kind of error."""


class SettingsError(InvalidInput):
    """Start-up is refused; ``problems`` names every setting that is wrong and what it should be."""

    def __init__(self, problems: list[Problem]) -> None:
        lines = "; ".join(f"{problem.where}: {problem.what}" for problem in problems)
        super().__init__(f"the settings are not usable: {lines}", problems)


def read_settings(**overrides: object) -> Settings:
    """Read and judge the environment (and ``.env`` in the current folder).

    ``overrides`` are by field name, and win. The environment knows a setting by its one
    documented name only: a ``DATA_DIR`` there is somebody else's.

    Raises:
        SettingsError: with every problem at once, names only, no values.
    """
    try:
        named = {_variable(name): value for name, value in overrides.items()}
        settings = Settings(**named)  # type: ignore[arg-type]
    except ValidationError as error:
        # From None: pydantic's own text could quote what was typed.
        raise SettingsError([_problem(item) for item in error.errors()]) from None
    problems = broken_rules(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _variable(field: str) -> str:
    """What a field is called outside."""
    known = Settings.model_fields.get(field)
    alias = known.validation_alias if known is not None else None
    return alias if isinstance(alias, str) else field


def _problem(item: object) -> Problem:
    assert isinstance(item, dict)
    name = str(item["loc"][0]) if item["loc"] else "settings"
    what = str(item["msg"]).removeprefix("Value error, ")
    what = _SHOULD.get(str(item["type"]), what)
    known = Settings.model_fields.get(name)
    bounds = known.metadata if known is not None else []
    low = next((each.ge for each in bounds if isinstance(each, Ge)), None)
    high = next((each.le for each in bounds if isinstance(each, Le)), None)
    if low is not None and high is not None:
        what = f"should be a number from {low} to {high}"
    return Problem(where=name.upper(), what=what.replace("Input should", "should", 1))
