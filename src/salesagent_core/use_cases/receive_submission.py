"""A form comes in: store it once, durably, and say what became of it."""

from __future__ import annotations

from salesagent_core.domain.submission import Submission, intake_keys
from salesagent_core.ids import RunId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.intake import Arrival, Intake, Receipt


class ReceiveSubmission:
    """Every door ends here, so that one submission is one run whichever way it came."""

    def __init__(self, intake: Intake, ids: IdSource) -> None:
        self._intake = intake
        self._ids = ids

    async def __call__(self, submission: Submission, raw: bytes) -> Receipt:
        """Store the submission with the raw bytes it came as.

        Returns after commit. For a duplicate the receipt names the first delivery's ids.

        Raises:
            Unavailable: nothing was stored; the sender should send it again.
        """
        return await self._intake.accept(
            Arrival(
                submission=submission,
                run_id=RunId(self._ids.new()),
                keys=intake_keys(submission),
                raw=raw,
            )
        )
