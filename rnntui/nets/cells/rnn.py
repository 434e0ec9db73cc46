"""The vanilla recurrent cell (Elman 1990): `h' = f(W_ih x + W_hh h + b)`, `f` tanh or ReLU."""

from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations


class Rnn:
    """`h' = f(W_ih x + W_hh h + b)`."""

    name = "rnn"
    year = 1990
    gate_names = ("hidden",)
    initial_biases = (0.0,)
    state_tensors = ("h",)
    keeping_gate = None
    is_recurrent = True

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,
        state: tuple[ArrayOrTensor, ...],  # noqa: ARG002
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        """One time step; its one gate is the new hidden state."""
        before = from_input + from_hidden
        hidden = ops.tanh(before) if nonlinearity == "tanh" else ops.relu(before)
        return CellStep((before,), (hidden,), (hidden,))


CELL = Rnn()
