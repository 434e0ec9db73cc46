"""Fine-tuning on another text: the network's architecture, and its extended vocabulary."""

from collections.abc import Collection
from dataclasses import replace

from rnntui.errors import ConfigError
from rnntui.tasks.characters.checkpoint import Header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.corpus import Corpus
from rnntui.text.in_units import over
from rnntui.text.normalisation import Normalisation
from rnntui.text.rare import in_vocabulary, rare_sentence
from rnntui.text.vocabulary import UNKNOWN, Vocabulary
from rnntui.training.settings.declaring import flag

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
    "units",
)
"""Settings that come with the network and can't be changed."""


def adopted_config(config: TrainConfig, asked: Collection[str], header: Header) -> TrainConfig:
    """`config` with the architecture of a trained network.

    Raises `ConfigError` for a setting in `asked` that contradicts the network.
    """
    model = header.model
    own = {name: getattr(model, name) for name in TAKEN if hasattr(model, name)}
    own |= {"normalise": header.normalisation.steps, "units": header.config.units}
    # The order of normalisation steps in a configuration has no meaning.
    config = replace(config, normalise=Normalisation(config.normalise).steps)
    for name in asked:
        if name in own and getattr(config, name) != own[name]:
            raise ConfigError(
                f"{flag(name)} can't be set with --init-from: the network has {own[name]}."
            )
    if "min_count" not in asked:
        own["min_count"] = header.config.min_count
    own["vocabulary_size"] = header.config.vocabulary_size
    return replace(config, **own)


def over_vocabulary(
    corpus: Corpus, vocabulary: Vocabulary, min_count: int = 1
) -> tuple[Corpus, tuple[str, ...]]:
    """The text in the ids of `vocabulary`, extended by its new characters; returns these, too.

    Words and subwords that a network doesn't have become its unknown symbol. New characters that
    occur less than `min_count` times become the unknown symbol, which is
    added if missing.
    """
    if vocabulary.units != "characters":
        return over(corpus, vocabulary), ()
    if corpus.vocabulary == vocabulary:
        return corpus, ()
    pairs = zip(corpus.vocabulary.symbols, corpus.counts, strict=True)
    new = {symbol: count for symbol, count in pairs if symbol not in vocabulary}
    added = tuple(symbol for symbol, count in new.items() if count >= min_count)
    is_short = len(added) < len(new) and vocabulary.unknown is None
    unknown = (UNKNOWN,) if is_short else ()
    moved = in_vocabulary(corpus, Vocabulary((*vocabulary.symbols, *added, *unknown)))
    if len(added) < len(new):
        notice = rare_sentence(corpus, moved, min_count)
        moved = replace(moved, notices=(*corpus.notices, notice))
    return moved, added
