"""What needs a person, in words: kinds of notices, what each means, and the one link that helps.

A notice names its cause by kind and id only. Nothing about a lead is in it, so that its words may
leave the house by mail or chat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId

OLD_QUEUE = timedelta(hours=4)
"""A draft that waits longer makes a notice of the queue."""
LONG_UNKNOWN = timedelta(minutes=30)
"""For so long we look by ourselves whether a mail was sent."""
LONG_ERASURE = timedelta(hours=24)
"""An erasure that is open longer needs somebody."""
MAX_ADDRESSES = 10


class NoticeKind(StrEnum):
    """What happened. All but ``RESUMED`` are open until their cause is gone."""

    WORK = "work_stuck"
    SEND = "send_stuck"
    MAILBOX = "mailbox_disconnected"
    QUEUE = "queue_old"
    STOPPED = "sending_stopped"
    RESUMED = "sending_resumed"
    BUDGET = "budget_reached"
    ERASURE = "erasure_open"
    LOG_INS = "log_ins_refused"


class Channel(StrEnum):
    """By which people are told, beside the page."""

    MAIL = "mail"
    SLACK = "slack"


URGENT = frozenset({NoticeKind.STOPPED, NoticeKind.RESUMED, NoticeKind.MAILBOX})
"""Told at once, however lately something else was."""


@attrs.frozen(kw_only=True)
class Notice:
    """``subject`` is ``kind:id`` of what it is about. ``told`` are the channels by which it went
    out, with when."""

    id: str
    tenant_id: TenantId
    kind: NoticeKind
    subject: str
    opened_at: datetime
    closed_at: datetime | None = None
    seen_at: datetime | None = None
    seen_by: str | None = None
    told: tuple[tuple[Channel, datetime], ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether it is open and nobody has said that they saw it."""
        return self.closed_at is None and self.seen_at is None


@attrs.frozen(kw_only=True)
class Meaning:
    """``title`` and ``several`` are sentences without their full stop, for one and for a number
    of them; ``path`` is a page of ours and ``link`` what it is called; ``together`` is the page
    for several."""

    name: str
    title: str
    several: str
    means: str
    link: str
    path: str
    together: str


_MEANINGS: Mapping[NoticeKind, Meaning] = {
    NoticeKind.WORK: Meaning(
        name="Tasks that are stuck",
        title="A task is stuck",
        several="{} tasks are stuck",
        means="A run, an event of the CRM or a reply: it gave up, or goes on only when a person"
        " acts.",
        link="See what is stuck",
        path="/",
        together="/",
    ),
    NoticeKind.SEND: Meaning(
        name="Mails that are stuck",
        title="A mail is stuck",
        several="{} mails are stuck",
        means="Its draft could not be kept in step with the mailbox, or nobody can tell whether"
        " it was sent. It is not sent again by itself.",
        link="See what is stuck",
        path="/",
        together="/",
    ),
    NoticeKind.MAILBOX: Meaning(
        name="Mailboxes that are disconnected",
        title="A mailbox is disconnected",
        several="{} mailboxes are disconnected",
        means="Its drafts and mails wait, and go on by themselves once it is connected again.",
        link="Connect it again",
        path="/mailboxes",
        together="/mailboxes",
    ),
    NoticeKind.QUEUE: Meaning(
        name="Drafts that wait for more than 4 hours",
        title="Drafts have waited for more than 4 hours",
        several="Drafts have waited for more than 4 hours",
        means="People who wrote to you have no answer yet.",
        link="Open the queue",
        path="/queue",
        together="/queue",
    ),
    NoticeKind.STOPPED: Meaning(
        name="Sending stopped",
        title="All sending is stopped",
        several="All sending is stopped",
        means="Nothing goes out until somebody lets it go on.",
        link="See why",
        path="/",
        together="/",
    ),
    NoticeKind.RESUMED: Meaning(
        name="Sending released",
        title="Sending goes on again",
        several="Sending goes on again",
        means="What was approved meanwhile is sent now.",
        link="See what goes out",
        path="/",
        together="/",
    ),
    NoticeKind.BUDGET: Meaning(
        name="Budget reached",
        title="A budget of this month is reached",
        several="Budgets are reached",
        means="New work waits until the budget is raised, or the month is over. Nothing is lost.",
        link="See the usage",
        path="/usage",
        together="/usage",
    ),
    NoticeKind.ERASURE: Meaning(
        name="Erasures that are open for a day",
        title="An erasure is not finished after a day",
        several="{} erasures are not finished after a day",
        means="A person asked to be forgotten, and something still holds their data. The law"
        " gives you a month.",
        link="See what is left",
        path="/privacy",
        together="/privacy",
    ),
    NoticeKind.LOG_INS: Meaning(
        name="Many log-ins that were refused",
        title="Log-ins were refused again and again",
        several="Log-ins were refused again and again",
        means="Somebody may be guessing a password. Tries are limited, and two-factor log-in keeps"
        " out who guesses right.",
        link="See at whom",
        path="/users",
        together="/users",
    ),
}
_PLACES = {"run": ("/runs/{}", "Open the run"), "draft": ("/drafts/{}", "Open the draft")}


