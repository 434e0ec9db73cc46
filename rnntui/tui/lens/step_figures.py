"""One step of the forward pass in figures: what was read, expected and seen, and one number."""

import math
from typing import Final

from textual.content import Content

from rnntui.text.cells import symbol_label
from rnntui.tui.lens.traced_text import TracedText

CANDIDATES: Final = 5
_BAR_CELLS: Final = 24


def step_figures(traced: TracedText, place: int, row: int, unit: int) -> list[Content]:
    """The number of a row's unit at `place`, and the likeliest next characters."""
    lines = [_number(traced, place, row, unit), _read(traced, place), Content("")]
    return [*lines, *_candidates(traced, place)]


def _number(traced: TracedText, place: int, row: int, unit: int) -> Content:
    chosen = traced.rows[row]
    figure = f"{chosen.values[place, unit]:.8f}"
    before = "" if chosen.before is None else f"   from {chosen.before[place, unit]:.8f}"
    return Content.assemble(
        f"{chosen.about}, unit {unit + 1}: ", (figure, "$text-accent bold"), (before, "$text-muted")
    )


def _read(traced: TracedText, place: int) -> Content:
    text, characters = f"character {place + 1} of {len(traced.ids)}: read ", traced.characters
    content = Content.assemble(text, (symbol_label(characters[place]), "bold"))
    if place + 1 == len(characters):
        return content
    came, cost = symbol_label(characters[place + 1]), traced.cost(place)
    if cost is None:
        return Content.assemble(content, ", then came ", (came, "bold"), ": not predicted")
    nats = f"{cost * math.log(2):.3f} nats"
    return Content.assemble(content, ", then came ", (came, "bold"), f": {cost:.2f} bits ({nats})")


def _candidates(traced: TracedText, place: int) -> list[Content]:
    step = traced.steps[place]
    came = traced.ids[place + 1] if place + 1 < len(traced.ids) else None
    lines = []
    for rank in step.likeliest(CANDIDATES):
        probability = float(step.probabilities[rank])
        bar = "█" * round(probability * _BAR_CELLS)
        label = symbol_label(traced.vocabulary.symbols[rank])
        lines.append(
            Content.assemble(
                "▸ " if rank == came else "  ",
                (f"{label:<6}", "bold" if rank == came else ""),
                (bar.ljust(_BAR_CELLS), "$primary"),
                f" {probability:6.1%}",
                (f"   score {step.output[rank]:.8f}", "$text-muted"),
            )
        )
    return lines
