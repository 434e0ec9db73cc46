"""Statistics of a labelled corpus, before training."""

from dataclasses import asdict, dataclass
from typing import Any

from rnntui.text.labelled.batches import encode, split_labelled, unknown_share
from rnntui.text.labelled.choices import Units
from rnntui.text.labelled.corpus import LabelledCorpus, class_counts
from rnntui.text.labelled.statistics import (
    InputSize,
    LengthBin,
    LengthStatistics,
    length_histogram,
    length_statistics,
)
from rnntui.text.labelled.vocabulary import token_vocabulary


@dataclass(frozen=True)
class TextSettings:
    """A classifier's text settings, by the names of its configuration.

    0 means no limit for `vocab_size` and `max_length`.
    """

    units: Units = "words"
    vocab_size: int = 500
    min_count: int = 1
    max_length: int = 100
    val_fraction: float = 0.2
    seed: int = 42


@dataclass(frozen=True)
class ClassSize:
    """A class with its numbers of training and test texts."""

    name: str
    train: int
    test: int


@dataclass(frozen=True)
class LabelledFigures:
    """Statistics of a labelled corpus.

    `lengths` and `histogram` are of the training texts without the held-out ones, in ids with the
    start token; the vocabulary is counted on them, too. `distinct` is the number of different units
    in the whole training part, `unknown` the share of its units without an id, `size` its size.
    """

    name: str
    source: str
    content_hash: str
    classes: tuple[ClassSize, ...]
    reading: TextSettings
    lengths: LengthStatistics
    histogram: tuple[LengthBin, ...]
    distinct: int
    unknown: float
    size: InputSize

    def as_json(self) -> dict[str, Any]:
        """The statistics as a JSON object."""
        return {
            **asdict(self),
            "size": {
                **asdict(self.size),
                "ids_bytes": self.size.ids_bytes,
                "one_hot_bytes": self.size.one_hot_bytes,
            },
        }


def labelled_figures(corpus: LabelledCorpus, reading: TextSettings) -> LabelledFigures:
    """Compute the statistics. Raises `CorpusError` if no texts are left to train on."""
    split = split_labelled(len(corpus.train), reading.val_fraction, reading.seed)
    tokens = corpus.train.tokenised(reading.units)
    vocabulary = token_vocabulary(
        tokens, split.train, max_size=reading.vocab_size or None, min_count=reading.min_count
    )
    encoded = encode(tokens, vocabulary)
    lengths = encoded.lengths[split.train]
    train = class_counts(corpus, corpus.train)
    test = class_counts(corpus, corpus.test) if corpus.test else (0,) * len(train)
    longest = int(encoded.lengths.max())
    return LabelledFigures(
        name=corpus.name,
        source=corpus.source,
        content_hash=corpus.content_hash,
        classes=tuple(map(ClassSize, corpus.classes, train, test)),
        reading=reading,
        lengths=length_statistics(lengths),
        histogram=length_histogram(lengths),
        distinct=len(tokens.tokens),
        unknown=unknown_share(encoded),
        size=InputSize(len(corpus.train), reading.max_length or longest, len(vocabulary)),
    )
