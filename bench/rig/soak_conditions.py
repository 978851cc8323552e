"""Conditions that somebody is woken for, brought about on purpose and held until they were told.

Each goes on until PagerDuty's stand-in has heard of the last of its alerts, and then is mended.
What else goes down at random goes on meanwhile, but for what would mend the condition.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import attrs

from rig.alerting import PAGERDUTY, SLACK, STEP_SECONDS, Alerting, Fired
from rig.crash_blows import start_postgres, stop_postgres
from rig.soak_stage import STOP_SECONDS, WORKERS, Soak

FIRST_AFTER_SECONDS = 60.0
LOOK_SECONDS = 1.0
CALM_SECONDS = 900.0
"""How long it may take until nothing fires and all were told so: Alertmanager tells what is new in
a group every 5 minutes."""
REST_SECONDS = 60.0
RECEIVERS = (PAGERDUTY, SLACK)
DATABASE_DOWN = "SalesagentDatabaseUnreachable"


@attrs.frozen(kw_only=True)
class Condition:
    """What is done, and which alerts must come of it; held ``at_most`` so many seconds."""

    name: str
    alerts: tuple[str, ...]
    holding: Callable[[Soak], AbstractContextManager[None]]
    at_most: float
    calm_after: bool = False
    """Wait until both receivers were told that it is over: it mutes other alerts meanwhile."""


@attrs.frozen(kw_only=True)
class Held:
    """A condition and from when to when it was held; Unix times."""

    condition: Condition
    since: float
    until: float


@contextmanager
def database_down(made: Soak) -> Iterator[None]:
    """PostgreSQL stops at once and stays away."""
    with made.striking:
        server = stop_postgres(made.server.url)
        try:
            yield
        finally:
            start_postgres(server)


@contextmanager
def workers_out(made: Soak) -> Iterator[None]:
    """Every worker is killed, and nobody starts it."""
    with made.striking:
        made.workers_out = True
        for worker in made.workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait(STOP_SECONDS)
    try:
        yield
    finally:
        with made.striking:
            for number in range(WORKERS):
                made.start_worker(number)
            made.workers_out = False


@contextmanager
def mailbox_away(made: Soak) -> Iterator[None]:
    """The mailbox's vendor answers 500 to everything, so that its breakers open."""
    made.tell_mailbox("away", True)
    try:
        yield
    finally:
        made.tell_mailbox("away", False)


CONDITIONS = (
    Condition(
        name="the database is down",
        alerts=(DATABASE_DOWN,),
        holding=database_down,
        at_most=300.0,
        calm_after=True,
    ),
    Condition(
        name="all workers are gone",
        alerts=("SalesagentDown", "SalesagentSweeperBehind", "SalesagentQueueStuck"),
        holding=workers_out,
        at_most=900.0,
    ),
    Condition(
        name="the mailbox's vendor answers 500",
        alerts=("SalesagentVendorDown",),
        holding=mailbox_away,
        at_most=390.0,
    ),
)
"""The last is mended before the first of its runs has used up its four attempts, 7 minutes."""


def provoke(made: Soak, watchers: Alerting, held: list[Held]) -> None:
    """One condition after the other; ``held`` grows by each."""
    time.sleep(FIRST_AFTER_SECONDS)
    for condition in CONDITIONS:
        since = time.time()
        say(made, f"now {condition.name}")
        with condition.holding(made):
            _until(lambda: _all_told(watchers, condition.alerts, since), condition.at_most)  # noqa: B023
        held.append(Held(condition=condition, since=since, until=time.time()))
        say(made, f"no longer: {condition.name}")
        if condition.calm_after:
            _until(lambda: _all_calm(watchers, condition.alerts), CALM_SECONDS)  # noqa: B023
        time.sleep(REST_SECONDS)


def await_calm(made: Soak, watchers: Alerting) -> bool:
    """Wait until nothing fires and all were told so; whether that came."""
    say(made, "waiting until the last alert is over")
    return _until(watchers.calm, CALM_SECONDS)


def say(made: Soak, text: str) -> None:
    """A line with the time."""
    print(f"{time.monotonic() - made.begun:6.0f} s  {text}", flush=True)


def _all_told(watchers: Alerting, alerts: Sequence[str], since: float) -> bool:
    return all(watchers.receivers.has_told(alert, since=since) for alert in alerts)


def _all_calm(watchers: Alerting, alerts: Sequence[str]) -> bool:
    state = watchers.receivers.state()
    return not any(state.get((name, alert)) for name in RECEIVERS for alert in alerts)


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def report(made: Soak, watchers: Alerting, held: Sequence[Held]) -> bool:
    """Print each alert with its times, in seconds since the start; whether all is as it must be:
    each condition's alerts fired, went, and both receivers were told both; nothing fires now."""
    fired = watchers.record(made.begun_at, time.time())
    for part in held:
        since, until = (at - made.begun_at for at in (part.since, part.until))
        print(f"held: {part.condition.name}, {since:.0f} s to {until:.0f} s")
    if watchers.hurry != 1:
        print(f"every term of the rules and routes was divided by {watchers.hurry:g}")
    print("\n| alert | because | fired | was over | PagerDuty heard | Slack heard |")
    print("|---|---|---:|---:|---:|---:|")
    for each in fired:
        heard = [_heard(made, watchers, each, name) for name in RECEIVERS]
        times = [f"{at - made.begun_at:.0f} s" for at in (each.since, each.until)]
        print(f"| {each.alert} | {_because(each, held)} | {' | '.join((*times, *heard))} |")
    counted = {
        name: [
            sum(told.receiver == name and told.firing is firing for told in watchers.receivers.told)
            for firing in (True, False)
        ]
        for name in RECEIVERS
    }
    print("\nmessages: " + "; ".join(f"{k} came {a}, went {b}" for k, (a, b) in counted.items()))
    return _complete(watchers, {each.alert for each in fired}) and watchers.calm()


def _complete(watchers: Alerting, fired: set[str]) -> bool:
    """Whether every alert that had to come came, and both receivers' last word is that it went."""
    state, good = watchers.receivers.state(), True
    for alert in sorted(alert for each in CONDITIONS for alert in each.alerts):
        if alert not in fired or any(state.get((name, alert)) is not False for name in RECEIVERS):
            print(f"MISSING: {alert} did not come, or did not go")
            good = False
    return good


def _because(fired: Fired, held: Sequence[Held]) -> str:
    for each in held:
        if fired.alert in each.condition.alerts and each.since <= fired.since <= each.until + 60:
            return each.condition.name
    before = [each for each in held if each.since <= fired.since]
    return f"after: {before[-1].condition.name}" if before else "nothing that was done on purpose"


def _heard(made: Soak, watchers: Alerting, fired: Fired, receiver: str) -> str:
    """When the receiver was told that it came, and that it went."""
    told = [t for t in watchers.receivers.told if (t.receiver, t.alert) == (receiver, fired.alert)]
    came = [t.at for t in told if t.firing and t.at >= fired.since - STEP_SECONDS]
    went = [t.at for t in told if not t.firing and t.at >= fired.until]
    shown = [f"{at[0] - made.begun_at:.0f} s" if at else "-" for at in (came, went)]
    return " and ".join(shown)
