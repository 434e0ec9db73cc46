"""Files of cells of somebody's own: three that work, and how they are broken."""

import textwrap
from pathlib import Path

HEAD = '''\
"""A cell of a test."""

from rnntui.nets.cells.cell import CellStep, blocks


'''


def cell_file(
    folder: Path, name: str, gates: tuple[str, ...], states: tuple[str, ...], equations: str
) -> Path:
    """Write the file of a cell, whose `equations` are the body of its `step`."""
    body = textwrap.indent(textwrap.dedent(equations).strip(), " " * 8)
    text = f"""{HEAD}class Own:
    name = "{name}"
    year = 2026
    gate_names = {gates!r}
    initial_biases = {(0.0,) * len(gates)!r}
    state_tensors = {states!r}
    keeping_gate = None
    is_recurrent = True

    def step(self, ops, from_input, from_hidden, state, nonlinearity):
{body}


CELL = Own()
"""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


FIRST_LINE = 16
"""The line of the first equation in such a file."""

ELMAN = """
    at = from_input + from_hidden
    new = ops.tanh(at)
    return CellStep((at,), (new,), (new,))
"""


EVERY_OPERATOR = """
    at = 1 - (from_input - 2 * from_hidden) / 3 + -from_hidden * 0.5
    at = ops.softplus(at) ** 2 / (1 + 2 ** ops.relu(at)) - 1 / (2 + ops.sigmoid(at[..., :6]))
    new = ops.tanh(at)
    return CellStep((at,), (new,), (new,))
"""
"""With all that equations may use."""


def elman(folder: Path, equations: str = ELMAN, name: str = "elman") -> Path:
    """An Elman cell: `h' = tanh(W x + b + W h)`; or one gate `new` with other equations."""
    return cell_file(folder, name, ("new",), ("h",), equations)


def gru_without_reset(folder: Path) -> Path:
    """A GRU whose candidate reads the whole hidden state."""
    equations = """
        at_update, at_new = blocks(from_input + from_hidden, 2)
        update, new = ops.sigmoid(at_update), ops.tanh(at_new)
        h = (1 - update) * new + update * state[0]
        return CellStep((at_update, at_new), (update, new), (h,))
    """
    return cell_file(folder, "no-reset", ("update", "new"), ("h",), equations)


def two_states(folder: Path) -> Path:
    """A cell with a slow state beside the hidden one."""
    equations = """
        at_keep, at_new = blocks(from_input + from_hidden, 2)
        keep, new = ops.sigmoid(at_keep), ops.tanh(at_new)
        slow = keep * state[1] + (1 - keep) * new
        return CellStep((at_keep, at_new), (keep, new), (ops.tanh(slow + new), slow))
    """
    return cell_file(folder, "slow", ("keep", "new"), ("h", "slow"), equations)


def three_states(folder: Path) -> Path:
    """A cell with two slower states beside the hidden one."""
    equations = """
        at_keep, at_new = blocks(from_input + from_hidden, 2)
        keep, new = ops.sigmoid(at_keep), ops.tanh(at_new)
        slow = keep * state[1] + (1 - keep) * new
        slower = keep * state[2] + (1 - keep) * slow
        h = ops.tanh(slow + slower)
        return CellStep((at_keep, at_new), (keep, new), (h, slow, slower))
    """
    return cell_file(folder, "three", ("keep", "new"), ("h", "slow", "slower"), equations)
