"""The character stream: what its text depends on, and what acts on the very next character."""

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rnntui.errors import CorpusError, DivergedError
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec, filtered, probabilities
from rnntui.sampling.generators import CANDIDATES
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import (
    Character,
    CharacterStream,
    CharacterStreams,
    hybrid_equals_argmax,
    start_of_text,
)
from rnntui.text.vocabulary import Vocabulary

_SYMBOLS = Vocabulary(tuple("ab cdef\n"))
_CONFIG = ModelConfig(len(_SYMBOLS), "lstm", embedding_size=4, hidden_size=6, num_layers=2)
_WINDOWED = replace(_CONFIG, cell="rnn", num_layers=1, window=5)
_RANDOM, _ARGMAX = SamplingSpec("random"), SamplingSpec("argmax")


def _model(config: ModelConfig = _CONFIG, seed: int = 1) -> CharModel:
    """Weights three times as large as they start, so that what was read matters."""
    model = build_model(config, seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)
    return model


def _weights(model: CharModel, step: int = 0) -> NetworkWeights:
    arrays = {name: weight.detach().numpy() for name, weight in model.named_parameters()}
    return NetworkWeights(model.config, arrays, step)


def _unread(probs: list[float], step: int = 0) -> NetworkWeights:
    """A network with the same probabilities whatever it has read."""
    model = build_model(_CONFIG, seed=1)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.copy_(torch.tensor(probs).log())
    return _weights(model, step)


def _stream(
    weights: NetworkWeights | Callable[[], NetworkWeights],
    spec: SamplingSpec | Callable[[], SamplingSpec] = _RANDOM,
    prime: str = "ab",
    seed: int = 1,
    vocabulary: Vocabulary = _SYMBOLS,
) -> CharacterStream:
    return CharacterStream(
        weights if callable(weights) else lambda: weights,
        vocabulary,
        spec if callable(spec) else lambda: spec,
        prime,
        seed,
    )


def _written(stream: CharacterStream, length: int) -> list[Character]:
    return [next(stream) for _ in range(length)]


def _text(stream: CharacterStream, length: int) -> str:
    return "".join(character.symbol for character in _written(stream, length))


def _next_probabilities(model: CharModel, text: str) -> NDArray[np.float64]:
    """What the model says of the character after `text`, from zero state."""
    ids = torch.from_numpy(_SYMBOLS.encode(text))[None]
    with torch.no_grad():
        logits, _ = model(ids, model.zero_state(1))
    return probabilities(logits[0, -1].numpy(), 1.0)


# What the text depends on.


@pytest.mark.parametrize("config", [_CONFIG, _WINDOWED])
@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_writing_ahead_gives_the_same_texts(config: ModelConfig, engine: SamplingEngine) -> None:
    weights = _weights(_model(config))
    specs = [SamplingSpec("hybrid", 0.7), SamplingSpec("random", 1.5, 5, 0.9), _ARGMAX]

    def written(ahead: int) -> list[tuple[Character | None, ...]]:
        asked = [lambda spec=spec: spec for spec in specs]
        streams = CharacterStreams(lambda: weights, _SYMBOLS, asked, "b", (1, 2, 3), engine, ahead)
        return list(islice(streams, 150))

    assert written(1) == written(7) == written(100)


def test_what_is_written_ahead_takes_settings_and_weights_once() -> None:
    asked = []

    def spec() -> SamplingSpec:
        asked.append("spec")
        return _RANDOM

    weights = _weights(_model())
    streams = CharacterStreams(lambda: weights, _SYMBOLS, [spec], "", (1,), ahead=8)
    list(islice(streams, 17))
    assert len(asked) == 3


@pytest.mark.parametrize("config", [_CONFIG, _WINDOWED])
@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
def test_the_same_seed_weights_prime_and_specification_give_the_same_text(
    config: ModelConfig, mode: str
) -> None:
    spec = SamplingSpec(mode, 0.8, 5, 0.95)  # type: ignore[arg-type]
    texts = [_written(_stream(_weights(_model(config)), spec), 100) for _ in range(2)]
    assert texts[0] == texts[1]


def test_another_seed_gives_another_text() -> None:
    weights = _weights(_model())
    assert _text(_stream(weights, seed=1), 100) != _text(_stream(weights, seed=2), 100)


def test_the_seed_does_not_matter_to_argmax() -> None:
    weights = _weights(_model())
    texts = {_text(_stream(weights, _ARGMAX, seed=seed), 100) for seed in (1, 2, 3)}
    assert len(texts) == 1


