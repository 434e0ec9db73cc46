"""minLSTM (Feng et al. 2024, arXiv 2410.01201): an LSTM whose gates don't read the hidden state.

In its sequential form, with the gates made to sum to one and the candidate left linear, as in
the paper's section 3.2: there is no output gate and no second state.
"""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks


class MinLstm:
    """`f, i = sigmoid(...)`, `n = W_n x + b_n`; `h' = (f h + i n) / (f + i)`."""

    name = "minlstm"
    year = 2024
    gate_names = ("forget", "input", "new")
    initial_biases = (1.0, 0.0, 0.0)
    state_tensors = ("h",)
    keeping_gate = 0
    is_recurrent = False

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,  # noqa: ARG002
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,  # noqa: ARG002
    ) -> CellStep:
        """One time step; the gates are those before they are made to sum to one."""
        at_forget, at_input, new = blocks(from_input, 3)
        forget, inlet = ops.sigmoid(at_forget), ops.sigmoid(at_input)
        # f / (f + i), from the gates' logarithms, as both may be too small to divide.
        kept = ops.sigmoid(ops.softplus(-at_input) - ops.softplus(-at_forget))
        hidden = kept * state[0] + (1 - kept) * new
        return CellStep((at_forget, at_input, new), (forget, inlet, new), (hidden,))


CELL = MinLstm()
