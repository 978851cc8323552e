"""What changed between two texts, word by word, as pieces that a template can mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import attrs

from salesagent_core.domain.draft import Revision

KEPT, GONE, NEW = "kept", "gone", "new"
MAX_WORDS = 4_000
"""Words of both texts that are compared one by one; longer parts are compared line by line."""
_WORDS = re.compile(r"\s+|[^\s]+")


@attrs.frozen(kw_only=True)
class Change:
    """A stretch of text that is ``kept``, ``gone`` or ``new``."""

    kind: str
    text: str


@attrs.frozen(kw_only=True)
class RevisionChange:
    """From one revision to another."""

    before: Revision
    after: Revision
    subject: tuple[Change, ...]
    body: tuple[Change, ...]


def revision_change(before: Revision, after: Revision) -> RevisionChange:
    """What is different between them."""
    return RevisionChange(
        before=before,
        after=after,
        subject=changes(before.subject, after.subject),
        body=changes(before.body, after.body),
    )


def changes(before: str, after: str) -> tuple[Change, ...]:
    """``kept`` and ``gone`` pieces make up ``before``, ``kept`` and ``new`` ones ``after``."""
    return tuple(_joined(_lines(before, after)))


def _lines(before: str, after: str) -> Iterator[Change]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, a, b, c, d in _opcodes(old, new):
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            yield Change(kind=KEPT, text=gone)
        else:
            yield from _words(gone, come)


def _words(before: str, after: str) -> Iterator[Change]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MAX_WORDS:
        yield Change(kind=GONE, text=before)
        yield Change(kind=NEW, text=after)
        return
    for tag, a, b, c, d in _opcodes(old, new):
        if tag == "equal":
            yield Change(kind=KEPT, text="".join(old[a:b]))
        else:
            yield Change(kind=GONE, text="".join(old[a:b]))
            yield Change(kind=NEW, text="".join(new[c:d]))


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    return list(SequenceMatcher(None, old, new).get_opcodes())


def _joined(found: Iterator[Change]) -> Iterator[Change]:
    """Neighbours of a kind as one, and empty ones left out."""
    held: Change | None = None
    for change in found:
        if not change.text:
            continue
        if held is not None and held.kind == change.kind:
            held = Change(kind=held.kind, text=held.text + change.text)
            continue
        if held is not None:
            yield held
        held = change
    if held is not None:
        yield held
