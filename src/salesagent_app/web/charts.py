"""Charts as accessible SVG, drawn by pygal on the server.

Colours, sizes and fonts are the style sheet's: what pygal would put into styles and scripts is
left out, because the pages' policy lets neither run. Every chart stands beside its own table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from markupsafe import Markup

from salesagent_app.web.words import short

WIDTH = 340
ROW = 34
LABELS = 12
"""Size of the labels in pixels, as in the style sheet."""
MOST_ROWS = 20
LONGEST_LABEL = 18
_TALL = 210
_TICKS = 5
_MOST_EVIDENCE = 1e6
"""More is not drawn: the line would have no room for what leads there."""
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


@attrs.frozen(kw_only=True)
class Dot:
    """A rate (0..1) with its interval. ``said`` is read where the mouse rests on it."""

    label: str
    rate: float
    low: float
    high: float
    said: str


@attrs.frozen(kw_only=True)
class Frame:
    """``id`` is unique on its page; ``title`` and ``about`` are what a chart is without eyes."""

    id: str
    title: str
    about: str


def dots(rows: Sequence[Dot], frame: Frame, *, border: float | None = None) -> Markup:
    """Rates beside each other, one a row, the first at the top. At most ``MOST_ROWS`` are drawn.
    ``border`` is what the beginning of a line must reach."""
    import pygal

    rows = rows[:MOST_ROWS]
    top, ticks = _scale(max((each.high for each in rows), default=1.0))
    chart = pygal.HorizontalLine(
        **_options(height=40 + ROW * max(len(rows), 2)),
        stroke=False,
        dots_size=5,
        range=(0, top),
        formatter=_percent,
    )
    chart.x_labels = [short(_plain(each.label), LONGEST_LABEL) for each in rows]
    chart.y_labels = ticks
    chart.add("", [_point(each) for each in rows])
    if border is not None:
        # A line runs from the first row to the last; it takes two.
        chart.add("", [border] * len(rows), show_dots=False, stroke=True)
    return _svg(chart, frame, "dots")


def trend(points: Sequence[Dot | None], labels: Sequence[str], frame: Frame) -> Markup:
    """A rate over time; None is a time with too little to show."""
    import pygal

    known = [each for each in points if each is not None]
    top, ticks = _scale(max((each.high for each in known), default=1.0))
    chart = pygal.Line(
        **_options(height=_TALL),
        dots_size=4,
        range=(0, top),
        formatter=_percent,
        allow_interruptions=True,
        show_minor_x_labels=False,
    )
    chart.x_labels = [_plain(each) for each in labels]
    chart.x_labels_major = _some(chart.x_labels)
    chart.y_labels = ticks
    chart.add("", [None if each is None else _point(each) for each in points])
    return _svg(chart, frame, "trend")


def evidence(values: Sequence[float], labels: Sequence[str], border: float, frame: Frame) -> Markup:
    """Evidence over time on a logarithmic scale, with the border that decides."""
    import pygal

    least, most = 0.1, min(max(border * 5, max(values) * 2), _MOST_EVIDENCE)
    chart = pygal.Line(
        **_options(height=_TALL),
        dots_size=3,
        range=(least, most),
        logarithmic=True,
        show_minor_x_labels=False,
    )
    chart.x_labels = [_plain(each) for each in labels]
    chart.x_labels_major = _some(chart.x_labels)
    chart.y_labels = [
        {"value": least, "label": "against"},
        {"value": 1, "label": "nothing"},
        {"value": border, "label": "decided"},
    ]
    shown = [min(max(each, least), most) for each in values]
    chart.add("", shown)
    chart.add("", [border] * len(shown), show_dots=False)
    return _svg(chart, frame, "evidence")


def sparkline(values: Sequence[float | None], frame: Frame) -> Markup:
    """A line without axes, as high as a line of text."""
    import pygal

    known = [each for each in values if each is not None]
    chart = pygal.Line(
        **{**_options(height=32), "width": 160, "margin": 4},
        show_dots=False,
        show_x_labels=False,
        show_y_labels=False,
        show_y_guides=False,
        range=(0, max([0.01, *known])),
        allow_interruptions=True,
    )
    chart.add("", list(values))
    return _svg(chart, frame, "spark")


def _options(height: int) -> dict[str, Any]:
    from pygal.style import Style

    return {
        "width": WIDTH,
        "height": height,
        "style": Style(label_font_size=LABELS, major_label_font_size=LABELS),
        "show_legend": False,
        "margin": 6,
        "spacing": 8,
        "truncate_label": -1,
        "js": (),
        "css": (),
        "classes": ("chart",),
        "no_data_text": "",
    }


def _point(dot: Dot) -> dict[str, Any]:
    ci = {"low": dot.low, "high": dot.high}
    return {"value": dot.rate, "ci": ci, "label": _plain(dot.said)}


def _scale(highest: float) -> tuple[float, list[dict[str, Any]]]:
    """Where the scale of a rate ends, and what is written beside it."""
    step = next((each for each in _STEPS if each * (_TICKS - 1) >= highest), _STEPS[-1])
    ticks = [round(step * number, 4) for number in range(_TICKS)]
    return ticks[-1], [{"value": each, "label": _percent(each)} for each in ticks]


def _some(labels: Sequence[str]) -> list[str]:
    """As many labels as there is room for."""
    every = max(1, -(-len(labels) // _TICKS))
    return list(labels[::every])


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _plain(text: str) -> str:
    """What XML may hold; control characters are not of it."""
    return "".join(char if char.isprintable() else " " for char in text)


def _svg(chart: Any, frame: Frame, kind: str) -> Markup:
    """The chart's tree without what the policy forbids, and with what a reader needs."""
    from pygal.etree import etree

    root = chart.render_tree()
    _prune(root)
    for group in root.iter():
        if group.get("class") == "dots":
            _say(group, etree)
    title = next(each for each in root if each.tag == "title")
    title.text, about = _plain(frame.title), etree.Element("desc")
    about.text = _plain(frame.about)
    root.insert(list(root).index(title) + 1, about)
    title.set("id", f"{frame.id}-title")
    about.set("id", f"{frame.id}-about")
    root.set("id", frame.id)
    root.set("class", f"chart {kind}")
    root.set("viewBox", f"0 0 {chart.config.width} {chart.config.height}")
    root.set("role", "img")
    root.set("aria-labelledby", f"{frame.id}-title")
    root.set("aria-describedby", f"{frame.id}-about")
    # Everything in it was escaped by the serialiser.
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704


_LEFT_OUT = frozenset({"defs", "style", "script"})


def _prune(node: Any) -> None:
    """Take out scripts, styles, comments, and tooltips that only a script would show."""
    node.attrib.pop("style", None)
    for child in list(node):
        named = child.get("class") or "" if isinstance(child.tag, str) else ""
        if (
            not isinstance(child.tag, str)
            or child.tag in _LEFT_OUT
            or "tooltip-overlay" in named
            or (child.tag == "title" and node.get("class") == "guides")
        ):
            node.remove(child)
        else:
            _prune(child)


def _say(group: Any, etree: Any) -> None:
    """What stands beside a dot for a script becomes its title."""
    said = [each for each in group if each.get("class") == "label"]
    for each in [one for one in group if one.tag == "desc"]:
        group.remove(each)
    if said:
        title = etree.Element("title")
        title.text = said[0].text
        group.insert(0, title)


def day(at: date) -> str:
    """A day of this year, as short as possible."""
    return f"{at.day} {at:%b}"
