"""Surprise: against torch's cross-entropy, and the n-gram's against its mean loss."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.nn import functional

from rnntui.errors import CorpusError
from rnntui.lenses import activations as lens
from rnntui.lenses.surprise import Surprise, running_average, surprisal_chunks, surprise
from rnntui.text.ngrams.baselines import best_ngram, measure_baselines
from rnntui.text.ngrams.counts import MeasurementStoppedError
from tests.unit.lens_networks import Network, network, networks, texts, torch_scores


@settings(max_examples=40, deadline=None)
@given(net=networks(), ids=texts(least=2))
def test_surprisal_is_the_cross_entropy_of_torch_in_bits(net: Network, ids: Any) -> None:
    found = surprise(*net, ids)
    losses = functional.cross_entropy(
        torch_scores(*net, ids[:-1]), torch.tensor(ids[1:]), reduction="none"
    )
    assert found.start == 1
    np.testing.assert_allclose(found.bits * np.log(2), losses.numpy(), atol=1e-8)
    assert found.bits_per_char == pytest.approx(float(losses.mean()) / np.log(2))


def test_a_network_on_windows_predicts_from_whole_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(cell="lstm", window=4)
    ids = np.arange(30) * 7 % 6
    found = surprise(*net, ids)
    assert (found.start, len(found.bits)) == (4, 26)
    scores = torch_scores(*net, ids[3:7])[-1:]
    expected = functional.cross_entropy(scores, torch.tensor(ids[7:8])).item() / np.log(2)
    assert found.bits[3] == pytest.approx(expected, abs=1e-8)
    monkeypatch.setattr(lens, "CHUNK", 8)
    np.testing.assert_allclose(surprise(*net, ids).bits, found.bits, atol=1e-12)


def test_chunks_are_parts_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    net, ids = network(cell="gru", num_layers=3), np.arange(30) * 7 % 6
    whole = surprise(*net, ids).bits
    monkeypatch.setattr(lens, "CHUNK", 8)
    parts = list(surprisal_chunks(*net, ids))
    assert [len(part) for part in parts] == [8, 8, 8, 5]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(learned=texts(least=1, most=40), ids=texts(least=2, most=40))
def test_the_best_ngram_has_the_loss_of_the_baselines(learned: Any, ids: Any) -> None:
    baselines = measure_baselines(learned, ids, 6)
    found = best_ngram(learned, ids, 6)
    assert found.order == baselines.order
    assert found.bits.mean() * np.log(2) == pytest.approx(baselines.ngram)
    beside = surprise(*network(), ids, learned).ngram
    assert beside is not None
    np.testing.assert_array_equal(beside.bits, found.bits[1:])


def test_the_running_average_is_of_the_characters_before() -> None:
    values = np.array([4.0, 2.0, 0.0, 1.0, 9.0])
    assert running_average(values, 2).tolist() == [4.0, 3.0, 1.0, 0.5, 5.0]
    assert running_average(values, 99)[-1] == pytest.approx(values.mean())
    assert Surprise(1, values).running_average(1).tolist() == values.tolist()


def test_the_worst_stretches_do_not_overlap() -> None:
    bits = np.zeros(20)
    bits[[4, 5, 12]] = [3.0, 5.0, 2.0]
    worst = Surprise(1, bits).worst_stretches(2, 3)
    assert [stretch.bits for stretch in worst] == pytest.approx([8 / 3, 2 / 3])
    assert worst[0].start <= 5 < 6 < worst[0].stop
    assert worst[1].start <= 13 < worst[1].stop
    assert len(Surprise(1, bits).worst_stretches(100, 3)) <= 7
    assert Surprise(0, np.ones(2)).worst_stretches(3, 5)[0].stop == 2


def test_a_text_with_nothing_to_predict_is_refused() -> None:
    with pytest.raises(CorpusError, match="at least 2 characters"):
        surprise(*network(), np.array([1]))
    with pytest.raises(CorpusError, match="at least 5 characters"):
        surprise(*network(window=4), np.arange(4))
    with pytest.raises(CorpusError, match="the text is empty"):
        best_ngram(np.array([1]), np.array([], int), 6)


def test_a_stop_is_obeyed() -> None:
    with pytest.raises(MeasurementStoppedError):
        surprise(*network(), np.arange(6), should_stop=lambda: True)
