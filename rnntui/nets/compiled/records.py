"""Records of sizes and addresses for the compiled functions.

Buffers never move, so their addresses are stored once. Addresses and strides are in bytes, counts
in numbers. `w_…` is a weight matrix packed for the forward products (`[terms, columns]` in panels),
`…_back` the same matrix packed for the backward products, and `…_gradient` its gradient, laid out
like the matrix.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = Any
"""A record; compiled functions read its fields as attributes."""

Records = NDArray[np.void]

LAYER = np.dtype(
    [
        (name, np.int64)
        for name in (
            "cell",  # its number in `cells`
            "hidden",  # units, padded to whole Lanes
            "input_terms",  # width of the input, padded; 0 where products are looked up in a table
            "input_columns",  # columns of w_ih
            "state_columns",  # columns of w_hh
            "gates_row",
            "states_row",  # also of everything else as wide as a state
            "input",
            "input_row",
            "input_gradient",  # 0 where it isn't needed
            "skip",  # 1 for a residual connection
            "w_ih",
            "w_ih_back",
            "w_ih_gradient",
            "w_hh",
            "w_hh_back",
            "w_hh_gradient",
            "w_hn",  # recurrent weights of the gates kept apart (`gates_apart`); else 0
            "w_hn_back",
            "w_hn_gradient",
            "bias",
            "bias_gradient",
            "gates",  # [T, B]
            "hidden_states",  # [T + 1, B]: the initial state first
            "cell_states",  # [T + 1, B], LSTM alone
            "bounded_states",  # [T, B], LSTM alone: tanh of the cell states
            "cell_gradient",  # [B], LSTM alone
            "outputs",  # [T, B]: hidden states after dropout, plus the residual input
            "masks",  # [T, B]; 0 where nothing is dropped
            "above",  # [T, B]: gradient by the outputs, then by the hidden states
        )
    ]
)

PART = np.dtype(
    [
        (name, np.int64)
        for name in (
            "gradients",
            "gradients_bytes",
            "inputs",  # ids [T, B]
            "targets",  # ids [T, B] or [1, B]
            "units",  # in a layer, without padding
            "vocabulary",
            "vocabulary_columns",  # padded to whole Lanes
            "table",  # products of each symbol, [V]; 0 where none are looked up
            "table_row",
            "table_gradient",
            "embedding",  # [V]; 0 for one-hot
            "embedding_row",
            "embedding_gradient",
            "embedding_terms",  # width, padded
            "embedding_units",  # width, without padding
            "embedding_masks",  # [T, B] as the first layer's input; 0 where nothing is dropped
            "head",
            "head_back",
            "head_gradient",
            "head_bias",
            "head_bias_gradient",
            "logits",  # [scored_rows]
            "logits_row",
            "scored_rows",  # positions that are scored at a time
            "fixed_masks",  # 1: a dropout mask serves the whole sequence
        )
    ]
    # The probabilities that dropout keeps a layer's output, and an embedding's number.
    + [("keep", np.float64), ("embedding_keep", np.float64)]
)

BLOCK = np.dtype(
    [
        (name, np.int64)
        for name in (
            "offset",  # in each flat buffer
            "pieces",  # units of work, shared among the threads
            "piece_bytes",
            "terms",
            "columns",
            "back",  # address of its backward packing; 0 without one
        )
    ]
)

GENERATION = np.dtype(
    [
        (name, np.int64)
        for name in (
            "part",
            "layers",
            "layer_count",
            "rows",  # streams
            "rounds",  # characters generated of each stream at a time
            "length",  # characters that are read at a time
            "carries",  # 1: reading continues from the last states
            "carried",  # 1: there are such states
            "space",  # the id of a space; -1 where there is none
            "specs",  # [rows]
            "noise",  # [rows, drawn]: numbers that decide the draws
            "drawn",
            "used",  # index of the next one
            "choices",  # [rows, rounds]
            "best_ids",  # [rows, rounds, candidates]
            "best_shares",  # [rows, rounds, candidates]
            "candidates",  # how many of the likeliest characters are returned with each choice
            "order",  # scratch space, a number per character
            "kept",  # likewise
        )
    ]
)
"""One thread's streams. Only its address is passed: a call from Python with arrays would take as
long as the work itself."""
