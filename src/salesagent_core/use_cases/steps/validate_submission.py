"""Step 1: is there an address that a mail could go to, and does the text try to steer us?"""

from __future__ import annotations

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.context import ValidSubmission
from salesagent_core.domain.finding import INBOUND_PART
from salesagent_core.domain.safety.injection import inspect_inbound
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.facts import Facts


class ValidateSubmission:
    """Fails the run for good when nobody can be answered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, facts: Facts) -> ValidSubmission:
        """Raises: InvalidInput naming the field, with a sentence that holds no address."""
        typed = facts.submission.email
        if typed is None:
            raise InvalidInput(
                "the form has no e-mail address",
                [Problem(where="fields.email", what="is missing or empty")],
            )
        judged = judge_address(typed)
        if not judged.valid or judged.normalized is None:
            reason = judged.reason.sentence if judged.reason else "is not an e-mail address"
            raise InvalidInput(
                f"the e-mail address cannot be answered: {reason}",
                [Problem(where="fields.email", what=reason)],
            )
        written = "\n".join(field.value for field in facts.submission.fields)
        return ValidSubmission(
            email=judged.normalized,
            began_at=self._clock.now(),
            findings=tuple(
                attrs.evolve(finding, part=INBOUND_PART)
                for finding in inspect_inbound(written).findings
            ),
        )
