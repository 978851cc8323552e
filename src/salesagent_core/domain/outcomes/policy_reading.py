"""A policy to try, from plain data: what it says is changed, the rest stays as it is now.

::

    threshold: 0.85                  # else the present one
    rules:                           # a known name changes that rule, a new one adds a rule
      - {name: high_icp, enabled: true}
    stages:                          # trust to assume, TIER:RULE, either may be *
      "hot:high_icp": auto
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salesagent_core.domain.approval import MAX_THRESHOLD, MIN_THRESHOLD, Rule
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import ANY, CandidatePolicy, StageWish
from salesagent_core.domain.rule_reading import is_number, read_rule, unknown_keys
from salesagent_core.errors import InvalidInput, Problem

MAX_RULES = 200
MAX_STAGES = 1_000

_KEYS = frozenset({"threshold", "rules", "stages", "auto_approve_enabled"})


def read_policy(data: object, present: Iterable[Rule], threshold: float) -> CandidatePolicy:
    """The policy that the data describes, over the rules and the threshold of today.

    Raises:
        InvalidInput: with every problem, its place and what would be right.
    """
    if not isinstance(data, Mapping):
        problem = Problem(where="policy", what="must be an object")
        raise InvalidInput("this policy cannot be used", [problem])
    problems = unknown_keys(data, _KEYS, "")
    wished = data.get("threshold", threshold)
    if not is_number(wished) or not MIN_THRESHOLD <= wished <= MAX_THRESHOLD:
        what = f"must be a number from {MIN_THRESHOLD} to {MAX_THRESHOLD}"
        problems.append(Problem(where="threshold", what=what))
    enabled = data.get("auto_approve_enabled", True)
    if not isinstance(enabled, bool):
        problems.append(Problem(where="auto_approve_enabled", what="must be true or false"))
    rules = _rules(data.get("rules", ()), present, problems)
    stages = _stages(data.get("stages", {}), {rule.name for rule in rules}, problems)
    if problems:
        raise InvalidInput("this policy cannot be used", problems)
    return CandidatePolicy(
        rules=rules, threshold=float(wished), stages=stages, auto_approve_enabled=bool(enabled)
    )


def _rules(data: object, present: Iterable[Rule], problems: list[Problem]) -> tuple[Rule, ...]:
    rules = {rule.name: rule for rule in present}
    if not isinstance(data, list | tuple) or len(data) > MAX_RULES:
        what = f"must be a list of up to {MAX_RULES} rules"
        problems.append(Problem(where="rules", what=what))
        return tuple(rules.values())
    named: set[str] = set()
    for at, each in enumerate(data):
        where = f"rules[{at}]"
        name = each.get("name") if isinstance(each, Mapping) else None
        base = rules.get(name) if isinstance(name, str) else None
        try:
            rule = read_rule(each, base=base, where=where)
        except InvalidInput as invalid:
            problems += invalid.problems
            continue
        if rule.name in named:
            problems.append(Problem(where=f"{where}.name", what="stands in the list twice"))
        named.add(rule.name)
        rules[rule.name] = rule
    return tuple(rules.values())


def _stages(data: object, names: set[str], problems: list[Problem]) -> tuple[StageWish, ...]:
    if not isinstance(data, Mapping) or len(data) > MAX_STAGES:
        what = f"must be an object of up to {MAX_STAGES} lines, TIER:RULE to a stage"
        problems.append(Problem(where="stages", what=what))
        return ()
    wishes = []
    for key, stage in data.items():
        where = f"stages.{str(key)[:80]}"
        tier, _, rule = str(key).partition(":")
        if tier not in {ANY, *Tier} or (rule != ANY and rule not in names):
            what = "must be TIER:RULE with a tier and a rule that exist, or * for either"
            problems.append(Problem(where=where, what=what))
        elif stage not in set(Stage):
            what = f"must be one of {', '.join(Stage)}"
            problems.append(Problem(where=where, what=what))
        else:
            wishes.append(StageWish(tier=tier, rule=rule, stage=Stage(stage)))
    return tuple(wishes)
