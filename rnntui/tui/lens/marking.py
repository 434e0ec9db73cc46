"""A stretch of the text that is marked: by which keys, what was found for it, and in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.content import Content

from rnntui.lenses.marked_stretch import MarkedUnit
from rnntui.lenses.matching_stretches import THRESHOLD, Match
from rnntui.text.cells import symbol_label
from rnntui.text.vocabulary import AnyIds, Vocabulary
from rnntui.tui.lens.corpus_search import Searched
from rnntui.tui.lens.traced_text import LONGEST, TracedText

BEFORE: Final = 150
"""Characters of the corpus that are read before a place that is gone to."""

_LISTED_UNITS: Final = 4
_LISTED_PLACES: Final = 4
_AROUND: Final = 12
_SHOWN: Final = 16
"""Characters of the mark that are shown."""

Mark = tuple[int, int]
"""The first place of a stretch and the one behind its last."""


@dataclass
class Marking:
    """The mark, how it is being made, and what was found for it.

    `anchor` is where it began while keys or the mouse extend it; `at` is the place in `found`
    that is looked at, None for the text that was marked; `from_text` is that text and its mark.
    """

    mark: Mark | None = None
    anchor: int | None = None
    found: Searched | None = None
    at: int | None = None
    from_text: tuple[str, Mark] = ("", (0, 0))
    unit: int = field(default=-1)
    """The one of the units found that was gone to last."""

    def extend(self, anchor: int, place: int) -> None:
        """Mark from where a mark began to a place, both included."""
        self.anchor = anchor
        self.mark = min(anchor, place), max(anchor, place) + 1
        self.found, self.at, self.unit = None, None, -1

    def clear(self) -> None:
        """Mark nothing."""
        self.mark, self.anchor, self.found, self.at, self.unit = None, None, None, None, -1

    @property
    def places(self) -> Sequence[Match]:
        """The other places that were found."""
        return self.found.stretch.places if self.found is not None else ()

    @property
    def units(self) -> Sequence[MarkedUnit]:
        """The units that were found, the rarest first."""
        return self.found.stretch.units if self.found is not None else ()


def around(found: Searched, place: Match, vocabulary: Vocabulary) -> tuple[str, Mark]:
    """The corpus around a place, as much as can be looked at, and the place in it."""
    start = max(0, place.start - BEFORE)
    stop = min(place.stop, start + LONGEST)
    text = vocabulary.decode(found.ids[start : start + LONGEST])
    return text, (place.start - start, stop - start)


def marking_figures(traced: TracedText, marking: Marking) -> list[Content]:
    """What was found for the mark: its units, and the other places."""
    if marking.mark is None:
        return []
    start, stop = marking.mark
    shown = "".join(map(symbol_label, traced.characters[start : min(stop, start + _SHOWN)]))
    if stop - start > _SHOWN:
        shown += "…"
    if marking.found is None:
        return [Content.assemble("marked ", (shown, "bold underline"), ": searching …")]
    found, stretch = marking.found, marking.found.stretch
    units = f"{len(stretch.units):,} unit{'s' if len(stretch.units) != 1 else ''}"
    beside = f" (within {stretch.slack + 1})" if stretch.slack else ""
    to_next = "; f: next" if stretch.units else ""
    lines = [
        Content.assemble(
            "marked ",
            (shown, "bold underline"),
            f": {units} on in it, off beside it{beside}{to_next}",
        )
    ]
    named = [_unit(one) for one in stretch.units[:_LISTED_UNITS]]
    for left, right in zip(named[::2], [*named[1::2], ""], strict=False):
        lines.append(Content(f"  {left:<36} {right}".rstrip()))
    part = f" of {len(found.ids):,}" if found.characters < len(found.ids) else ""
    places = "; j: next" if stretch.places else ": nowhere else"
    lines.append(
        Content.styled(
            f"like it in {found.characters:,}{part} characters, step {found.step:,}{places}",
            "$text-muted",
        )
    )
    first = max(0, (marking.at or 0) - _LISTED_PLACES + 1)
    for number, place in enumerate(stretch.places[first : first + _LISTED_PLACES], start=first):
        before, inside, behind = _context(found.ids, place, traced.vocabulary)
        is_there = "▸" if number == marking.at else " "
        lines.append(
            Content.assemble(
                f"{is_there}{place.start + 1:>9,}  {place.units} of {stretch.looked_for}  {before}",
                (inside, "bold underline"),
                behind,
            )
        )
    return lines


def _unit(one: MarkedUnit) -> str:
    unit, sign = one.signed.unit, "≥ " if one.signed.sign > 0 else "≤ -"
    name = f"layer {unit.layer + 1} {unit.state} {unit.number + 1}"
    return f"{name} {sign}{THRESHOLD:g}, {one.share:.1%} of all"


def _context(ids: AnyIds, place: Match, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """The characters before a place, in it, and behind it."""
    stop = min(place.stop, place.start + 2 * _AROUND)
    parts = (
        ids[max(0, place.start - _AROUND) : place.start],
        ids[place.start : stop],
        ids[stop : stop + _AROUND],
    )
    before, inside, behind = (
        "".join(symbol_label(vocabulary.symbols[rank]) for rank in part) for part in parts
    )
    return before, inside, behind
