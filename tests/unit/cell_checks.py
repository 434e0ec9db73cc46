"""What every cell must do, whatever its equations: used by the tests of single cells."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.nets.cells import find_cell
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.events import Warned
from rnntui.training.runs.export import export_run
from rnntui.training.settings.declaring import choices
from tests.classify_factories import classified, classify_run
from tests.command_line import rnntui, run_called, text_file
from tests.factories import (
    TINY_TEXT,
    assert_same_training,
    killed_after,
    only,
    resumed,
    tiny_run,
    trained,
)


def check_it_is_offered(cell: str) -> None:
    """It stands in the help of both commands that train, in forms and in errors."""
    for command in (("train",), ("classify", "train")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COLUMNS", "200")  # so that the choices stand on one line
            assert f"|{cell}" in rnntui(*command, "--help").out
    assert cell in choices(next(one for one in fields(TrainConfig) if one.name == "cell"))
    assert cell in rnntui("train", "hello", "--cell", "nonsense").err


def check_it_trains_and_resumes(cell: str, parent: Path) -> None:
    """Its loss falls, and a run that was killed goes on bit for bit."""
    whole = tiny_run(parent / "whole", cell=cell, num_layers=2, steps=30, learning_rate=0.02)
    events = trained(whole)
    steps = [event.loss for event in events if hasattr(event, "grad_norm")]
    assert np.mean(steps[-5:]) < np.mean(steps[:5])
    assert any("general path" in event.sentence for event in only(Warned, events))
    parts = tiny_run(parent / "parts", cell=cell, num_layers=2, steps=30, learning_rate=0.02)
    killed_after(parts, 12)
    trained(resumed(parts))
    assert_same_training(whole.folder, parts.folder)


def check_samples_go_by_the_scores_of_the_model(cell: str) -> None:
    """The one-step network and the trace give torch's own scores, step by step."""
    import torch

    from rnntui.nets.numpy_network import NumpyNetwork

    config = ModelConfig(7, cell, hidden_size=6, embedding_size=4, num_layers=3)
    model = build_model(config, seed=3).double()
    arrays = {name: part.detach().numpy() for name, part in model.state_dict().items()}
    assert {name: array.shape for name, array in arrays.items()} == weight_shapes(config)
    ids = [0, 3, 6, 2, 2, 5]
    with torch.no_grad():
        scores = model(torch.tensor([ids]), model.zero_state(1))[0][0].numpy()
    traced = [step.output for step in forward_trace(config, arrays, ids)]
    np.testing.assert_allclose(traced, scores, atol=1e-12)
    singles = {name: array.astype(np.float32) for name, array in arrays.items()}
    network = NumpyNetwork(config, singles)
    state = network.zero_state(1)
    for rank, expected in zip(ids, scores, strict=True):
        state = network.read(np.array([rank]), state)
        np.testing.assert_allclose(network.scores(state)[0], expected, atol=1e-5)


def check_gradient_flow_agrees_with_differences(cell: str) -> None:
    """dE/dh of the first step, by moving that state's bias and measuring the loss anew."""
    config = ModelConfig(5, cell, "tanh", "one-hot", hidden_size=3, num_layers=1)
    model = build_model(config, seed=1).double()
    arrays = {name: part.detach().numpy() for name, part in model.state_dict().items()}
    ids = [1, 4, 0, 2, 3]
    flow = gradient_flow(config, arrays, ids)
    kind, size = find_cell(cell), config.hidden_size
    # The candidate's bias moves the state of every step; the sum over steps is its gradient.
    block = kind.gate_names.index("new") * size
    for unit in range(size):
        ends = []
        for move in (-1e-6, 1e-6):
            bias = arrays["layers.0.bias"].copy()
            bias[block + unit] += move
            ends.append(gradient_flow(config, {**arrays, "layers.0.bias": bias}, ids).loss)
        slope = (ends[1] - ends[0]) / 2e-6
        gates = [step.layers[0].gates for step in forward_trace(config, arrays, ids[:-1])]
        shares = [_share_of_the_candidate(kind.name, gate, unit) for gate in gates]
        assert slope == pytest.approx(sum(flow.hidden[0, :, unit] * shares), abs=1e-7)


def _share_of_the_candidate(cell: str, gates: dict[str, np.ndarray], unit: int) -> float:
    """dh'/dn of one unit."""
    if cell == "mingru":
        return float(gates["update"][unit])
    forget, inlet = gates["forget"][unit], gates["input"][unit]
    return float(inlet / (forget + inlet))


def check_the_trace_shows_its_gates(cell: str) -> None:
    """`rnntui trace` names every gate of a trained run."""
    text = text_file(TINY_TEXT)
    small = ("--hidden-size", "4", "--num-layers", "1", "--steps", "3", "--eval-every", "3")
    assert rnntui("train", text, "--name", "a", "--cell", cell, *small).code == 0
    assert load_checkpoint(run_called("a").last).header.model.cell == cell
    lines = rnntui("trace", "the", "--checkpoint", "a", "--json").out.splitlines()
    layer = json.loads(lines[0])["layers"][0]
    assert tuple(layer["gates"]) == find_cell(cell).gate_names
    drawn = rnntui("sample", "a", "--length", "20", "--seed", "1")
    assert (drawn.code, len(drawn.out.rstrip("\n"))) == (0, 20)
    flow = rnntui("trace", "the cat", "--checkpoint", "a", "--gradients").out
    assert "0.0%" not in flow
    assert "–" in flow
    archive = run_called("a").path.parent / "a.zip"
    export_run(run_called("a"), archive)
    assert archive.is_file()


def check_it_classifies(cell: str, parent: Path) -> None:
    """A classifier of it trains, over embeddings and over one-hot tokens."""
    for encoding in ("embedding", "one-hot"):
        run = classify_run(parent / encoding, cell=cell, input_encoding=encoding, steps=4)
        events = classified(run)
        assert any("general path" in event.sentence for event in only(Warned, events))
        assert type(events[-1]).__name__ == "Finished"
