"""What `rnntui cells new` writes: a GRU, with comments that say what can be changed."""

from string import Template

_FILE = Template('''\
"""The cell '$name': a gated recurrent unit to begin from. Change what you like.

'rnntui cells check $file' says whether it works, and in which line it doesn't;
'rnntui train --cell $file' trains a network of it.
"""

from rnntui.nets.cells.cell import CellStep, blocks


class $kind:
    """r, z = sigmoid(...); n = tanh(W_in x + b + r (W_hn h)); h' = (1 - z) n + z h."""

    # Its name in lists; not that of a built-in cell.
    name = "$name"
    # Lists begin with the oldest cell.
    year = 2026
    # The gates. A layer of H units has H rows of weights for each, in this order.
    gate_names = ("reset", "update", "new")
    # Each gate's bias in a new network, with --initial-weights keras or orthogonal.
    initial_biases = (0.0, 0.0, 0.0)
    # What is carried from one character to the next: H numbers each, zero at first. "h" comes
    # first: it is what the layer gives to the layer above. For more memory add names, such as
    # ("h", "c"), and take them all from state: h, c = state.
    state_tensors = ("h",)
    # Index of the gate that keeps the old state where it is near 1, for --forget-bias; or None.
    keeping_gate = 1
    # False if the gates don't read h; from_hidden below is None then.
    is_recurrent = True

    def step(self, ops, from_input, from_hidden, state, nonlinearity):
        """The equations of one time step, for NumPy and torch alike.

        from_input is W x + b and from_hidden W h, each with H numbers for every gate. ops has
        sigmoid, tanh, relu and softplus; use them with + - * / and ** alone, and make new arrays
        (x = x + y) instead of changing one (x += y). nonlinearity is "tanh" or "relu", as asked
        for by --nonlinearity; most cells have no use for it.
        """
        (h,) = state
        x_reset, x_update, x_new = blocks(from_input, 3)
        h_reset, h_update, h_new = blocks(from_hidden, 3)

        at_reset = x_reset + h_reset
        at_update = x_update + h_update
        reset, update = ops.sigmoid(at_reset), ops.sigmoid(at_update)
        at_new = x_new + reset * h_new
        new = ops.tanh(at_new)
        hidden = (1 - update) * new + update * h

        # Three tuples: the gates before their activations, the gates (both in the order of
        # gate_names, as 'rnntui trace' shows them), and the new states (as in state_tensors).
        return CellStep((at_reset, at_update, at_new), (reset, update, new), (hidden,))


CELL = $kind()
''')


def template_for(name: str, file: str) -> str:
    """The text of a file `file` for a cell called `name`."""
    kind = "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
    return _FILE.substitute(name=name, file=file, kind=kind)
