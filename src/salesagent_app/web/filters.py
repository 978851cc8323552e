"""What the address of the queue asks for, and the address that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import attrs

from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.icp import Tier
from salesagent_core.ports.read_model import QueueFilter

MAX_WORDS = 100
MAX_RULE = 200
AGES = {"4": "over 4 hours", "24": "over a day", "72": "over 3 days"}
"""Hours since the draft was written, and the words for it."""
STATES = {
    "": "waiting for you",
    "snoozed": "snoozed",
    "approved": "approved, not sent",
    "trouble": "needing a look",
}
TROUBLE = (DraftStatus.NEEDS_OPERATOR, DraftStatus.DELIVERY_UNKNOWN, DraftStatus.SEND_FAILED)
"""What a person has to look at before everything else."""
_STATUSES = {"approved": (DraftStatus.APPROVED,), "trouble": TROUBLE}
_WAITING = (DraftStatus.PENDING_APPROVAL,)


@attrs.frozen(kw_only=True)
class View:
    """A view of the queue, each part as it stands in the address; empty parts ask for nothing."""

    q: str = ""
    state: str = ""
    tier: str = ""
    rule: str = ""
    age: str = ""
    gaps: str = ""

    @property
    def filter(self) -> QueueFilter:
        """What the queue is asked."""
        return QueueFilter(
            words=self.q,
            statuses=_STATUSES.get(self.state, _WAITING),
            tiers=(Tier(self.tier),) if self.tier else (),
            rule=self.rule or None,
            waiting_for=timedelta(hours=int(self.age)) if self.age else None,
            degraded={"yes": True, "no": False}.get(self.gaps),
            snoozed=None if self.state in _STATUSES else self.state == "snoozed",
        )

    @property
    def query(self) -> str:
        """The view as the part of an address behind the question mark."""
        return urlencode({name: value for name, value in attrs.asdict(self).items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything out of the queue."""
        return self != View()

    @property
    def may_decide(self) -> bool:
        """Whether what it shows waits for a decision."""
        return self.state in ("", "snoozed")


def read_view(given: Mapping[str, str]) -> View:
    """The view that an address asks for. What it says of anything unknown is passed over."""

    def one_of(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
        value = given.get(name, "")
        return value if value in known else ""

    return View(
        q=" ".join(given.get("q", "").replace("\0", "")[:MAX_WORDS].split()),
        state=one_of("state", STATES),
        tier=one_of("tier", frozenset(tier.value for tier in Tier)),
        rule=given.get("rule", "").replace("\0", "")[:MAX_RULE].strip(),
        age=one_of("age", AGES),
        gaps=one_of("gaps", frozenset({"yes", "no"})),
    )


def stored_view(query: str) -> View:
    """A view that was saved, read as any other: what is stored is not trusted either."""
    return read_view(dict(parse_qsl(query)))
