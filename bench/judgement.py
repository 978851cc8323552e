"""Precision, recall and accuracy of the judgement over the labelled sets of this repository.

Every set is in ``tests/data/judgement``. Parts stand on their own lines. The rules were mended
after each part was first read, so these figures show that nothing got worse; what the rules made
of a part at first sight stands in ``docs/explanation/judgement.md``.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from salesagent_core.use_cases.inspect import KINDS

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "judgement"
Row = tuple[str, str, bool]
"""Which line of the table it counts for, what is counted, whether it was right."""


def cases(name: str) -> Iterator[dict[str, Any]]:
    """The labelled cases of one set."""
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def titles() -> Iterator[Row]:
    """Seniority and department, by part."""
    for case in cases("titles"):
        read = KINDS["title"](case)
        part = str(case.get("split", "all"))
        yield f"titles, {part}", "seniority accuracy", read["seniority"] == case["seniority"]
        if "department" in case:
            right = read["department"] == case["department"]
            yield f"titles, {part}", "department accuracy", right


def addresses() -> Iterator[Row]:
    """Every field of an address at once."""
    for case in cases("addresses"):
        read = KINDS["address"](case)
        fields = ("valid", "normalized", "role", "free", "disposable")
        right = all(read[field] == case[field] for field in fields if field in case)
        yield "addresses", "accuracy", right


def injection() -> Iterator[Row]:
    """Attacks found, ordinary mail left alone."""
    for case in cases("injection"):
        suspected = bool(KINDS["inbound"](case)["injection"]["suspected"])
        attack = case["label"] == "attack"
        what = "recall" if attack else "ordinary mail not suspected"
        yield f"injection, {case['part']}, {case['language']}", what, suspected == attack


def disclosures() -> Iterator[Row]:
    """Cards, IBANs, social security numbers and secrets."""
    for case in cases("safety"):
        found = {one["code"] for one in KINDS["draft"]({"body": case["text"]})["findings"]}
        if case["codes"]:
            yield "safety", "recall", set(case["codes"]) <= found
        else:
            wrong = found & {"payment_card", "iban", "ssn", "secret"}
            yield "safety", "harmless text not flagged", not wrong


def grounding() -> Iterator[Row]:
    """Drafts with one invented fact caught, true drafts left alone."""
    for case in cases("grounding"):
        codes = [one["code"] for one in KINDS["draft"](case)["findings"]]
        caught = any(code.startswith("ungrounded_") for code in codes)
        what = "invented fact caught" if case["invented"] else "true draft not flagged"
        part = f"{case['part']}, " if "part" in case else ""
        yield f"grounding, {part}{case['language']}", what, caught == bool(case["invented"])


def strangers_drafts() -> Iterator[Row]:
    """Drafts by hands that nothing is learned from: refused (``block``), or also shown
    (``review``), in whole drafts; an invention counts where a finding stands in its sentence."""
    for case in cases("grounding_strangers"):
        line = f"grounding, {case['part']}, {case['language']}"
        severities = _severities(case, case["body"], 0, len(case["body"]))
        yield line, "true draft not refused", "block" not in severities
        yield line, "true draft not even shown", not severities
        for edit in case["edits"]:
            body = case["body"][: edit["start"]] + edit["text"] + case["body"][edit["end"] :]
            start = body.index(edit["invented"], max(0, edit["start"] - len(edit["invented"])))
            found = _severities(case, body, start, start + len(edit["invented"]))
            yield line, "invented fact refused", "block" in found
            yield line, "invented fact refused or shown", bool(found)


def testers_drafts() -> Iterator[Row]:
    """Ordinary sales answers that an outside tester generated to measure the checker: of each true
    draft whether it is refused, of each invented fact whether its sentence is."""
    for case in cases("grounding_testers"):
        line = f"grounding, tester {case['part']}, {case['language']}"
        body = case["body"]
        if case["invented"] is None:
            severities = _severities(case, body, 0, len(body))
            yield line, "true draft not refused", "block" not in severities
            yield line, "true draft not even shown", not severities
        else:
            start = body.index(case["invented"])
            found = _severities(case, body, start, start + len(case["invented"]))
            yield line, "invented fact refused", "block" in found
            yield line, "invented fact refused or shown", bool(found)


def _severities(case: dict[str, Any], body: str, start: int, end: int) -> set[str]:
    """The severities of what is found in the sentences that hold this part of the body."""
    first = max(body.rfind(mark, 0, start) for mark in ".!?\n") + 1
    ends = [place for place in (body.find(mark, end) for mark in ".!?\n") if place >= 0]
    last = min(ends, default=len(body))
    findings = KINDS["draft"](case | {"id": None, "body": body})["findings"]
    whole = (start, end) == (0, len(body))
    return {
        one["severity"]
        for one in findings
        if one["severity"] != "info"
        and (whole or (one["part"] == "body" and one["start"] < last and one["end"] > first))
    }


def intents() -> Iterator[Row]:
    """Reply intents, with the opt-out counted apart."""
    from salesagent_core.domain.replies.intent import read_reply_intent

    for case in cases("intents"):
        read = read_reply_intent(case["text"]).value
        line = f"intents, {case['part']}, {case['language']}"
        if "intent" in case:
            yield line, "accuracy", read == case["intent"]
        if case.get("intent") == "unsubscribe":
            yield line, "opt-out recall", read == "unsubscribe"
        elif read == "unsubscribe" or "not_intent" in case:
            yield line, "no false opt-out", read != "unsubscribe"


def development() -> Iterator[Row]:
    """The half of a stranger's set that is not learned from, though it has been read."""
    from salesagent_core.domain.replies.intent import read_reply_intent

    for case in cases("development"):
        if case["kind"] == "injection":
            suspected = bool(KINDS["inbound"](case)["injection"]["suspected"])
            what = "attacks found" if case["label"] else "ordinary mail not suspected"
            yield "development half", what, suspected == case["label"]
            continue
        read = read_reply_intent(case["text"]).value
        if case["kind"] == "intent":
            yield "development half", "intent", read == case["label"]
        else:
            what = "opt-outs found" if case["label"] else "near misses not taken for one"
            yield "development half", what, (read == "unsubscribe") == case["label"]


