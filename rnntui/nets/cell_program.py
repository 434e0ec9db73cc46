"""A cell's equations written down as a list of operations, for programs that run without Python.

The equations of one time step are run once on values that only note what is done with them: the
third kind of `Operations`, beside NumPy's and torch's. So a cell of any kind, a person's own
included, goes to other formats by the very equations that it was trained with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, get_args

from rnntui.errors import ConfigError
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity, Operations

Function = Literal["sigmoid", "tanh", "relu", "softplus"]
OperationName = Literal[
    "number", "part", "add", "subtract", "multiply", "divide", "power", "negate", Function
]


@dataclass(frozen=True)
class Operation:
    """One operation: elementwise on earlier values, `number`, or `part`.

    `operands` are indices of values. `size` is the length of its value: 1 for a number, which goes
    with any length. `start` is where a part begins, `number` what a number is.
    """

    name: OperationName
    operands: tuple[int, ...]
    size: int
    start: int = 0
    number: float = 0.0


@dataclass(frozen=True)
class CellProgram:
    """One time step of a cell as operations on vectors, computed in their order.

    The values are numbered: first the inputs, of these `input_sizes` (`from_input`, `from_hidden`
    where the cell is recurrent, then its states), then a value for each operation. `outputs` are
    the indices of the states after the step.
    """

    input_sizes: tuple[int, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[int, ...]


def cell_program(name: str, hidden_size: int, nonlinearity: Nonlinearity) -> CellProgram:
    """The program of the cell of that name, with so many units.

    Raises `ConfigError` for a person's own cell that does what can't be written down.
    """
    cell, tape = find_cell(name), _Tape()
    rows = len(cell.gate_names) * hidden_size
    from_input = tape.given(rows)
    from_hidden = tape.given(rows) if cell.is_recurrent else None
    state = tuple(tape.given(hidden_size) for _ in cell.state_tensors)
    try:
        step = cell.step(tape.namespace, from_input, from_hidden, state, nonlinearity)
        outputs = tuple(tape.value(part).index for part in step.state)
    except (TypeError, AttributeError) as error:  # a built-in cell's own are wrapped there
        raise ConfigError(f"The equations of {name} can't be written down: {error}.") from error
    return tape.program(outputs)


class _Value:
    """A vector that is known by what made it alone."""

    __array_ufunc__ = None  # so that NumPy leaves its operators to this class

    def __init__(self, tape: "_Tape", index: int, size: int) -> None:
        self._tape, self.index = tape, index
        self.shape = (size,)

    def __getitem__(self, key: object) -> "_Value":
        place = key[1] if isinstance(key, tuple) and len(key) == 2 and key[0] is ... else key
        if not isinstance(place, slice) or place.step not in (None, 1):
            raise TypeError("of indices only x[..., a:b] can be exported")
        start, stop, _ = place.indices(self.shape[0])
        return self._tape.noted("part", (self,), max(0, stop - start), start)

    def __add__(self, other: object) -> "_Value":
        return self._tape.binary("add", self, other)

    def __radd__(self, other: object) -> "_Value":
        return self._tape.binary("add", other, self)

    def __sub__(self, other: object) -> "_Value":
        return self._tape.binary("subtract", self, other)

    def __rsub__(self, other: object) -> "_Value":
        return self._tape.binary("subtract", other, self)

    def __mul__(self, other: object) -> "_Value":
        return self._tape.binary("multiply", self, other)

    def __rmul__(self, other: object) -> "_Value":
        return self._tape.binary("multiply", other, self)

    def __truediv__(self, other: object) -> "_Value":
        return self._tape.binary("divide", self, other)

    def __rtruediv__(self, other: object) -> "_Value":
        return self._tape.binary("divide", other, self)

    def __pow__(self, other: object) -> "_Value":
        return self._tape.binary("power", self, other)

    def __rpow__(self, other: object) -> "_Value":
        return self._tape.binary("power", other, self)

    def __neg__(self) -> "_Value":
        return self._tape.noted("negate", (self,), self.shape[0])


class _Tape:
    """The operations so far."""

    def __init__(self) -> None:
        self._given: list[int] = []
        self._operations: list[Operation] = []
        functions = {name: self._function(name) for name in get_args(Function)}
        self.namespace: Operations = SimpleNamespace(**functions)

    def given(self, size: int) -> _Value:
        """A further input; all come before the first operation."""
        self._given.append(size)
        return _Value(self, len(self._given) - 1, size)

    def noted(
        self,
        name: OperationName,
        operands: tuple[_Value, ...],
        size: int,
        start: int = 0,
        number: float = 0.0,
    ) -> _Value:
        """The value of a further operation."""
        indices = tuple(operand.index for operand in operands)
        self._operations.append(Operation(name, indices, size, start, number))
        return _Value(self, len(self._given) + len(self._operations) - 1, size)

    def binary(self, name: OperationName, left: object, right: object) -> _Value:
        """The value of an operation on two values, or a value and a number."""
        operands = tuple(self.value(one) for one in (left, right))
        sizes = {operand.shape[0] for operand in operands} - {1}
        if len(sizes) > 1:
            raise TypeError(f"vectors of {' and '.join(map(str, sorted(sizes)))} don't go together")
        return self.noted(name, operands, max(sizes, default=1))

    def value(self, one: object) -> _Value:
        """`one` itself, or the value of a number."""
        if isinstance(one, _Value):
            return one
        try:
            number = float(one)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise TypeError(f"a {type(one).__name__} can't be exported") from None
        return self.noted("number", (), 1, number=number)

    def program(self, outputs: tuple[int, ...]) -> CellProgram:
        """All that the outputs need."""
        first = len(self._given)
        needed, waiting = set(range(first)), list(outputs)
        while waiting:
            if (index := waiting.pop()) not in needed:
                needed.add(index)
                waiting += self._operations[index - first].operands
        order = {old: new for new, old in enumerate(sorted(needed))}
        operations = tuple(
            Operation(
                operation.name,
                tuple(order[one] for one in operation.operands),
                operation.size,
                operation.start,
                operation.number,
            )
            for number, operation in enumerate(self._operations)
            if number + first in needed
        )
        return CellProgram(tuple(self._given), operations, tuple(order[one] for one in outputs))

    def _function(self, name: Function) -> Callable[[Any], _Value]:
        def apply(x: object) -> _Value:
            value = self.value(x)
            return self.noted(name, (value,), value.shape[0])

        return apply
