"""What units track: against NumPy's correlation, and with units whose task is known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnntui.lenses import activations as lens
from rnntui.lenses.activations import activations
from rnntui.lenses.neurons import (
    Tracked,
    Unit,
    unit_correlations,
    unit_values,
    units_of,
    values_at,
)
from rnntui.nets.config import ModelConfig
from rnntui.text.ngrams.counts import MeasurementStoppedError
from tests.unit.lens_networks import Network, network, networks, texts


@settings(max_examples=30, deadline=None)
@given(net=networks(), ids=texts(least=6, most=40))
def test_correlations_are_those_of_numpy(net: Network, ids: Any) -> None:
    features = {"first": (ids == 0) * 1.0, "rank": ids * 1.0, "place": np.arange(len(ids)) * 1.0}
    found = unit_correlations(*net, ids, features)
    assert found.characters == len(ids)
    values = unit_values(activations(*net, ids))
    assert found.units == units_of(net[0])
    for row, unit in enumerate(values.T):
        for column, feature in enumerate(features.values()):
            if np.isnan(found.values[row, column]):
                assert min(np.ptp(unit), np.ptp(feature)) < 1e-4
            else:
                expected = np.corrcoef(unit, feature)[0, 1]
                assert found.values[row, column] == pytest.approx(expected, abs=1e-8)


def test_chunks_and_large_means_lose_no_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    net, ids = network(cell="lstm", num_layers=3), np.arange(3000) * 7 % 6 * (np.arange(3000) % 4)
    ids = ids % 6
    feature = np.sin(np.arange(3000)) + 1e4
    values = unit_values(activations(*net, ids))
    monkeypatch.setattr(lens, "CHUNK", 64)
    found = unit_correlations(*net, ids, {"wave": feature}).values[:, 0]
    expected = np.corrcoef(np.column_stack((values, feature)).T)[-1, :-1]
    np.testing.assert_allclose(found, expected, atol=1e-8)


def _memory() -> Network:
    """A layer of two ReLU units: one is on at symbol 1, one counts the symbols 2 read so far."""
    config = ModelConfig(3, "rnn", "relu", "one-hot", hidden_size=2, num_layers=1)
    return config, {
        "layers.0.weight_ih": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        "layers.0.weight_hh": np.array([[0.0, 0.0], [0.0, 1.0]]),
        "layers.0.bias": np.zeros(2),
        "head.weight": np.zeros((3, 2)),
        "head.bias": np.zeros(3),
    }


def test_units_are_ranked_by_what_they_track() -> None:
    ids = np.array([0, 1, 2, 0, 1, 2, 2, 0, 1])
    features = {
        "ones": (ids == 1) * 1.0,
        "no ones": (ids != 1) * 1.0,
        "twos": np.cumsum(ids == 2) * 1.0,
        "never": np.zeros(9),
    }
    found = unit_correlations(*_memory(), ids, features)
    detector, counter = Unit(0, "h", 0), Unit(0, "h", 1)
    assert found.of_feature("ones", 1) == [Tracked(detector, "ones", pytest.approx(1))]
    assert found.of_feature("twos", 1) == [Tracked(counter, "twos", pytest.approx(1))]
    assert [(one.feature, round(one.correlation)) for one in found.of_unit(detector, 2)] == [
        ("ones", 1),
        ("no ones", -1),
    ]
    assert found.of_feature("never", 5) == []
    assert len(found.of_feature("ones", 5)) == 2


@pytest.mark.parametrize("window", [0, 3])
def test_values_at_some_places_are_those_of_the_whole_text(window: int) -> None:
    config, arrays = network(cell="lstm", num_layers=2, window=window)
    ids = np.arange(40) % 6
    read = activations(config, arrays, ids)
    units = [units_of(config)[number] for number in (0, 7, 19)]
    values = values_at(config, arrays, ids, units, range(30))
    assert np.isnan(values[: read.start]).all()
    expected = unit_values(read)[: 30 - read.start, [0, 7, 19]]
    assert np.array_equal(values[read.start :], expected)
    assert np.array_equal(values_at(config, arrays, ids, units, range(9, 12)), values[9:12])


def test_nothing_correlates_in_an_empty_text() -> None:
    found = unit_correlations(*network(), np.zeros(0, int), {"any": np.zeros(0)})
    assert np.isnan(found.values).all()


def test_a_stop_is_obeyed() -> None:
    with pytest.raises(MeasurementStoppedError):
        unit_correlations(*network(), np.arange(6), {"any": np.ones(6)}, should_stop=lambda: True)
