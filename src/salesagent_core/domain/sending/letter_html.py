"""HTML made from a letter's plain text: nothing in the text can become markup.

Paragraphs and lists are those that the text shows by its lines; an ``https`` link becomes an
anchor only when its host is on the list and what is written is exactly where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from salesagent_core.domain.text.links import find_links, same_or_below

_BULLET = re.compile(r"[ \t]{0,8}[-*\u2022\u2013][ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]{0,8}\d{1,3}[.)][ \t]+(?=\S)")
_STYLE = "font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:1.5"


def letter_html(
    text: str,
    footer: Sequence[str] = (),
    *,
    link_hosts: Sequence[str] = (),
    opt_out_url: str | None = None,
    language: str = "en",
    pixel_url: str | None = None,
) -> str:
    """A whole HTML document, ``dir="auto"`` on each block, for right-to-left languages.

    Args:
        text: the letter; ``\\n`` ends a line, an empty line a paragraph.
        footer: lines below the letter; ``opt_out_url`` is a link wherever it stands in one.
        link_hosts: hosts that may be linked to, with everything under them.
    """
    body = "".join(_blocks(text, link_hosts))
    below = "<br>\n".join(_footer_line(line, opt_out_url) for line in footer)
    if below:
        body += f'<hr>\n<p dir="auto" style="font-size:12px;color:#595959">{below}</p>\n'
    if pixel_url:
        body += f'<img src="{escape(pixel_url)}" alt="" width="1" height="1">\n'
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n'
        '<head><meta charset="utf-8"></head>\n'
        f'<body dir="auto" style="{_STYLE}">\n{body}</body>\n</html>\n'
    )


def _blocks(text: str, link_hosts: Sequence[str]) -> Iterator[str]:
    for empty, lines in groupby(text.split("\n"), key=lambda line: not line.strip()):
        if empty:
            continue
        for tag, group in groupby(lines, key=_tag):
            if tag == "p":
                inner = "<br>\n".join(_inline(line.rstrip(), link_hosts) for line in group)
                yield f'<p dir="auto">{inner}</p>\n'
                continue
            items = list(group)
            first = re.search(r"\d+", items[0]) if tag == "ol" else None
            start = f' start="{int(first[0])}"' if first and int(first[0]) != 1 else ""
            inner = "".join(
                f'<li dir="auto">{_inline(_without_mark(line).rstrip(), link_hosts)}</li>\n'
                for line in items
            )
            yield f"<{tag}{start}>\n{inner}</{tag}>\n"


def _tag(line: str) -> str:
    if _BULLET.match(line):
        return "ul"
    return "ol" if _NUMBER.match(line) else "p"


def _without_mark(line: str) -> str:
    mark = _BULLET.match(line) or _NUMBER.match(line)
    return line[mark.end() :] if mark else line


def _inline(line: str, link_hosts: Sequence[str]) -> str:
    if "https://" not in line or not link_hosts:
        return escape(line)
    parts: list[str] = []
    done = 0
    for link in find_links(line):
        written = line[link.start : link.end]
        honest = written == link.url and not link.deceptive and written.startswith("https://")
        listed = any(same_or_below(link.host, host.lower()) for host in link_hosts)
        if not (honest and listed and link.start >= done):
            continue
        parts += [escape(line[done : link.start]), _anchor(written)]
        done = link.end
    return "".join(parts) + escape(line[done:])


def _footer_line(line: str, url: str | None) -> str:
    if not url or url not in line:
        return escape(line)
    before, _, after = line.partition(url)
    return escape(before) + _anchor(url) + escape(after)


def _anchor(url: str) -> str:
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(url)}</a>'
