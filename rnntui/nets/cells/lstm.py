"""Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gate, Gers et al. 2000)."""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, blocks


class Lstm:
    """`i, f, o = sigmoid(...)`, `g = tanh(...)`; `c' = f c + i g`; `h' = o tanh(c')`.

    Each gate takes its block of `W_ih x + W_hh h + b`, in torch's order.
    """

    name = "lstm"
    year = 1997
    gate_names = ("input", "forget", "cell", "output")
    initial_biases = (0.0, 1.0, 0.0, 0.0)
    state_tensors = ("h", "c")
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
        before = blocks(from_input + from_hidden, 4)
        inlet, forget = ops.sigmoid(before[0]), ops.sigmoid(before[1])
        candidate, outlet = ops.tanh(before[2]), ops.sigmoid(before[3])
        cell = forget * state[1] + inlet * candidate
        return CellStep(
            tuple(before), (inlet, forget, candidate, outlet), (outlet * ops.tanh(cell), cell)
        )


CELL = Lstm()
