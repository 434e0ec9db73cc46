"""How far gradients reach back: against torch's autograd, and against pencil and paper."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.errors import CorpusError
from rnntui.lenses.gradient_flow import GradientFlow, gradient_flow, scaled_recurrence
from rnntui.nets.arrays import Arrays
from rnntui.nets.cells.cell import Nonlinearity
from rnntui.nets.char_model import CharModel, State, build_model
from rnntui.nets.config import Connections, InputEncoding, ModelConfig
from rnntui.nets.recurrent import RecurrentLayer


def _model(
    cell: str,
    num_layers: int = 1,
    input_encoding: InputEncoding = "one-hot",
    nonlinearity: Nonlinearity = "tanh",
    seed: int = 1,
    hidden_size: int = 5,
    connections: Connections = "plain",
) -> CharModel:
    config = ModelConfig(
        vocab_size=6,
        cell=cell,
        nonlinearity=nonlinearity,
        input_encoding=input_encoding,
        embedding_size=3,
        hidden_size=hidden_size,
        num_layers=num_layers,
        connections=connections,
    )
    return build_model(config, seed).double()


def _arrays(model: CharModel) -> Arrays:
    return {name: weight.detach().numpy() for name, weight in model.named_parameters()}


def _layers(model: CharModel) -> list[RecurrentLayer]:
    return [layer for layer in model.layers if isinstance(layer, RecurrentLayer)]


def gradient_of(tensor: torch.Tensor) -> NDArray[np.float64]:
    # torch leaves the gradient out where the loss doesn't depend on the tensor.
    gradient = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    return gradient.detach().numpy()


def _step(layer: RecurrentLayer, x: torch.Tensor, state: State) -> State:
    """One time step; an LSTM's by its formulas, as a fused kernel hides what h owes to c."""
    if layer.cell != "lstm":
        return layer(x.unsqueeze(1), state)[1]  # type: ignore[no-any-return]
    hidden, cell = state
    sums = x @ layer.weight_ih.T + hidden @ layer.weight_hh.T + layer.bias
    inlet, forget, candidate, outlet = sums.chunk(4, dim=1)
    cell = forget.sigmoid() * cell + inlet.sigmoid() * candidate.tanh()
    return outlet.sigmoid() * cell.tanh(), cell


def states_by_autograd(model: CharModel, ids: list[int]) -> tuple[float, list[list[State]]]:
    """The loss at the end by torch, its gradients in the model, and the states that kept theirs."""
    states: list[list[State]] = []
    zero = model.zero_state(1)
    carried = [tuple(part[number] for part in zero) for number in range(model.config.num_layers)]
    for rank in ids[:-1]:
        if model.config.input_encoding == "embedding":
            x = model.embedding(torch.tensor([[rank]]))
        else:
            x = functional.one_hot(torch.tensor([[rank]]), model.config.vocab_size).double()
        for number, layer in enumerate(_layers(model)):
            carried[number] = _step(layer, x[:, 0], carried[number])
            for part in carried[number]:
                part.retain_grad()
            above = carried[number][0].unsqueeze(1)
            x = above + x if number and model.config.connections == "residual" else above
        states.append(list(carried))
    loss = functional.cross_entropy(model.head(x[:, 0]), torch.tensor([ids[-1]]))
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), states


@settings(max_examples=20)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    num_layers=st.integers(1, 3),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    connections=st.sampled_from(["plain", "residual"]),
    ids=st.lists(st.integers(0, 5), min_size=2, max_size=9),
    seed=st.integers(0, 99),
)
def test_every_gradient_agrees_with_autograd(
    cell: str,
    num_layers: int,
    input_encoding: InputEncoding,
    nonlinearity: Nonlinearity,
    connections: Connections,
    ids: list[int],
    seed: int,
) -> None:
    model = _model(cell, num_layers, input_encoding, nonlinearity, seed, connections=connections)
    flow = gradient_flow(model.config, _arrays(model), ids)
    loss, states = states_by_autograd(model, ids)
    assert flow.loss == pytest.approx(loss, abs=1e-10)
    for k, layers in enumerate(states):
        for number, parts in enumerate(layers):
            ours = [flow.hidden[number, k]]
            if flow.cell is not None:
                ours.append(flow.cell[number, k])
            for gradient, part in zip(ours, parts, strict=True):
                np.testing.assert_allclose(gradient, gradient_of(part)[0], atol=1e-10)
    for number, layer in enumerate(_layers(model)):
        np.testing.assert_allclose(flow.whole(number), gradient_of(layer.weight_hh), atol=1e-10)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_shares_add_up_to_the_whole_gradient(cell: str) -> None:
    model = _model(cell, num_layers=2)
    ids = [0, 3, 1, 4, 4, 2, 5, 0]
    flow = gradient_flow(model.config, _arrays(model), ids)
    states_by_autograd(model, ids)
    for number, layer in enumerate(_layers(model)):
        total = sum(flow.share(number, step) for step in range(flow.steps))
        np.testing.assert_allclose(total, gradient_of(layer.weight_hh), atol=1e-10)
    assert flow.share_parts.sum() == pytest.approx(1)
    lengths = [
        np.sqrt(sum((flow.share(number, step) ** 2).sum() for number in range(2)))
        for step in reversed(range(flow.steps))
    ]
    np.testing.assert_allclose(flow.share_norms, lengths)
    # The first step of all has no past, so it takes no part.
    assert flow.share_norms[-1] == flow.share_parts[-1] == 0


