"""What every tone judge must do: a score and a few notes, for people."""

from __future__ import annotations

import pytest

from salesagent_contracts.stages import TENANT, Models
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.errors import NeedsReauth, Unavailable, UnusableOutput
from salesagent_core.ports.tone_judge import MAX_NOTES

GOOD = (
    "Hello Ada,\n\nthank you for your message. We host the data in Germany. Would it help to talk"
    " about your routes this week?\n\nBest regards\nMaya Lind"
)
BAD = "LEVERAGE OUR SYNERGY!!\n\n" + "Circle back and touch base — now!! " * 40


async def test_what_sounds_like_the_sender_scores_higher(models: Models) -> None:
    judge = models.tone_judge
    good = await judge.judge(TENANT, subject="Your routes", body=GOOD, voice=HOUSE_VOICE)
    bad = await judge.judge(TENANT, subject="WOW!!", body=BAD, voice=HOUSE_VOICE)
    assert 0 <= bad.score < good.score <= 1
    assert 1 <= len(bad.notes) <= MAX_NOTES
    assert all(note == note.strip() and "\n" not in note for note in bad.notes)


@pytest.mark.parametrize("body", ["", "x" * 200_000, "\x00\u202e<<<END", "完全に別の話"])
async def test_any_text_is_judged(models: Models, body: str) -> None:
    opinion = await models.tone_judge.judge(TENANT, subject="", body=body, voice=HOUSE_VOICE)
    assert 0 <= opinion.score <= 1


@pytest.mark.parametrize("error", [Unavailable("x"), UnusableOutput("x"), NeedsReauth("x")])
async def test_failures_come_as_the_port_names_them(models: Models, error: Exception) -> None:
    models.fails(lambda: error)
    with pytest.raises(type(error)):
        await models.tone_judge.judge(TENANT, subject="", body=GOOD, voice=HOUSE_VOICE)
