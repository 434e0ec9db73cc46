"""The loss on a held-out text: what it equals, and what it leaves alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import InputEncoding, ModelConfig
from rnntui.tasks.characters import evaluation
from rnntui.tasks.characters.evaluation import (
    STREAM_CHARACTERS,
    Measure,
    evaluate,
    scored_characters,
)

_CONFIG = ModelConfig(6, "lstm", embedding_size=4, hidden_size=5, num_layers=2)
_WINDOWED = replace(_CONFIG, cell="rnn", num_layers=1, window=7)
_every_cell = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])

Ids = NDArray[np.uint8]


def _ids(length: int) -> Ids:
    return np.random.default_rng(length).integers(6, size=length).astype(np.uint8)


def _model(config: ModelConfig = _CONFIG, scale: float = 2.0) -> CharModel:
    """Weights twice as large as they start, as training makes them."""
    model = build_model(config, seed=1)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(scale)
    return model


def _unread(config: ModelConfig) -> CharModel:
    """A network that says the same whatever it has read."""
    model = _model(config)
    with torch.no_grad():
        model.head.weight.zero_()
    return model


def _in_one_stream(model: CharModel, ids: Ids) -> float:
    """The mean loss of a network that reads the text from its beginning, in one go."""
    whole = torch.from_numpy(ids.astype(np.int64))[None]
    with torch.no_grad():
        logits, _ = model(whole[:, :-1], model.zero_state(1))
    return float(functional.cross_entropy(logits[0].double(), whole[0, 1:]))


# Streams.


@_every_cell
@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
@pytest.mark.parametrize("length", [2, 3, 100, 257, 258, 2 * STREAM_CHARACTERS])
def test_a_text_too_short_to_be_cut_is_read_in_one_stream(
    cell: str, encoding: InputEncoding, length: int
) -> None:
    model, ids = _model(replace(_CONFIG, cell=cell, input_encoding=encoding)), _ids(length)
    measure = evaluate(model, ids)
    assert measure.characters == length - 1
    assert measure.loss == pytest.approx(_in_one_stream(model, ids), abs=1e-6)


@_every_cell
@pytest.mark.parametrize("length", [2 * STREAM_CHARACTERS + 1, 5000, 40_000])
def test_a_text_cut_into_streams_is_measured_as_in_one(cell: str, length: int) -> None:
    """Within 1e-6 nats: after their warm-up such networks have forgotten where they began."""
    model, ids = _model(replace(_CONFIG, cell=cell)), _ids(length)
    assert evaluate(model, ids).loss == pytest.approx(_in_one_stream(model, ids), abs=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(2, 4000))
def test_each_character_but_the_first_is_scored_exactly_once(length: int) -> None:
    """A network that heeds nothing it reads scores each of them by itself."""
    model, ids = _unread(_CONFIG), _ids(length)
    measure = evaluate(model, ids)
    surprise = -functional.log_softmax(model.head.bias.detach().double(), 0).numpy()
    assert measure.characters == length - 1
    assert measure.loss == pytest.approx(surprise[ids[1:]].mean(), abs=1e-6)


@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
@pytest.mark.parametrize("window", [0, 7])
def test_a_bound_on_memory_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, encoding: InputEncoding, window: int
) -> None:
    model = _model(replace(_CONFIG, input_encoding=encoding, window=window))
    ids = _ids(3000)
    roomy = evaluate(model, ids)
    monkeypatch.setattr(evaluation, "MAX_NUMBERS", 600)
    tight = evaluate(model, ids)
    assert tight.characters == roomy.characters
    assert tight.loss == pytest.approx(roomy.loss, abs=1e-6)


@pytest.mark.parametrize(("length", "window"), [(3000, 0), (400, 7)])
def test_a_bound_on_memory_holds_for_all_that_is_read_at_once(
    monkeypatch: pytest.MonkeyPatch, length: int, window: int
) -> None:
    """One-hot inputs and scores of no step are more numbers than allowed."""
    model = _model(replace(_CONFIG, input_encoding="one-hot", window=window))
    read: list[int] = []
    original = CharModel.read

    def spy(self: CharModel, ids: torch.Tensor, *rest: object) -> object:
        read.append(ids.numel() * self.config.vocab_size)
        return original(self, ids, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(CharModel, "read", spy)
    monkeypatch.setattr(evaluation, "MAX_NUMBERS", 600)
    evaluate(model, _ids(length))
    assert max(read) <= 600


# Windows.


@_every_cell
@pytest.mark.parametrize("length", [8, 9, 500, 2000])
def test_windows_are_each_read_alone_from_zero_state(cell: str, length: int) -> None:
    model, ids = _model(replace(_WINDOWED, cell=cell)), _ids(length)
    losses = [_in_one_window(model, ids[start : start + 8]) for start in range(length - 7)]
    measure = evaluate(model, ids)
    assert measure.characters == length - 7 == scored_characters(length, 7)
    assert measure.loss == pytest.approx(np.mean(losses), abs=1e-6)


def _in_one_window(model: CharModel, cut: Ids) -> float:
    whole = torch.from_numpy(cut.astype(np.int64))[None]
    with torch.no_grad():
        logits, _ = model(whole[:, :-1], model.zero_state(1))
    return float(functional.cross_entropy(logits[:, 0].double(), whole[:, -1]))


# What it leaves alone.


@pytest.fixture(params=[_CONFIG, _WINDOWED], ids=["streams", "windows"])
def dropping(request: pytest.FixtureRequest) -> CharModel:
    return _model(replace(request.param, dropout=0.5))


def test_nothing_is_dropped(dropping: CharModel) -> None:
    whole = CharModel(replace(dropping.config, dropout=0.0))
    whole.load_state_dict(dropping.state_dict())
    assert evaluate(dropping, _ids(3000)) == evaluate(whole, _ids(3000))


def test_nothing_is_recorded_for_a_gradient(dropping: CharModel) -> None:
    recorded: list[bool] = []
    dropping.head.register_forward_hook(
        lambda _, inputs, logits: recorded.append(logits.requires_grad)
    )
    evaluate(dropping, _ids(3000))
    assert recorded
    assert not any(recorded)


def test_no_generator_is_drawn_from(dropping: CharModel) -> None:
    ids = _ids(3000)
    before = torch.get_rng_state(), np.random.get_state()[1].tobytes()  # type: ignore[index]
    evaluate(dropping, ids)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tobytes() == before[1]  # type: ignore[index]


def test_gradients_and_weights_stay_what_they_are(dropping: CharModel) -> None:
    for weight in dropping.parameters():
        weight.grad = torch.full_like(weight, 3.0)
    weights = {name: weight.clone() for name, weight in dropping.state_dict().items()}
    evaluate(dropping, _ids(3000))
    for name, weight in dropping.named_parameters():
        assert torch.equal(weight, weights[name])
        assert weight.requires_grad
        assert weight.grad is not None
        assert (weight.grad == 3).all()


def test_a_network_learns_on_after_an_evaluation_as_without_one(dropping: CharModel) -> None:
    ids = torch.from_numpy(_ids(14).astype(np.int64)).view(2, 7)

    def gradients() -> list[torch.Tensor]:
        logits, _ = dropping(ids, dropping.zero_state(2), torch.Generator().manual_seed(2))
        return list(torch.autograd.grad(logits.square().sum(), list(dropping.parameters())))

    before = gradients()
    evaluate(dropping, _ids(3000))
    assert all(map(torch.equal, before, gradients()))


def test_measuring_twice_gives_the_same(dropping: CharModel) -> None:
    assert evaluate(dropping, _ids(3000)) == evaluate(dropping, _ids(3000))


# The measure.


def test_a_loss_has_its_bits_and_its_perplexity() -> None:
    measure = Measure(loss=math.log(8), characters=10)
    assert measure.bits_per_char == pytest.approx(3)
    assert measure.perplexity == pytest.approx(8)


def test_a_perplexity_beyond_a_float_is_infinite() -> None:
    assert Measure(loss=5000.0, characters=10).perplexity == math.inf


@pytest.mark.parametrize(
    ("characters", "window", "expected"), [(0, 0, 0), (1, 0, 0), (10, 0, 9), (10, 7, 3), (5, 7, 0)]
)
def test_a_text_asks_for_as_many_predictions_as_have_something_before_them(
    characters: int, window: int, expected: int
) -> None:
    assert scored_characters(characters, window) == expected
