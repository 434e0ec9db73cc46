"""The classifier's network: its size, its agreement with torch's own layers, and its padding."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from rnntui.errors import ConfigError
from rnntui.nets.classifier import Classifier, build_classifier
from rnntui.nets.classifier_config import (
    ClassifierConfig,
    classifier_layer_table,
    classifier_parameter_count,
    classifier_weight_shapes,
)
from rnntui.nets.keras_weights import start_as_keras
from rnntui.nets.tanh_recurrence import TanhRecurrence

KINDS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

IDS = torch.tensor([[1, 4, 0, 2, 6], [3, 3, 5, 0, 0], [6, 0, 0, 0, 0]])
LENGTHS = torch.tensor([5, 3, 1])


def network(**settings: object) -> Classifier:
    """A small network over seven ids and three classes."""
    small = {"vocab_size": 7, "classes": 3, "embedding_size": 4, "hidden_size": 5}
    return build_classifier(ClassifierConfig(**{**small, **settings}), seed=3)  # type: ignore[arg-type]


def oracle(model: Classifier, ids: Tensor, lengths: Tensor) -> Tensor:
    """The scores of the same weights in torch's own modules, with one-hot vectors laid out."""
    config = model.config
    rnn = KINDS[config.cell](
        config.input_size, config.hidden_size, config.num_layers, batch_first=True
    )
    for number, layer in enumerate(model.layers):
        getattr(rnn, f"weight_ih_l{number}").data = layer.weight_ih.detach()
        getattr(rnn, f"weight_hh_l{number}").data = layer.weight_hh.detach()
        getattr(rnn, f"bias_ih_l{number}").data = layer.bias.detach()
        getattr(rnn, f"bias_hh_l{number}").data = torch.zeros_like(layer.bias)
    if config.input_encoding == "one-hot":
        x = functional.one_hot(ids, config.vocab_size).float()
    else:
        x = functional.embedding(ids, model.embedding.weight)
    texts = [rnn(row[None, :length])[0][0] for row, length in zip(x, lengths, strict=True)]
    pools = {"last": lambda h: h[-1], "mean": lambda h: h.mean(0), "max": lambda h: h.amax(0)}
    return model.head(torch.stack([pools[config.pooling](h) for h in texts]))


