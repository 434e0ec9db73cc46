"""Whether the equations of a person's own cell can be trained, sampled from and resumed.

Each check is made on small random arrays; what is wrong is a `ConfigError` that names the line.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final, get_args

import numpy as np

from rnntui.errors import ConfigError, quoted
from rnntui.nets.arrays import Array
from rnntui.nets.cell_hints import hint
from rnntui.nets.cell_lines import CellLines
from rnntui.nets.cell_time_limit import time_limit
from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import CellStep, Nonlinearity
from rnntui.nets.cells.own import OwnCell, failing_line, said_by
from rnntui.nets.numpy_operations import NUMPY

_UNITS: Final = 4
_STREAMS: Final = 3
_SCALES: Final = (1.0, 30.0)
"""Ordinary values before the activations, and large ones, where `exp` would overflow."""

AGREEMENT: Final = 1e-10
"""How far NumPy and torch may differ in float64."""

GRADIENTS: Final = 1e-6
"""How far gradients may differ from finite differences, relative to the largest."""

_SMALL_STEP: Final = 1e-6


@dataclass(frozen=True)
class CellReport:
    """What a whole check measured: largest differences in float64.

    `numpy_torch` is between NumPy and torch, `gradients` between autograd and finite differences,
    relative to the largest gradient.
    """

    numpy_torch: float
    gradients: float


def check_before_training(name: str) -> None:
    """Check the cell of that name briefly, if it is a person's own. Raises `ConfigError`."""
    if isinstance(cell := find_cell(name), OwnCell):
        with _time_to_check(cell):
            _Check(cell).brief()


def check_cell(cell: OwnCell) -> CellReport:
    """Check a cell wholly. Raises `ConfigError` for the first thing that is wrong."""
    with _time_to_check(cell):
        return _Check(cell).whole()


def _time_to_check(cell: OwnCell) -> AbstractContextManager[None]:
    import torch  # noqa: F401  (to load it is not the cell's time)

    return time_limit(cell.path)


@dataclass(frozen=True)
class _Inputs:
    """What a step is given: `from_input`, `from_hidden` (None if not recurrent), the states."""

    from_input: Any
    from_hidden: Any
    state: tuple[Any, ...]

    def each(self, change: Callable[[Any], Any]) -> "_Inputs":
        """All of them changed."""
        hidden = None if self.from_hidden is None else change(self.from_hidden)
        return _Inputs(change(self.from_input), hidden, tuple(change(part) for part in self.state))

    def arrays(self) -> list[Any]:
        """All of them in a row."""
        return [x for x in (self.from_input, self.from_hidden, *self.state) if x is not None]


