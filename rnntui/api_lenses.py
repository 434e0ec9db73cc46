"""What notebooks call to look inside a network: the lenses, on a checkpoint and a text.

Every function is reached as `rnntui.NAME`, and gives plain arrays in a frozen dataclass. A text is
normalised as the network's own; one with characters that it doesn't know is a `CorpusError`.
The examples are run as tests.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnntui.lenses.activations import Activations
    from rnntui.lenses.embedding_map import EmbeddingMap
    from rnntui.lenses.influence import Influence
    from rnntui.lenses.neurons import UnitCorrelations
    from rnntui.lenses.surprise import Surprise
    from rnntui.nets.arrays import Arrays
    from rnntui.nets.config import ModelConfig
    from rnntui.tasks.characters.checkpoint import Checkpoint
    from rnntui.text.vocabulary import Ids


def activations(checkpoint: "Checkpoint", text: str) -> "Activations":
    """Read a text; give every gate and state over time, `[T, H]` each, and the logits `[T, V]`.

    >>> import rnntui
    >>> inside = rnntui.activations(rnntui.load_checkpoint("tiny"), "ORSOLA")
    >>> list(inside.layers[0].gates), inside.layers[0].states["c"].shape
    (['input', 'forget', 'cell', 'output'], (6, 128))
    """
    from rnntui.lenses import activations as lens

    return lens.activations(*_network(checkpoint), _ids(checkpoint, text))


def neurons(
    checkpoint: "Checkpoint", text: str, *, patterns: Sequence[str] = ()
) -> "UnitCorrelations":
    """Measure what each unit tracks: its correlation with features of a text.

    Features are position in the line, quotations, capitals and the like (`--neurons` shows
    them), and what each of the regular expressions `patterns` matches. Raises `ConfigError` for
    one that is not valid.

    >>> import rnntui
    >>> found = rnntui.neurons(rnntui.load_checkpoint("tiny"), "ORSOLA:\\nThe tide is out.\\n")
    >>> best, *_ = found.of_feature("word length", 3)
    >>> abs(best.correlation) > 0.5
    True
    """
    from rnntui.lenses.neurons import unit_correlations
    from rnntui.lenses.text_features import text_features

    ids = _ids(checkpoint, text)
    read = checkpoint.header.vocabulary.decode(ids)
    features = text_features(read, {pattern: pattern for pattern in patterns})
    return unit_correlations(*_network(checkpoint), ids, features)


def influence(
    checkpoint: "Checkpoint", text: str, places: Sequence[int] | None = None
) -> "Influence":
    """Measure how strongly each character acts on the prediction behind each place, from 0 on.

    Without `places`, on all of them.

    >>> import rnntui
    >>> found = rnntui.influence(rnntui.load_checkpoint("tiny"), "ORSOLA")
    >>> found.norms.shape, bool(found.norms[3, 4:].any())
    ((6, 6), False)
    """
    from rnntui.lenses import influence as lens

    ids = _ids(checkpoint, text).tolist()
    asked = range(len(ids)) if places is None else places
    return lens.influence(*_network(checkpoint), ids, asked)


def surprise(checkpoint: "Checkpoint", text: str) -> "Surprise":
    """Measure how unexpected each character is, in bits, to the network and an n-gram model.

    The n-gram model is counted on the text that the network learned from; where that is gone,
    there is none.

    >>> import rnntui
    >>> found = rnntui.surprise(rnntui.load_checkpoint("tiny"), "ORSOLA:\\nThe tide is out.\\n")
    >>> found.bits_per_char < 4, len(found.bits)
    (True, 24)
    """
    from rnntui.lenses import surprise as lens
    from rnntui.tasks.characters.scoring import learned_ids

    ids = _ids(checkpoint, text)
    return lens.surprise(*_network(checkpoint), ids, learned_ids(checkpoint))


def embedding_map(checkpoint: "Checkpoint") -> "EmbeddingMap":
    """Place the vectors of the network's symbols in the plane of their principal components.

    >>> import rnntui
    >>> checkpoint = rnntui.load_checkpoint("tiny")
    >>> plane = rnntui.embedding_map(checkpoint)
    >>> near = plane.neighbours(checkpoint.header.vocabulary.index("."), 2)
    >>> [checkpoint.header.vocabulary.symbols[each.id] for each in near]
    ['!', '?']
    """
    from rnntui.lenses import embedding_map as lens

    return lens.embedding_map(checkpoint.network, checkpoint.header.vocabulary.symbols)


def _network(checkpoint: "Checkpoint") -> "tuple[ModelConfig, Arrays]":
    return checkpoint.header.model, checkpoint.network


def _ids(checkpoint: "Checkpoint", text: str) -> "Ids":
    import numpy as np

    from rnntui.sampling.prime import exact_ids

    header = checkpoint.header
    return np.array(exact_ids(text, header.vocabulary, header.normalisation), np.int64)
