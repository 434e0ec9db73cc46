"""Statistics of a corpus: size, lines, words and entropy, exactly."""

import math
from dataclasses import dataclass

import numpy as np

from rnntui.text.corpus import Corpus

_BLOCK = 1 << 20


@dataclass(frozen=True)
class TextStatistics:
    r"""Statistics of a text.

    `lines` counts a last line without `\n`, too; `words` counts runs without white space;
    `entropy_bits` is the entropy of a single character in bits, the loss of a unigram model
    fitted to the text.
    """

    characters: int
    symbols: int
    lines: int
    words: int
    entropy_bits: float

    @property
    def uniform_bits(self) -> float:
        """Bits per character if all symbols were equally likely."""
        return math.log2(self.symbols)


def text_statistics(corpus: Corpus) -> TextStatistics:
    """Compute the statistics of a corpus, a block of ids at a time."""
    symbols = corpus.vocabulary.symbols
    shares = np.array(corpus.counts, dtype=np.float64) / len(corpus)
    newlines = corpus.counts[symbols.index("\n")] if "\n" in symbols else 0
    ends_open = symbols[int(corpus.ids[-1])] != "\n"
    return TextStatistics(
        characters=len(corpus),
        symbols=len(symbols),
        lines=newlines + ends_open,
        words=_words(corpus),
        entropy_bits=float(-(shares * np.log2(shares)).sum()) + 0.0,
    )


def _words(corpus: Corpus) -> int:
    is_space = np.array([symbol.isspace() for symbol in corpus.vocabulary.symbols])
    words = 0
    after_space = True  # the beginning of the text counts as one
    for start in range(0, len(corpus), _BLOCK):
        space = is_space[corpus.ids[start : start + _BLOCK]]
        words += int(np.count_nonzero(space[:-1] & ~space[1:]))
        words += int(after_space and not space[0])
        after_space = bool(space[-1])
    return words
