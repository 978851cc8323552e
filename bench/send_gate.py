"""The send gate beside its peers: the safety scan of a mail, and the decision of the limits.

``scan``: gate and safety scan (all kinds of findings) of mails of 300 words in four languages,
beside presidio-analyzer's pattern recognisers, and what both find in a labelled set.
``limits``: contact, mailbox and company limit decided in one transaction on PostgreSQL, beside
pyrate-limiter's ``PostgresBucket``. Rounds are interleaved; medians and ratios are shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from peers import presidio_scan
from rig import labelled, machine, mails, postgres, processes
from rig.labelled import Labelled
from rig.postgres import Postgres
from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text
from salesagent_core.domain.sending.gate import (
    GateFacts,
    SendPermission,
    SwitchState,
    judge_send,
)
from salesagent_core.domain.sending.rate_limit import Usage
from salesagent_core.ids import DEFAULT_TENANT

SCAN_AIM = 20.0
ENTRY = "AnalyzerEngine, the same kinds"
"""What its documents tell a user to call, held to the kinds of findings that ours has, too."""
LIMIT_AIM = 3.0
SCANS = 200
PEER_SCANS = 20
DECISIONS = {1: 300, 8: 600}
"""Callers at once, and how many decisions they share."""
POOL = 8

CODES = {
    "payment_card": "payment_card",
    "iban": "iban",
    "ssn": "ssn",
    "secret": "secret",
    "address": "foreign_address",
    "link": "link_not_allowed",
}
NOW = datetime(2027, 3, 9, 10, 0, tzinfo=UTC)
POLICY = SafetyPolicy(
    allowed_addresses=frozenset({"maya@house.example.com", "robin@customer.example.com"}),
    link_hosts=frozenset({"house.example.com"}),
)
Span = tuple[int, int]
Counts = Counter[tuple[str, str]]


def gate_and_scan(subject: str, body: str) -> bool:
    """What the send path asks of a text, and the gate's verdict on all it knows."""
    findings = inspect_text(subject, body, POLICY)
    sends = [NOW - timedelta(hours=hour) for hour in range(1, 12)]
    facts = GateFacts(
        now=NOW,
        tenant_id=DEFAULT_TENANT,
        recipient="robin@customer.example.com",
        switches=SwitchState(),
        permission=SendPermission(allowed=True, recipients=("customer.example.com",)),
        usage=Usage(contact="robin@customer.example.com", mailbox_sends=sends),
        findings=findings,
        zone="Europe/Berlin",
    )
    return judge_send(facts).allowed


