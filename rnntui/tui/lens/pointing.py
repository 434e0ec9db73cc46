"""What the mouse points at in a lens, in words: the unit, the character and the value."""

from typing import Final

from rnntui.text.cells import symbol_label
from rnntui.tui.lens.findings import Findings, Lens
from rnntui.tui.lens.traced_text import TracedText, TraceRow

_NEAREST: Final = 3


def pointed_strip(traced: TracedText, row: int, place: int, unit: int) -> str:
    """A number among the strips."""
    return _value(traced, traced.rows[row], place, unit)


def pointed_text(
    lens: Lens, traced: TracedText, found: Findings, chosen: tuple[int, int, int], at: int
) -> str:
    """A character under which there are bars, where `chosen` are the cursor, the row and unit."""
    place, row, unit = chosen
    if lens == "unit":
        return _value(traced, traced.rows[row], at, unit)
    if lens == "influence" and found.influence is not None:
        norm, share = found.influence.norms[place, at], found.influence.shares[place, at]
        return f"{_character(traced, at)}: gradient {norm:.2e}, {share:.1%} of all"
    if lens == "surprise" and at >= traced.first:
        ngram = found.ngram
        other = "" if ngram is None else f", the {ngram.order}-gram {abs(ngram.bits[at]):.2f}"
        return f"{_character(traced, at)}: {traced.costs[at]:.2f} bits{other}"
    return _character(traced, at)


def pointed_symbol(traced: TracedText, found: Findings, rank: int) -> str:
    """A symbol on the map, and those nearest to it."""
    if found.map is None:
        return ""
    symbols = traced.vocabulary.symbols
    near = ", ".join(
        f"{symbol_label(symbols[one.id])} {one.cosine:+.2f}"
        for one in found.map.neighbours(rank, _NEAREST)
    )
    return f"{symbol_label(symbols[rank])} ({found.map.kinds[rank]}), near {near}"


def pointed_flow(found: Findings, place: int) -> str:
    """A distance in the chart of gradient flow."""
    if found.flows is None:
        return ""
    distance = found.flows.distance(place)
    norms = ", ".join(
        f"layer {number} {part[distance]:.1e}"
        for number, part in enumerate(found.flows.own.layer_norms, start=1)
    )
    return f"{distance} before the end: {norms}"


def _value(traced: TracedText, row: TraceRow, place: int, unit: int) -> str:
    number = f"{row.values[place, unit]:+.4f}"
    return f"{row.about}, unit {unit + 1}: {number} at {_character(traced, place)}"


def _character(traced: TracedText, place: int) -> str:
    return f"character {place + 1} ({symbol_label(traced.characters[place])})"
