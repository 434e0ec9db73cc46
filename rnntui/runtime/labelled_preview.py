"""Sizes of labelled texts, and how a network would read them, before any training run."""

from dataclasses import dataclass

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.text.labelled.batches import split_labelled
from rnntui.text.labelled.corpus import class_counts
from rnntui.text.labelled.vocabulary import token_vocabulary


@dataclass(frozen=True)
class LabelledPreview:
    """Sizes of a labelled corpus under a configuration.

    `classes` has the number of training texts of each class, held-out ones included;
    `learned` counts the texts to learn from, `tested` those of the test part;
    `notices` are sentences about how they were read.
    """

    name: str
    source: str
    classes: tuple[tuple[str, int], ...]
    learned: int
    tested: int
    vocab_size: int
    notices: tuple[str, ...] = ()


def preview_labelled(source: LabelledSource, config: ClassifyConfig) -> LabelledPreview:
    """Read and count the texts. Raises `CorpusError`."""
    corpus = source.read()
    split = split_labelled(len(corpus.train), config.val_fraction, config.seed)
    vocabulary = token_vocabulary(
        corpus.train.tokenised(config.units),
        split.train,
        max_size=config.vocab_size or None,
        min_count=config.min_count,
    )
    return LabelledPreview(
        corpus.name,
        corpus.source,
        tuple(zip(corpus.classes, class_counts(corpus, corpus.train), strict=True)),
        len(split.train),
        len(corpus.test) if corpus.test is not None else 0,
        len(vocabulary),
        corpus.notices,
    )
