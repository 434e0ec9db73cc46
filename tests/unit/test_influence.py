"""Influence: against torch's autograd, for every cell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.nn import functional

from rnntui.errors import CorpusError
from rnntui.lenses.influence import influence
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig
from rnntui.text.ngrams.counts import MeasurementStoppedError
from tests.unit.lens_networks import Network, network, networks, texts, torch_model


def influence_by_autograd(
    config: ModelConfig, arrays: Arrays, ids: Sequence[int], target: int | None
) -> Any:
    """Norms `[T]` of the gradients of a logit at the end by all inputs, and products with them."""
    model = torch_model(config, arrays)
    if config.input_encoding == "embedding":
        x = model.embedding(torch.tensor([list(ids)])).detach()
    else:
        x = functional.one_hot(torch.tensor([list(ids)]), config.vocab_size).double()
    x.requires_grad_()
    inputs = x
    zero = model.zero_state(1)
    number = 0
    for layer in model.layers:
        if hasattr(layer, "weight_ih"):
            above, _ = layer(x, tuple(part[number] for part in zero))
            x = above + x if number and config.connections == "residual" else above
            number += 1
    scores = model.head(x[0, -1])
    scores[scores.argmax() if target is None else target].backward()
    assert inputs.grad is not None
    products = (inputs.grad * inputs.detach())[0].sum(dim=1)
    return inputs.grad[0].norm(dim=1).numpy(), products.numpy()


@settings(max_examples=40, deadline=None)
@given(net=networks(), ids=texts())
def test_influence_is_the_norm_of_autograds_gradients(net: Network, ids: Any) -> None:
    found = influence(*net, ids, range(len(ids)))
    for place, rows in enumerate(zip(found.norms, found.products, strict=True)):
        both = influence_by_autograd(*net, ids[: place + 1], None)
        for row, expected in zip(rows, both, strict=True):
            np.testing.assert_allclose(row[: place + 1], expected, atol=1e-8)
            assert not row[place + 1 :].any()


@pytest.mark.parametrize("cell", ["lstm", "mingru"])
def test_places_in_any_order_are_answered_as_if_alone(cell: str) -> None:
    net = network(cell=cell, num_layers=3, connections="residual")
    ids = (np.arange(15) * 7 % 6).tolist()
    places, targets = [3, 11, 3, 0, 14], [2, 0, 5, 1, 4]
    found = influence(*net, ids, places, targets)
    assert (found.places, found.targets) == (tuple(places), tuple(targets))
    for place, target, row in zip(places, targets, found.norms, strict=True):
        expected, _ = influence_by_autograd(*net, ids[: place + 1], target)
        np.testing.assert_allclose(row[: place + 1], expected, atol=1e-8)
        (alone,) = influence(*net, ids, [place], [target]).norms
        np.testing.assert_allclose(row, alone, atol=1e-12)


def test_a_network_on_windows_sees_nothing_before_its_window() -> None:
    net = network(cell="gru", window=4)
    ids = (np.arange(15) * 7 % 6).tolist()
    for place, row in enumerate(influence(*net, ids, range(15)).norms):
        first = max(0, place - 3)
        expected, _ = influence_by_autograd(*net, ids[first : place + 1], None)
        np.testing.assert_allclose(row[first : place + 1], expected, atol=1e-8)
        assert np.count_nonzero(row) <= 4


def test_a_long_one_hot_vector_has_the_same_norm() -> None:
    net = network(cell="rnn", input_encoding="one-hot", hidden_size=2)
    ids = [0, 3, 5, 1]
    found = influence(*net, ids, [3])
    norms, products = influence_by_autograd(*net, ids, None)
    np.testing.assert_allclose(found.norms[0], norms, atol=1e-8)
    np.testing.assert_allclose(found.products[0], products, atol=1e-8)


def test_shares_and_means_by_distance() -> None:
    found = influence(*network(cell="lstm"), [0, 1, 2, 3], [1, 3])
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    means = found.by_distance()
    assert means[0] == pytest.approx((found.norms[0, 1] + found.norms[1, 3]) / 2)
    assert means[3] == pytest.approx(found.norms[1, 0])
    assert np.isnan(influence(*network(), [0, 1, 2], [0]).by_distance()[1:]).all()


@pytest.mark.parametrize("place", [-1, 4])
def test_a_place_outside_the_text_is_refused(place: int) -> None:
    with pytest.raises(CorpusError, match="from 1 to 4"):
        influence(*network(), [0, 1, 2, 3], [place])


def test_a_stop_is_obeyed() -> None:
    with pytest.raises(MeasurementStoppedError):
        influence(*network(), [0, 1], [1], should_stop=lambda: True)
    stops = iter([False] * 3 + [True])
    with pytest.raises(MeasurementStoppedError):
        influence(*network(), [0, 1], [1], should_stop=lambda: next(stops))
