"""Merges rare characters of a text into one unknown symbol, which is read but never generated."""

import math
from dataclasses import replace

import numpy as np

from rnntui.errors import CorpusError
from rnntui.text.corpus import Corpus
from rnntui.text.ids import translated_ids
from rnntui.text.vocabulary import UNKNOWN, Vocabulary


def with_rare_merged(corpus: Corpus, min_count: int) -> Corpus:
    """The text with all characters of fewer than `min_count` occurrences merged into `UNKNOWN`.

    `UNKNOWN` is the last symbol of the vocabulary; without rare characters the text is unchanged.
    Raises `CorpusError` if no other symbol is left.
    """
    pairs = zip(corpus.vocabulary.symbols, corpus.counts, strict=True)
    kept = tuple(symbol for symbol, count in pairs if count >= min_count)
    if len(kept) == len(corpus.vocabulary):
        return corpus
    if not kept:
        raise CorpusError(
            f"No character of '{corpus.name}' occurs {min_count:,} times; lower --min-count."
        )
    merged = in_vocabulary(corpus, Vocabulary((*kept, UNKNOWN)))
    notice = rare_sentence(corpus, merged, min_count)
    return replace(merged, notices=(*corpus.notices, notice))


def in_vocabulary(corpus: Corpus, vocabulary: Vocabulary) -> Corpus:
    """The text in the ids of another vocabulary, which has all its characters or `UNKNOWN`."""
    translation = vocabulary.translation_from(corpus.vocabulary)
    kind = np.min_scalar_type(len(vocabulary) - 1)
    counts = np.zeros(len(vocabulary), np.int64)
    np.add.at(counts, translation, corpus.counts)
    return replace(
        corpus,
        vocabulary=vocabulary,
        ids=translated_ids(corpus.ids, translation.astype(kind)),
        counts=tuple(counts.tolist()),
    )


def rare_sentence(corpus: Corpus, merged: Corpus, min_count: int) -> str:
    """A sentence about the share of the unknown symbol and its effect on the loss."""
    unknown = merged.vocabulary.unknown
    assert unknown is not None
    times, distinct = merged.counts[unknown], rare_symbols(corpus, merged.vocabulary)
    share = times / max(1, len(corpus))
    return (
        f"{distinct:,} of {len(corpus.vocabulary):,} characters occur less than {min_count:,} times"
        f" (--min-count) and are one unknown symbol, {share:.2%} of the text, which is never"
        f" generated. {told_apart(share, distinct)}"
    )


def told_apart(share: float, distinct: int) -> str:
    """A sentence about the bits per character missing for merged symbols."""
    return (
        "Bits per character count them as one; telling them apart would take"
        f" {bits_to_tell_apart(share, distinct):.4f} more if all were equally likely."
    )


def bits_to_tell_apart(share: float, distinct: int) -> float:
    """Bits per character to tell `distinct` merged characters apart, which are `share` of a text.

    All are taken as equally likely, as in the adjusted perplexity of Ueberla (1994).
    """
    return share * math.log2(max(1, distinct))


def rare_symbols(corpus: Corpus, vocabulary: Vocabulary) -> int:
    """The number of a text's characters without a symbol of their own in a vocabulary."""
    return sum(symbol not in vocabulary for symbol in corpus.vocabulary.symbols)
