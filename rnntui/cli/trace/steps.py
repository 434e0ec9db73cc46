"""Output of a forward pass: a table for each time step, or a JSON object."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rnntui.cli.output.tables import drawing_on
from rnntui.cli.output.terminal import write_line
from rnntui.errors import ConfigError
from rnntui.text.cells import symbol_label

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.lenses.forward_trace import Floats, LayerStep, StepTrace
    from rnntui.lenses.pictures import About

LIKELIEST = 5
"""Number of most probable next characters shown."""

WHOLE = 5
"""Maximum length of vectors shown completely, which fills 80 columns."""


def print_steps(network: "TracedNetwork", ids: list[int], units: int) -> None:
    """Print a table for each time step, with the first `units` numbers of long vectors."""
    for number, step in enumerate(_steps(network, ids), start=1):
        symbol = _quoted(network.vocabulary.symbols[step.id])
        title = f"Step {number} of {len(ids)} reads {symbol}"
        if max(len(step.output), len(step.input), len(step.layers[0].hidden)) <= WHOLE:
            _print_whole(network, step, title)
        else:
            _print_summary(network, step, title, units)


def picture_of(about: "About", network: "TracedNetwork", text: str, units: range) -> str:
    """The SVG text of some units of all gates and states over the text.

    Raises `ConfigError` where a layer has none of them.
    """
    import numpy as np

    from rnntui.lenses.activations import activations
    from rnntui.lenses.pictures import PICTURED, units_picture

    size = network.config.hidden_size
    if units.start >= size:
        raise ConfigError(f"There is no unit {units.start + 1}: a layer has {size}.")
    ids = network.encode(text)
    drawn = np.array(ids[:PICTURED])
    read = activations(network.config, network.arrays, drawn, cells=network.cells)
    strips = {
        f"{number + 1} {name}" + (f" {unit + 1}" if len(units) > 1 else ""): values[:, unit]
        for number, layer in reversed(list(enumerate(read.layers)))
        for name, values in (layer.gates | layer.states).items()
        for unit in units[:size]
        if unit < size
    }
    characters = [network.vocabulary.symbols[rank] for rank in ids[read.start :]]
    title = "Gates and states" if len(units) > 1 else f"Unit {units.start + 1}"
    return units_picture(about, f"{title} over the text", characters, strips)


def write_steps(network: "TracedNetwork", ids: list[int]) -> None:
    """Print a JSON object for each time step, with all numbers."""
    for number, step in enumerate(_steps(network, ids), start=1):
        write_line(json.dumps(step_as_json(network, step, number)), sys.stdout)


def step_as_json(network: "TracedNetwork", step: "StepTrace", number: int) -> dict[str, Any]:
    """A time step with all numbers, as values for JSON."""
    symbols = network.vocabulary.symbols
    return {
        "step": number,
        "char": symbols[step.id],
        "id": step.id,
        "input_encoding": network.config.input_encoding,
        "input": step.input.tolist(),
        "layers": [
            {
                "cell": network.config.cell,
                "pre_activations": _lists(layer.pre_activations),
                "gates": {} if _is_hidden_alone(layer) else _lists(layer.gates),
                "cell_state": None if layer.cell is None else layer.cell.tolist(),
                "hidden": layer.hidden.tolist(),
            }
            for layer in step.layers
        ],
        "output": step.output.tolist(),
        "softmax": step.probabilities.tolist(),
        "result": symbols[step.result],
        "likeliest": [
            [symbols[rank], float(step.probabilities[rank])] for rank in step.likeliest(LIKELIEST)
        ],
    }


def _steps(network: "TracedNetwork", ids: list[int]) -> "Iterator[StepTrace]":
    from rnntui.lenses.forward_trace import forward_trace

    return forward_trace(network.config, network.arrays, ids, network.cells)


def _lists(vectors: "dict[str, Floats]") -> dict[str, list[float]]:
    return {name: vector.tolist() for name, vector in vectors.items()}


def _print_whole(network: "TracedNetwork", step: "StepTrace", title: str) -> None:
    """All numbers of a step, in columns of symbols and of units."""
    symbols = ["", *(symbol_label(symbol) for symbol in network.vocabulary.symbols)]
    sections: list[list[list[str]]] = []
    if network.config.input_encoding == "one-hot":
        sections.append([symbols, ["one-hot input", *(f"{value:.0f}" for value in step.input)]])
    else:
        places = ["", *map(str, range(1, len(step.input) + 1))]
        sections.append([places, ["embedding", *map(_number, step.input)]])
    for name, layer in _named_layers(step):
        units = [name, *(f"unit {number}" for number in range(1, len(layer.hidden) + 1))]
        vectors = [[what, *map(_number, vector)] for what, vector in _vectors(layer)]
        sections.append([units, *vectors])
    output = ["output", *map(_number, step.output)]
    chances = ["softmax", *map(_number, step.probabilities)]
    sections.append([symbols, output, chances, ["result", symbols[1 + step.result]]])
    _print_sections(title, sections)
    write_line("", sys.stdout)


def _print_sections(title: str, sections: list[list[list[str]]]) -> None:
    """A table in sections, each with its column headings in the first row."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=None, show_header=False)
    columns = max(len(row) for section in sections for row in section)
    for number in range(columns):
        table.add_column(justify="right" if number else "left", no_wrap=True)
    for section in sections:
        for number, row in enumerate(section):
            style = "dim" if number == 0 else ""
            table.add_row(*(Text(cell, style=style) for cell in row))
    with drawing_on(sys.stdout) as console:
        console.print(table)


