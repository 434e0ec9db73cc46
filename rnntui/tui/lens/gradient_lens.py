"""Gradient flow: what its lens finds, and the chart and figures that show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np
from textual.content import Content
from textual.events import Click
from textual.message import Message

from rnntui.chart_characters import MARKS
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.gradient_flow import GradientFlow, gradient_flow
from rnntui.lenses.layer_gradients import layer_gradient_norms
from rnntui.lenses.untrained_cells import untrained_cells
from rnntui.log_chart import LABEL, Curve, decades, log_chart
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig
from rnntui.sparkline import sparkline
from rnntui.text.cells import printable, symbol_label
from rnntui.tui.lens.styled_lines import Piece, StyledLines
from rnntui.tui.lens.traced_text import TracedText

_STYLES: Final = (
    "$text-primary",
    "$text-warning",
    "$text-accent",
    "$text-success",
    "$text-error",
    "$text-secondary",
    "$text-muted",
    "",
)
"""A colour for each mark."""

MOST_STEPS: Final = 1000
"""Steps of which the gradient norms are kept; from then on every other one is left out."""

_SPARK_CELLS: Final = 48
_MIDDLE: Final = 0.43
"""The share of a bar where all are as long."""
_LISTED_LAYERS: Final = 3


@dataclass(frozen=True, eq=False)
class Flows:
    """Gradient flow from the last character of a text of T, by the distance from it.

    `untrained` are the norms `[T - 1]` of other cells of the same size; `weights` `[L]` the
    gradient norm of each layer's weights for the mean loss of the text.
    """

    own: GradientFlow
    untrained: tuple[tuple[str, Floats], ...]
    weights: Floats

    @property
    def curves(self) -> list[Curve]:
        """The network's own layers, then the untrained cells."""
        layers = [
            Curve(f"layer {number}", norms.tolist())
            for number, norms in enumerate(self.own.layer_norms, start=1)
        ]
        return [*layers, *(Curve(cell, norms.tolist()) for cell, norms in self.untrained)]

    def distance(self, place: int) -> int:
        """How far before the last character that is read a place is; 0 for those behind it."""
        return max(self.own.steps - 1 - place, 0)


def find_flows(config: ModelConfig, arrays: Arrays, ids: Sequence[int]) -> Flows | None:
    """The gradient flow of a network and of untrained cells; None for a text that is too short.

    A network on windows needs a whole one, and reads the last one alone.
    """
    if len(ids) <= max(config.window, 1):
        return None
    return Flows(
        gradient_flow(config, arrays, ids),
        _untrained(config, tuple(ids)),
        layer_gradient_norms(config, arrays, np.array(ids)),
    )


@lru_cache(maxsize=2)
def _untrained(config: ModelConfig, ids: tuple[int, ...]) -> tuple[tuple[str, Floats], ...]:
    """The norms over all layers; they change with the text and the sizes alone."""
    return tuple(
        (other.cell, gradient_flow(other, arrays, ids).hidden_norms)
        for other, arrays in untrained_cells(config)
    )


