"""The gated recurrent unit (Cho et al. 2014), in the form of cuDNN and torch."""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks


class Gru:
    """`r, z = sigmoid(...)`; `n = tanh(W_in x + b_n + r (W_hn h))`; `h' = (1 - z) n + z h`.

    The reset gate comes after the product with the hidden state.
    """

    name = "gru"
    year = 2014
    gate_names = ("reset", "update", "new")
    initial_biases = (0.0, 0.0, 0.0)
    state_tensors = ("h",)
    keeping_gate = 1
    is_recurrent = True

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,  # noqa: ARG002
    ) -> CellStep:
        """One time step."""
        below, recurrent = blocks(from_input, 3), blocks(from_hidden, 3)
        at_reset, at_update = below[0] + recurrent[0], below[1] + recurrent[1]
        reset, update = ops.sigmoid(at_reset), ops.sigmoid(at_update)
        at_new = below[2] + reset * recurrent[2]
        new = ops.tanh(at_new)
        hidden = (1 - update) * new + update * state[0]
        return CellStep((at_reset, at_update, at_new), (reset, update, new), (hidden,))


CELL = Gru()
