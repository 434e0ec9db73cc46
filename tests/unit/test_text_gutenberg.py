"""Project Gutenberg's header and licence, as its texts have had them in thirty years."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.text.corpus import load_corpus
from rnntui.text.gutenberg import without_frame
from rnntui.text.normalisation import Normalisation

BODY = "CHAPTER I.\n\nIt was a dark night.\nProject Gutenberg's dog barked.\n\nTHE END\n\n"

TODAY = """\
The Project Gutenberg eBook of A Dark Night

This ebook is for the use of anyone anywhere in the United States.

Title: A Dark Night

*** START OF THE PROJECT GUTENBERG EBOOK A DARK NIGHT ***




Produced by Ann Other and the Online
Distributed Proofreading Team


"""

LICENCE = """\
*** END OF THE PROJECT GUTENBERG EBOOK A DARK NIGHT ***


Updated editions will replace the previous one.

START: FULL LICENSE

THE FULL PROJECT GUTENBERG LICENSE
The Project Gutenberg Literary Archive Foundation, "1.E.8." CHAPTER I

This website includes information about Project Gutenberg,
including how to subscribe to our email newsletter to hear about new eBooks.


"""

OLD = """\
**Welcome To The World of Free Plain Vanilla Electronic Texts**

*** START**THE SMALL PRINT! **FOR PUBLIC DOMAIN ETEXTS**START***
Why is this "Small Print!" statement here?
*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*

"""

OLD_END = "End of The Project Gutenberg Etext of A Dark Night\nMore to come.\n"

LONG_TITLE = TODAY.replace("EBOOK A DARK NIGHT ***", "EBOOK A DARK\nAND STORMY NIGHT ***")

FRAMES = {
    "of today": (TODAY, LICENCE),
    "this": (TODAY.replace("START OF THE", "START OF THIS"), LICENCE.replace("OF THE", "OF THIS")),
    "without spaces": (TODAY.replace("*** START", "***START"), LICENCE.replace("*** E", "***E")),
    "old": (OLD, OLD_END),
    "a long title": (LONG_TITLE, LICENCE),
    "a header alone": (TODAY, ""),
    "a licence alone": ("", LICENCE),
}


def stripped(text: str) -> str:
    return Normalisation(("gutenberg",)).apply(text)


@pytest.mark.parametrize(("header", "licence"), FRAMES.values(), ids=FRAMES)
def test_a_text_is_left_without_its_frame(header: str, licence: str) -> None:
    assert stripped(header + BODY + licence) == BODY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "no line end",
        BODY,
        BODY * 2000,
        "The Project Gutenberg is older than the web.\n" + "It grew.\n" * 10,
        "*** a row of stars ***\n",
    ],
)
def test_a_text_without_a_frame_stays_as_it_is(text: str) -> None:
    assert stripped(text) == text


def test_of_several_texts_joined_each_loses_its_own() -> None:
    framed = TODAY + BODY + LICENCE
    assert stripped(framed + framed).replace("\n", "") == (BODY + BODY).replace("\n", "")
    plain = "A plain text.\n" * 4000
    assert stripped(plain + framed) == plain + BODY
    assert stripped(framed + plain).replace("\n", "") == (BODY + plain).replace("\n", "")


@given(st.sampled_from(list(FRAMES.values())), st.lists(st.integers(0, 2000), max_size=5))
def test_chunks_may_end_anywhere(frame: tuple[str, str], cuts: list[int]) -> None:
    text = frame[0] + BODY + frame[1]
    bounds = [0, *sorted(cuts), len(text)]
    chunks = [text[start:end] for start, end in pairwise(bounds)]
    assert "".join(without_frame(chunks)) == BODY


def test_the_frame_goes_before_a_chapter_is_looked_for() -> None:
    assert Normalisation(("lowercase", "chapter-1", "gutenberg")).steps == (
        "gutenberg",
        "chapter-1",
        "lowercase",
    )


def test_a_frame_is_suggested_to_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "night.txt"
    path.write_text(TODAY + BODY * 3000 + LICENCE, encoding="utf-8")
    (notice,) = load_corpus(path).notices
    assert "night.txt has Project Gutenberg's header or licence" in notice
    assert "--normalise gutenberg" in notice
    # Also where it is read from the cache, and where one end alone is left.
    assert load_corpus(path).notices == (notice,)
    assert load_corpus(path, normalisation=Normalisation(("lowercase",))).notices == (notice,)
    assert load_corpus(path, normalisation=Normalisation(("gutenberg",))).notices == ()
    path.write_text(BODY * 3000 + LICENCE, encoding="utf-8")
    assert load_corpus(path).notices == (notice,)
    path.write_text(BODY * 3000, encoding="utf-8")
    assert load_corpus(path).notices == ()
