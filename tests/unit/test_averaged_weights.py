"""Every lens, on a run with averaged weights opened by its name, looks at the averages.

Against computations of their own in float64, on the averages as the file has them.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from torch.nn import functional

import rnntui
from rnntui import places
from rnntui.cli.trace.networks import TracedNetwork, checkpoint_network
from rnntui.lenses.activations import activations
from rnntui.lenses.embedding_map import embedding_map
from rnntui.lenses.forward_trace import Floats, forward_trace
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.lenses.influence import influence
from rnntui.lenses.layer_gradients import layer_gradient_norms
from rnntui.lenses.matching_stretches import THRESHOLD, on_off
from rnntui.lenses.neurons import unit_correlations
from rnntui.lenses.surgery import StateOperation, operated_weights
from rnntui.lenses.surprise import surprise
from rnntui.nets.cells import CELLS
from rnntui.nets.char_model import CharModel
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.runs.folder import RunFolder
from tests.factories import tiny_config
from tests.unit.lens_networks import torch_model
from tests.unit.test_checkpoints import checkpoint_of
from tests.unit.test_gradient_flow import gradient_of, states_by_autograd
from tests.unit.test_influence import influence_by_autograd
from tests.unit.test_surgery import plain_states

TEXT = "abba\ncab a.bc"
Run = tuple[TracedNetwork, CharModel, list[int]]
"""An opened network, torch's model with the averages of its file, and the ids of a text."""


@pytest.fixture(params=[(cell, layers) for cell in CELLS for layers in (1, 3)], ids=str)
def run(request: pytest.FixtureRequest) -> Run:
    cell, layers = request.param
    config = tiny_config(
        cell=cell, num_layers=layers, connections="residual", average_decay=0.9, batch_size=2
    )
    folder = RunFolder(places.checkpoints_dir() / "averaged")
    folder.path.mkdir(parents=True)
    saved = checkpoint_of(config, Vocabulary(tuple("ab c.\n")))
    # Of both signs, so that gates open and close.
    averages = {name: 3 * weights - 1.5 for name, weights in saved.averages.items()}
    save_checkpoint(replace(saved, averages=averages), folder.last)
    opened = checkpoint_network("averaged:last")
    tensors = safetensors.numpy.load_file(folder.last)
    read = {
        name.removeprefix("average."): tensor.astype(float)
        for name, tensor in tensors.items()
        if name.startswith("average.")
    }
    return opened, torch_model(opened.config, read), opened.encode(TEXT)


def _averages(model: CharModel) -> dict[str, Floats]:
    return {name: weight.detach().numpy() for name, weight in model.named_parameters()}


def _scores(model: CharModel, ids: list[int]) -> torch.Tensor:
    scores: torch.Tensor = model(torch.tensor([ids]), model.zero_state(1))[0]
    return scores[0]


def _hidden(run: Run) -> Floats:
    """The hidden states `[T, L, H]`, layer over layer by torch."""
    _, model, ids = run
    x = model.embedding(torch.tensor([ids]))
    rows, zero = [], model.zero_state(1)
    layers = [layer for layer in model.layers if hasattr(layer, "weight_ih")]
    for number, layer in enumerate(layers):
        above, _ = layer(x, tuple(part[number] for part in zero))
        rows.append(above[0].detach().numpy())
        x = above + x if number else above
    return np.stack(rows, axis=1)