def test_streams_beside_each_other_do_not_disturb_one_another() -> None:
    weights = _weights(_model())
    alone = _text(_stream(weights), 30)
    first, second = _stream(weights), _stream(weights, seed=2)
    woven = [(next(first).symbol, next(second).symbol) for _ in range(30)]
    assert "".join(symbol for symbol, _ in woven) == alone


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_each_character_has_the_probability_that_the_model_gives_it(cell: str) -> None:
    """After the whole prime and all that was written."""
    model = _model(replace(_CONFIG, cell=cell))
    text = "fed cab\n"
    for character in _written(_stream(_weights(model), prime=text), 30):
        expected = _next_probabilities(model, text)[_SYMBOLS.index(character.symbol)]
        assert character.probability == pytest.approx(expected, abs=1e-5)
        text += character.symbol


# The prime and the start.


@pytest.mark.parametrize(("symbols", "expected"), [("ab \n", "\n"), ("ab c", " "), ("abc", "a")])
def test_a_text_starts_as_a_line_or_a_word_does(symbols: str, expected: str) -> None:
    assert start_of_text(Vocabulary(tuple(symbols))) == expected


@pytest.mark.parametrize("config", [_CONFIG, _WINDOWED])
def test_an_empty_prime_is_the_start_of_a_text(config: ModelConfig) -> None:
    weights = _weights(_model(config))
    assert _written(_stream(weights, prime=""), 50) == _written(_stream(weights, prime="\n"), 50)


def test_a_text_may_start_with_a_named_symbol() -> None:
    named = Vocabulary(("<EOS>", *"abcdefg"))
    assert next(_stream(_weights(_model()), prime="", vocabulary=named)).symbol in named


def test_an_unknown_character_in_the_prime_is_refused() -> None:
    with pytest.raises(CorpusError, match="'q'"):
        _stream(_weights(_model()), prime="aqb")


# Windows.


def test_a_window_network_reads_the_last_window_alone() -> None:
    model = _model(_WINDOWED)
    text = "bad face"
    for character in _written(_stream(_weights(model), prime=text), 30):
        expected = _next_probabilities(model, text[-5:])[_SYMBOLS.index(character.symbol)]
        assert character.probability == pytest.approx(expected, abs=1e-5)
        text += character.symbol


def test_what_lies_before_the_window_of_a_prime_does_not_matter() -> None:
    weights = _weights(_model(_WINDOWED))
    texts = [_written(_stream(weights, prime=prime + "abcde"), 40) for prime in ("", "ff", "d\n")]
    assert texts[0] == texts[1] == texts[2]


def test_a_prime_shorter_than_the_window_is_padded_with_the_start_symbol() -> None:
    model = _model(_WINDOWED)
    character = next(_stream(_weights(model), prime="ab"))
    expected = _next_probabilities(model, "\n\n\nab")[_SYMBOLS.index(character.symbol)]
    assert character.probability == pytest.approx(expected, abs=1e-5)


# Switches in mid-stream.


