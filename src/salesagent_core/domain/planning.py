"""What the next mail should ask for."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Ask(StrEnum):
    """The one call to action of a mail."""

    OFFER_MEETING = "offer_meeting"
    ANSWER_QUESTION = "answer_question"
    QUALIFY = "qualify"
    APOLOGISE = "apologise"
    SEND_MATERIAL = "send_material"
    HAND_OVER = "hand_over"


@attrs.frozen(kw_only=True)
class NextStep:
    """``language`` is the ISO 639-1 code to write in; ``reason`` a sentence for the operator."""

    ask: Ask
    intent: str
    language: str
    reason: str
