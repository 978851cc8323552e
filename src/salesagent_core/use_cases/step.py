"""What the engine knows about a step: its name, what it needs, and how it may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import attrs

from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.unit_of_work import Transaction
from salesagent_core.use_cases.facts import Facts

Ring = tuple[Topic, str]
Act = Callable[[Facts], Awaitable[object]]
Compute = Callable[[Facts], object]
Commit = Callable[[Transaction, Facts, object], Awaitable[tuple[Ring, ...]]]


@attrs.frozen(kw_only=True)
class Step:
    """One named part of the workflow. Exactly one of ``act`` and ``compute`` is set.

    ``act`` touches the world: its result is committed before anything that needs it starts.
    ``compute`` is pure: its result may share the next commit, and is computed again from the
    same facts when that commit never came.

    ``gap`` marks an optional step and says what the draft lacks when it fails. ``detached``: the
    run's other steps never wait for it, and it is tried again on its own. ``commit`` is stored in
    the same transaction as the result, and returns the bells to ring afterwards.
    """

    name: str
    result: type
    needs: tuple[str, ...] = ()
    act: Act | None = None
    compute: Compute | None = None
    commit: Commit | None = None
    gap: str | None = None
    detached: bool = False
    timeout: timedelta = timedelta(seconds=60)

    def __attrs_post_init__(self) -> None:
        """Raises: ValueError when the step is not exactly one of acting and pure."""
        if (self.act is None) == (self.compute is None):
            raise ValueError(f"step {self.name} must either act or compute")


class Workflow:
    """Steps in the order in which people read them; they run in the order of their needs."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = tuple(steps)
        seen: set[str] = set()
        for step in self.steps:
            missing = set(step.needs) - seen
            if missing:
                raise ValueError(f"step {step.name} needs {sorted(missing)} before it")
            if step.name in seen:
                raise ValueError(f"step {step.name} stands twice in the workflow")
            seen.add(step.name)

    @property
    def result_types(self) -> dict[str, type]:
        """What each step leaves in the journal."""
        return {step.name: step.result for step in self.steps}
