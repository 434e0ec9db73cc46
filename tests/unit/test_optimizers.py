"""The optimisers' tensors: taken out and put back, a training goes on as if nothing had been."""

from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.optimizing.optimizers import (
    build_optimizer,
    optimizer_tensors,
    restore_optimizer,
)
from rnntui.training.settings.common import OptimizerName

_MODEL = ModelConfig(6, "lstm", embedding_size=4, hidden_size=5, num_layers=2)
_every_optimizer = pytest.mark.parametrize("name", get_args(OptimizerName))


def _config(name: OptimizerName) -> TrainConfig:
    return TrainConfig(optimizer=name, learning_rate=0.05, steps=3)


def _fresh(name: OptimizerName, seed: int = 1) -> tuple[CharModel, torch.optim.Optimizer]:
    model = build_model(_MODEL, seed)
    return model, build_optimizer(_config(name), model)


def _step(model: CharModel, optimizer: torch.optim.Optimizer, number: int) -> float:
    ids = torch.randint(6, (3, 8), generator=torch.Generator().manual_seed(number))
    logits, _ = model(ids[:, :-1], model.zero_state(3))
    loss: Tensor = functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


@_every_optimizer
@pytest.mark.parametrize("steps_before", [0, 1, 2])
def test_a_restored_training_takes_the_next_steps_bit_for_bit(
    name: OptimizerName, steps_before: int
) -> None:
    model, optimizer = _fresh(name)
    for number in range(steps_before):
        _step(model, optimizer, number)
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    tensors = optimizer_tensors(optimizer, model)

    restored, other = _fresh(name, seed=2)
    restored.load_state_dict(weights)
    restore_optimizer(other, restored, tensors)
    for number in (steps_before, steps_before + 1):
        assert _step(model, optimizer, number) == _step(restored, other, number)
    for key, value in model.state_dict().items():
        assert torch.equal(value, restored.state_dict()[key]), key


@_every_optimizer
def test_what_was_put_back_is_taken_out_again_unchanged(name: OptimizerName) -> None:
    model, optimizer = _fresh(name)
    _step(model, optimizer, 0)
    tensors = optimizer_tensors(optimizer, model)
    other, fresh = _fresh(name)
    restore_optimizer(fresh, other, tensors)
    again = optimizer_tensors(fresh, other)
    assert again.keys() == tensors.keys()
    for key, value in tensors.items():
        np.testing.assert_array_equal(again[key], value)


@_every_optimizer
def test_rolling_back_forgets_what_was_kept_since(name: OptimizerName) -> None:
    """To the state before the first step."""
    model, optimizer = _fresh(name)
    start = optimizer_tensors(optimizer, model)
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    first = [_step(model, optimizer, number) for number in range(3)]
    model.load_state_dict(weights)
    restore_optimizer(optimizer, model, start)
    assert [_step(model, optimizer, number) for number in range(3)] == first


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("adam", {"step", "exp_avg", "exp_avg_sq"}),
        ("rmsprop", {"step", "square_avg"}),
        ("adagrad", {"step", "sum"}),
        ("sgd", set()),
    ],
)
def test_tensors_are_named_after_their_weights(name: OptimizerName, kept: set[str]) -> None:
    model, optimizer = _fresh(name)
    _step(model, optimizer, 0)
    tensors = optimizer_tensors(optimizer, model)
    names = [weight for weight, _ in model.named_parameters()]
    assert set(tensors) == {f"{weight}.{part}" for weight in names for part in kept}
    assert {tensor.dtype for tensor in tensors.values()} <= {np.dtype(np.float32)}
    shapes = {key: model.get_parameter(key.rpartition(".")[0]).shape for key in tensors}
    for key, tensor in tensors.items():
        assert tensor.shape == (() if key.endswith(".step") else tuple(shapes[key]))


@_every_optimizer
def test_tensors_are_copies_on_both_ways(name: OptimizerName) -> None:
    model, optimizer = _fresh(name)
    _step(model, optimizer, 0)
    tensors = optimizer_tensors(optimizer, model)
    kept = {key: value.copy() for key, value in tensors.items()}
    _step(model, optimizer, 1)
    restore_optimizer(optimizer, model, tensors)
    _step(model, optimizer, 2)
    for key, value in tensors.items():
        np.testing.assert_array_equal(value, kept[key])


@pytest.mark.parametrize(("fused", "where"), [(False, "cpu"), (True, "meta")])
def test_beside_the_cpu_a_fused_optimizer_alone_counts_its_steps_on_the_device(
    fused: bool, where: str
) -> None:
    """`meta` stands for a device that this machine may not have."""
    model = nn.Linear(2, 3, device="meta")
    optimizer = torch.optim.Adam(model.parameters())
    optimizer.defaults["fused"] = fused
    shapes = {"weight": (3, 2), "bias": (3,)}
    tensors = {
        f"{weight}.{part}": np.zeros(() if part == "step" else shape, np.float32)
        for weight, shape in shapes.items()
        for part in ("step", "exp_avg", "exp_avg_sq")
    }
    restore_optimizer(optimizer, model, tensors)
    for weight in model.parameters():
        assert optimizer.state[weight]["step"].device.type == where
        assert optimizer.state[weight]["exp_avg"].device.type == "meta"


@_every_optimizer
def test_the_learning_rate_is_the_configured_one(name: OptimizerName) -> None:
    _, optimizer = _fresh(name)
    assert [group["lr"] for group in optimizer.param_groups] == [0.05]


def test_adamw_shrinks_the_weights_beside_its_step() -> None:
    moved = []
    for changes in ({}, {"weight_decay": 0.5}):
        model = build_model(_MODEL, seed=1)
        before = model.head.weight.detach().clone()
        config = TrainConfig(optimizer="adamw", learning_rate=0.05, steps=3, **changes)
        _step(model, build_optimizer(config, model), 0)
        moved.append(model.head.weight.detach() - before)
    torch.testing.assert_close(moved[1], moved[0] - 0.05 * 0.5 * before)
