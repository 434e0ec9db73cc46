"""Going on from a trained network on another text: its architecture, its vocabulary and more."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from rnntui.errors import ConfigError
from rnntui.text.corpus import Corpus
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.checkpoints import Header
from rnntui.training.config import TrainConfig
from rnntui.training.settings import flag

TAKEN = (
    "cell",
    "nonlinearity",
    "input_encoding",
    "embedding_size",
    "hidden_size",
    "num_layers",
    "connections",
    "window",
    "normalise",
)
"""Settings that come with the network and can't be others."""


def adopted_config(config: TrainConfig, asked: Collection[str], header: Header) -> TrainConfig:
    """`config` with the architecture of a trained network.

    Raises `ConfigError` for a setting among `asked` that the network has otherwise.
    """
    model = header.model
    own = {name: getattr(model, name) for name in TAKEN if name != "normalise"}
    own["normalise"] = header.normalisation.steps
    # The order in which steps of normalisation are given means nothing.
    config = replace(config, normalise=Normalisation(config.normalise).steps)
    for name in asked:
        if name in own and getattr(config, name) != own[name]:
            raise ConfigError(
                f"{flag(name)} can't be chosen with --init-from: the network has {own[name]}."
            )
    return replace(config, **own)


def over_vocabulary(corpus: Corpus, vocabulary: Vocabulary) -> tuple[Corpus, tuple[str, ...]]:
    """The text in the ids of `vocabulary`, with characters that are new to it added behind.

    Returns those, too.
    """
    added = tuple(symbol for symbol in corpus.vocabulary.symbols if symbol not in vocabulary)
    if corpus.vocabulary == vocabulary:
        return corpus, ()
    extended = Vocabulary((*vocabulary.symbols, *added))
    translation = extended.translation_from(corpus.vocabulary)
    kind = np.min_scalar_type(len(extended) - 1)
    counts = np.zeros(len(extended), np.int64)
    counts[translation] = corpus.counts
    return (
        replace(
            corpus,
            vocabulary=extended,
            ids=translation.astype(kind)[corpus.ids],
            counts=tuple(int(count) for count in counts),
        ),
        added,
    )
