"""What to write instead, for an exception of a cell's equations whose own words don't say it."""

from rnntui.nets.cells.cell import Operations
from rnntui.nets.cells.own import OwnCell

OPERATIONS = tuple(name for name in vars(Operations) if not name.startswith("_"))
"""The names of the functions that `ops` has."""


def hint(cell: OwnCell, error: BaseException | None, by: str) -> str:
    """What to do about an exception of the equations, computed by "NumPy" or "torch".

    It is empty where the exception says enough.
    """
    said = str(error)
    if isinstance(error, AttributeError):
        if "SimpleNamespace" in said:
            return f"ops has {', '.join(OPERATIONS[:-1])} and {OPERATIONS[-1]} alone"
        if "numpy.ndarray" in said:
            return "arrays of NumPy have no such method; use `ops`"
    if not cell.is_recurrent and "NoneType" in said:
        return "from_hidden is None, as is_recurrent is False"
    if isinstance(error, TypeError) and "step() " in said:
        return "write step(self, ops, from_input, from_hidden, state, nonlinearity)"
    if isinstance(error, ValueError):
        if "values to unpack" in said:
            gates, states = cell.gate_names, ", ".join(cell.state_tensors)
            return f"blocks(x, {len(gates)}) gives {', '.join(gates)}, and state is {states}"
        if "truth value" in said:
            return "an array has many values at once; compute with `ops` in place of `if`"
    if by == "torch":
        return "on torch's tensors; on NumPy's arrays it works, so use `ops`"
    return ""
