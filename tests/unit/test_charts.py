"""Charts: what stands in them is text, and they need neither style nor script."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_app.web import charts
from salesagent_app.web.charts import Dot, Frame

FRAME = Frame(id="c", title="Replies <by> fit", about='a "b" & c')
HOSTILE = '<script>alert(1)</script> & "quotes" \x00\x1b \U0001f600 مرحبا'
rates = st.floats(0, 1)


def dot(label: str = "hot", rate: float = 0.3, low: float = 0.2, high: float = 0.45) -> Dot:
    return Dot(label=label, rate=rate, low=low, high=high, said=f"{label}: {rate:.0%}")


def read(svg: str) -> ElementTree.Element:
    """The chart as a browser reads it, with what every chart must be."""
    root = ElementTree.fromstring(svg)
    for each in root.iter():
        assert each.tag.rpartition("}")[2] not in ("script", "style", "foreignObject")
        assert "style" not in each.attrib
        assert not [name for name in each.attrib if name.startswith("on")]
    said = {each.get("id"): each.text for each in root.iter()}
    assert said[root.get("aria-labelledby") or ""] == FRAME.title
    assert said[root.get("aria-describedby") or ""] == FRAME.about
    assert root.get("role") == "img"
    return root


def shapes(root: ElementTree.Element, kind: str) -> int:
    return sum(each.tag.endswith(kind) for each in root.iter())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), rates, rates, rates), min_size=1, max_size=30))
def test_any_names_and_rates_make_a_chart(
    rows: list[tuple[str, float, float, float]],
) -> None:
    made = []
    for label, *three in rows:
        low, rate, high = sorted(three)
        made.append(dot(label, rate, low, high))
    root = read(charts.dots(made, FRAME, border=0.9))
    assert shapes(root, "circle") == min(len(rows), charts.MOST_ROWS)
    trend = [None if number % 3 == 1 else each for number, each in enumerate(made)]
    root = read(charts.trend(trend, [each.label for each in made], FRAME))
    assert shapes(root, "circle") == sum(each is not None for each in trend)


def test_a_strangers_words_stay_words() -> None:
    svg = charts.dots([dot(HOSTILE)], FRAME)
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    read(svg)


def test_a_dot_says_its_numbers_and_its_line_is_the_interval() -> None:
    root = read(charts.dots([dot("hot"), dot("warm", 0.1, 0.0, 0.4)], FRAME))
    titles = [each.text for each in root.iter() if each.tag.endswith("title")]
    assert titles[1:] == ["hot: 30%", "warm: 10%"]


@pytest.mark.parametrize("values", [[0.0, 1e300], [0.05] * 30, [1.0, 25.0, 1e9]])
def test_evidence_of_any_size_stays_on_the_scale(values: list[float]) -> None:
    root = read(charts.evidence(values, [str(n) for n in range(len(values))], 20.0, FRAME))
    heights = [float(each.get("cy") or 0) for each in root.iter() if each.tag.endswith("circle")]
    assert len(heights) == len(values)
    assert all(-1 <= each <= 210 for each in heights)
    read(charts.sparkline([None, 0.0, 0.2], FRAME))
