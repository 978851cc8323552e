"""Changing the words of a draft as they were said: whole words, wherever they stand."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class SpokenEdit:
    """The text after the change, and in how many places it was made."""

    subject: str
    body: str
    places: int


def replace_words(subject: str, body: str, old: str, new: str) -> SpokenEdit:
    """Put ``new`` wherever ``old`` stands as whole words: as it was said, or else, where it stands
    nowhere so, whatever the case of its letters. ``places`` is 0 where it stands nowhere."""
    for exact in (True, False):
        heading, in_subject = _replaced(subject, old, new, exact=exact)
        text, in_body = _replaced(body, old, new, exact=exact)
        if in_subject + in_body:
            return SpokenEdit(subject=heading, body=text, places=in_subject + in_body)
    return SpokenEdit(subject=subject, body=body, places=0)


def _replaced(text: str, old: str, new: str, *, exact: bool) -> tuple[str, int]:
    haystack, needle = (text, old) if exact else (text.lower(), old.lower())
    if not needle or len(haystack) != len(text):
        # A letter whose small form is two characters: offsets would lie.
        return text, 0
    parts, start, at, places = [], 0, haystack.find(needle), 0
    while at >= 0:
        end = at + len(needle)
        if _apart(haystack, at, end):
            parts += [text[start:at], new]
            start, places = end, places + 1
            at = haystack.find(needle, end)
        else:
            at = haystack.find(needle, at + 1)
    return "".join((*parts, text[start:])), places


def _apart(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the words from outside."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not before and not after
