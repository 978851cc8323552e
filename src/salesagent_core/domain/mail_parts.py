"""The parts of a mail of ours: greeting, paragraphs, sign-off, and what follows it.

Works on plain text with known phrases in en, de, fr and es; a mail without them is all content.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import attrs

# Each with how formal it is, 0..1.
_GREETINGS = {
    0.0: "hey; moin; servus; hey there; salut",
    0.3: "hi; hi there; hi all; hi team",
    0.5: "hello; hello there; hallo; bonjour; hola; liebe; lieber; querida; querido",
    0.6: "good morning; good afternoon; good evening; guten morgen; guten tag; guten abend; "
    "buenos días; buenas tardes; buenas; bonsoir; chère; cher; grüß gott; grüezi",
    1.0: "dear; dear sir; dear madam; sehr geehrte; sehr geehrter; madame; monsieur; "
    "estimado; estimada; estimados; to whom it may concern",
}
_SIGN_OFFS = {
    0.0: "cheers; xo; see ya; lg; tschüss; ciao; bises",
    0.3: "best; thanks; thank you; talk soon; speak soon; all the best; take care; many thanks; "
    "liebe grüße; vg; gruß; bis bald; amicalement; à bientôt; un abrazo; gracias; danke; merci; "
    "vielen dank",
    0.6: "best wishes; regards; best regards; kind regards; warm regards; warmly; viele grüße; "
    "beste grüße; herzliche grüße; schöne grüße; cordialement; bien à vous; saludos; un saludo; "
    "with best regards",
    1.0: "yours sincerely; sincerely; sincerely yours; yours faithfully; yours truly; "
    "respectfully; mit freundlichen grüßen; mit freundlichem gruß; freundliche grüße; mfg; "
    "mit besten grüßen; hochachtungsvoll; bien cordialement; meilleures salutations; "
    "sincères salutations; salutations distinguées; atentamente; saludos cordiales; "
    "un cordial saludo; cordiales saludos",
}
_GREETING_WORDS = 6
_SIGN_OFF_WORDS = 5
_PUNCTUATION = ",.;:!–—- \t"

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LIST_MARK = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s")
# The run of marks is bounded, so that a wall of them costs linear time.
_SENTENCE_END = re.compile(r"[.!?…]{1,8}[\"'”’»)\]]{0,2}(?=\s|$)|\n\s*\n")


@attrs.frozen(kw_only=True)
class Phrase:
    """A greeting or sign-off as written, without the name, and how formal it is (0..1)."""

    text: str
    formality: float


@attrs.frozen(kw_only=True)
class Paragraph:
    """A block of content with its offsets in the body. A list is ``is_list``: it belongs to the
    paragraph before it."""

    text: str
    start: int
    end: int
    is_list: bool = False


@attrs.frozen(kw_only=True)
class MailParts:
    """``paragraphs`` are the content: neither greeting nor sign-off nor what follows that."""

    paragraphs: tuple[Paragraph, ...]
    greeting: Phrase | None = None
    sign_off: Phrase | None = None
    after: str = ""

    @property
    def has_postscript(self) -> bool:
        """True when a P.S. follows the sign-off."""
        return any(
            line.strip().casefold().startswith(("ps:", "p.s.", "ps ", "pd:", "p.d.", "ps."))
            for line in self.after.splitlines()
        )


@attrs.frozen(kw_only=True)
class _Line:
    text: str
    start: int


def split_mail(body: str) -> MailParts:
    """Split a plain-text body (any length, any line ends) into its parts; offsets are kept."""
    lines = list(_lines(body))
    first = next((i for i, line in enumerate(lines) if line.text.strip()), len(lines))
    greeting = _phrase(lines[first].text, greeting=True) if first < len(lines) else None
    begin = first + 1 if greeting else first
    sign_off, end = None, len(lines)
    for index in range(len(lines) - 1, begin - 1, -1):
        sign_off = _phrase(lines[index].text, greeting=False)
        if sign_off:
            end = index
            break
    after = "\n".join(line.text for line in lines[end + 1 :]) if sign_off else ""
    paragraphs = tuple(_paragraphs(lines[begin:end]))
    return MailParts(paragraphs=paragraphs, greeting=greeting, sign_off=sign_off, after=after)


def words(text: str) -> list[str]:
    """The words of a text, as written."""
    return _WORD.findall(text)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of each sentence, its end mark included."""
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if text[start : mark.end()].strip():
            yield start, mark.end()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)


def _lines(body: str) -> Iterator[_Line]:
    start = 0
    for line in body.splitlines(keepends=True):
        yield _Line(text=line.rstrip("\r\n"), start=start)
        start += len(line)


def _paragraphs(lines: list[_Line]) -> Iterator[Paragraph]:
    block: list[_Line] = []
    for line in [*lines, _Line(text="", start=0)]:
        if line.text.strip():
            block.append(line)
        elif block:
            last = block[-1]
            yield Paragraph(
                text="\n".join(each.text for each in block),
                start=block[0].start,
                end=last.start + len(last.text),
                is_list=all(_LIST_MARK.match(each.text.lstrip()) for each in block),
            )
            block = []


def _phrase(line: str, *, greeting: bool) -> Phrase | None:
    """The known phrase that the line opens with, if the line is short enough to be that."""
    most = _GREETING_WORDS if greeting else _SIGN_OFF_WORDS
    stripped = line.strip()
    if not stripped or len(stripped) > 80 or "?" in stripped:
        return None
    found = stripped.split()
    if len(found) > most:
        return None
    known = _known(greeting)
    for length in range(len(found), 0, -1):
        text = " ".join(found[:length]).strip(_PUNCTUATION)
        formality = known.get(text.casefold())
        if formality is None:
            continue
        # "Thanks for your message." opens a sentence; "Best regards, Ann" is a sign-off.
        whole = length == len(found) or found[length - 1].endswith(",")
        if greeting or whole:
            return Phrase(text=text, formality=formality)
    return None


@functools.cache
def _known(greeting: bool) -> dict[str, float]:
    table = _GREETINGS if greeting else _SIGN_OFFS
    return {
        phrase.strip().casefold(): formality
        for formality, phrases in table.items()
        for phrase in phrases.split(";")
    }
