"""The GRU of torch and Keras with both of their biases, for networks that were trained there.

rnntui's own GRU has one bias for each gate. Theirs has a second one of the candidate, which is
multiplied by the reset gate: here that is a fourth gate, whose weights of the input are zero.
"""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks


class TorchGru:
    """`r, z = sigmoid(...)`; `n = tanh(W_n x + b_n + r (W_m h + b_m))`; `h' = (1 - z) n + z h`."""

    name = "torchgru"
    year = 2014
    gate_names = ("reset", "update", "new", "recalled")
    initial_biases = (0.0, 0.0, 0.0, 0.0)
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
        """One time step; `recalled` is what the reset gate lets through."""
        at_reset, at_update, below, recalled = blocks(from_input + from_hidden, 4)
        reset, update = ops.sigmoid(at_reset), ops.sigmoid(at_update)
        at_new = below + reset * recalled
        new = ops.tanh(at_new)
        hidden = (1 - update) * new + update * state[0]
        return CellStep(
            (at_reset, at_update, at_new, recalled), (reset, update, new, recalled), (hidden,)
        )


CELL = TorchGru()