def meaning_of(kind: NoticeKind, subject: str = "") -> Meaning:
    """What a notice means; its link leads to the very thing where that has a page."""
    meaning = _MEANINGS[kind]
    what, _, each = subject.partition(":")
    if what not in _PLACES:
        return meaning
    path, link = _PLACES[what]
    return attrs.evolve(meaning, path=path.format(each), link=link)


@attrs.frozen(kw_only=True)
class NoticeMessage:
    """What goes out by mail or chat. ``subject`` is one line."""

    subject: str
    body: str


def write_message(notices: Sequence[Notice], *, site: str, ref: str) -> NoticeMessage:
    """One message for all of them, by kind: what, how many, what it means, and a link.

    ``ref`` is the same in a repeat, by which a reader knows it for one.
    """
    counts = _by_kind(notices)
    parts, titles = [], []
    for kind, found in counts.items():
        meaning = meaning_of(kind, found[0].subject)
        one = len(found) == 1
        title = meaning.title if one else meaning.several.format(len(found))
        titles.append(title)
        path = meaning.path if one else meaning.together
        parts.append(f"{title}.\n{meaning.means}\n{meaning.link if one else 'Open'}: {site}{path}")
    more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
    tail = f"All notices: {site}/notices\nReference {ref}: the same reference is the same message."
    return NoticeMessage(
        subject=f"salesagent: {titles[0][0].lower()}{titles[0][1:]}{more}",
        body="\n\n".join((*parts, tail)),
    )


def _by_kind(notices: Iterable[Notice]) -> dict[NoticeKind, list[Notice]]:
    found: dict[NoticeKind, list[Notice]] = {}
    for notice in sorted(notices, key=lambda each: list(NoticeKind).index(each.kind)):
        found.setdefault(notice.kind, []).append(notice)
    return found


def trial_message(site: str) -> NoticeMessage:
    """What the button "Send a test" sends."""
    return NoticeMessage(
        subject="salesagent: this is a test",
        body="This is a test: messages of salesagent arrive here.\n\n"
        f"Which ones is set at {site}/settings/notifications",
    )


@attrs.frozen(kw_only=True)
class NoticeChoices:
    """Who is told of what, by which channel. ``slack_url`` is a secret."""

    mail_to: tuple[str, ...] = ()
    mail_kinds: tuple[NoticeKind, ...] = tuple(NoticeKind)
    slack_url: str | None = attrs.field(default=None, repr=False)
    slack_kinds: tuple[NoticeKind, ...] = tuple(NoticeKind)
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None

    def kinds_of(self, channel: Channel) -> tuple[NoticeKind, ...]:
        """What the channel carries; nothing where it leads nowhere."""
        if channel is Channel.MAIL:
            return self.mail_kinds if self.mail_to else ()
        return self.slack_kinds if self.slack_url else ()

    @property
    def slack_ends_in(self) -> str | None:
        """By which somebody knows the address again; too little to use it."""
        return self.slack_url[-3:] if self.slack_url else None


def read_addresses(lines: Sequence[str]) -> tuple[str, ...]:
    """Addresses as they are stored, each once.

    Raises:
        InvalidInput: each that is none, with its place, or that there are too many.
    """
    problems, found = [], []
    for number, line in enumerate(lines):
        judged = judge_address(line)
        if judged.normalized is None or not judged.normalized.isascii():
            problems.append(Problem(where=f"mail_to[{number}]", what="must be an e-mail address"))
        else:
            found.append(judged.normalized)
    if len(lines) > MAX_ADDRESSES:
        problems.append(Problem(where="mail_to", what=f"may be {MAX_ADDRESSES} at most"))
    if problems:
        raise InvalidInput("these addresses cannot be used", problems)
    return tuple(dict.fromkeys(found))


def read_kinds(names: Sequence[Any], where: str) -> tuple[NoticeKind, ...]:
    """Kinds by their names, in our order. Raises: InvalidInput."""
    known = {kind.value for kind in NoticeKind}
    if unknown := [name for name in names if name not in known]:
        what = f"must be of {', '.join(sorted(known))}"
        raise InvalidInput(
            "there is no such kind of notice", [Problem(where=where, what=what)] * len(unknown[:1])
        )
    return tuple(kind for kind in NoticeKind if kind.value in names)
