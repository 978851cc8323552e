"""Recorded speech as it comes from a browser: which kind it is, and what is too much of it."""

from __future__ import annotations

from salesagent_core.errors import InvalidInput, Problem

MAX_AUDIO_BYTES = 20 * 1024 * 1024
"""About half an hour of a browser's recording; the transcription services take 25 MB at most."""
MIN_AUDIO_BYTES = 12
"""Shorter than the beginning of any container."""

_KINDS = {
    "audio/webm": "webm",
    "video/webm": "webm",
    "audio/ogg": "ogg",
    "application/ogg": "ogg",
    "audio/mp4": "mp4",
    "video/mp4": "mp4",
    "audio/m4a": "mp4",
    "audio/x-m4a": "mp4",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
}


def audio_kind(audio: bytes, media_type: str) -> str:
    """The recording's kind, as a file's ending (``webm``, ``wav``).

    Raises:
        InvalidInput: empty, too large, a type that is not served, or bytes that are of another
            type than they say.
    """
    kind = _KINDS.get(media_type.partition(";")[0].strip().lower())
    if kind is None:
        raise _refused("media_type", f"must be one of {', '.join(sorted(set(_KINDS)))}")
    if len(audio) < MIN_AUDIO_BYTES:
        raise _refused("audio", "holds no recording")
    if len(audio) > MAX_AUDIO_BYTES:
        raise _refused("audio", f"has more than {MAX_AUDIO_BYTES // 1024 // 1024} MB")
    if _container(audio) != kind:
        raise _refused("audio", f"is not the {kind} recording that it says it is")
    return kind


def _container(audio: bytes) -> str | None:
    """By the first bytes, as the containers' own documents give them."""
    if audio.startswith(b"\x1aE\xdf\xa3"):
        return "webm"
    if audio.startswith(b"OggS"):
        return "ogg"
    if audio.startswith(b"RIFF") and audio[8:12] == b"WAVE":
        return "wav"
    if audio.startswith(b"fLaC"):
        return "flac"
    if audio[4:8] == b"ftyp":
        return "mp4"
    if audio.startswith(b"ID3") or (audio[0] == 0xFF and audio[1] & 0xE0 == 0xE0):
        return "mp3"
    return None


def _refused(where: str, what: str) -> InvalidInput:
    return InvalidInput("this recording cannot be used", [Problem(where=where, what=what)])
