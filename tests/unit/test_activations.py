"""Activations of a whole text: against the trace of one step after another, and against torch."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnntui.errors import CorpusError
from rnntui.lenses import activations as lens
from rnntui.lenses.activations import Activations, activation_chunks, activations
from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.influence import influence
from rnntui.nets.cells import CELLS, find_cell
from rnntui.text.ngrams.counts import MeasurementStoppedError
from tests.unit.lens_networks import Network, network, networks, texts, torch_scores
from tests.unit.test_cells import ThreeStates


def agrees_with_the_trace(found: Activations, net: Network, ids: list[int], place: int) -> None:
    """Assert that the values at `place` are those at the end of a trace of `ids`."""
    *_, last = forward_trace(*net, ids)
    for layer, step in zip(found.layers, last.layers, strict=True):
        for name, gate in step.gates.items():
            np.testing.assert_allclose(layer.gates[name][place], gate, atol=1e-12)
        names = find_cell(net[0].cell).state_tensors
        for name, state in zip(names, step.state, strict=True):
            np.testing.assert_allclose(layer.states[name][place], state, atol=1e-12)
    np.testing.assert_allclose(found.scores[place], last.output, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(net=networks(), ids=texts())
def test_every_value_is_that_of_the_trace(net: Network, ids: Any) -> None:
    found = activations(*net, ids)
    for place in range(len(ids)):
        agrees_with_the_trace(found, net, ids[: place + 1].tolist(), place)


@settings(max_examples=30, deadline=None)
@given(net=networks(), ids=texts())
def test_scores_are_those_of_torch(net: Network, ids: Any) -> None:
    expected = torch_scores(*net, ids).numpy()
    np.testing.assert_allclose(activations(*net, ids).scores, expected, atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(net=networks(window=4), ids=texts())
def test_a_network_on_windows_reads_each_window_from_zero_state(net: Network, ids: Any) -> None:
    found = activations(*net, ids)
    for place in range(len(ids)):
        agrees_with_the_trace(found, net, ids[max(0, place - 3) : place + 1].tolist(), place)


def test_a_cell_of_any_states_is_read_and_followed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELLS, "three", ThreeStates())
    net = network(cell="three", num_layers=3, connections="residual")
    ids = [1, 4, 0, 2, 3]
    found = activations(*net, np.array(ids))
    assert len(found.layers[0].states) == 3
    agrees_with_the_trace(found, net, ids, 4)
    (row,) = influence(*net, ids, [4], [2]).norms
    config, arrays = net
    moved = np.array(arrays["embedding.weight"])
    moved = np.vstack((moved, moved[1]))  # the first character's vector alone, as a seventh symbol
    slopes = []
    for number in range(moved.shape[1]):
        ends = []
        for step in (1e-5, -1e-5):
            table = moved.copy()
            table[6, number] += step
            changed = {**arrays, "embedding.weight": table}
            ends.append(activations(config, changed, np.array([6, *ids[1:]])).scores[-1, 2])
        slopes.append((ends[0] - ends[1]) / 2e-5)
    assert row[0] == pytest.approx(np.linalg.norm(slopes), abs=1e-7)


@pytest.mark.parametrize("window", [0, 4])
def test_the_length_of_a_chunk_changes_nothing(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(cell="lstm", num_layers=3, connections="residual", window=window)
    ids = np.arange(50) * 7 % 6
    whole = activations(*net, ids)
    monkeypatch.setattr(lens, "CHUNK", 8)
    chunks = list(activation_chunks(*net, ids))
    assert [chunk.start for chunk in chunks] == [0, 8, 16, 24, 32, 40, 48]
    cut = activations(*net, ids)
    np.testing.assert_allclose(cut.layers[2].states["c"], whole.layers[2].states["c"], atol=1e-12)
    np.testing.assert_allclose(cut.scores, whole.scores, atol=1e-12)


def test_reading_goes_on_from_a_state() -> None:
    net = network(cell="gru", num_layers=3)
    ids = np.arange(20) * 7 % 6
    whole = activations(*net, ids)
    (first,) = activation_chunks(*net, ids[:9])
    (second,) = activation_chunks(*net, ids[9:], first.last)
    np.testing.assert_allclose(second.scores, whole.scores[9:], atol=1e-12)


def test_less_precision_is_near_the_same() -> None:
    net = network(cell="lstm", num_layers=3)
    ids = np.arange(40) * 7 % 6
    short = activations(*net, ids, precision=np.float32)
    assert short.scores.dtype == np.float32
    np.testing.assert_allclose(short.scores, activations(*net, ids).scores, atol=1e-4)


def test_a_stop_is_obeyed_between_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens, "CHUNK", 8)
    seen: list[int] = []
    with pytest.raises(MeasurementStoppedError):
        seen.extend(
            chunk.start
            for chunk in activation_chunks(
                *network(), np.zeros(40, int), should_stop=iter([False, False, True]).__next__
            )
        )
    with pytest.raises(MeasurementStoppedError):
        activations(*network(), np.zeros(40, int), should_stop=lambda: True)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(CorpusError, match="the text is empty"):
        activations(*network(), np.zeros(0, int))
