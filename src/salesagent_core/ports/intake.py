"""The durable door: what came in is stored, once, before anyone is told it was accepted."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.domain.submission import IntakeKeys, Submission
from salesagent_core.ids import RunId, SubmissionId


@attrs.frozen(kw_only=True)
class Arrival:
    """A submission at the door, with the id its run gets and the raw bytes it came as."""

    submission: Submission
    run_id: RunId
    keys: IntakeKeys
    raw: bytes


@attrs.frozen(kw_only=True)
class Receipt:
    """``accepted`` is False for a duplicate; the ids are then those of the first delivery."""

    accepted: bool
    submission_id: SubmissionId
    run_id: RunId


class Intake(Protocol):
    """Stores submissions and makes their runs."""

    async def accept(self, arrival: Arrival) -> Receipt:
        """Store the submission and its run in one transaction, or find the first one.

        Deliveries that arrive at the same time share a transaction. When this returns, the
        submission is committed; a bell for the run is rung after that, once per batch.

        Raises:
            Unavailable: it could not be stored durably; nothing was.
        """
        ...
