"""What an A/B test asks of one mail: words from us, never from a stranger.

Subject and call to action are used as they stand; an instruction is followed like an operator's.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter

import attrs

from salesagent_core.errors import InvalidInput

EARLIEST, LATEST = 8, 18
"""Automatic mail goes between these hours whatever a test wants."""
PLACEHOLDERS = frozenset({"first_name", "company"})


class ExperimentKind(StrEnum):
    """What the variants of a test differ in."""

    SUBJECT = "subject"
    BODY = "body"
    CALL_TO_ACTION = "call_to_action"
    SEND_TIME = "send_time"


@attrs.frozen(kw_only=True)
class Hours:
    """From ``start`` to before ``end``, in full hours on the recipient's clock."""

    start: int
    end: int

    def __attrs_post_init__(self) -> None:
        """Raises: InvalidInput when they reach beyond the sending hours."""
        if not EARLIEST <= self.start < self.end <= LATEST:
            raise InvalidInput(f"hours must lie between {EARLIEST} and {LATEST}, start before end")


@attrs.frozen(kw_only=True)
class Assigned:
    """Which variant of which test a mail got; kept with the draft, so that what becomes of it
    counts for that variant."""

    experiment_id: str
    experiment: str
    kind: ExperimentKind
    variant: str


@attrs.frozen(kw_only=True)
class Treatment:
    """All that the tests ask of one mail. None: nothing of that kind.

    ``subject`` may hold ``{first_name}`` and ``{company}``, see ``filled``. ``assigned`` is empty
    for the winner of a decided test: it is used, and no longer counted.
    """

    subject: str | None = None
    instruction: str | None = None
    call_to_action: str | None = None
    hours: Hours | None = None
    assigned: tuple[Assigned, ...] = ()

    @property
    def texts(self) -> tuple[tuple[ExperimentKind, str], ...]:
        """The words of it, by what they are."""
        words = (
            (ExperimentKind.SUBJECT, self.subject),
            (ExperimentKind.BODY, self.instruction),
            (ExperimentKind.CALL_TO_ACTION, self.call_to_action),
        )
        return tuple((kind, text) for kind, text in words if text)


NO_TREATMENT = Treatment()


def placeholders(template: str) -> frozenset[str]:
    """The names in braces.

    Raises:
        InvalidInput: a name that is not one of ``PLACEHOLDERS``, or braces that do not close.
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise InvalidInput("the braces of the text do not close") from error
    names = {name for _, name, _, _ in parts if name is not None}
    odd = any(spec or conversion for _, _, spec, conversion in parts)
    if odd or names - PLACEHOLDERS:
        known = ", ".join(f"{{{each}}}" for each in sorted(PLACEHOLDERS))
        raise InvalidInput(f"a text may hold only {known}")
    return frozenset(names)


def filled(template: str, values: Mapping[str, str | None]) -> str | None:
    """The template with its values; None when one of them is not known, for then it is not used.

    Raises:
        InvalidInput: as ``placeholders``.
    """
    known = {name: values.get(name) for name in placeholders(template)}
    if not all(known.values()):
        return None
    return "".join(
        literal + ((known[name] or "") if name is not None else "")
        for literal, name, _, _ in Formatter().parse(template)
    )
