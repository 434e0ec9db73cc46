"""The picture of curves is a whole SVG file, whatever its names and numbers are."""

import math
from xml.etree import ElementTree

import pytest

from rnntui.svg.chart import Curve, Panel, chart_svg, ticks

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def texts(text: str) -> list[str]:
    return ["".join(one.itertext()) for one in parsed(text).iter(f"{SVG}text")]


def one_panel(*curves: Curve) -> list[Panel]:
    return [Panel("steps", "loss", curves)]


def test_names_labels_title_and_note_stand_in_it() -> None:
    drawn = texts(chart_svg("A race", one_panel(Curve("lstm", [(0, 3), (10, 2)])), "rnntui race x"))
    assert {"A race", "lstm", "steps", "loss", "rnntui race x"} <= set(drawn)


def test_text_from_outside_is_escaped() -> None:
    nasty = '</text><script>alert("1")</script>\x00\x1b[31m&\ud800'
    drawn = chart_svg(nasty, [Panel(nasty, nasty, [Curve(nasty, [(0, 1)])])], nasty)
    assert not list(parsed(drawn).iter(f"{SVG}script"))
    assert any("<script>" in text for text in texts(drawn))


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0.0, 1.0)],
        [(5.0, 1.0), (5.0, 1.0)],
        [(0.0, math.nan), (1.0, math.inf), (math.nan, 2.0)],
        [(0.0, 1e-9), (1e12, 1e9)],
        [(0.0, 2.0), (1.0, 2.0 + 1e-12)],
    ],
)
def test_any_points_give_a_whole_picture(points: list[tuple[float, float]]) -> None:
    drawn = chart_svg("t", one_panel(Curve("a", points)))
    parsed(drawn)
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_each_curve_has_a_line_of_its_own() -> None:
    curves = [Curve(str(number), [(0, number), (1, number + 1)]) for number in range(6)]
    lines = list(parsed(chart_svg("t", one_panel(*curves))).iter(f"{SVG}polyline"))
    # One in the legend, one among the axes.
    assert len(lines) == 12
    assert len({(line.get("stroke"), line.get("stroke-dasharray")) for line in lines}) == 6


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1.5, 3.9, [1.5, 2, 2.5, 3, 3.5]),
        (0, 446, [0, 100, 200, 300, 400]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_the_note_is_the_description_unbroken_and_with_its_spaces() -> None:
    note = "rnntui sample 'my run' '--prime=a  b <c>' " + "--nudge " * 40 + "end"
    drawn = parsed(chart_svg("A race", one_panel(Curve("lstm", [(0, 1)])), note))
    assert drawn.findtext(f"{SVG}desc") == note
    assert parsed(chart_svg("A race", one_panel())).find(f"{SVG}desc") is None
