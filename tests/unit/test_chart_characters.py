"""Charts for terminals without Braille: what is chosen, and that nothing else is left in them."""

import unicodedata

import pytest

from rnntui import places
from rnntui.chart_characters import ORNAMENTS, Characters, Chosen, characters_for, on_the_console
from rnntui.cli.output.terminal import chosen_characters
from rnntui.log_chart import Curve, decades, log_chart
from rnntui.tui.widgets.chart.crosshair import with_crosshair
from rnntui.tui.widgets.chart.glyphs import GLYPHS
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.picture import draw
from tests.unit.test_chart_picture import lines, loss_data

CONSOLE = bytes(range(32, 255)).decode("cp437")
"""What the fonts of the Linux console have."""


@pytest.mark.parametrize(
    ("chosen", "terminal", "characters"),
    [
        ("auto", "xterm-256color", "braille"),
        ("auto", "", "braille"),
        ("auto", "linux", "blocks"),
        ("auto", "vt220", "ascii"),
        ("braille", "linux", "braille"),
        ("blocks", "xterm", "blocks"),
        ("ascii", "xterm", "ascii"),
    ],
)
def test_what_is_drawn_with(chosen: Chosen, terminal: str, characters: Characters) -> None:
    assert characters_for(chosen, {"TERM": terminal}) == characters


def drawn(characters: Characters, crosshair: bool = False) -> str:
    """A chart with everything on it."""
    look = Look(characters, "steps", "loss", smoothing=0.9)
    picture = draw(loss_data(), look, 80, 20)
    cells = with_crosshair(picture, look, 250.0) if crosshair else picture.cells
    return "\n".join(lines(cells.translated(ORNAMENTS[characters])))


@pytest.mark.parametrize("crosshair", [False, True])
def test_ascii_is_nothing_but_ascii(crosshair: bool) -> None:
    assert drawn("ascii", crosshair).isascii()


@pytest.mark.parametrize("crosshair", [False, True])
def test_blocks_are_nothing_but_what_the_console_has(crosshair: bool) -> None:
    assert set(drawn("blocks", crosshair)) <= {*CONSOLE, "\n"}


def test_on_the_console_borders_and_bars_are_of_what_it_has() -> None:
    drawn = on_the_console("╭─╮│╰╯ ▏▎▍▌▋▊▉█ ▁▂▃▄▅▆▇ ◂ 1.0 ▸ ● ★ ━╌ … ⏎␣⇥")
    assert set(drawn) <= {*CONSOLE, *"¶◄►→"}
    assert drawn.startswith("┌─┐│└┘")


@pytest.mark.parametrize("characters", ["blocks", "ascii"])
def test_the_axes_the_legend_and_the_labels_are_as_with_braille(characters: Characters) -> None:
    for part in ("train 1.", "validation 1.601", "uniform 4.174", "best 1.600", "steps", "300"):
        assert part in drawn(characters)


def test_curves_are_told_apart_without_colour_in_ascii() -> None:
    rows = [row.partition("|")[2] for row in drawn("ascii").splitlines()]
    assert sum(row.count("o") for row in rows) > 30
    assert sum(row.count("+") for row in rows) > 10
    assert ":" in "".join(rows)  # the raw values behind the smoothed line


def test_a_half_block_is_the_half_that_the_line_is_in() -> None:
    glyphs = GLYPHS["blocks"]
    assert (glyphs.down, glyphs.across) == (2, 1)
    assert {unicodedata.name(char) for char in drawn("blocks") if char in "▀▄█"} == {
        *("UPPER HALF BLOCK", "LOWER HALF BLOCK", "FULL BLOCK")
    }


def test_the_headless_chart_has_axes_of_ascii_too() -> None:
    curves = [Curve("rnn", [1.0, 0.1, 0.01]), Curve("lstm", [1.0, 0.5, 0.2])]
    scale = decades(curves)
    assert scale is not None
    plain, ascii_only = (
        log_chart(curves, scale, 40, 8, characters) for characters in ("braille", "ascii")
    )
    assert all(line.isascii() for line in ascii_only)
    assert [len(line) for line in ascii_only] == [len(line) for line in plain]


@pytest.mark.parametrize(
    ("content", "characters"),
    [
        ('chart_characters = "ascii"', "ascii"),
        ('chart_characters = "bits"', "blocks"),
        ("chart_characters = [1]", "blocks"),
        ("not toml", "blocks"),
    ],
)
def test_headless_charts_go_by_the_settings_then_by_the_terminal(
    content: str, characters: Characters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    assert chosen_characters() == "blocks"
    places.settings_file().parent.mkdir(parents=True)
    places.settings_file().write_text(content)
    assert chosen_characters() == characters
