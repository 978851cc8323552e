"""One line of what ``salesagent doctor`` says."""

from __future__ import annotations

from typing import Any

import attrs

OK, WARN, FAIL = "ok", "warn", "fail"


@attrs.frozen(kw_only=True)
class Check:
    """One thing looked at. ``found`` never holds a secret or a password."""

    name: str
    status: str
    found: str
    advice: str = ""

    @property
    def failed(self) -> bool:
        """True when the application cannot work like this."""
        return self.status == FAIL

    @property
    def mark(self) -> str:
        """For the table: a word and a colour."""
        colour = {OK: "green", WARN: "yellow", FAIL: "red"}[self.status]
        return f"[{colour}]{self.status}[/]"

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return attrs.asdict(self)
