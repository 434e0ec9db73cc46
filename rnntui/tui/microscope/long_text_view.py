"""A long text with its surprise: a strip of averages over all of it, and the part at the cursor."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from rnntui.lenses.surprise import running_average
from rnntui.text.cells import symbol_label
from rnntui.text.vocabulary import AnyIds, Vocabulary
from rnntui.tui.lens.bars import bar
from rnntui.tui.lens.lens_figures import AVERAGED
from rnntui.tui.lens.lens_view import FULL_BITS
from rnntui.tui.lens.styled_lines import Piece, StyledLines
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.microscope.long_surprise import LongSurprise

_LISTED: Final = 5
_FARTHEST: Final = 2000
"""Characters before the cursor among which a line end is looked for, so that lines stay."""


class AverageStrip(StyledLines):
    """The mean surprisal of equal parts of a text as bars, the part at the cursor marked."""

    DEFAULT_CSS = """
    AverageStrip { height: 1; }
    """

    class Chosen(Message):
        """A part was clicked."""

        def __init__(self, place: int) -> None:
            """Tell where it begins."""
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        """Make a strip of nothing."""
        super().__init__(id=id)
        self._found: LongSurprise | None = None
        self._place = 0

    def show(self, found: LongSurprise, place: int) -> None:
        """Show the averages of a text, and a place in it."""
        self._found, self._place = found, place
        self.draw_anew()

    def lines(self) -> Iterator[list[Piece]]:
        """One line: a bar for each part that is read, a dot for the others."""
        found = self._found
        if found is None:
            return
        edges = self._edges(len(found.ids))
        here = int(np.searchsorted(edges, self._place, side="right")) - 1
        pieces: list[Piece] = []
        for number, (start, stop) in enumerate(pairwise(edges.tolist())):
            known = found.bits[max(start, found.first) : min(stop, found.read)]
            if len(known):
                pieces.append(bar(min(float(known.mean()) / FULL_BITS, 1.0), number == here))
            else:
                pieces.append(("·", "$text-accent bold" if number == here else "$text-muted"))
        yield pieces

    def _edges(self, length: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Where the parts begin, and the end of the last one."""
        parts = max(1, min(self.size.width, length))
        return np.arange(parts + 1, dtype=np.int64) * length // parts

    def part(self, number: int) -> range:
        """The characters of a part, counted from 0; none for one that isn't there."""
        edges = [] if self._found is None else self._edges(len(self._found.ids)).tolist()
        return range(*edges[number : number + 2]) if 0 <= number < len(edges) - 1 else range(0)

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:  # noqa: ARG002
        """The number of the part that is drawn in a column."""
        return None, x if self.part(x) else None

    def on_click(self, event: Click) -> None:
        """Tell which part was clicked."""
        if part := self.part(event.x):
            self.post_message(self.Chosen(part.start))


