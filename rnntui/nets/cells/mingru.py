"""minGRU (Feng et al. 2024, arXiv 2410.01201): a GRU whose gates don't read the hidden state.

In its sequential form, with the candidate left linear as in the paper's basic form (section 3.1).
"""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks


class MinGru:
    """`z = sigmoid(W_z x + b_z)`; `n = W_n x + b_n`; `h' = (1 - z) h + z n`.

    An update gate near 1 replaces the old state by the candidate, the reverse of `Gru`, so no
    gate keeps the state by being near 1.
    """

    name = "mingru"
    year = 2024
    gate_names = ("update", "new")
    initial_biases = (0.0, 0.0)
    state_tensors = ("h",)
    keeping_gate = None
    is_recurrent = False

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,  # noqa: ARG002
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,  # noqa: ARG002
    ) -> CellStep:
        """One time step."""
        at_update, new = blocks(from_input, 2)
        update = ops.sigmoid(at_update)
        hidden = (1 - update) * state[0] + update * new
        return CellStep((at_update, new), (update, new), (hidden,))


CELL = MinGru()
