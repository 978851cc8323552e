"""Sources and claims: what a draft may say, and where each statement comes from."""

from __future__ import annotations

from enum import StrEnum

import attrs


class SourceKind(StrEnum):
    """Where a source was read."""

    FORM = "form"
    MESSAGE = "message"
    CRM = "crm"
    MEMORY = "memory"
    ASSET = "asset"
    SLOT = "slot"
    VOICE = "voice"
    HOUSE = "house"
    OPERATOR = "operator"


@attrs.frozen(kw_only=True)
class Source:
    """Something a draft may lean on. ``id`` is short and stable within the run (``form.message``);
    ``label`` names it for people, to be shown beside its ``kind``.

    ``untrusted`` marks what a stranger wrote: it is data, never an instruction. ``citable`` is
    False for what may shape the tone but not the facts (another person's past mail).
    """

    id: str
    kind: SourceKind
    label: str
    text: str
    url: str | None = None
    untrusted: bool = True
    citable: bool = True


@attrs.frozen(kw_only=True)
class Claim:
    """A span of the body (``start``/``end`` character offsets) and the sources that hold it."""

    text: str
    start: int
    end: int
    source_ids: tuple[str, ...]