class _Check:
    def __init__(self, cell: OwnCell) -> None:
        self.cell, self.lines = cell, CellLines(cell.text, cell.path)
        self._noise = np.random.default_rng(1)

    def brief(self) -> None:
        """Shapes, finite values, and a step of torch with its gradient."""
        for nonlinearity in get_args(Nonlinearity):
            for shape in ((), (_STREAMS,)):
                self._by_numpy(self._drawn(shape), nonlinearity)
            self._gradients_by_torch(self._drawn((_STREAMS,)), nonlinearity)

    def whole(self) -> CellReport:
        """All checks."""
        apart = slopes = 0.0
        for nonlinearity in get_args(Nonlinearity):
            for scale in _SCALES:
                for shape in ((), (_STREAMS,)):
                    inputs = self._drawn(shape, scale)
                    step = self._by_numpy(inputs, nonlinearity)
                    self._check_repeats(inputs, nonlinearity, step)
                    apart = max(apart, self._apart(inputs, nonlinearity, step))
            self._check_precision(nonlinearity)
            slopes = max(slopes, self._slopes_apart(self._drawn((2,)), nonlinearity))
        return CellReport(apart, slopes)

    def _drawn(self, shape: tuple[int, ...], scale: float = 1.0) -> _Inputs:
        """Random inputs of `shape` streams; states lie within ±1, as those of most cells do."""
        rows = len(self.cell.gate_names) * _UNITS
        hidden = self._noise.normal(size=(*shape, rows)) if self.cell.is_recurrent else None
        state = tuple(self._noise.uniform(-1, 1, (*shape, _UNITS)) for _ in self.cell.state_tensors)
        drawn = _Inputs(scale * self._noise.normal(size=(*shape, rows)), hidden, state)
        for array in drawn.arrays():
            # A change in place is then an error in the line that tries it.
            array.flags.writeable = False
        return drawn

    def _step(self, ops: Any, inputs: _Inputs, nonlinearity: Nonlinearity, by: str) -> CellStep:
        cell = self.cell
        try:
            given = (inputs.from_input, inputs.from_hidden, inputs.state)
            step = cell.step(ops, *given, nonlinearity)
        except ConfigError as error:
            cause = str(error.__cause__)
            if "read-only" in cause or "in-place operation" in cause:
                what = "it changes one of its inputs in place; make a new array instead"
                raise cell.wrong(failing_line(error.__cause__ or error, cell.path), what) from error
            if advice := hint(cell, error.__cause__, by):
                raise ConfigError(f"{str(error).rstrip('.')} ({advice}).") from error
            raise
        self._check_form(step, inputs.state[0])
        return step

    def _check_form(self, step: Any, like: Any) -> None:
        """Check number, type and shapes of what a step returned: those of the state `like`."""
        at = self.lines.returned
        if not isinstance(step, CellStep):
            found = quoted(type(step).__name__)
            what = "step must return CellStep(pre_activations, gates, state)"
            raise self.cell.wrong(at, f"{what}, not {found}")
        gates, states = self.cell.gate_names, self.cell.state_tensors
        for part, names in zip(step._fields, (gates, gates, states), strict=True):
            values = getattr(step, part)
            if not isinstance(values, tuple):
                raise self.cell.wrong(at, f"step returns no tuple as {part}")
            if len(values) != len(names):
                wanted = f"{len(names)} ({', '.join(names)})"
                raise self.cell.wrong(at, f"step returns {len(values)} {part}, not {wanted}")
            for name, value in zip(names, values, strict=True):
                if not isinstance(value, type(like)):
                    kind = quoted(type(value).__name__)
                    raise self.cell.wrong(at, f"{name} of {part} is a {kind}, not an array")
                if isinstance(value, np.ndarray) and value.dtype.kind != "f":
                    raise self.cell.wrong(at, f"{name} of {part} is an array of {value.dtype}")
                if value.shape != like.shape:
                    sizes = f"{tuple(value.shape)}, not {tuple(like.shape)}"
                    raise self.cell.wrong(at, f"{name} of {part} has the shape {sizes}")

    def _by_numpy(self, inputs: _Inputs, nonlinearity: Nonlinearity) -> CellStep:
        """A step in NumPy, checked to be finite."""
        with np.errstate(all="ignore"), _first_not_finite(self.cell.path) as seen:
            step = self._step(NUMPY, inputs, nonlinearity, "NumPy")
        if not all(np.isfinite(array).all() for part in step for array in part):
            line = seen[0] if seen else self.lines.returned
            raise self.cell.wrong(line, "a value here is not finite (NaN or infinity)")
        return step

    def _check_repeats(self, inputs: _Inputs, nonlinearity: Nonlinearity, step: CellStep) -> None:
        again = self._step(NUMPY, inputs, nonlinearity, "NumPy")
        if any(not np.array_equal(a, b) for a, b in _pairs(step, again)):
            what = "step gives other values for the same inputs, so a run couldn't be resumed"
            raise self.cell.wrong(self.lines.step, what)

    def _check_precision(self, nonlinearity: Nonlinearity) -> None:
        """Networks compute in float32; a float64 in between would slow them and break torch."""
        single = self._drawn((_STREAMS,)).each(lambda array: array.astype(np.float32))
        step = self._step(NUMPY, single, nonlinearity, "NumPy")
        if any(array.dtype != np.float32 for part in step for array in part):
            what = "step turns float32 into another type; use Python's numbers and `ops`"
            raise self.cell.wrong(self.lines.returned, what)

    def _gradients_by_torch(
        self, inputs: _Inputs, nonlinearity: Nonlinearity
    ) -> tuple[CellStep, list[Array], list[Array]]:
        """A step of torch in float64, and the gradient of a weighted sum of its states.

        Returns the step, the gradient of each input, and the weights.
        """
        import torch

        from rnntui.nets.recurrent import TORCH

        tensors = inputs.each(lambda array: torch.tensor(array).requires_grad_())
        step = self._step(TORCH, tensors, nonlinearity, "torch")
        weights = [np.cos(np.arange(part.numel())).reshape(part.shape) for part in step.state]
        total = sum(
            (part * torch.tensor(w)).sum() for part, w in zip(step.state, weights, strict=True)
        )
        try:
            total.backward()
        except RuntimeError as error:
            said = said_by(error)
            if "inplace" in said:
                what = "a value that gradients need is changed in place; make a new array instead"
                raise self.cell.wrong(self.lines.changed_in_place, what) from error
            what = f"gradients can't flow back through step ({said})"
            raise self.cell.wrong(self.lines.returned, what) from error
        leaves = tensors.arrays()
        zeros = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
        return step, [zero.numpy() for zero in zeros], weights

    def _apart(self, inputs: _Inputs, nonlinearity: Nonlinearity, step: CellStep) -> float:
        """The largest difference between a step in NumPy and in torch."""
        by_torch, _, _ = self._gradients_by_torch(inputs, nonlinearity)
        apart = max(float(abs(a - b.detach().numpy()).max()) for a, b in _pairs(step, by_torch))
        if not apart <= AGREEMENT:
            what = f"NumPy and torch compute values that differ by {apart:.1e}; use `ops` alone"
            raise self.cell.wrong(self.lines.step, what)
        return apart

    def _slopes_apart(self, inputs: _Inputs, nonlinearity: Nonlinearity) -> float:
        """The largest relative difference between autograd and central differences."""
        _, slopes, weights = self._gradients_by_torch(inputs, nonlinearity)
        largest = max(max(float(abs(slope).max()) for slope in slopes), 1.0)
        apart = 0.0
        for number, slope in enumerate(slopes):
            for place in np.ndindex(slope.shape):
                ends = [
                    self._summed(inputs, number, place, change, nonlinearity, weights)
                    for change in (_SMALL_STEP, -_SMALL_STEP)
                ]
                measured = (ends[0] - ends[1]) / (2 * _SMALL_STEP)
                apart = max(apart, abs(measured - float(slope[place])) / largest)
        if not apart <= GRADIENTS:
            what = f"torch's gradients differ from finite differences by {apart:.1e} of the largest"
            raise self.cell.wrong(self.lines.step, what)
        return apart

    def _summed(
        self,
        inputs: _Inputs,
        number: int,
        place: tuple[int, ...],
        change: float,
        nonlinearity: Nonlinearity,
        weights: list[Array],
    ) -> float:
        """The weighted sum of the states after changing one number of one input."""
        copies = inputs.each(np.copy)
        copies.arrays()[number][place] += change
        step = self._step(NUMPY, copies, nonlinearity, "NumPy")
        return sum(float((part * w).sum()) for part, w in zip(step.state, weights, strict=True))


def _pairs(first: CellStep, second: CellStep) -> list[tuple[Any, Any]]:
    """The arrays of two steps, side by side."""
    parts = zip(first, second, strict=True)
    return [pair for a, b in parts for pair in zip(a, b, strict=True)]


@contextmanager
def _first_not_finite(path: str) -> Any:
    """Watch the lines of a file; the list given gets the first after which a value isn't finite."""
    seen: list[int] = []

    def watch(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001
        if frame.f_code.co_filename != path:
            return None
        before = frame.f_lineno

        def after_each_line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            values = [argument] if event == "return" else []
            if not seen and any(_is_not_finite(one) for one in (*frame.f_locals.values(), *values)):
                seen.append(before)
            before = frame.f_lineno
            return after_each_line

        return after_each_line

    outer = sys.gettrace()
    sys.settrace(watch)
    try:
        yield seen
    finally:
        sys.settrace(outer)


def _is_not_finite(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(_is_not_finite(part) for part in value)
    is_float = isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    return is_float and not np.isfinite(value).all()
