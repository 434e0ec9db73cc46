"""The character model: what it holds, what it answers, and what its randomness depends on."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig, parameter_count, weight_shapes

_SMALL = ModelConfig(vocab_size=7, embedding_size=4, hidden_size=5, num_layers=2)
_CONFIGS = st.builds(
    ModelConfig,
    vocab_size=st.integers(1, 9),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=st.integers(1, 6),
    hidden_size=st.integers(1, 6),
    num_layers=st.integers(1, 3),
    dropout=st.sampled_from([0.0, 0.5]),
    window=st.sampled_from([0, 3]),
)
_SOME = settings(max_examples=30, deadline=None, derandomize=True)


def _ids(batch: int, length: int, vocab_size: int = 7, seed: int = 0) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    return torch.randint(vocab_size, (batch, length), generator=noise)


def _masks(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@_SOME
@given(_CONFIGS)
def test_the_model_holds_the_weights_that_its_shapes_promise(config: ModelConfig) -> None:
    """Names, shapes and their order; nothing else is kept with them."""
    model = build_model(config, seed=1)
    held = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    assert list(held.items()) == list(weight_shapes(config).items())
    assert list(model.state_dict()) == list(held)


@_SOME
@given(_CONFIGS)
def test_the_model_has_as_many_parameters_as_counted(config: ModelConfig) -> None:
    model = build_model(config, seed=1)
    assert sum(weight.numel() for weight in model.parameters()) == parameter_count(config)


@_SOME
@given(_CONFIGS, st.integers(1, 4), st.integers(1, 5))
def test_scores_come_for_every_position_of_streams_and_the_last_of_windows(
    config: ModelConfig, batch: int, length: int
) -> None:
    model = build_model(config, seed=1)
    logits, state = model(_ids(batch, length, config.vocab_size), model.zero_state(batch))
    assert logits.shape == (batch, 1 if config.window else length, config.vocab_size)
    assert len(state) == len(config.state_tensors)
    assert {part.shape for part in state} == {(config.num_layers, batch, config.hidden_size)}


def test_a_window_network_answers_what_a_stream_network_says_last() -> None:
    streams = build_model(_SMALL, seed=1)
    windows = build_model(replace(_SMALL, window=6), seed=1)
    ids = _ids(3, 6)
    everywhere, _ = streams(ids, streams.zero_state(3))
    last, _ = windows(ids, windows.zero_state(3))
    torch.testing.assert_close(last, everywhere[:, -1:], rtol=0, atol=0)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_carrying_the_state_on_equals_reading_in_one_go(cell: str) -> None:
    model = build_model(replace(_SMALL, cell=cell), seed=1)  # type: ignore[arg-type]
    ids = _ids(2, 9)
    at_once, end = model(ids, model.zero_state(2))
    first, state = model(ids[:, :4], model.zero_state(2))
    second, after = model(ids[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), at_once)
    torch.testing.assert_close(after, end)


def test_sequences_of_a_batch_do_not_see_each_other() -> None:
    model = build_model(_SMALL, seed=1)
    ids = _ids(3, 5)
    together, _ = model(ids, model.zero_state(3))
    alone, _ = model(ids[1:2], model.zero_state(1))
    torch.testing.assert_close(together[1:2], alone)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_one_hot_input_equals_an_embedding_by_the_identity(cell: str) -> None:
    one_hot = build_model(
        replace(_SMALL, cell=cell, input_encoding="one-hot"),  # type: ignore[arg-type]
        seed=1,
    )
    embedded = CharModel(replace(one_hot.config, input_encoding="embedding", embedding_size=7))
    weights = {**one_hot.state_dict(), "embedding.weight": torch.eye(7)}
    embedded.load_state_dict(weights)
    ids = _ids(2, 6)
    torch.testing.assert_close(
        one_hot(ids, one_hot.zero_state(2)), embedded(ids, embedded.zero_state(2))
    )


# Dropout.


def test_nothing_is_dropped_without_a_generator() -> None:
    ids = _ids(2, 6)
    answers = []
    for dropout in (0.0, 0.5):
        model = build_model(replace(_SMALL, dropout=dropout), seed=1)
        answers.append(model(ids, model.zero_state(2))[0])
    torch.testing.assert_close(answers[0], answers[1], rtol=0, atol=0)


def test_no_generator_is_drawn_from_where_there_is_no_dropout() -> None:
    model, masks = build_model(_SMALL, seed=1), _masks(4)
    before = masks.get_state()
    model(_ids(2, 6), model.zero_state(2), masks)
    assert torch.equal(masks.get_state(), before)


def test_the_same_seed_drops_the_same_and_another_seed_something_else() -> None:
    model, ids = build_model(replace(_SMALL, dropout=0.5), seed=1), _ids(2, 6)
    once, again, other = (model(ids, model.zero_state(2), _masks(seed))[0] for seed in (4, 4, 5))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


def test_dropout_leaves_the_global_generator_alone() -> None:
    model = build_model(replace(_SMALL, dropout=0.5), seed=1)
    before = torch.get_rng_state()
    model(_ids(2, 6), model.zero_state(2), _masks(4))
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_kept_is_scaled_up_so_that_the_expectation_stays() -> None:
    """Of n independent elements the mean ratio lies within five of its standard deviations."""
    keep = 0.7
    model = build_model(replace(_SMALL, num_layers=1, dropout=1 - keep), seed=1)
    ids = _ids(40, 50)
    whole, _ = model.read(ids, model.zero_state(40))
    dropped, _ = model.read(ids, model.zero_state(40), _masks(4))
    ratio = (dropped / whole).detach().double()
    is_dropped = ratio == 0
    torch.testing.assert_close(
        ratio[~is_dropped], torch.full_like(ratio[~is_dropped], 1 / keep), rtol=1e-5, atol=0
    )
    deviation = ((1 - keep) / keep / ratio.numel()) ** 0.5
    assert abs(float(ratio.mean()) - 1) < 5 * deviation


def test_dropout_follows_each_layer_and_spares_the_carried_state_of_the_first() -> None:
    model = build_model(replace(_SMALL, dropout=0.5), seed=1)
    ids = _ids(2, 6)
    (whole, _), (dropped, _) = (
        model.read(ids, model.zero_state(2), masks)[1] for masks in (None, _masks(4))
    )
    torch.testing.assert_close(whole[0], dropped[0], rtol=0, atol=0)
    assert not torch.allclose(whole[1], dropped[1])


def test_dropout_of_embeddings_is_drawn_for_each_position_and_number() -> None:
    config = replace(_SMALL, num_layers=1, embedding_size=40, embedding_dropout=0.5)
    model = build_model(config, seed=1)
    read: list[torch.Tensor] = []
    model.layers[0].register_forward_pre_hook(lambda _, arguments: read.append(arguments[0]))
    ids = torch.zeros((3, 20), dtype=torch.long)
    model(ids, model.zero_state(3), _masks(4), "sequence")
    model(ids, model.zero_state(3))
    dropped = (read[0] / read[1]).detach()
    assert set(dropped.flatten().tolist()) == {0.0, 2.0}
    assert len({tuple(vector) for vector in dropped.flatten(0, 1).tolist()}) == 60


# Building.


def test_building_leaves_the_global_generator_as_it_was() -> None:
    before = torch.get_rng_state()
    build_model(_SMALL, seed=9)
    assert torch.equal(torch.get_rng_state(), before)


@_SOME
@given(_CONFIGS, st.integers(0, 2**31 - 1))
def test_weights_depend_on_configuration_and_seed_alone(config: ModelConfig, seed: int) -> None:
    once = build_model(config, seed).state_dict()
    torch.rand(3)
    again = build_model(config, seed).state_dict()
    assert all(torch.equal(weight, again[name]) for name, weight in once.items())


def test_another_seed_gives_other_weights() -> None:
    weights = [build_model(_SMALL, seed).head.weight for seed in (1, 2)]
    assert not torch.equal(*weights)


def test_a_mask_may_serve_a_whole_sequence() -> None:
    model = build_model(replace(_SMALL, num_layers=1, dropout=0.5), seed=1)
    hidden, _ = model.read(_ids(3, 8), model.zero_state(3), _masks(4), "sequence")
    for sequence in hidden.detach():
        dropped = sequence == 0
        assert torch.equal(dropped, dropped[:1].expand_as(dropped))
        assert 0 < int(dropped[0].sum()) < dropped.shape[1]


def test_residual_connections_add_what_a_layer_reads_to_what_it_says() -> None:
    plain = build_model(_SMALL, seed=1)
    residual = build_model(replace(_SMALL, connections="residual"), seed=1)
    ids, state = _ids(2, 5), plain.zero_state(2)
    first = build_model(replace(_SMALL, num_layers=1), seed=1)
    first.load_state_dict({k: v for k, v in plain.state_dict().items() if "layers.1" not in k})
    below, _ = first.read(ids, first.zero_state(2))
    torch.testing.assert_close(residual.read(ids, state)[0], plain.read(ids, state)[0] + below)
