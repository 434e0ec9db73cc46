"""The architecture as plain numbers: bounds, weight shapes, parameter counts, the layer table."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.nets.config import (
    ModelConfig,
    layer_table,
    parameter_count,
    weight_shapes,
)

_SIZES = st.integers(1, 40)
_CONFIGS = st.builds(
    ModelConfig,
    vocab_size=_SIZES,
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=_SIZES,
    hidden_size=_SIZES,
    num_layers=st.integers(1, 4),
    window=st.integers(0, 10),
)
_MANY = settings(max_examples=60, deadline=None, derandomize=True)


@_MANY
@given(_CONFIGS)
def test_parameters_are_counted_by_the_textbook_formulas(config: ModelConfig) -> None:
    """One bias vector for each gate: gates x H x (I + H + 1) in a layer."""
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[config.cell]
    vocab, hidden = config.vocab_size, config.hidden_size
    one_hot = config.input_encoding == "one-hot"
    first = vocab if one_hot else config.embedding_size
    expected = 0 if one_hot else vocab * config.embedding_size
    expected += gates * hidden * (first + hidden + 1)
    expected += (config.num_layers - 1) * gates * hidden * (hidden + hidden + 1)
    expected += vocab * (hidden + 1)
    assert parameter_count(config) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (ModelConfig(41, "rnn", input_encoding="one-hot", num_layers=1, window=10), 27_049),
        (ModelConfig(27, "rnn", input_encoding="one-hot", hidden_size=100, num_layers=1), 15_527),
        (ModelConfig(65, "lstm"), 65 * 128 + 2 * 4 * 128 * 257 + 65 * 129),
    ],
)
def test_well_known_networks_have_their_number_of_parameters(
    config: ModelConfig, expected: int
) -> None:
    assert parameter_count(config) == expected


def test_the_layer_table_of_a_window_network_reads_as_in_the_lesson() -> None:
    config = ModelConfig(41, "rnn", input_encoding="one-hot", num_layers=1, window=10)
    rows = [(row.name, row.output_shape, row.parameters) for row in layer_table(config)]
    assert rows == [
        ("one-hot", "B, T, 41", 0),
        ("rnn (tanh) 1", "B, T, 128", 21_760),
        ("softmax", "B, 1, 41", 5_289),
    ]


def test_the_layer_table_of_a_stream_network_names_every_layer() -> None:
    config = ModelConfig(65, "gru", embedding_size=7, hidden_size=3, num_layers=2)
    rows = [(row.name, row.output_shape) for row in layer_table(config)]
    assert rows == [
        ("embedding", "B, T, 7"),
        ("gru 1", "B, T, 3"),
        ("gru 2", "B, T, 3"),
        ("softmax", "B, T, 65"),
    ]


@_MANY
@given(_CONFIGS)
def test_the_layer_table_adds_up_to_the_parameter_count(config: ModelConfig) -> None:
    assert sum(row.parameters for row in layer_table(config)) == parameter_count(config)


@_MANY
@given(_CONFIGS)
def test_the_weight_shapes_add_up_to_the_parameter_count(config: ModelConfig) -> None:
    shapes = weight_shapes(config).values()
    assert sum(math.prod(shape) for shape in shapes) == parameter_count(config)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("cell", "elman"),
        ("nonlinearity", "sigmoid"),
        ("input_encoding", "onehot"),
        ("vocab_size", 0),
        ("embedding_size", 0),
        ("hidden_size", -1),
        ("num_layers", 0),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("dropout", math.nan),
        ("embedding_dropout", 1.0),
        ("window", -1),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_a_sentence_that_names_its_flag(
    setting: str, value: object
) -> None:
    values: dict[str, object] = {"vocab_size": 5, setting: value}
    with pytest.raises(ConfigError, match=f"--{setting.replace('_', '-')} .*\\.$"):
        ModelConfig(**values)  # type: ignore[arg-type]
