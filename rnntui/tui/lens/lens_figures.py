"""What stands below each lens: in words and figures, for the character at the cursor."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from rnntui.lenses.neurons import Tracked, Unit, UnitCorrelations
from rnntui.lenses.surprise import running_average
from rnntui.text.cells import printable, symbol_label
from rnntui.tui.lens.findings import Findings
from rnntui.tui.lens.marking import Marking, marking_figures
from rnntui.tui.lens.traced_text import TracedText, TraceRow

LISTED: Final = 5
_BAR_CELLS: Final = 24
_COLUMN_CELLS: Final = 40
_NAME_CELLS: Final = 16
AVERAGED: Final = 20
"""Characters of the running average."""


def unit_figures(
    traced: TracedText, found: Findings, place: int, row: int, unit: int, marking: Marking
) -> list[Content]:
    """What the chosen unit tracks, and which units track each feature, or a mark, best."""
    chosen = traced.rows[row]
    value = f"{chosen.values[place, unit]:+.4f}"
    lines = [Content.assemble(f"{chosen.about}, unit {unit + 1}: ", (value, "$text-accent bold"))]
    if marking.mark is not None:
        return [*lines, *marking_figures(traced, marking)]
    if found.tracked is None:
        return [*lines, Content("measuring what units track …")]
    here = chosen_unit(found.tracked, chosen, unit)
    tracks = found.tracked.of_unit(here, LISTED)
    lines.append(
        Content(f"its {here.state} tracks: " + (", ".join(map(_feature, tracks)) or "nothing"))
    )
    lines.append(Content.styled("the best units (f goes to the next):", "$text-muted"))
    best = best_units(found)
    width = max((cell_len(short_feature(one.feature)) for one in best), default=0)
    cells = [
        f"{set_cell_size(short_feature(one.feature), width)} {one.correlation:+.2f}"
        f" layer {one.unit.layer + 1} {one.unit.state} {one.unit.number + 1:<4}"
        for one in best
    ]
    half = (len(cells) + 1) // 2
    for left, right in zip(cells[:half], [*cells[half:], ""], strict=False):
        lines.append(Content(f"{set_cell_size(left, _COLUMN_CELLS)}{right}"))
    return lines


def chosen_unit(tracked: UnitCorrelations, row: TraceRow, number: int) -> Unit:
    """The unit of a state; of a gate's, that of its layer's first state."""
    states = {one.state for one in tracked.units}
    state = row.name if row.name in states else tracked.units[0].state
    return Unit(row.layer - 1, state, number)


def best_units(found: Findings) -> Sequence[Tracked]:
    """For each feature the unit that tracks it best, where any does."""
    if found.tracked is None:
        return ()
    ranked = (found.tracked.of_feature(feature, 1) for feature in found.tracked.features)
    return [first for best in ranked for first in best]


def _feature(one: Tracked) -> str:
    return f"{short_feature(one.feature)} {one.correlation:+.2f}"


def short_feature(feature: str) -> str:
    """A feature's name; an expression of somebody's own may hold anything."""
    name = printable(feature)
    return name if cell_len(name) <= _NAME_CELLS else set_cell_size(name, _NAME_CELLS - 1) + "…"


def influence_figures(traced: TracedText, found: Findings, place: int) -> list[Content]:
    """Which earlier characters act most on the likeliest prediction behind the cursor."""
    if found.influence is None:
        return [Content("following the prediction back …")]
    norms, shares = found.influence.norms[place], found.influence.shares[place]
    expected = traced.vocabulary.symbols[found.influence.targets[place]]
    lines = [
        Content.assemble(
            "behind ",
            (symbol_label(traced.characters[place]), "bold"),
            " the network expects ",
            (symbol_label(expected), "$text-accent bold"),
            "; this much of it hangs on",
        )
    ]
    for at in sorted(range(place + 1), key=lambda at: -norms[at])[:LISTED]:
        label = symbol_label(traced.characters[at])
        ago = f"{place - at} before" if at < place else "the last one"
        lines.append(_share(label, float(shares[at]), f"{ago}   gradient {norms[at]:.2e}"))
    return lines


def surprise_figures(traced: TracedText, found: Findings, place: int) -> list[Content]:
    """What the character at the cursor cost, and what all did."""
    costs, first = traced.costs, traced.first
    known = traced.characters[place]
    own = f"{costs[place]:.2f} bits" if place >= first else "not predicted"
    lines = [Content.assemble((symbol_label(known), "bold"), ": ", (own, "$text-accent bold"))]
    if len(costs) > first:
        average = running_average(costs[first:], AVERAGED)[max(place - first, 0)]
        mean = costs[first:].mean()
        lines.append(Content(f"the last {AVERAGED} characters: {average:.2f} bits per character"))
        lines.append(Content(f"the whole text: {mean:.2f} bits per character"))
    if found.ngram is not None and len(costs) > first:
        theirs = found.ngram.bits
        lines.append(
            Content.styled(
                f"the {found.ngram.order}-gram: {theirs[place]:.2f} bits here,"
                f" {theirs[first:].mean():.2f} in the whole text",
                "$text-muted",
            )
        )
    return lines


def map_figures(traced: TracedText, found: Findings, place: int) -> list[Content]:
    """The nearest neighbours of the character at the cursor."""
    if found.map is None:
        return [Content("")]
    rank = traced.ids[place]
    symbol = symbol_label(traced.vocabulary.symbols[rank])
    first, second = found.map.explained
    lines = [
        Content(f"to the right {first:.0%} of the variance, upwards {second:.0%}"),
        Content.assemble("nearest to ", (symbol, "bold"), f" ({found.map.kinds[rank]}), by cosine"),
    ]
    for one in found.map.neighbours(rank, LISTED):
        label = symbol_label(traced.vocabulary.symbols[one.id])
        lines.append(_share(label, max(one.cosine, 0.0), found.map.kinds[one.id], one.cosine))
    return lines


def _share(label: str, share: float, about: str, figure: float | None = None) -> Content:
    shown = f"{share:6.1%}" if figure is None else f"{figure:+.2f}"
    filled = "█" * round(share * _BAR_CELLS)
    return Content.assemble(
        f"  {label:<6}",
        (filled.ljust(_BAR_CELLS), "$primary"),
        f" {shown}",
        (f"   {about}", "$text-muted"),
    )