def cost_of(work: Callable[[], object], times: int) -> float:
    """Microseconds of processor time of one call, the mean of ``times``. Other programs take from
    the clock on the wall, and neither subject waits for anything."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1e6


def scan(rounds: int, share: float) -> bool:
    """Measure and print the scan; True when its aims are met."""
    texts = [(mails.SUBJECTS[language], mails.mail(language)) for language in mails.SUBJECTS]
    peers = {
        ENTRY: presidio_scan.engine(),
        "AnalyzerEngine, phone and wallets too": presidio_scan.engine(*presidio_scan.MORE),
        "the same recognisers, called directly": presidio_scan.same_kinds(),
    }
    verdicts = [gate_and_scan(subject, body) for subject, body in texts]
    if not all(verdicts):
        raise SystemExit(f"an ordinary mail was refused: {verdicts}")
    taken: dict[str, list[float]] = {"ours": [], **{name: [] for name in peers}}

    def ours() -> None:
        for subject, body in texts:
            gate_and_scan(subject, body)

    for peer in peers.values():
        peer(texts[0][1])  # reads its lists
    for _ in range(rounds):
        taken["ours"].append(cost_of(ours, max(5, int(SCANS * share))) / len(texts))
        for name, peer in peers.items():
            times = max(2, int(PEER_SCANS * share))
            spent = cost_of(lambda peer=peer: [peer(body) for _, body in texts], times)  # type: ignore[misc]
            taken[name].append(spent / len(texts))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    print(f"\nscan: {len(texts)} mails of {mails.WORDS} words (en, de, fr, es), {rounds} rounds")
    print(f"  {'salesagent, gate and all kinds of findings':50} {medians['ours']:9,.0f} µs a mail")
    met = True
    for name in peers:
        ratio = medians[name] / medians["ours"]
        line = f"  {'presidio, ' + name:50} {medians[name]:9,.0f} µs a mail"
        line += f"  {ratio:5.1f} times ours"
        if name == ENTRY:
            met = ratio >= SCAN_AIM
            line += f", aim >= {SCAN_AIM:g}: {'met' if met else 'MISSED'}"
        print(line)
    return findings() and met


def findings() -> bool:
    """Print precision and recall on the labelled set; True when ours is nowhere below."""
    texts = labelled.texts()
    harmless = sum(not each.kind for each in texts)
    print(f"\nfindings in {len(texts)} labelled texts, {harmless} of them harmless")
    columns = f"{'precision':>9} {'recall':>7}"
    print(f"  {'':14}{'of':>5}   ours: {columns}   presidio: {columns}")
    everything = SafetyPolicy()

    def ours(text: str) -> Iterable[tuple[str, Span]]:
        for one in inspect_text("", text, everything):
            if one.part == "body":
                yield one.code, (one.start, one.end)

    recognise = presidio_scan.same_kinds()

    def theirs(text: str) -> Iterable[tuple[str, Span]]:
        for one in recognise(text):
            yield one.entity_type, (one.start, one.end)

    mine = _count(texts, ours, {kind: (code,) for kind, code in CODES.items()})
    peer = _count(texts, theirs, presidio_scan.KINDS)
    as_good = True
    for kind in CODES:
        labels = sum(each.kind == kind for each in texts)
        precision, recall = _rates(mine, kind)
        line = f"  {kind:14}{labels:5}  {precision:17.3f} {recall:7.3f}"
        if kind in presidio_scan.KINDS:
            other_precision, other_recall = _rates(peer, kind)
            line += f"  {other_precision:21.3f} {other_recall:7.3f}"
            as_good = as_good and precision >= other_precision and recall >= other_recall
        print(line)
    print(f"  equal or better everywhere: {'met' if as_good else 'MISSED'}")
    return as_good


def _count(
    texts: Iterable[Labelled],
    find: Callable[[str], Iterable[tuple[str, Span]]],
    kinds: dict[str, tuple[str, ...]],
) -> Counts:
    """Right, missed and wrong findings by kind. A finding is right when it touches a value of its
    kind and wrong when it touches none of any (the host in an address may be called a link); wrong
    ones are counted once for each text."""
    counts: Counts = Counter()
    for text in texts:
        found = list(find(text.text))
        for kind, names in kinds.items():
            spans = [span for name, span in found if name in names]
            touching = [span for span in spans if span[0] < text.end and text.start < span[1]]
            if text.kind == kind:
                counts[kind, "right" if touching else "missed"] += 1
            counts[kind, "wrong"] += len(touching) < len(spans)
    return counts


def _rates(counts: Counts, kind: str) -> tuple[float, float]:
    right, wrong, missed = (counts[kind, what] for what in ("right", "wrong", "missed"))
    return right / max(1, right + wrong), right / max(1, right + missed)


def decisions(
    server: Postgres, script: str, before: tuple[str, ...], callers: int, share: float
) -> dict[str, float]:
    """One limiter in a fresh database, in a process of its own."""
    database = script.partition("_")[0]
    url = server.create(database, migrated=script.startswith("salesagent"))
    server.settle()
    number = max(20, int(DECISIONS[callers] * share))
    path = str(processes.BENCH / "peers" / script)
    done = subprocess.run(
        [sys.executable, path, *before, str(number), str(callers)],
        env=processes.environment({"DATABASE_URL": url, "POOL": str(POOL)}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


SUBJECTS = {
    "ours": ("salesagent_limits.py", (), "salesagent, contact, mailbox and company at once"),
    "three": ("pyrate_limits.py", ("three",), "pyrate-limiter, the same three, one by one"),
    "one": ("pyrate_limits.py", ("one",), "pyrate-limiter, the mailbox alone"),
}


def limits(rounds: int, share: float) -> bool:
    """Measure and print the limiter; True when its aim is met."""
    rates: dict[tuple[str, int], list[float]] = {}
    again: Counter[tuple[str, int]] = Counter()
    with postgres.server() as server:
        print(f"\nlimits: {server.describe()}; {rounds} rounds", flush=True)
        for number in range(rounds):
            for callers in DECISIONS:
                for name, (script, before, _) in SUBJECTS.items():
                    result = decisions(server, script, before, callers, share)
                    rate = result["decisions"] / result["elapsed"]
                    rates.setdefault((name, callers), []).append(rate)
                    again[name, callers] += int(result.get("again", 0))
                    if not result["admitted"]:
                        raise SystemExit(f"{name} admitted nothing")
                    print(
                        f"  round {number + 1} {name:6} {callers:2} callers {rate:8,.0f}/s,"
                        f" {result['admitted']:.0f} of {result['decisions']:.0f} admitted",
                        flush=True,
                    )
    medians = {key: statistics.median(values) for key, values in rates.items()}
    met = True
    print()
    for callers in DECISIONS:
        for name, (_, _, title) in SUBJECTS.items():
            ratio = medians["ours", callers] / medians[name, callers]
            line = f"  {callers:2} callers  {title:50} {medians[name, callers]:8,.0f} decisions/s"
            if name != "ours":
                line += f"  ours / it {ratio:6.1f}"
            if again[name, callers]:
                line += f"  ({again[name, callers]} refused for a locked table, asked again)"
            if name == "three":
                met = met and ratio >= LIMIT_AIM
                line += f"  aim >= {LIMIT_AIM:g}: {'met' if ratio >= LIMIT_AIM else 'MISSED'}"
            print(line)
    return met


def main() -> int:
    """Measure, print, and say by the exit code whether the aims were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one small round: a look, no proof")
    parser.add_argument("--only", choices=("scan", "limits"), help="one of the two")
    asked = parser.parse_args()
    rounds, share = (1, 0.2) if asked.quick else (asked.rounds, 1.0)
    print(f"send_gate: {machine.describe()}")
    met = [
        measure(rounds, share)
        for name, measure in (("scan", scan), ("limits", limits))
        if asked.only in (None, name)
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