def _print_summary(network: "TracedNetwork", step: "StepTrace", title: str, units: int) -> None:
    """The first numbers of each vector of a step, and its minimum, mean and maximum."""
    names = network.vocabulary.symbols
    head = ["", *map(str, range(1, units + 1)), "min", "mean", "max"]
    sections = [[head]]
    if network.config.input_encoding == "embedding":
        sections[0].append(_summary("embedding", step.input, units))
    else:
        title += f" (one-hot: a 1 at place {step.id} and {len(step.input) - 1:,} zeros)"
    for name, layer in _named_layers(step):
        rows = [_summary(what, vector, units) for what, vector in _vectors(layer)]
        sections.append([[name], *rows])
    sections.append([["output layer"], _summary("output", step.output, units)])
    _print_sections(title, sections)
    chances = (
        f"{_quoted(names[rank])} {step.probabilities[rank]:.1%}"
        for rank in step.likeliest(LIKELIEST)
    )
    write_line(f" softmax  {'  '.join(chances)}", sys.stdout)
    write_line(f" result   {_quoted(names[step.result])}\n", sys.stdout)


def _named_layers(step: "StepTrace") -> "Iterator[tuple[str, LayerStep]]":
    """The recurrent layers with their names, the lowest first."""
    for number, layer in enumerate(step.layers, start=1):
        yield f"layer {number}", layer


def _vectors(layer: "LayerStep") -> "list[tuple[str, Floats]]":
    """A layer's numbers in the order of computation.

    Gates are shown after their activation; the JSON has the pre-activations, too.
    """
    if _is_hidden_alone(layer):
        return [("pre-activation", layer.pre_activations["hidden"]), ("hidden state", layer.hidden)]
    vectors = [(f"{name} gate", gate) for name, gate in layer.gates.items()]
    if layer.cell is not None:
        vectors.append(("cell state", layer.cell))
    return [*vectors, ("hidden state", layer.hidden)]


def _is_hidden_alone(layer: "LayerStep") -> bool:
    """Whether the only gate is the new hidden state itself, as in a vanilla RNN."""
    return tuple(layer.gates) == ("hidden",)


def _quoted(symbol: str) -> str:
    return f"'{symbol_label(symbol)}'"


def _number(value: float) -> str:
    return f"{value:.6f}"


def _summary(name: str, vector: "Floats", units: int) -> list[str]:
    first = [f"{value:.3f}" for value in vector[:units]]
    whole = [f"{value:.3f}" for value in (vector.min(), vector.mean(), vector.max())]
    return [f"{name} [{len(vector)}]", *first, *[""] * (units - len(first)), *whole]
