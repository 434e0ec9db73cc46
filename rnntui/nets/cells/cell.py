"""The protocol of a recurrent cell: one object in one file.

A cell names its gates and states and defines one time step, once, for NumPy arrays and torch
tensors alike. Sampling, tracing and the general training path need nothing else; some cells also
have faster paths (torch's fused layers, compiled kernels), which are tested against it.
"""

from typing import Any, Literal, NamedTuple, Protocol

Nonlinearity = Literal["tanh", "relu"]

ArrayOrTensor = Any
"""A NumPy array or a torch tensor `[..., n]`, in keeping with the `Operations`."""


class Operations(Protocol):
    """The elementwise functions of a step, beside `+`, `-`, `*`, `/` and slices."""

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
    """The values of one time step, each `[..., H]`.

    `pre_activations` and `gates` (their values after the activation) are in the order of the
    cell's `gate_names`, `state` in that of its `state_tensors`: the hidden state first.
    """

    pre_activations: tuple[ArrayOrTensor, ...]
    gates: tuple[ArrayOrTensor, ...]
    state: tuple[ArrayOrTensor, ...]


class RecurrentCell(Protocol):
    """A kind of recurrent layer.

    Its weights are `weight_ih` `[G·H, I]`, `bias` `[G·H]` and, where `is_recurrent`,
    `weight_hh` `[G·H, H]`: a block of H rows for each of the G gates, in their order.
    """

    @property
    def name(self) -> str:
        """Its name in settings and checkpoints."""

    @property
    def year(self) -> int:
        """The year of its paper, by which lists are sorted."""

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Its gates, in the order of the blocks of its weights."""

    @property
    def initial_biases(self) -> tuple[float, ...]:
        """Each gate's bias in a new network with `keras` or `orthogonal` initial weights."""

    @property
    def state_tensors(self) -> tuple[str, ...]:
        """The names of its states, `h` first."""

    @property
    def keeping_gate(self) -> int | None:
        """Index of the gate that keeps the old state when near 1 (see `forget_bias`), if any."""

    @property
    def is_recurrent(self) -> bool:
        """Whether its gates read the hidden state, by `weight_hh`."""

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        """One time step.

        `from_input` is `W_ih x + b` and `from_hidden` `W_hh h`, each `[..., G·H]` (`from_hidden` is
        None where the cell is not recurrent); `state` holds the states before, each `[..., H]`.
        """


def blocks(x: ArrayOrTensor, count: int) -> list[ArrayOrTensor]:
    """The `count` equal parts of `x` `[..., count·H]`, each `[..., H]`."""
    size = x.shape[-1] // count
    return [x[..., start : start + size] for start in range(0, count * size, size)]
