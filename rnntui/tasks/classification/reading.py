"""Predictions of a trained classifier: class probabilities of a text, also token by token.

Needs no torch: a text is read by the NumPy network that sampling uses, which for one text at a
time is faster than torch. Agreement with the torch network is tested.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.arrays import Floats32
from rnntui.nets.classifier_config import Pooling
from rnntui.nets.numpy_network import NumpyNetwork
from rnntui.tasks.classification.batches import read_lengths
from rnntui.tasks.classification.checkpoint import ClassifierCheckpoint
from rnntui.text.labelled.batches import encode_texts, padded
from rnntui.text.labelled.tokens import units_of
from rnntui.text.labelled.vocabulary import UNKNOWN
from rnntui.text.vocabulary import Ids


@dataclass(frozen=True, eq=False)
class ReadText:
    """A text as a network reads it.

    `tokens` are those that it reads, of a long text only the first or last ones; `known`
    says which of them are in its vocabulary; both `[T]`. `probabilities` `[T, C]` are the class
    probabilities after each token.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    probabilities: NDArray[np.float64]


class ClassifierReader:
    """Predicts classes with the weights of a checkpoint."""

    def __init__(self, checkpoint: ClassifierCheckpoint) -> None:
        """Load the network of a checkpoint."""
        header = checkpoint.header
        self.classes = header.classes
        self._config, self._model, self._vocabulary = (
            header.config,
            header.model,
            header.vocabulary,
        )
        self._network = NumpyNetwork(header.model.body, checkpoint.weights)
        self._head = (checkpoint.weights["head.weight"], checkpoint.weights["head.bias"])

    def probabilities(self, text: str) -> tuple[tuple[str, float], ...]:
        """The classes with their probabilities, in the order of `classes`."""
        last = self._answers(self._ids(text))[-1]
        return tuple(zip(self.classes, last.tolist(), strict=True))

    def after_each_token(self, text: str) -> ReadText:
        """The text's tokens and the prediction after each; the last is the network's answer."""
        ids = self._ids(text)
        tokens = units_of(text, self._config.units)
        # The additional id, read first, is the start's.
        if self._config.keep == "first":
            tokens = tokens[: len(ids) - 1]
        else:
            tokens = tokens[max(0, len(tokens) - len(ids)) :]
        return ReadText(
            tuple(tokens),
            tuple(self._vocabulary.index(token) != UNKNOWN for token in tokens),
            self._answers(ids)[len(ids) - len(tokens) :],
        )

    def _ids(self, text: str) -> Ids:
        """The ids that the network reads, including padding in front, `[P]`."""
        config, texts = self._config, encode_texts([text], self._vocabulary)
        length = int(read_lengths(texts, config)[0])
        return np.asarray(padded(texts, [0], length, config.padding, config.keep)[0])

    def _answers(self, ids: Ids) -> NDArray[np.float64]:
        """Class probabilities after each id, `[P, C]`."""
        state = self._network.zero_state(1)
        states = np.empty((len(ids), self._model.hidden_size), np.float32)
        for place in range(len(ids)):
            state = self._network.read(ids[place : place + 1], state)
            states[place] = state[-1][0][0]
        weight, bias = self._head
        scores = (_pooled(states, self._model.pooling) @ weight.T + bias).astype(np.float64)
        if self._model.head == "sigmoid":
            scores = np.concatenate((np.zeros_like(scores), scores), axis=1)
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def _pooled(states: Floats32, pooling: Pooling) -> Floats32:
    """The head's input after each id, pooled from the hidden states, both `[P, H]`."""
    if pooling == "mean":
        counts = np.arange(1, len(states) + 1, dtype=np.float32)[:, None]
        return np.asarray(states.cumsum(axis=0) / counts)
    return np.maximum.accumulate(states) if pooling == "max" else states