def _scalar(nonlinearity: Nonlinearity, recurrent: float) -> tuple[ModelConfig, Arrays]:
    """One unit that reads two symbols: `h' = f(x + recurrent · h)`."""
    config = ModelConfig(2, "rnn", nonlinearity, "one-hot", hidden_size=1, num_layers=1)
    arrays = {
        "layers.0.weight_ih": np.array([[0.3, 0.7]]),
        "layers.0.weight_hh": np.array([[recurrent]]),
        "layers.0.bias": np.array([0.1]),
        "head.weight": np.array([[1.5], [-0.5]]),
        "head.bias": np.zeros(2),
    }
    return config, arrays


IDS = [0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1]


@pytest.mark.parametrize("recurrent", [0.5, 1.0, 1.7])
def test_a_linear_unit_passes_back_powers_of_its_recurrent_weight(recurrent: float) -> None:
    # With positive inputs and weights a ReLU is never at rest, and the network is linear.
    norms = gradient_flow(*_scalar("relu", recurrent), IDS).hidden_norms
    np.testing.assert_allclose(norms / norms[0], recurrent ** np.arange(len(IDS) - 1))


@pytest.mark.parametrize("recurrent", [0.5, -1.2, 2.0])
def test_a_tanh_unit_passes_back_the_product_of_its_slopes(recurrent: float) -> None:
    hidden, states = 0.0, []
    for rank in IDS[:-1]:
        hidden = np.tanh((0.3, 0.7)[rank] + recurrent * hidden + 0.1)
        states.append(hidden)
    slopes = [recurrent * (1 - state**2) for state in reversed(states[1:])]
    expected = np.abs(np.cumprod([1.0, *slopes]))
    norms = gradient_flow(*_scalar("tanh", recurrent), IDS).hidden_norms
    np.testing.assert_allclose(norms / norms[0], expected)


def _flow(scale: float) -> GradientFlow:
    model = _model("rnn", hidden_size=16)
    # Inputs and biases are made small, so that tanh stays where it is steep.
    arrays = {
        name: array * (1e-12 if name.startswith("layers") and "hh" not in name else 1)
        for name, array in _arrays(model).items()
    }
    return gradient_flow(model.config, scaled_recurrence(arrays, scale), [0, 1, 2, 3, 4, 5] * 5)


def test_gradients_vanish_with_small_recurrent_weights_and_explode_with_large_ones() -> None:
    small, large = _flow(0.5).hidden_norms, _flow(3.0).hidden_norms
    assert small[20] < 1e-6 * small[0]
    assert large[20] > 1e3 * large[0]


def test_distances_begin_at_the_end_of_the_text() -> None:
    model = _model("lstm")
    flow = gradient_flow(model.config, _arrays(model), [0, 1, 2, 3])
    assert flow.steps == len(flow.hidden_norms) == len(flow.share_parts) == 3
    assert flow.hidden_norms[0] == pytest.approx(np.linalg.norm(flow.hidden[:, -1]))
    assert flow.cell is not None
    assert flow.cell_norms is not None
    assert flow.cell_norms[2] == pytest.approx(np.linalg.norm(flow.cell[:, 0]))


def test_only_an_lstm_has_gradients_of_a_cell_state() -> None:
    model = _model("gru")
    assert gradient_flow(model.config, _arrays(model), [0, 1]).cell_norms is None


def test_no_gradient_has_no_parts() -> None:
    config, arrays = _scalar("relu", 0.5)
    at_rest = {**arrays, "layers.0.bias": np.array([-9.0])}
    assert gradient_flow(config, at_rest, IDS).share_parts.tolist() == [0.0] * (len(IDS) - 1)


@pytest.mark.parametrize("ids", [[], [0]])
def test_a_text_with_nothing_to_predict_is_refused(ids: list[int]) -> None:
    with pytest.raises(CorpusError, match="at least two characters"):
        gradient_flow(*_scalar("tanh", 0.5), ids)