@pytest.mark.parametrize(("input_encoding", "parameters"), [("one-hot", 4081), ("embedding", 8209)])
def test_the_reference_networks_have_their_parameters(input_encoding, parameters):
    config = ClassifierConfig(
        500,
        2,
        "rnn",
        input_encoding=input_encoding,
        embedding_size=16,
        hidden_size=8,
        head="sigmoid",
    )
    assert classifier_parameter_count(config) == parameters
    assert sum(w.numel() for w in build_classifier(config, 1).parameters()) == parameters
    assert sum(row.parameters for row in classifier_layer_table(config)) == parameters


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
@pytest.mark.parametrize("input_encoding", ["one-hot", "embedding"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_scores_are_those_of_torchs_layers_on_one_hot_vectors(cell, input_encoding, pooling):
    model = network(cell=cell, input_encoding=input_encoding, pooling=pooling, num_layers=2)
    scores = model(IDS, LENGTHS)
    torch.testing.assert_close(scores, oracle(model, IDS, LENGTHS))
    shapes = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    assert shapes == classifier_weight_shapes(model.config)


@given(st.integers(1, 12), st.integers(1, 40), st.integers(1, 70), st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_the_recurrence_by_hand_has_the_gradients_of_torchs(length, batch, size, seed):
    generator = torch.Generator().manual_seed(seed)
    products = torch.randn(length, batch, size, generator=generator).requires_grad_()
    weight = (torch.randn(size, size, generator=generator) / size**0.5).requires_grad_()
    wanted = torch.randn(length, batch, size, generator=generator)
    h, states = torch.zeros(batch, size), []
    for product in products:
        h = torch.tanh(product + h @ weight.t())
        states.append(h)
    expected = torch.autograd.grad((torch.stack(states) * wanted).sum(), (products, weight))
    ours = TanhRecurrence.apply(products, weight)
    torch.testing.assert_close(ours, torch.stack(states))
    for mine, theirs in zip(
        torch.autograd.grad((ours * wanted).sum(), (products, weight)), expected, strict=True
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("input_encoding", ["one-hot", "embedding"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_gradients_of_all_weights_are_those_of_one_hot_vectors_laid_out(cell, input_encoding):
    model = network(cell=cell, input_encoding=input_encoding, pooling="mean")
    model(IDS, LENGTHS).square().sum().backward()
    ours = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    model.zero_grad()
    laid_out = network(cell=cell, input_encoding=input_encoding, pooling="mean").double()
    # In double precision nothing runs by hand: the plain layers of torch do.
    laid_out(IDS, LENGTHS).square().sum().backward()
    for name, weight in laid_out.named_parameters():
        torch.testing.assert_close(ours[name], weight.grad.float(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_what_stands_behind_a_text_changes_nothing(cell, pooling):
    model = network(cell=cell, pooling=pooling)
    other = torch.where(torch.arange(5) >= LENGTHS[:, None], 5, IDS)
    longer = functional.pad(IDS, (0, 4), value=2)
    expected = model(IDS, LENGTHS)
    torch.testing.assert_close(model(other, LENGTHS), expected, rtol=0, atol=0)
    torch.testing.assert_close(model(longer, LENGTHS), expected)


def test_one_output_gives_the_probabilities_of_its_sigmoid():
    model = network(classes=2, head="sigmoid")
    scores = model(IDS, LENGTHS)
    assert model.head.weight.shape == (1, 5)
    torch.testing.assert_close(scores.softmax(1)[:, 1], scores[:, 1].sigmoid())
    labels = torch.tensor([0, 1, 1])
    expected = functional.binary_cross_entropy_with_logits(scores[:, 1], labels.float())
    torch.testing.assert_close(functional.cross_entropy(scores, labels), expected)


def test_dropout_is_drawn_from_its_generator_alone_and_left_out_without_one():
    model = network(dropout=0.5)
    one, same, other = (
        model(IDS, LENGTHS, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(model(IDS, LENGTHS), model(IDS, LENGTHS))


def test_a_network_depends_on_its_seed_alone():
    torch.manual_seed(5)
    one = build_classifier(network().config, 1).head.weight
    torch.manual_seed(6)
    assert torch.equal(one, build_classifier(network().config, 1).head.weight)
    assert not torch.equal(one, build_classifier(network().config, 2).head.weight)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_keras_weights_are_orthogonal_within_glorots_bound_and_without_biases(cell):
    model = network(cell=cell, vocab_size=50, embedding_size=20, hidden_size=30)
    start_as_keras(model, seed=1)
    layer = model.layers[0]
    torch.testing.assert_close(layer.weight_hh.t() @ layer.weight_hh, torch.eye(30))
    bound = (6 / sum(layer.weight_ih.shape)) ** 0.5
    assert bound * 0.9 < layer.weight_ih.abs().max() <= bound
    assert 0.045 < model.embedding.weight.abs().max() <= 0.05
    assert layer.bias.sum() == (30 if cell == "lstm" else 0)
    assert not model.head.bias.any()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"classes": 3, "head": "sigmoid"}, "--head sigmoid tells two classes apart"),
        ({"classes": 1}, "at least two classes"),
        ({"pooling": "sum"}, "--pooling sum is not known; it is one of last, mean, max"),
        ({"head": "tree"}, "--head tree is not known"),
        ({"hidden_size": 0}, "--hidden-size"),
    ],
)
def test_a_network_that_makes_no_sense_gets_a_sentence(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        ClassifierConfig(**{"vocab_size": 7, "classes": 2, **settings})