def test_a_switch_of_mode_acts_on_the_very_next_character() -> None:
    spec = [_RANDOM]
    stream = _stream(_unread([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), lambda: spec[0])
    assert set(_text(stream, 50)) != {"a"}
    spec[0] = _ARGMAX
    assert _text(stream, 10) == "a" * 10


def test_a_change_of_mode_and_back_leaves_the_later_draws_where_they_were() -> None:
    weights, modes = _unread([0.125] * 8), [_RANDOM] * 20 + [_ARGMAX] * 7 + [_RANDOM] * 40
    spec = iter(modes)
    switched = _text(_stream(weights, lambda: next(spec)), 67)
    steady = _text(_stream(weights, _RANDOM), 67)
    assert switched[:20] == steady[:20]
    assert switched[20:27] == "aaaaaaa" != steady[20:27]
    assert switched[27:] == steady[27:]


def test_a_switch_of_temperature_acts_on_the_very_next_character() -> None:
    spec = [_RANDOM]
    stream = _stream(_unread([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), lambda: spec[0])
    assert next(stream).candidates[0][1] == pytest.approx(0.3, abs=1e-6)
    spec[0] = SamplingSpec(temperature=0.5)
    assert next(stream).candidates[0][1] == pytest.approx(0.09 / 0.16, abs=1e-6)


def test_newer_weights_act_on_the_very_next_character() -> None:
    sure_of_a, sure_of_b = [1.0] + [1e-9] * 7, [1e-9, 1.0] + [1e-9] * 6
    weights = [_unread(sure_of_a, step=3)]
    stream = _stream(lambda: weights[0])
    assert _text(stream, 5) == "aaaaa"
    weights[0] = _unread(sure_of_b, step=4)
    character = next(stream)
    assert (character.symbol, character.step) == ("b", 4)


def test_newer_weights_read_the_last_character_themselves() -> None:
    """So recurrent weights, too, act on the very next character, not on the one after it."""
    old, new = _model(seed=1), _model(seed=2)
    weights = [_weights(old)]
    stream = _stream(lambda: weights[0], prime="a")
    weights[0] = _weights(new)
    character = next(stream)
    expected = _next_probabilities(new, "a")[_SYMBOLS.index(character.symbol)]
    assert character.probability == pytest.approx(expected, abs=1e-5)


# Modes.


def test_hybrid_draws_after_a_space_alone() -> None:
    """The space is the likeliest everywhere; only what follows one is drawn."""
    uneven = [0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1]
    text = _text(_stream(_unread(uneven), SamplingSpec("hybrid"), prime=" "), 200)
    before = " " + text
    assert {new for old, new in zip(before, text, strict=False) if old != " "} == {" "}
    assert len({new for old, new in zip(before, text, strict=False) if old == " "}) > 4


def test_hybrid_writes_what_argmax_writes_where_there_is_no_space() -> None:
    spaceless, weights = Vocabulary(tuple("abcdefgh")), _weights(_model())
    hybrid, argmax = (
        _text(_stream(weights, SamplingSpec(mode), vocabulary=spaceless), 60)
        for mode in ("hybrid", "argmax")
    )
    assert hybrid == argmax
    assert hybrid_equals_argmax(spaceless)
    assert not hybrid_equals_argmax(_SYMBOLS)


def test_over_a_long_text_frequencies_match_the_filtered_probabilities() -> None:
    """Each count of 5,000 within five standard deviations of its binomial distribution."""
    probs = np.array([0.3, 0.2, 0.15, 0.12, 0.1, 0.06, 0.04, 0.03])
    spec, length = SamplingSpec(top_k=6, top_p=0.9), 5000
    text = _text(_stream(_unread(probs.tolist()), spec), length)
    expected = filtered(probs, spec.top_k, spec.top_p)
    counts = np.bincount(_SYMBOLS.encode(text), minlength=8)
    assert (np.abs(counts - length * expected) <= 5 * np.sqrt(length * expected)).all()


# What comes with a character.


def test_candidates_are_the_likeliest_before_the_filters() -> None:
    probs = [0.3, 0.05, 0.05, 0.2, 0.1, 0.1, 0.15, 0.05]
    character = next(_stream(_unread(probs), SamplingSpec(top_k=1)))
    assert [symbol for symbol, _ in character.candidates] == ["a", "c", "f", "d", "e"]
    assert [p for _, p in character.candidates] == pytest.approx([0.3, 0.2, 0.15, 0.1, 0.1])
    assert character.probability == pytest.approx(0.3)


def test_a_small_vocabulary_has_fewer_candidates() -> None:
    assert CANDIDATES == 5
    model = _model(replace(_CONFIG, vocab_size=3))
    character = next(_stream(_weights(model), vocabulary=Vocabulary(tuple("ab "))))
    assert sorted(symbol for symbol, _ in character.candidates) == [" ", "a", "b"]
    assert sum(p for _, p in character.candidates) == pytest.approx(1)


# Endlessness.


@pytest.mark.parametrize(("config", "length"), [(_CONFIG, 20_000), (_WINDOWED, 4_000)])
@pytest.mark.slow
def test_a_long_text_takes_no_more_memory_than_a_short_one(
    config: ModelConfig, length: int
) -> None:
    """What the stream holds at the end is within 8 KB of what it held after 500 characters."""
    stream = _stream(_weights(_model(replace(config, cell="rnn", num_layers=1, hidden_size=3))))
    _written(stream, 500)
    tracemalloc.start()
    try:
        for _ in range(length - 500):
            next(stream)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 8192


def test_a_network_whose_state_explodes_says_so_instead_of_writing_nonsense() -> None:
    config = ModelConfig(3, "rnn", "relu", embedding_size=2, hidden_size=4, num_layers=1)
    arrays = {
        name: np.full(shape, 50.0, np.float32) for name, shape in weight_shapes(config).items()
    }
    weights, spec = NetworkWeights(config, arrays, 0), SamplingSpec()
    stream = CharacterStream(lambda: weights, Vocabulary(("a", "b", "c")), lambda: spec, "", 1)
    with pytest.raises(DivergedError, match="start a new text"), np.errstate(all="ignore"):
        list(islice(stream, 1000))
