"""The drawn chart: what is on it, at any size, with any data."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from rnntui.tui.widgets.chart.cells import Cells, cell_width, shortened
from rnntui.tui.widgets.chart.crosshair import with_crosshair
from rnntui.tui.widgets.chart.inks import Ink, dashes, line_ink, raw_ink, sign
from rnntui.tui.widgets.chart.layout import arrange
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.picture import Picture, draw
from rnntui.tui.widgets.chart.scale import YScale
from rnntui.tui.widgets.chart.series import ChartData, Marker, SeriesStyle, read
from rnntui.tui.widgets.chart.view import Recent

LOOK = Look(x_title="step", y_title="loss (nats/char)", empty_text="Press t to train.")


def loss_data(steps: int = 500) -> ChartData:
    """A training curve with noise, a sparse validation curve, references and a marker."""
    rng = np.random.default_rng(1)
    data, x = ChartData(), np.arange(1, steps + 1)
    data.append("train", x, 1.4 + 2.7 * np.exp(-x / 60) + rng.normal(0, 0.05, steps))
    data.add_series("validation", SeriesStyle.MARKED)
    data.append("validation", x[49::50], 1.6 + 2.5 * np.exp(-x[49::50] / 60))
    data.set_reference("uniform", 4.174)
    data.set_reference("unigram", 3.31)
    data.set_marker(Marker("best", 450.0, 1.6, "best 1.600"))
    return data


def lines(cells: Cells) -> list[str]:
    """The rows of a grid as text."""
    strips = cells.strips({int(ink): Style() for ink in np.unique([*cells.inks.flat, 0])})
    return [strip.text for strip in strips]


def text_of(picture: Picture) -> str:
    """Everything on a picture."""
    return "\n".join(lines(picture.cells))


def inks_with_dots(cells: Cells) -> set[int]:
    """The inks that Braille cells are drawn in."""
    return {int(ink) for ink in np.unique(cells.inks[cells.codes >= 0x2800])}


numbers = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-10, 10))
batches = st.lists(st.tuples(numbers, numbers), max_size=40)
looks = st.builds(
    Look,
    x_title=st.just("step"),
    y_title=st.just("loss"),
    empty_text=st.just("Nothing yet."),
    scale=st.sampled_from(YScale),
    smoothing=st.sampled_from([0.0, 0.9]),
    view=st.sampled_from([LOOK.view, Recent()]),
)


@given(
    batches, batches, looks, st.integers(1, 60), st.integers(1, 25), st.sampled_from(SeriesStyle)
)
@settings(max_examples=60, deadline=None)
def test_any_data_can_be_drawn_at_any_size(
    first: Sequence[tuple[float, float]],
    second: Sequence[tuple[float, float]],
    look: Look,
    width: int,
    height: int,
    style: SeriesStyle,
) -> None:
    data = ChartData(capacity=16)
    data.add_series("학습", style)
    for name, points in (("학습", first), ("b\t[red]", second)):
        data.append(name, [x for x, _ in points], [y for _, y in points])
    for x, y in second[:3]:
        data.set_reference(f"ref {x}", y)
        data.set_marker(Marker(f"mark {y}", x, y))
    picture = draw(data, look, width, height)
    for cells in (picture.cells, *crosshairs(picture, look)):
        drawn = lines(cells)
        assert len(drawn) == height
        assert all(cell_width(line) == width for line in drawn)


def crosshairs(picture: Picture, look: Look) -> list[Cells]:
    """The picture with the crosshair at the left edge, the middle and the right edge."""
    if picture.plot is None:
        return []
    x = picture.plot.x
    return [with_crosshair(picture, look, x.low + share * x.width) for share in (0.0, 0.5, 1.0)]


def test_titles_ticks_legend_and_labels_are_there_when_there_is_room() -> None:
    text = text_of(draw(loss_data(), LOOK, 100, 24))
    for part in ("loss (nats/char)", " step", "━● train 1.", "╍◆ validation 1.601"):
        assert part in text
    for part in ("uniform 4.174", "unigram 3.310", "best 1.600", "★", "2.0 ┤", "300"):
        assert part in text


def test_a_medium_chart_has_ticks_but_no_titles() -> None:
    text = text_of(draw(loss_data(), LOOK, 38, 7))
    assert "loss" not in text
    assert "step" not in text
    assert "┤" in text
    assert "● train" in text


def test_the_smallest_chart_is_curves_alone() -> None:
    picture = draw(loss_data(), LOOK, 12, 3)
    assert picture.layout.plot_height == 3
    assert "┤" not in text_of(picture)
    assert line_ink(0) in inks_with_dots(picture.cells)


@given(st.integers(1, 220), st.integers(1, 70), st.integers(0, 5), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_the_parts_never_overlap(width: int, height: int, legend: int, gutter: int) -> None:
    layout = arrange(width, height, legend, gutter)
    assert layout.plot_width >= 1
    rows = [*range(layout.plot_top + layout.plot_height)]
    rows += [row for row in (layout.axis_row, layout.label_row) if row is not None]
    assert rows == list(range(height))


def test_an_empty_chart_says_its_sentence_in_the_middle() -> None:
    drawn = lines(draw(ChartData(), LOOK, 41, 9).cells)
    assert drawn[4].strip() == "Press t to train."
    assert len(drawn[4]) - len(drawn[4].lstrip()) == 12


def test_a_series_without_a_finite_point_leaves_the_chart_empty() -> None:
    data = ChartData()
    data.append("train", [1, 2], [np.nan, np.inf])
    assert "Press t" in text_of(draw(data, LOOK, 41, 9))


def test_one_point_is_a_sign_in_the_middle() -> None:
    data = ChartData()
    data.append("train", [3], [2.5])
    picture = draw(data, LOOK, 60, 16)
    assert picture.plot is not None
    rows, columns = np.nonzero(picture.plot.levels == 5)
    assert rows.tolist() == [picture.plot.height // 2]
    assert columns.tolist() == [picture.plot.width // 2]


def test_a_constant_series_is_a_line_in_the_middle() -> None:
    data = ChartData()
    data.append("train", np.arange(50), np.full(50, 2.5))
    picture = draw(data, LOOK, 60, 16)
    assert picture.plot is not None
    assert np.unique(np.nonzero(picture.plot.levels >= 4)[0]).tolist() == [picture.plot.height // 2]


def test_smoothing_draws_the_raw_values_behind_the_line() -> None:
    plain = inks_with_dots(draw(loss_data(), LOOK, 100, 24).cells)
    smooth = draw(loss_data(), Look(smoothing=0.9), 100, 24)
    assert raw_ink(0) not in plain
    assert {raw_ink(0), line_ink(0)} <= inks_with_dots(smooth.cells)
    assert raw_ink(1) not in inks_with_dots(smooth.cells)


def test_huge_first_losses_are_cut_and_the_cut_is_shown() -> None:
    data = ChartData()
    curve = 1.5 + 2 * np.exp(-np.arange(2000) / 150)
    curve[:4] = [90, 60, 40, 20]
    data.append("train", np.arange(2000), curve)
    picture = draw(data, LOOK, 100, 24)
    assert picture.plot is not None
    assert picture.plot.y.high < 10
    assert "▴" in text_of(picture)


def test_a_reference_out_of_sight_is_named_at_the_edge() -> None:
    data = ChartData()
    data.append("train", np.arange(100), np.linspace(2.0, 1.5, 100))
    data.set_reference("uniform", 4.174)
    data.set_reference("floor", 0.1)
    text = text_of(draw(data, LOOK, 100, 24))
    assert "↑ uniform 4.174" in text
    assert "↓ floor 0.1000" in text


def test_a_reference_without_a_finite_value_goes_away() -> None:
    data = ChartData()
    data.set_reference("n-gram", 2.0)
    data.set_reference("n-gram", float("nan"))
    assert data.references == {}


def test_a_marker_without_y_is_an_upright_with_its_label() -> None:
    data = ChartData()
    data.append("train", np.arange(100), np.linspace(2.0, 1.5, 100))
    data.set_marker(Marker("resumed", 50.0))
    picture = draw(data, LOOK, 100, 24)
    assert "resumed" in text_of(picture)
    assert Ink.MARKER in inks_with_dots(picture.cells)


def test_hidden_series_are_left_out_of_curves_legend_and_range() -> None:
    data = loss_data()
    data.append("far", [1, 9000], [50.0, 50.0])
    picture = draw(data, Look(hidden=frozenset({"far"})), 100, 24)
    assert "far" not in text_of(picture)
    assert picture.extent is not None
    assert picture.extent.high == 500


def test_the_pinned_series_is_drawn_last() -> None:
    data = loss_data()
    assert [s.name for s in data.shown(frozenset(), "train")] == ["validation", "train"]


def test_a_removed_series_leaves_its_slot_to_the_next_and_others_keep_theirs() -> None:
    data = ChartData()
    for name in "abc":
        data.append(name, [1], [1])
    del data.series["b"]
    data.append("d", [1], [1])
    assert {s.name: s.slot for s in data.series.values()} == {"a": 0, "c": 2, "d": 1}


def test_eight_slots_differ_without_colour_and_64_with_it() -> None:
    assert len({sign(slot) for slot in range(8)}) == 8
    assert len({(line_ink(s), sign(s), dashes(s)) for s in range(64)}) == 64


def test_too_many_series_for_the_legend_are_counted() -> None:
    data = ChartData()
    for run in range(30):
        data.append(f"a rather long run name {run}", [1, 2], [1, 2])
    assert "more" in lines(draw(data, LOOK, 60, 12).cells)[0]


def test_the_legend_gives_up_values_before_names() -> None:
    wide, narrow = (lines(draw(loss_data(), Look(), width, 12).cells)[0] for width in (60, 30))
    assert "validation 1.601" in wide
    assert "validation" in narrow
    assert "1.601" not in narrow


def test_the_crosshair_shows_every_series_value_there() -> None:
    picture = draw(loss_data(), LOOK, 100, 24)
    text = "\n".join(lines(with_crosshair(picture, LOOK, 200.0)))
    train = read(loss_data().series["train"], 200.0, 0.0)
    assert "step 200" in text
    assert f"{train.value:.3f}" in text
    assert "│" in text.splitlines()[8]


def test_a_reading_from_elsewhere_says_where() -> None:
    picture = draw(loss_data(), LOOK, 100, 24)
    text = "\n".join(lines(with_crosshair(picture, LOOK, 120.0)))
    assert "at 100" in text


def test_without_room_for_a_box_the_legend_shows_the_values() -> None:
    data = loss_data()
    data.append("third", [1, 500], [2.0, 2.0])
    picture = draw(data, LOOK, 70, 5)
    legend = lines(with_crosshair(picture, LOOK, 51.0))[0]
    validation = read(data.series["validation"], 51.0, 0.0)
    assert f"{validation.value:.3f}" in legend


def test_reading_takes_the_nearest_point() -> None:
    data = ChartData()
    data.append("a", [0, 10, 20], [1.0, 2.0, 3.0])
    values = [read(data.series["a"], x, 0.0).value for x in (-5, 4, 6, 14, 99)]
    assert values == [1.0, 1.0, 2.0, 2.0, 3.0]


def test_wide_characters_keep_both_cells_or_none() -> None:
    cells = Cells(6, 1)
    cells.put(0, 0, "학습곡", Ink.PLAIN)
    cells.put(0, 1, "x", Ink.PLAIN)
    cells.put(0, 4, "y", Ink.PLAIN)
    assert lines(cells) == [" x습y "]
    cells.put(0, 5, "학", Ink.PLAIN)
    assert lines(cells) == [" x습y "]


def test_control_characters_get_a_stand_in() -> None:
    cells = Cells(5, 1)
    cells.put(0, 0, "a\x1b[b", Ink.PLAIN)
    assert lines(cells) == ["a␛[b "]


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("validation", 10, "validation"), ("validation", 5, "vali…"), ("학습곡선", 5, "학습…")],
)
def test_long_names_are_cut_to_cells(text: str, width: int, cut: str) -> None:
    assert shortened(text, width) == cut


def test_marks_stand_on_their_letters_in_a_name() -> None:
    data = ChartData()
    data.append("नमस्ते x\u0323\u0308", [1, 2], [1.0, 2.0])
    line = lines(draw(data, LOOK, 60, 12).cells)[0]
    assert unicodedata.normalize("NFC", "नमस्ते x\u0323\u0308") in line
    assert cell_width(line) == 60
