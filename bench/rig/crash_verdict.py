"""The verdict: the witness, the rows and the audit trail side by side."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.sending.message import draft_key

RESTING = frozenset({DraftStatus.SENT, DraftStatus.NEEDS_OPERATOR, DraftStatus.SEND_FAILED})
"""Sent, or before a person's eyes. Everything else is still on its way."""
LET_GO = frozenset(
    {"send.scheduled", "send.waiting", "send.sent", "send.failed", "send.cancelled"}
    | {"send.needs_operator"}
)
"""After these nobody works on the mail until a timer or a person says so."""
AT_REST = frozenset({"send.sent", "send.failed", "send.cancelled", "send.needs_operator"})
TOUCHED = frozenset({"edited", "deleted"})
AIM_SECONDS = 60.0
SHOWN = 5
"""Trails of mails that failed, and of those that took longest."""

Query = Callable[[str], list[tuple[Any, ...]]]


@attrs.frozen(kw_only=True)
class Verdict:
    """What was found. ``judged`` are the mails at rest, ``under_way`` those that are not (there
    are some only where the run was cut off)."""

    judged: int
    under_way: int
    outcome: Counter[str]
    duplicates: list[str]
    lost: list[str]
    no_audit: list[str]
    invisible: list[str]
    moved: list[float]
    rested: list[float]
    rested_any: list[float]
    deaths: Counter[str]
    lost_commits: Counter[str]
    faults: Counter[str]
    touched: int
    slowest: list[str]

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return not (self.duplicates or self.lost or self.no_audit or self.invisible)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file that somebody may still write to."""
    lines = path.read_text().split("\n")[:-1]
    return [json.loads(line) for line in lines if line.startswith("{")]


def judge(
    query: Query, folder: Path, expected: int, invisible: Iterable[str], *, complete: bool
) -> Verdict:
    """Compare what went out with what is known.

    Args:
        query: asks the database.
        folder: where ``witness`` and ``deaths`` are.
        expected: how many forms came in.
        invisible: what was seen to be unknown and not shown.
        complete: the run was not cut off: nothing may be under way any more.
    """
    lines = read_lines(folder / "witness")
    deaths = read_lines(folder / "deaths")
    mails = Counter(line["key"] for line in lines if line["what"] in ("sent", "person"))
    ours = Counter(line["key"] for line in lines if line["what"] == "sent")
    touched = Counter(line["key"] for line in lines if line["what"] in TOUCHED)
    trail = _trail(query)
    outcome: Counter[str] = Counter()
    lost, no_audit, resting = [], [], 0
    rows = query("SELECT id, run_id, status FROM drafts WHERE tenant_id <> 'race'")
    for draft_id, run_id, status in rows:
        key = draft_key(run_id)
        at_rest = DraftStatus(status) in RESTING
        if not at_rest:
            if complete:
                lost.append(f"{draft_id}: still {status}")
            continue
        resting += 1
        was_sent = mails[key] > 0
        outcome[f"{status}, mail {'out' if was_sent else 'not out'}"] += 1
        actions = Counter(action for action, _ in trail[draft_id])
        lost += _lost(draft_id, status, was_sent, actions, touched[key])
        gap = _audit_gap(status, ours[key], actions)
        if gap:
            no_audit.append(f"{draft_id}: {gap}; {dict(actions)}")
    if complete and len(rows) < expected:
        lost.append(f"{expected - len(rows)} forms became no draft")
    slow: list[tuple[float, str]] = []
    moved, rested, rested_any, hit = _recoveries(slow, lines, deaths, trail, rows)
    return Verdict(
        judged=resting,
        under_way=expected - resting,
        outcome=outcome,
        duplicates=[f"{key}: {times} mails" for key, times in mails.items() if times > 1],
        lost=lost,
        no_audit=no_audit,
        invisible=sorted(set(invisible)),
        moved=moved,
        rested=rested,
        rested_any=rested_any,
        deaths=Counter(line["place"] for line in deaths if line["what"] == "death"),
        lost_commits=Counter(line["place"] for line in deaths if line["what"] == "lost commit"),
        faults=Counter(line["what"] for line in lines if line["what"] != "sent"),
        touched=hit,
        slowest=[draft_id for _, draft_id in sorted(slow)[-SHOWN:]],
    )


def _lost(
    draft_id: str, status: str, was_sent: bool, actions: Counter[str], touched: int
) -> list[str]:
    found = []
    known = status == DraftStatus.SENT.value
    if was_sent != known and status != DraftStatus.NEEDS_OPERATOR.value:
        found.append(f"{draft_id}: {status}, but the mail is {'' if was_sent else 'not '}out")
    if actions["draft.approved"] > 1 + touched:
        found.append(f"{draft_id}: back in review for no reason")
    return found


def _audit_gap(status: str, sent_by_us: int, actions: Counter[str]) -> str:
    if actions["draft.approved"] < 1:
        return "no approval"
    if actions["send.sent"] != (status == DraftStatus.SENT.value):
        return f"{actions['send.sent']} events say that it was sent"
    if sent_by_us and not actions["send.sending"]:
        return "it went out, and no event says that it was begun"
    if actions["send.needs_operator"] != (status == DraftStatus.NEEDS_OPERATOR.value):
        return "asked a person, without an event"
    return ""


def _trail(query: Query) -> dict[str, list[tuple[str, float]]]:
    trail: dict[str, list[tuple[str, float]]] = defaultdict(list)
    rows = query("SELECT subject_id, action, extract(epoch FROM at) FROM audit ORDER BY seq")
    for subject, action, at in rows:
        trail[str(subject)].append((str(action), float(at)))
    return trail


def _recoveries(
    slow: list[tuple[float, str]],
    lines: Sequence[dict[str, Any]],
    deaths: Sequence[dict[str, Any]],
    trail: dict[str, list[tuple[str, float]]],
    rows: Sequence[tuple[Any, ...]],
) -> tuple[list[float], list[float], list[float], int]:
    """Seconds from each death of a process that had the mail in its hands until (1) somebody
    else wrote the next event about it; (2) it was at rest: both where nothing else was done to that
    mail in between (a refused or lost request or commit, another death: those have timers of
    their own, and are counted from themselves); (3) it was at rest after its last death,
    whatever else was done to it."""
    draft_of = {draft_key(run_id): str(draft_id) for draft_id, run_id, _ in rows}
    disturbed: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        if line["what"].startswith("fault") and line["key"] in draft_of:
            disturbed[draft_of[line["key"]]].append(line["at"])
    struck: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for death in deaths:
        for draft_id, since in death["touching"].items():
            disturbed[draft_id].append(death["at"])
            if death["what"] == "death":
                by_worker = death["role"] == "worker"
                struck[draft_id].append((since, death["at"], by_worker))
    moved, rested, rested_any, hit = [], [], [], 0
    for draft_id, times in struck.items():
        events = trail.get(draft_id, [])
        harmed = [each for each in times if not _was_let_go(events, each[0], each[1])]
        hit += bool(harmed)
        for _, at, by_worker in harmed:
            following = next((when for _, when in events if when > at), None)
            if following is None:
                continue
            if not any(at < when < following for when in disturbed[draft_id]):
                moved.append(following - at)
                slow.append((following - at, draft_id))
            rest = next((when for name, when in events if when > at and name in AT_REST), None)
            if rest is None or not by_worker:
                # What an operator was about to approve has its undo before it.
                continue
            if not any(at < when < rest for when in disturbed[draft_id]):
                rested.append(rest - at)
                slow.append((rest - at, draft_id))
            if at == harmed[-1][1]:
                rested_any.append(rest - at)
    return moved, rested, rested_any, hit


def _was_let_go(events: Sequence[tuple[str, float]], since: float, at: float) -> bool:
    return any(name in LET_GO and since <= when <= at for name, when in events)


def percentiles(waits: Sequence[float]) -> str:
    """p50, p99 and the worst, in words."""
    if not waits:
        return "none"
    return (
        f"{len(waits)} times: p50 {statistics.median(waits):.1f} s, "
        f"p99 {quantile(waits, 0.99):.1f} s, worst {max(waits):.1f} s"
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def show(verdict: Verdict) -> None:
    """The table, a line at a time."""
    died = sum(verdict.deaths.values())
    print(f"processes died {died}, with {verdict.touched} mails in their hands; where:")
    for name, counts in (("", verdict.deaths), ("", verdict.lost_commits)):
        for place, times in sorted(counts.items()):
            print(f"  {times:5d}  {name}{place}")
    print("to requests and by people:")
    for name, times in sorted(verdict.faults.items()):
        print(f"  {times:5d}  {name}")
    print("outcomes:")
    for name, times in verdict.outcome.most_common():
        print(f"  {times:5d}  {name}")
    print(f"mails at rest: {verdict.judged}; still on their way: {verdict.under_way}")
    for name, found in (
        ("duplicates", verdict.duplicates),
        ("lost", verdict.lost),
        ("missing audit events", verdict.no_audit),
        ("unknown and invisible", verdict.invisible),
    ):
        print(f"{name}: {len(found)}")
        for line in found[:10]:
            print(f"    {line}")
    for name, waits in (
        ("until somebody went on with the mail, nothing else done to it", verdict.moved),
        ("until it was at rest, nothing else done to it", verdict.rested),
        ("until it was at rest, whatever else was done to it", verdict.rested_any),
    ):
        print(f"from a death {name}: {percentiles(waits)}")
    met = all(
        quantile(waits, 0.99) <= AIM_SECONDS for waits in (verdict.moved, verdict.rested) if waits
    )
    print(f"p99 of the first two at most {AIM_SECONDS:.0f} s: {'met' if met else 'missed'}")
    if verdict.judged and not verdict.duplicates and not verdict.lost:
        bound = 3 / verdict.judged
        print(f"0 of {verdict.judged}: each rate is below {bound:.5f} (95 %)", flush=True)


def tell_trails(
    query: Query, folder: Path, verdict: Verdict, blows: Sequence[tuple[float, str]]
) -> None:
    """All that is known about the first mails that failed, and about the slowest ones."""
    lines = read_lines(folder / "witness")
    deaths = read_lines(folder / "deaths")
    failed = {each.partition(":")[0] for each in (*verdict.lost, *verdict.no_audit)[:SHOWN]}
    names = failed | set(verdict.slowest)
    twice = {each.partition(":")[0] for each in verdict.duplicates[:SHOWN]}
    trail = _trail(query)
    for draft_id, run_id, status in query("SELECT id, run_id, status FROM drafts"):
        key = draft_key(run_id)
        if draft_id not in names and key not in twice:
            continue
        print(f"\ndraft {draft_id}, key {key}, {status}")
        told = [(at, action) for action, at in trail[str(draft_id)]]
        told += [(line["at"], line["what"]) for line in lines if line["key"] == key]
        told += [
            (death["at"], f"{death['what']}: {death['place']}")
            for death in deaths
            if draft_id in death["touching"]
        ]
        first, last = min(told)[0], max(told)[0]
        told += [(at, f"-- {what}") for at, what in blows if first < at < last]
        for at, what in sorted(told):
            print(f"    {at:.3f}  {what}")
