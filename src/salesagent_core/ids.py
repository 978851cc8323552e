"""Identifiers: UUIDs of version 7 (RFC 9562), so that they sort by the time they were made.

The time and the randomness are passed in: making an id is a pure function.
"""

from __future__ import annotations

from datetime import datetime
from typing import NewType

TenantId = NewType("TenantId", str)
SubmissionId = NewType("SubmissionId", str)
RunId = NewType("RunId", str)
DraftId = NewType("DraftId", str)

DEFAULT_TENANT = TenantId("default")
"""The tenant that the environment's settings describe."""

ENTROPY_BYTES = 10


def uuid7(now: datetime, entropy: bytes) -> str:
    """A UUIDv7 as text.

    Args:
        now: an aware datetime; its milliseconds since 1970 fill the first 48 bits.
        entropy: exactly ``ENTROPY_BYTES`` random bytes.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"uuid7 needs {ENTROPY_BYTES} bytes of entropy, not {len(entropy)}")
    millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = (millis << 80) | int.from_bytes(entropy, "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    # uuid.UUID does the same, four times slower, and every form needs two of these.
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
