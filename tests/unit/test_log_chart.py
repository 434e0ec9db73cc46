"""A chart in plain characters shows each value in its place."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.log_chart import MARKS, MOST_DECADES, Curve, Decades, decades, log_chart


def _plot(lines: list[str]) -> list[str]:
    """The rows of the plot alone, right of the axis."""
    return [line[7:] for line in lines if "│" in line or "┤" in line]


def test_powers_of_ten_fall_in_a_straight_line() -> None:
    curve = Curve("a", [10.0**-power for power in range(8)])
    scale = decades([curve])
    assert scale == Decades(-7, 0)
    plot = _plot(log_chart([curve], scale, width=7 + 8, height=8))
    assert [row.index("o") for row in plot] == list(range(8))


def test_the_axes_name_powers_and_distances() -> None:
    curve = Curve("a", [1.0, 0.1, 0.01, 0.001] * 8)
    lines = log_chart([curve], Decades(-3, 0), width=60, height=7)
    assert [line[:7] for line in lines[:7:2]] == [" 1e+00┤", " 1e-01┤", " 1e-02┤", " 1e-03┤"]
    assert lines[-1].split() == ["0", "10", "20", "30"]


def test_curves_in_one_place_take_turns() -> None:
    curves = [Curve("a", [1.0] * 20), Curve("b", [1.0] * 20)]
    (row, *_) = _plot(log_chart(curves, Decades(-1, 0), width=7 + 20, height=4))
    assert row == "o+" * 10


def test_a_curve_leaves_at_the_foot_and_what_is_no_number_has_no_mark() -> None:
    curve = Curve("a", [1.0, 1e-300, 0.0, math.nan, math.inf])
    scale = decades([curve])
    assert scale == Decades(-MOST_DECADES, 0)
    plot = _plot(log_chart([curve], scale, width=12, height=5))
    assert "".join(plot).count("o") == 1


def test_nothing_to_show_has_no_scale() -> None:
    assert decades([Curve("a", [0.0, math.nan])]) is None
    assert decades([]) is None


@settings(max_examples=40)
@given(
    values=st.lists(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=200),
        min_size=1,
        max_size=10,
    ),
    width=st.integers(9, 120),
    height=st.integers(2, 30),
)
def test_any_numbers_fit_the_chart(values: list[list[float]], width: int, height: int) -> None:
    curves = [Curve(f"{number}", part) for number, part in enumerate(values)]
    scale = decades(curves)
    if scale is not None:
        lines = log_chart(curves, scale, width, height)
        assert len(lines) == height + 2
        assert all(len(line) <= width for line in lines)
        assert any(mark in "".join(_plot(lines)) for mark in MARKS)