class LongTextView(Vertical):
    """The strip, the characters around the cursor, and the figures; only what is seen is drawn."""

    DEFAULT_CSS = """
    LongTextView {
        height: 1fr;

        #long-view, #long-figures {
            border: round $foreground 30%;
            border-title-color: $foreground;
            border-title-style: bold;
            padding: 0 1;
        }

        #long-view { height: 1fr; }
        #long-bars { margin-top: 1; }
        #long-figures { height: 11; }
    }
    """

    def __init__(self) -> None:
        """A view of no text."""
        super().__init__()
        self.start = 0
        """The place of the first character that is laid out."""
        self._shown: tuple[LongSurprise, Vocabulary] | None = None

    def compose(self) -> ComposeResult:
        """The strip and the text above the figures."""
        with Vertical(id="long-view"):
            yield AverageStrip(id="average")
            yield TextBars(id="long-bars")
        yield Static(id="long-figures")

    @property
    def bars(self) -> TextBars:
        """The characters around the cursor."""
        return self.query_one("#long-bars", TextBars)

    def show(self, found: LongSurprise, vocabulary: Vocabulary, place: int) -> None:
        """Show what is known of a text, around a place."""
        self._shown = found, vocabulary
        self.query_one(AverageStrip).show(found, place)
        room = max(self.bars.size.width, 2) * max(self.bars.size.height // 2, 1)
        self.start = _line_start(found.ids, vocabulary, max(place - room, 0))
        stop = min(place + room, len(found.ids))
        symbols = vocabulary.symbols
        characters = [symbols[rank] for rank in found.ids[self.start : stop]]
        values = np.minimum(found.bits[self.start : stop] / FULL_BITS, 1.0)
        self.bars.show(characters, values, place - self.start)
        self.query_one("#long-view").border_title = Content(
            f"surprise, {FULL_BITS:g} bits and more a full bar · step {found.step:,}"
        )
        figures = long_figures(found, vocabulary, place)
        # As large as they were, whatever they are: no layout.
        self.query_one("#long-figures", Static).update(Content("\n").join(figures), layout=False)

    @on(StyledLines.Pointed)
    def _name_pointed(self, event: StyledLines.Pointed) -> None:
        """Name what the mouse points at, in the border of the figures."""
        words = ""
        if event.place is not None and self._shown is not None:
            found, vocabulary = self._shown
            if isinstance(event.lines, AverageStrip):
                words = pointed_part(found, event.lines.part(event.place))
            elif self.start + event.place < len(found.ids):
                words = pointed_character(found, vocabulary, self.start + event.place)
        self.query_one("#long-figures").border_title = Content(words)


def pointed_part(found: LongSurprise, part: range) -> str:
    """A part of a text in words: its mean surprisal, and the n-gram model's."""
    said = f"characters {part.start + 1:,} to {part.stop:,}"
    known = slice(max(part.start, found.first), min(part.stop, found.read))
    if known.start >= known.stop:
        return f"{said}: not read yet" if part.stop > found.first else f"{said}: not predicted"
    ngram = found.ngram
    other = "" if ngram is None else f", the {ngram.order}-gram {ngram.bits[known].mean():.3f}"
    return f"{said}: {found.bits[known].mean():.3f} bits per character{other}"


def pointed_character(found: LongSurprise, vocabulary: Vocabulary, place: int) -> str:
    """A character of a text in words: what it cost the network, and the n-gram model."""
    said = f"character {place + 1:,} ({symbol_label(vocabulary.symbols[found.ids[place]])})"
    if not found.first <= place < found.read:
        return f"{said}: {'not predicted' if place < found.first else 'not read yet'}"
    ngram = found.ngram
    other = "" if ngram is None else f", the {ngram.order}-gram {abs(ngram.bits[place]):.2f}"
    return f"{said}: {found.bits[place]:.2f} bits{other}"


def _line_start(ids: AnyIds, vocabulary: Vocabulary, place: int) -> int:
    """The start of the line that a place is in; without one nearby a place that stays the same."""
    if "\n" in vocabulary:
        before = np.asarray(ids[max(place - _FARTHEST, 0) : place])
        ends = np.flatnonzero(before == vocabulary.index("\n"))
        if len(ends):
            return int(place - len(before) + ends[-1] + 1)
    return place // _FARTHEST * _FARTHEST


def long_figures(found: LongSurprise, vocabulary: Vocabulary, place: int) -> list[Content]:
    """What is known of the whole text, of the character at a place, and the worst stretches."""
    total, ngram, symbols = len(found.ids), found.ngram, vocabulary.symbols
    part = f"{found.read / total:.0%} of {total:,}" if found.read < total else f"{total:,}"
    theirs = (
        "" if ngram is None else f"; the {ngram.order}-gram: {ngram.bits[found.first :].mean():.3f}"
    )
    counting = "" if ngram is not None or found.read < total else "; counting n-grams …"
    left_out = f"; {found.left_out:,} unknown left out" if found.left_out else ""
    lines = [
        Content.assemble(
            f"{part} characters: ",
            (f"{found.bits_per_char:.3f} bits per character", "$text-accent bold"),
            f"{theirs}{counting}{left_out}",
        )
    ]
    here = symbol_label(symbols[found.ids[place]])
    if found.first <= place < found.read:
        begin = max(found.first, place - AVERAGED + 1)
        average = running_average(found.bits[begin : place + 1], AVERAGED)[-1]
        other = "" if ngram is None else f"; the {ngram.order}-gram: {abs(ngram.bits[place]):.2f}"
        lines.append(
            Content.assemble(
                f"character {place + 1:,}: ",
                (here, "bold"),
                f" {found.bits[place]:.2f} bits{other}; the last {AVERAGED}: {average:.2f}",
            )
        )
    else:
        why = "not predicted" if place < found.first else "not read yet"
        lines.append(Content.assemble(f"character {place + 1:,}: ", (here, "bold"), f" {why}"))
    lines.append(
        Content.styled("where the network was most wrong (f goes to the next):", "$text-muted")
    )
    for stretch in found.worst[:_LISTED]:
        shown = "".join(
            symbol_label(symbols[rank]) for rank in found.ids[stretch.start : stretch.stop]
        )
        other = ""
        if ngram is not None:
            other = f"   {ngram.order}-gram {ngram.bits[stretch.start : stretch.stop].mean():5.2f}"
        is_here = "▸" if stretch.start <= place < stretch.stop else " "
        figures = f"{is_here}{stretch.start + 1:>9,}  {stretch.bits:5.2f} bits{other}"
        lines.append(Content(f"{figures}   {shown}"))
    return lines
