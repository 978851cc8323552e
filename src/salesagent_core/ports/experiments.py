"""A/B tests: kept, looked up by a run, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.experiment import Experiment
from salesagent_core.domain.experiment_evidence import NOBODY, Count
from salesagent_core.ids import TenantId
from salesagent_core.ports.unit_of_work import Transaction


@attrs.frozen(kw_only=True)
class ArmCount:
    """What became of one variant. ``counted``: people whose first mail had its time, and how many
    of them did what was hoped for in that time. ``drafted`` mails were written, ``sent`` went out,
    ``waiting`` of those have their time still to come."""

    drafted: int = 0
    sent: int = 0
    waiting: int = 0
    counted: Count = NOBODY


class ActiveExperiments(Protocol):
    """What a run asks."""

    async def active(self, tenant_id: TenantId) -> tuple[Experiment, ...]:
        """Tests that run, and decided ones whose winner is used.

        Raises:
            Unavailable
        """
        ...


class ExperimentBook(Protocol):
    """The tests of one tenant, inside one transaction."""

    async def all(self) -> tuple[Experiment, ...]:
        """Newest first."""
        ...

    async def get(self, experiment_id: str, *, lock: bool = False) -> Experiment:
        """Raises: NotFound."""
        ...

    async def put(self, experiment: Experiment) -> None:
        """Store it, new or changed. Raises: Conflict when another one has its name."""
        ...

    async def hold(self) -> None:
        """Until the transaction ends nobody else starts or stops a test."""
        ...

    async def count(self, experiment: Experiment, now: datetime) -> Mapping[str, ArmCount]:
        """By variant, what became of the mail so far. A person counts once, by the first mail of
        the test they were sent, so that people are independent of each other; what happened after
        ``COUNTED_AFTER`` does not count. Of a test of the send time only mail that went by itself
        counts: a person's approval goes out at once whatever the variant."""
        ...


class ExperimentTransaction(Transaction, Protocol):
    """A transaction in which tests are managed."""

    @property
    def experiments(self) -> ExperimentBook: ...


class ExperimentWork(Protocol):
    """Begins transactions of one tenant in which tests are managed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[ExperimentTransaction]:
        """As ``UnitOfWork.begin``."""
        ...
