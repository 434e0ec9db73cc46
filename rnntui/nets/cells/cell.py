"""What a recurrent cell is: one object in one file, from which everything else follows.

A cell says its gates and states, and what one time step computes, once, for NumPy arrays and
torch tensors alike. Sampling, tracing and the general training path need no more than that;
faster paths (torch's fused layers, compiled kernels) are made for some cells and tested
against it.
"""

from typing import Any, Literal, NamedTuple, Protocol

Nonlinearity = Literal["tanh", "relu"]

Array = Any
"""A NumPy array or a torch tensor, `[..., n]`, whichever `Operations` it is given with."""


class Operations(Protocol):
    """What a step needs beyond `+`, `-`, `*`, `/` and slices: functions of each element."""

    @property
    def sigmoid(self) -> Any:
        """`1 / (1 + exp(-x))`."""

    @property
    def tanh(self) -> Any:
        """The hyperbolic tangent."""

    @property
    def relu(self) -> Any:
        """`max(x, 0)`."""

    @property
    def softplus(self) -> Any:
        """`log(1 + exp(x))`: of `-x`, the negative logarithm of `sigmoid(x)`."""


class CellStep(NamedTuple):
    """What a cell computes in one time step; all parts are `[..., H]`.

    `pre_activations` and `gates` (their values after the activation) are in the order of the
    cell's `gate_names`, `state` in that of its `state_tensors`: the hidden state first.
    """

    pre_activations: tuple[Array, ...]
    gates: tuple[Array, ...]
    state: tuple[Array, ...]


class RecurrentCell(Protocol):
    """A kind of recurrent layer.

    Its weights are `weight_ih` `[G·H, I]`, `bias` `[G·H]` and, where `is_recurrent`,
    `weight_hh` `[G·H, H]`: a block of H rows for each of the G gates, in their order.
    """

    @property
    def name(self) -> str:
        """What settings and checkpoints call it."""

    @property
    def year(self) -> int:
        """When it was described; lists go by it."""

    @property
    def gate_names(self) -> tuple[str, ...]:
        """The blocks of its weights, in order."""

    @property
    def initial_biases(self) -> tuple[float, ...]:
        """Each gate's bias in a new network whose weights start as Keras's or orthogonal."""

    @property
    def state_tensors(self) -> tuple[str, ...]:
        """What it carries from one time step to the next: `h` first."""

    @property
    def keeping_gate(self) -> int | None:
        """Which gate keeps the old state where it is near 1 (see `forget_bias`), if any."""

    @property
    def is_recurrent(self) -> bool:
        """Whether its gates read the hidden state, by `weight_hh`."""

    def step(
        self,
        ops: Operations,
        from_input: Array,
        from_hidden: Array,
        state: tuple[Array, ...],
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        """One time step.

        `from_input` is `W_ih x + b` and `from_hidden` `W_hh h`, each `[..., G·H]` (None where
        the cell is not recurrent), `state` what the step before left, each `[..., H]`.
        """


def blocks(x: Array, count: int) -> list[Array]:
    """The `count` equal parts of `x` `[..., count·H]`, each `[..., H]`."""
    size = x.shape[-1] // count
    return [x[..., start : start + size] for start in range(0, count * size, size)]
