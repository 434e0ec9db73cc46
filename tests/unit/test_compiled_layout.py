"""Where weights lie in the flat buffers, and how they get there and back."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnntui.nets.compiled.layout import pack_weights, packed_blocks, unpack_weights
from rnntui.nets.config import ModelConfig, weight_shapes

_CONFIGS = st.builds(
    ModelConfig,
    vocab_size=st.integers(1, 40),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=st.integers(1, 20),
    hidden_size=st.integers(1, 20),
    num_layers=st.integers(1, 3),
)
_PANELS = st.sampled_from([4, 8, 16])


@given(_CONFIGS, _PANELS)
def test_weights_come_back_as_they_were_packed(config: ModelConfig, panel: int) -> None:
    parts = packed_blocks(config, 4, panel)
    buffer = np.full(sum(part.size for part in parts), np.nan, np.float32)
    random = np.random.default_rng(0)
    shapes = weight_shapes(config)
    weights: Any = {name: random.random(shape, np.float32) for name, shape in shapes.items()}
    pack_weights(parts, weights, buffer)
    assert np.isfinite(buffer).all()
    assert np.count_nonzero(buffer) == sum(weight.size for weight in weights.values())
    for name, weight in unpack_weights(parts, shapes, buffer).items():
        np.testing.assert_array_equal(weight, weights[name])


@given(_CONFIGS, _PANELS)
def test_blocks_lie_one_after_the_other_and_in_whole_lanes(config: ModelConfig, panel: int) -> None:
    parts = packed_blocks(config, 4, panel)
    assert parts[0].offset == 0
    assert all(one.offset + one.size == next.offset for one, next in pairwise(parts))
    assert all(part.size % 4 == 0 for part in parts)


def test_a_panel_holds_some_columns_of_the_transposed_matrix_term_by_term() -> None:
    config = ModelConfig(vocab_size=6, embedding_size=1, hidden_size=2, num_layers=1)
    parts = packed_blocks(config, 2, 4)
    (head,) = (part for part in parts if part.weight == "head.weight")
    buffer = np.zeros(sum(part.size for part in parts), np.float32)
    head.pack(np.arange(12, dtype=np.float32).reshape(6, 2), buffer)
    expected = [[[0, 2, 4, 6], [1, 3, 5, 7]], [[8, 10, 0, 0], [9, 11, 0, 0]]]
    np.testing.assert_array_equal(head.stored(buffer), expected)
