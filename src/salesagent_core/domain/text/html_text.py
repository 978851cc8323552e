"""The words of an HTML mail as a person sees them, in one pass without a parser's surprises.

What is quoted (``blockquote`` and the quote boxes of well-known mail programs) comes out as lines
that begin with ``> ``, so that one reading of quotes serves both kinds of mail. What nobody sees
(scripts, styles, comments, elements styled away) is left out.
"""

from __future__ import annotations

import html
import re
from functools import cache

MAX_HTML = 500_000
"""Characters read; an HTML mail that a person wrote is far shorter."""
MAX_TAG = 4_000
MAX_DEPTH = 200

_NO_TEXT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_EMPTY = frozenset("br hr img input meta link area base col embed param source track wbr".split())
_LINES = frozenset(
    "p div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote section article header footer pre "
    "address center dl dt dd".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre".split())
_QUOTE_BOXES = ("gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite", "tutanota_quote")
_HEADER_BOXES = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container")


def html_to_text(markup: str) -> str:
    """The visible text, quotes marked by ``> ``. Never raises; reads ``MAX_HTML`` characters."""
    return _Reader(markup[:MAX_HTML]).read()


class _Reader:
    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._lines: list[str] = []
        self._line: list[str] = []
        # Open elements: name, whether hidden, whether quoted.
        self._open: list[tuple[str, bool, bool]] = []
        self._hidden = 0
        self._quoted = 0
        self._exhausted: set[str] = set()

    def read(self) -> str:
        markup, place = self._markup, 0
        while place < len(markup):
            mark = markup.find("<", place)
            if mark < 0:
                self._text(markup[place:])
                break
            self._text(markup[place:mark])
            place = self._markup_at(mark)
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def _markup_at(self, mark: int) -> int:
        """Handle what begins with the ``<`` at ``mark``; the offset behind it."""
        markup = self._markup
        if markup.startswith("<!--", mark):
            return self._behind("-->", mark + 4)
        following = markup[mark + 1 : mark + 2]
        if following in ("!", "?"):
            return self._behind(">", mark + 2)
        match = _tag().match(markup, mark)
        if match is None:
            self._text("<")
            return mark + 1
        end = self._find(">", match.end())
        if end < 0:
            return len(markup)
        name = match[2].lower()
        if match[1]:
            self._close(name)
        else:
            inside = markup[match.end() : min(end, match.end() + MAX_TAG)].lower()
            self._start(name, inside)
            if name in _NO_TEXT and not inside.endswith("/"):
                return self._skip(name, end + 1)
        return end + 1

    def _skip(self, name: str, place: int) -> int:
        closing = re.compile(rf"</{name}\b", re.IGNORECASE)
        if name in self._exhausted:
            return place
        match = closing.search(self._markup, place)
        if match is None:
            # An unclosed head or style: a browser shows what follows the next element too.
            self._exhausted.add(name)
            return len(self._markup) if name in ("script", "style") else place
        return match.start()

    def _behind(self, closing: str, place: int) -> int:
        end = self._find(closing, place)
        return len(self._markup) if end < 0 else end + len(closing)

    def _find(self, what: str, place: int) -> int:
        if what in self._exhausted:
            return -1
        end = self._markup.find(what, place)
        if end < 0:
            self._exhausted.add(what)
        return end

    def _start(self, name: str, inside: str) -> None:
        if name == "br":
            self._end_line()
            return
        if name == "hr":
            self._end_line()
            self._rule()
            return
        if name in _LINES:
            self._end_line()
            if name in _PARAGRAPHS:
                self._blank()
        if any(box in inside for box in _HEADER_BOXES):
            self._rule()
        if name in ("td", "th"):
            self._text(" ")
        if name in _EMPTY or inside.endswith("/") or len(self._open) >= MAX_DEPTH:
            return
        hidden = name in _NO_TEXT or _hides(inside)
        quoted = name == "blockquote" or any(box in inside for box in _QUOTE_BOXES)
        # Gmail's box holds its introduction and a blockquote of its own: one level is enough.
        quoted = quoted and not self._quoted
        self._open.append((name, hidden, quoted))
        self._hidden += hidden
        if quoted:
            self._end_line()
        self._quoted += quoted

    def _close(self, name: str) -> None:
        for index in range(len(self._open) - 1, max(-1, len(self._open) - 40), -1):
            if self._open[index][0] == name:
                break
        else:
            return
        if name in _LINES:
            self._end_line()
        for _, hidden, quoted in self._open[index:]:
            if quoted:
                self._end_line()
            self._hidden -= hidden
            self._quoted -= quoted
        del self._open[index:]
        if name in _PARAGRAPHS:
            self._blank()

    def _text(self, text: str) -> None:
        if text and not self._hidden:
            self._line.append(text)

    def _end_line(self) -> None:
        words = _unescape("".join(self._line))
        self._line = []
        for line in re.split(r"\r\n|\r|\n", words) if self._within("pre") else [words]:
            text = " ".join(line.split())
            if text:
                self._lines.append(f"> {text}" if self._quoted else text)
        if not words.strip() and self._lines and self._lines[-1] and "\xa0" in words:
            self._blank()

    def _within(self, name: str) -> bool:
        return any(each == name for each, _, _ in self._open[-10:])

    def _blank(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _rule(self) -> None:
        if not self._quoted:
            self._lines.append("_" * 32)


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:
        # A character reference of thousands of digits.
        return text


def _hides(inside: str) -> bool:
    return bool(inside) and _hiding().search(inside) is not None


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")


@cache
def _hiding() -> re.Pattern[str]:
    return re.compile(
        r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden|mso-hide\s{0,5}:\s{0,5}all"
        r"|font-size\s{0,5}:\s{0,5}0(?:px|pt|em|%)?\s{0,5}(?:[;\"'!]|$)|opacity\s{0,5}:\s{0,5}0(?:[;\"'\s!]|$)"
        r"|(?:^|\s)hidden(?:[\s=>/]|$)"
    )