def messages() -> Iterator[Row]:
    """Bounce, automatic, or a person; and a person's own words."""
    for case in cases("messages"):
        read = KINDS["message"](case)
        kind = "bounce" if read["bounce"] else "auto_reply" if read["auto_reply"] else "human"
        line = f"messages, {case['kind']}, {case['language']}"
        yield line, "kind accuracy", kind == case["kind"]
        if "text" in case:
            yield line, "own words exact", read["reply_text"] == case["text"]
        if "recipients" in case and read["bounce"]:
            found = [list(one.values()) for one in read["bounce"]["recipients"]]
            yield line, "recipients exact", found == case["recipients"]


def automatic() -> Iterator[Row]:
    """Programs' mail found and people's left alone, in mail that the weights were not made on."""
    for case in cases("automatic"):
        mail = EmailMessage()
        mail["From"] = "somebody@customer.example"
        for name, value in {"Subject": case["subject"], **case["headers"]}.items():
            mail[name] = value
        mail.set_content(case["body"])
        raw = base64.b64encode(mail.as_bytes()).decode()
        read = KINDS["message"]({"raw": raw})
        told = bool(read["bounce"] or read["auto_reply"])
        what = "found" if case["automatic"] else "people's mail left alone"
        yield f"automatic mail, {case['part']}", what, told == case["automatic"]


def main() -> None:
    """Print one Markdown table."""
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for rows in (
        titles,
        addresses,
        injection,
        disclosures,
        grounding,
        strangers_drafts,
        testers_drafts,
        messages,
        automatic,
        intents,
        development,
    ):
        for line, what, was_right in rows():
            right[line, what].append(was_right)
    print("| set | measure | right | of | rate |\n|---|---|---|---|---|")
    for (line, what), found in sorted(right.items()):
        rate = sum(found) / len(found)
        print(f"| {line} | {what} | {sum(found)} | {len(found)} | {rate:.3f} |")


if __name__ == "__main__":
    main()
