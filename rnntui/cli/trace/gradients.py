"""Output of gradient flow: charts on a logarithmic scale and tables, or JSON objects."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnntui.chart_characters import MARKS
from rnntui.cli.output.tables import drawing_on, print_table
from rnntui.cli.output.terminal import chosen_characters, notify, write_line
from rnntui.log_chart import LABEL, STYLES, Curve, Decades, decades, log_chart
from rnntui.nets.cells import find_cell
from rnntui.text.cells import printable

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.lenses.forward_trace import Floats
    from rnntui.lenses.gradient_flow import GradientFlow
    from rnntui.lenses.pictures import About

HEIGHT = 12
WIDTH = 80
"""Size of a chart in cells; a narrower terminal makes it narrower."""

DISTANCES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Distances in the table: the last three of these, the end, and the start."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Gradient flow through one network."""

    network: "TracedNetwork"
    flow: "GradientFlow"
    target: str


def reach_of(network: "TracedNetwork", text: str, recurrent_scale: float) -> Reach:
    """Compute the gradient flow from the loss at the last character of `text` to the first.

    A notice says so where a network on windows doesn't read all of it. Raises `CorpusError` for a
    text that is too short or that the network can't read.
    """
    from rnntui.lenses.gradient_flow import gradient_flow, scaled_recurrence

    ids, window = network.encode(text), network.config.window
    if window and len(ids) - 1 > window:
        notify(
            f"The network '{network.name}' reads {window} characters at a time, each time from zero"
            " state: gradients by all states before them are zero."
        )
    flow = gradient_flow(network.config, scaled_recurrence(network.arrays, recurrent_scale), ids)
    return Reach(network, flow, network.vocabulary.symbols[ids[-1]])


def write_reach(reach: Reach) -> None:
    """One JSON object; a number that is not finite is null."""
    write_line(json.dumps(reach_as_json(reach), allow_nan=False), sys.stdout)


def reach_as_json(reach: Reach) -> dict[str, Any]:
    """All norms and shares, each list by the distance from the end."""
    network, flow = reach.network, reach.flow
    return {
        "network": network.name,
        "stage": network.stage,
        "cell": network.config.cell,
        "hidden_size": network.config.hidden_size,
        "num_layers": network.config.num_layers,
        "forget_bias": network.forget_bias,
        "characters": flow.steps,
        "target": reach.target,
        "loss": _finite([flow.loss])[0],
        "hidden_gradient": _finite(flow.hidden_norms),
        "cell_gradient": None if flow.cell_norms is None else _finite(flow.cell_norms),
        "share_norm": _finite(flow.share_norms),
        "share": _finite(flow.share_parts),
    }


def print_reaches(reaches: Sequence[Reach]) -> None:
    """A chart and two tables for the untrained networks, then for the others."""
    untrained = [reach for reach in reaches if reach.network.stage == "untrained"]
    others = [reach for reach in reaches if reach.network.stage != "untrained"]
    # One scale for both, so that the charts can be compared.
    scale = decades([curve for reach in reaches for curve in _curves(reach)])
    for group in filter(None, (untrained, others)):
        _print_group(group, scale)


def picture_of(about: "About", reaches: Sequence[Reach]) -> str:
    """The SVG text of the chart of all networks."""
    import numpy as np

    from rnntui.lenses.pictures import flow_picture

    curves: dict[str, Floats] = {}
    for reach in reaches:
        stage = f" ({reach.network.stage})" if reach.network.stage else ""
        curves |= {f"{one.name}{stage}": np.asarray(one.values) for one in _curves(reach)}
    return flow_picture(about, curves)


def _print_group(group: Sequence[Reach], scale: Decades | None) -> None:
    curves = [curve for reach in group for curve in _curves(reach)]
    stages = ", ".join(dict.fromkeys(reach.network.stage for reach in group if reach.network.stage))
    title = f"|dE/dh| by the distance t-k from the end{': ' if stages else ''}{stages}"
    write_line(printable(title), sys.stdout)
    for bias in sorted({reach.network.forget_bias for reach in group} - {0.0}):
        names = [reach.network.name for reach in group if reach.network.forget_bias == bias]
        write_line(
            printable(f"    initialised with forget bias {bias:g}: {', '.join(names)}"), sys.stdout
        )
    if scale is None:
        write_line("All gradients are zero.", sys.stdout)
    else:
        _write_chart(curves, scale)
    longest = max(reach.flow.steps for reach in group) - 1
    distances = [0, *[d for d in DISTANCES if d < longest][-3:], longest] if longest else [0]
    rows = [
        (MARKS[number % len(MARKS)], curve.name, *(_at(curve.values, d) for d in distances))
        for number, curve in enumerate(curves)
    ]
    print_table(("", "|dE/dh|, by t-k", *(f">{d}" for d in distances)), rows)
    bands = _bands(longest)
    columns = ("of dE/dW, by t-k", *(f">{_band_name(*band)}" for band in bands), ">loss")
    shares = [
        (reach.network.name, *_shares(reach, bands), f"{reach.flow.loss:.3f}") for reach in group
    ]
    print_table(columns, shares)


def _curves(reach: Reach) -> list[Curve]:
    curves = [Curve(reach.network.name, reach.flow.hidden_norms.tolist())]
    if reach.flow.cell_norms is not None:
        curves.append(Curve(f"{reach.network.name}, cell state", reach.flow.cell_norms.tolist()))
    return curves


def _write_chart(curves: Sequence[Curve], scale: Decades) -> None:
    from rich.text import Text

    legend = Text("  ")
    for number, curve in enumerate(curves):
        mark = number % len(MARKS)
        legend.append(f"  {MARKS[mark]} ", style=STYLES[mark])
        legend.append(printable(curve.name))
    with drawing_on(sys.stdout, pipe_width=WIDTH) as console:
        console.print(legend)
        width = min(console.width, WIDTH)
        for row, line in enumerate(log_chart(curves, scale, width, HEIGHT, chosen_characters())):
            text = Text(line)
            for place in range(LABEL, len(line) if row < HEIGHT else 0):
                if line[place] in MARKS:
                    text.stylize(STYLES[MARKS.index(line[place])], place, place + 1)
            console.print(text, no_wrap=True)


def _bands(longest: int) -> list[tuple[int, int]]:
    """Bands of distances, each about twice as wide as the previous one, the last to the end."""
    bands, low = [(0, 0)], 1
    for high in (4, 9, 19, 49):
        if high >= longest or low > longest:
            break
        bands.append((low, high))
        low = high + 1
    return [*bands, (low, longest)] if low <= longest else bands


def _band_name(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


def _at(values: Sequence[float], distance: int) -> str:
    return f"{values[distance]:.1e}" if distance < len(values) else ""


def _shares(reach: Reach, bands: Sequence[tuple[int, int]]) -> list[str]:
    """Each band's share of dE/dW; empty for a cell without recurrent weights W."""
    if not find_cell(reach.network.config.cell).is_recurrent:
        return ["–"] * len(bands)
    return [_percent(sum(reach.flow.share_parts[low : high + 1])) for low, high in bands]


def _percent(part: float) -> str:
    # Rounded before formatting, which would print -0.0.
    return f"{round(100 * part, 1) + 0.0:.1f}%" if math.isfinite(part) else "?"


def _finite(values: Iterable[float]) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]
