"""What every transcriber must do: write down what a recording says, and refuse what is none."""

from __future__ import annotations

import io
import wave

import pytest

from salesagent_contracts.stages import NOW, TENANT, Models
from salesagent_core.domain.commands.audio import MAX_AUDIO_BYTES
from salesagent_core.errors import InvalidInput, NeedsReauth, RateLimited, Unavailable


def recording(samples: int = 800) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"\x01\x00" * samples)
    return file.getvalue()


async def test_what_was_said_is_written_down(models: Models) -> None:
    audio = recording()
    models.hears(audio, "  Approve this. ")
    heard = await models.transcriber.transcribe(TENANT, audio, media_type="audio/wav")
    assert heard.text == "Approve this."


async def test_a_browsers_way_to_name_the_type_is_understood(models: Models) -> None:
    audio = b"\x1aE\xdf\xa3" + bytes(200)
    models.hears(audio, "Skip")
    heard = await models.transcriber.transcribe(
        TENANT, audio, media_type="Audio/WebM; codecs=opus", language="en"
    )
    assert heard.text == "Skip"


async def test_silence_is_empty(models: Models) -> None:
    audio = recording()
    models.hears(audio, "")
    heard = await models.transcriber.transcribe(TENANT, audio, media_type="audio/wav")
    assert heard.text == ""


@pytest.mark.parametrize(
    ("audio", "media_type"),
    [
        (b"", "audio/wav"),
        (b"RIFF", "audio/wav"),
        (recording(), "audio/webm"),
        (recording(), "text/html"),
        (recording(), ""),
        (recording(), "audio/wav\r\nX-Other: 1"),
        (b"<html>" + bytes(100), "audio/mpeg"),
        (b"RIFF0000WAVE" + bytes(MAX_AUDIO_BYTES), "audio/wav"),
    ],
    ids=["empty", "stub", "lying", "page", "no type", "injected", "html", "huge"],
)
async def test_what_is_no_recording_is_refused_with_the_reason(
    models: Models, audio: bytes, media_type: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await models.transcriber.transcribe(TENANT, audio, media_type=media_type)
    assert refused.value.problems


@pytest.mark.parametrize(
    "error", [Unavailable("x"), NeedsReauth("x"), RateLimited("x", retry_at=NOW)]
)
async def test_failures_come_as_the_port_names_them(models: Models, error: Exception) -> None:
    audio = recording()
    models.fails(lambda: error)
    with pytest.raises(type(error)):
        await models.transcriber.transcribe(TENANT, audio, media_type="audio/wav")