def _forward_pass(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    steps = forward_trace(network.config, network.arrays, ids)
    return [step.output for step in steps], _scores(model, ids).detach().numpy()


def _activations(run: Run) -> tuple[Any, Any]:
    network, _, ids = run
    read = activations(network.config, network.arrays, np.array(ids))
    return np.stack([layer.states["h"] for layer in read.layers], axis=1), _hidden(run)


def _neurons(run: Run) -> tuple[Any, Any]:
    network, _, ids = run
    wave = np.sin(np.arange(len(ids)))
    found = unit_correlations(network.config, network.arrays, np.array(ids), {"wave": wave})
    hidden = [number for number, unit in enumerate(found.units) if unit.state == "h"]
    units = _hidden(run).reshape(len(ids), -1).T
    return found.values[hidden, 0], [np.corrcoef(unit, wave)[0, 1] for unit in units]


def _on_and_off(run: Run) -> tuple[Any, Any]:
    network, _, ids = run
    read = on_off(network.config, network.arrays, np.array(ids), precision=np.float64)
    hidden = _hidden(run).reshape(len(ids), -1).T
    return read.part(0, len(ids)), np.concatenate((hidden >= THRESHOLD, hidden <= -THRESHOLD))


def _influence(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    found = influence(network.config, network.arrays, ids, [len(ids) - 1])
    expected = influence_by_autograd(network.config, _averages(model), ids, None)
    return (found.norms[0], found.products[0]), expected


def _gradient_flow(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    flow = gradient_flow(network.config, network.arrays, ids)
    loss, states = states_by_autograd(model, ids)
    expected = [[gradient_of(layer[0])[0] for layer in layers] for layers in states]
    return [flow.loss, *flow.hidden.ravel()], [loss, *np.swapaxes(expected, 0, 1).ravel()]


def _layer_gradients(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    loss = functional.cross_entropy(_scores(model, ids[:-1]), torch.tensor(ids[1:]))
    loss.backward()  # type: ignore[no-untyped-call]
    expected = [
        math.hypot(*(np.linalg.norm(gradient_of(weight)) for weight in layer.parameters()))
        for layer in model.layers
        if hasattr(layer, "weight_ih")
    ]
    return layer_gradient_norms(network.config, network.arrays, np.array(ids)), expected


def _surprise(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    losses = functional.cross_entropy(
        _scores(model, ids[:-1]), torch.tensor(ids[1:]), reduction="none"
    )
    found = surprise(network.config, network.arrays, np.array(ids))
    return found.bits, losses.detach().numpy() / math.log(2)


def _embedding_map(run: Run) -> tuple[Any, Any]:
    network, model, _ = run
    found = embedding_map(network.arrays, network.vocabulary.symbols)
    values, directions = np.linalg.eigh(np.cov(_averages(model)["embedding.weight"].T))
    table = _averages(model)["embedding.weight"]
    plane = (table - table.mean(axis=0)) @ directions[:, ::-1][:, :2]
    return (
        [*found.explained, *np.abs(found.points).ravel()],
        [*(values[::-1][:2] / values.sum()), *np.abs(plane).ravel()],
    )


def _surgery(run: Run) -> tuple[Any, Any]:
    network, model, ids = run
    done = [StateOperation(0, 1, "h", "freeze", 0.25), StateOperation(0, 3, "h", "nudge", -0.5)]
    assert network.checkpoint is not None
    changed = operated_weights(network.checkpoint.for_sampling, done)
    steps = forward_trace(changed.config, changed.arrays, ids, changed.cells)
    return [step.output for step in steps], plain_states(
        network.config, _averages(model), ids, done
    )


def _from_python(run: Run) -> tuple[Any, Any]:
    """What a notebook gets, which opens the run by itself."""
    _, model, ids = run
    read = rnntui.activations(rnntui.load_checkpoint("averaged:last"), TEXT)
    return read.scores, _scores(model, ids).detach().numpy()


@pytest.mark.parametrize(
    "lens",
    [
        _forward_pass,
        _activations,
        _neurons,
        _on_and_off,
        _influence,
        _gradient_flow,
        _layer_gradients,
        _surprise,
        _embedding_map,
        _surgery,
        _from_python,
    ],
)
def test_a_lens_looks_at_the_averages_of_a_run(
    run: Run, lens: Callable[[Run], tuple[Any, Any]]
) -> None:
    found, expected = lens(run)
    np.testing.assert_allclose(found, expected, atol=1e-8)