class GradientNorms:
    """The gradient norms of a network's layers at the steps that were seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self.steps: list[tuple[int, Floats]] = []

    def add(self, step: int, norms: Floats) -> None:
        """Add those of a later step; those of an earlier one, or of other layers, begin anew."""
        if self.steps and (step < self.steps[-1][0] or len(norms) != len(self.steps[-1][1])):
            self.steps = []
        if self.steps and self.steps[-1][0] == step:
            self.steps.pop()
        self.steps.append((step, norms))
        if len(self.steps) > MOST_STEPS:
            self.steps = self.steps[::-2][::-1]  # the last one stays


class FlowChart(StyledLines):
    """The curves by distance, on a logarithmic scale; a click chooses a place."""

    class Chosen(Message):
        """A distance was clicked."""

        def __init__(self, place: int) -> None:
            """Tell which place in the text it is."""
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        """Make a chart of nothing."""
        super().__init__(id=id)
        self.flows: Flows | None = None
        self._place = 0

    def show(self, flows: Flows, place: int) -> None:
        """Show curves, and where a place is among them."""
        self.flows, self._place = flows, place
        self.draw_anew()

    def lines(self) -> Iterator[list[Piece]]:
        """The names of the curves, then the chart."""
        flows = self.flows
        if flows is None or (scale := decades(curves := flows.curves)) is None:
            return
        legend = _legend(curves, len(flows.own.layer_norms), self.size.width)
        yield from legend
        height = self.size.height - len(legend) - 2
        if height < 2:
            return
        at = LABEL + self._column(flows.distance(self._place))
        for row, line in enumerate(log_chart(curves, scale, self.size.width, height)):
            if row >= height:
                yield [(line, "$text-muted")]
                continue
            padded = line.ljust(at + 1)
            pieces = [
                (mark, _style_at(mark, number, number == at)) for number, mark in enumerate(padded)
            ]
            yield [
                ("".join(text for text, _ in group), style)
                for style, group in groupby(pieces, itemgetter(1))
            ]

    def _column(self, distance: int) -> int:
        columns = max(self.size.width - LABEL, 2)
        last = self.flows.own.steps - 1 if self.flows else 0
        return round(distance * (columns - 1) / max(last, 1))

    def on_click(self, event: Click) -> None:
        """Tell which place was clicked, if one was."""
        _, place = self.pointed_at(event.x, event.y)
        if place is not None:
            self.post_message(self.Chosen(place))

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:  # noqa: ARG002
        """The place in the text whose distance is drawn in a column."""
        if self.flows is None or x < LABEL:
            return None, None
        last = self.flows.own.steps - 1
        columns = max(self.size.width - LABEL, 2)
        distance = round((x - LABEL) * last / (columns - 1))
        return None, last - min(distance, last)


def _style_at(mark: str, column: int, is_chosen: bool) -> str:
    if column < LABEL:
        return "$text-muted"
    style = _STYLES[MARKS.index(mark)] if mark in MARKS else ""
    return f"{style} reverse".strip() if is_chosen else style


def _legend(curves: Sequence[Curve], layers: int, width: int) -> list[list[Piece]]:
    """The marks and names in as many lines as they take."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for number, curve in enumerate(curves):
        mark = number % len(MARKS)
        name = f"{printable(curve.name)}  "
        before = "untrained: " if number == layers else ""
        cells = len(before) + 2 + len(name)
        if used and used + cells > width:
            lines.append([])
            used = 0
        lines[-1] += [(before, "$text-muted"), (f"{MARKS[mark]} ", _STYLES[mark]), (name, "")]
        used += cells
    return lines


def flow_figures(
    traced: TracedText, flows: Flows | None, norms: Sequence[tuple[int, Floats]], place: int
) -> list[Content]:
    """The norms at the cursor's distance, and those of the weights over the steps seen."""
    if flows is None:
        return [Content("following the loss at the last character back …")]
    own, distance = flows.own, flows.distance(place)
    character = symbol_label(traced.characters[min(place, len(traced.characters) - 1)])
    target = symbol_label(traced.characters[-1])
    layers = ", ".join(
        f"layer {number} {part[distance]:.1e}"
        for number, part in enumerate(own.layer_norms, start=1)
    )
    others = ", ".join(f"{cell} {part[distance]:.1e}" for cell, part in flows.untrained)
    window = traced.config.window
    beyond = " (before the window that it reads)" if 0 < window <= distance else ""
    lines = [
        Content.assemble(
            "E, the loss at ", (target, "bold"), f", the last character: {own.loss:.3f} nats"
        ),
        Content.assemble(
            "|dE/dh| behind ",
            (character, "bold"),
            f", {distance} before{beyond}: ",
            (layers, "bold"),
        ),
        Content.styled(f"untrained: {others}", "$text-muted"),
        Content("gradient norm of the weights, for the mean loss of this text, by step:"),
    ]
    first = f"{norms[0][0]:,} to {norms[-1][0]:,}" if norms else ""
    for number in range(min(len(flows.weights), _LISTED_LAYERS)):
        values = [float(part[number]) for _, part in norms] or [float(flows.weights[number])]
        lines.append(
            Content.assemble(
                f"  layer {number + 1} ",
                (_spark(values), "$text-primary"),
                f" {values[-1]:.2e}",
                (f"   steps {first}" if number == 0 and first else "", "$text-muted"),
            )
        )
    return lines


def _spark(values: Sequence[float]) -> str:
    """Values over time as bars, on a logarithmic scale from the least to the largest."""
    logs = np.log10(np.maximum(np.array(values), 1e-30))
    low, span = logs.min(), logs.max() - logs.min()
    shares = (logs - low) / span if span > 0 else np.full(len(logs), _MIDDLE)
    return sparkline(shares.tolist(), _SPARK_CELLS)
