"""Recurrent layers against torch's own modules, and against the formulas of their docstring."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from rnntui.nets.cells import find_cell
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig
from rnntui.nets.recurrent import RecurrentLayer

KINDS: list[tuple[str, Nonlinearity]] = [
    ("rnn", "tanh"),
    ("rnn", "relu"),
    ("lstm", "tanh"),
    ("gru", "tanh"),
]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    inputs: int
    hidden: int
    layers: int
    batch: int
    length: int


_SIZES = st.builds(
    Sizes,
    inputs=st.integers(1, 5),
    hidden=st.integers(1, 6),
    layers=st.integers(1, 3),
    batch=st.integers(1, 4),
    length=st.integers(1, 7),
)


def _stack(cell: str, nonlinearity: Nonlinearity, sizes: Sizes) -> list[RecurrentLayer]:
    """The layers of a character model, in float64."""
    config = ModelConfig(sizes.inputs, cell, nonlinearity, "one-hot", 1, sizes.hidden, sizes.layers)
    layers = build_model(config, seed=3).double().layers
    return [layer for layer in layers if isinstance(layer, RecurrentLayer)]


def _torch_twin(layers: Sequence[RecurrentLayer]) -> nn.RNNBase:
    """torch's module of the same kind with the same weights, its second biases zero."""
    first, depth = layers[0], len(layers)
    inputs, hidden = first.weight_ih.shape[1], first.weight_hh.shape[1]
    twin: nn.RNNBase
    if first.cell == "lstm":
        twin = nn.LSTM(inputs, hidden, depth, batch_first=True)
    elif first.cell == "gru":
        twin = nn.GRU(inputs, hidden, depth, batch_first=True)
    else:
        twin = nn.RNN(inputs, hidden, depth, nonlinearity=first.nonlinearity, batch_first=True)
    twin = twin.double()
    given_weights = dict(twin.named_parameters())
    with torch.no_grad():
        for number, layer in enumerate(layers):
            given_weights[f"weight_ih_l{number}"].copy_(layer.weight_ih)
            given_weights[f"weight_hh_l{number}"].copy_(layer.weight_hh)
            given_weights[f"bias_ih_l{number}"].copy_(layer.bias)
            given_weights[f"bias_hh_l{number}"].zero_()
    return twin


def _run_stack(
    layers: Sequence[RecurrentLayer], x: Tensor, state: tuple[Tensor, ...]
) -> tuple[Tensor, tuple[Tensor, ...]]:
    last = []
    for number, layer in enumerate(layers):
        x, after = layer(x, tuple(part[number] for part in state))
        last.append(after)
    return x, tuple(torch.stack(parts) for parts in zip(*last, strict=True))


def _run_twin(
    twin: nn.RNNBase, x: Tensor, state: tuple[Tensor, ...]
) -> tuple[Tensor, tuple[Tensor, ...]]:
    out, last = twin(x, state if isinstance(twin, nn.LSTM) else state[0])
    return out, last if isinstance(last, tuple) else (last,)


def _close(ours: Sequence[Tensor], theirs: Sequence[Tensor]) -> None:
    torch.testing.assert_close(list(ours), list(theirs), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("cell", "nonlinearity"), KINDS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(sizes=_SIZES, seed=st.integers(0, 1000))
def test_layers_agree_with_torch_forward_and_backward(
    cell: str, nonlinearity: Nonlinearity, sizes: Sizes, seed: int
) -> None:
    """Outputs, last states, and gradients for inputs, first states and every parameter."""
    layers = _stack(cell, nonlinearity, sizes)
    twin = _torch_twin(layers)
    noise = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=noise, dtype=torch.float64)

    x = random(sizes.batch, sizes.length, sizes.inputs).requires_grad_()
    shape = (sizes.layers, sizes.batch, sizes.hidden)
    state = tuple(random(*shape).requires_grad_() for _ in find_cell(cell).state_tensors)
    # A loss that looks at every output and at the last states, each with its own weight.
    cotangents = [random(sizes.batch, sizes.length, sizes.hidden), *(random(*shape) for _ in state)]

    ours, theirs = _run_stack(layers, x, state), _run_twin(twin, x, state)
    _close([ours[0], *ours[1]], [theirs[0], *theirs[1]])

    our_weights = [weight for layer in layers for weight in layer.parameters()]
    their_weights = [
        dict(twin.named_parameters())[f"{part}_l{number}"]
        for number in range(sizes.layers)
        for part in ("weight_ih", "weight_hh", "bias_ih")
    ]
    _close(
        torch.autograd.grad([ours[0], *ours[1]], [x, *state, *our_weights], cotangents),
        torch.autograd.grad([theirs[0], *theirs[1]], [x, *state, *their_weights], cotangents),
    )


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _by_the_book(
    layer: RecurrentLayer, x: Array, state: tuple[Array, ...]
) -> tuple[Array, tuple[Array, ...]]:
    """One time step by the formulas of `RecurrentLayer`, in NumPy."""
    weight_ih, weight_hh, bias = (
        part.detach().numpy() for part in (layer.weight_ih, layer.weight_hh, layer.bias)
    )
    from_input, from_hidden, hidden = x @ weight_ih.T + bias, state[0] @ weight_hh.T, state[0]
    if layer.cell == "rnn":
        total = from_input + from_hidden
        out = np.tanh(total) if layer.nonlinearity == "tanh" else np.maximum(total, 0)
        return out, (out,)
    if layer.cell == "lstm":
        i, f, g, o = np.split(from_input + from_hidden, 4, axis=1)
        kept = _sigmoid(f) * state[1] + _sigmoid(i) * np.tanh(g)
        out = _sigmoid(o) * np.tanh(kept)
        return out, (out, kept)
    in_r, in_z, in_n = np.split(from_input, 3, axis=1)
    hid_r, hid_z, hid_n = np.split(from_hidden, 3, axis=1)
    r, z = _sigmoid(in_r + hid_r), _sigmoid(in_z + hid_z)
    out = (1 - z) * np.tanh(in_n + r * hid_n) + z * hidden
    return out, (out,)


@pytest.mark.parametrize(("cell", "nonlinearity"), KINDS)
def test_layers_follow_the_formulas_of_their_docstring(
    cell: str, nonlinearity: Nonlinearity
) -> None:
    layer = _stack(cell, nonlinearity, Sizes(3, 4, 1, 2, 5))[0]
    noise = np.random.default_rng(5)
    x = noise.normal(size=(2, 5, 3))
    state = tuple(noise.normal(size=(2, 4)) for _ in find_cell(cell).state_tensors)
    got, last = layer(torch.from_numpy(x), tuple(torch.from_numpy(part) for part in state))
    for step in range(5):
        expected, state = _by_the_book(layer, x[:, step], state)
        np.testing.assert_allclose(got[:, step].detach().numpy(), expected, atol=1e-12)
    for part, expected in zip(last, state, strict=True):
        np.testing.assert_allclose(part.detach().numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(("cell", "nonlinearity"), KINDS)
def test_the_weights_of_a_layer_start_within_the_bound_of_its_width(
    cell: str, nonlinearity: Nonlinearity
) -> None:
    layer = _stack(cell, nonlinearity, Sizes(3, 16, 1, 1, 1))[0]
    sizes = torch.cat([weight.detach().abs().flatten() for weight in layer.parameters()])
    assert float(sizes.max()) <= 0.25
    assert float(sizes.max()) > 0.2


def test_a_layer_has_three_weights_and_no_second_bias() -> None:
    layer = RecurrentLayer("lstm", 3, 4)
    assert list(layer.state_dict()) == ["weight_ih", "weight_hh", "bias"]
