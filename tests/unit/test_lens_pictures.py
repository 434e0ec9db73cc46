"""What a lens shows as a picture: a whole SVG file, whatever text it is of."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.lenses import pictures
from rnntui.lenses.embedding_map import embedding_map
from rnntui.lenses.pictures import About
from rnntui.svg.strips import (
    BAR_ROW,
    COLUMNS,
    GAP,
    MOST_HEIGHT,
    TEXT_ROW,
    Passage,
    Strip,
    drawn,
    fitting,
    strips_svg,
)
from tests.command_line import rnntui

SVG = "{http://www.w3.org/2000/svg}"
ABOUT = About("tiny · lstm 1x128", "rnntui trace hello --checkpoint tiny")
HOSTILE = '</text><script>alert("1")</script>\x00\x1b[31m\u202e&\ud800\n\t한e\u0301'


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def all_pictures(text: str) -> list[str]:
    """A picture of each kind, of that text and of numbers."""
    characters = list(text)
    numbers = np.linspace(-1, 1, len(characters))
    symbols = sorted(set(characters))
    vectors = np.random.default_rng(1).normal(size=(len(symbols), 3))
    found = embedding_map({"embedding.weight": vectors}, symbols)
    return [
        pictures.units_picture(ABOUT, text, characters, {text: numbers, "b": numbers}),
        pictures.influence_picture(ABOUT, characters, abs(numbers), len(text) - 1, text[0]),
        pictures.surprise_picture(ABOUT, characters, abs(numbers)),
        pictures.map_picture(ABOUT, symbols, found, 0),
        pictures.flow_picture(ABOUT, {text: abs(numbers)}),
        pictures.streams_picture(ABOUT, text, text[::-1], [text]),
    ]


@given(st.text(min_size=1, max_size=30))
def test_any_text_gives_whole_pictures(text: str):
    for svg in all_pictures(text):
        ElementTree.fromstring(svg)


def test_text_from_outside_is_escaped():
    for svg in all_pictures(HOSTILE):
        assert not list(ElementTree.fromstring(svg).iter(f"{SVG}script"))
        assert not set("\x00\x1b\u202e\ud800") & set(svg)


def test_network_and_command_stand_in_each():
    for svg in all_pictures("hello"):
        assert ABOUT.command in texts(svg)
    for svg in all_pictures("hello")[:4]:
        assert any("tiny · lstm 1x128" in text for text in texts(svg))


@given(st.text(st.sampled_from("ab\n\t한é"), max_size=400))
def test_lines_have_each_character_once_and_fit(text: str):
    lines = Passage(list(text)).lines()
    assert [at for line in lines for at in line] == list(range(len(text)))
    for line in lines:
        assert sum(drawn(text[at])[1] for at in line) <= COLUMNS


@given(st.text(st.sampled_from("ab\n한"), max_size=400), st.integers(1, 40))
def test_what_fits_is_not_higher_than_a_slide(text: str, strips: int):
    count = fitting(list(text), strips)
    lines = Passage(list(text)[:count]).lines()
    height = len(lines) * (TEXT_ROW + GAP + BAR_ROW * strips)
    assert height <= max(MOST_HEIGHT, TEXT_ROW + GAP + BAR_ROW * strips)
    assert count == len(text) or text[:count] == "".join(text[at] for line in lines for at in line)


def test_a_long_text_is_drawn_in_part_and_says_so():
    text = "O\n" * 300
    svg = pictures.units_picture(ABOUT, "t", list(text), {"a": np.zeros(600), "b": np.zeros(600)})
    assert any("of 600 characters" in one for one in texts(svg))
    assert float(ElementTree.fromstring(svg).get("height", "")) < MOST_HEIGHT + 200


def test_a_bar_is_as_long_as_its_number_and_hangs_where_that_is_negative():
    svg = strips_svg("t", "", [Passage("ab", [Strip("", np.array([2.0, -1.0]))])], (2.0, "2"))
    bars = [
        (float(one.get("y", "")), float(one.get("height", "")), one.get("fill"))
        for one in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if one.get("width") == "8.6"
    ]
    (top, whole, up), (hanging, half, down) = bars
    assert whole == 2 * half
    assert top == hanging
    assert up != down


@pytest.mark.parametrize(
    ("lens", "title"),
    [
        ((), "Gates and states over the text"),
        (("--neurons",), "The units that track features best"),
        (("--neurons", "--mark", "2:4"), "Units on through “RSO”"),
        (("--influence",), "behind character 9"),
        (("--surprise",), "Surprise"),
        (("--map",), "Map of 63 symbols"),
        (("--gradients",), "Gradient flow"),
    ],
)
def test_each_lens_of_the_command_draws_what_it_sees(
    tmp_path: Path, lens: tuple[str, ...], title: str
):
    file = tmp_path / "seen.svg"
    command = ["trace", "ORSOLA:\nS", "--checkpoint", "tiny", *lens]
    assert rnntui(*command, "--svg", str(file)).code == 0
    drawn_texts = texts(file.read_text(encoding="utf-8"))
    assert any(title in text for text in drawn_texts)
    assert any(text.startswith("rnntui ") for text in drawn_texts)


def test_a_picture_replaces_no_file(tmp_path: Path):
    file = tmp_path / "seen.svg"
    file.write_text("mine")
    result = rnntui("trace", "O", "--checkpoint", "tiny", "--map", "--svg", str(file))
    assert result.code != 0
    assert "already; choose another name" in result.err
    assert file.read_text() == "mine"
