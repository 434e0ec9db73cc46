"""Subwords as units: byte-pair encoding (Sennrich et al. 2016) by the library `tokenizers`.

Merges are counted within words (see `words.py`), so that no subword reaches from one into the next
and a line end is always one of its own. The library is needed to cut a text into subwords, not to
join them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from rnntui.errors import CorpusError
from rnntui.extras import import_extra
from rnntui.text.unit_kinds import Units
from rnntui.text.units.words import split_words
from rnntui.text.vocabulary import UNKNOWN, Ids, Vocabulary

_EXTRA: Final = "subwords"
_PURPOSE: Final = "A network of subwords (--units subwords)"


@dataclass(frozen=True)
class SubwordVocabulary(Vocabulary):
    """Subwords, with `UNKNOWN` for characters that the training part doesn't have.

    `merges` are pairs of symbols in the order in which they are joined. Raises `CorpusError` for a
    merge of symbols, or into one, that the vocabulary lacks.
    """

    merges: tuple[tuple[str, str], ...]

    units: ClassVar[Units] = "subwords"

    def __post_init__(self) -> None:
        super().__post_init__()
        for left, right in self.merges:
            if left not in self or right not in self or left + right not in self:
                raise CorpusError("A merge of subwords isn't one of symbols in the vocabulary.")

    def split(self, text: str) -> list[str]:
        """The subwords of `text`. Raises `MissingExtraError`."""
        subwords = []
        for word in split_words(text):
            data = word.encode("utf-8", "surrogatepass")
            for token in self._tokenizer.model.tokenize(word):
                first, last = token.offsets  # in bytes
                subwords.append(data[first:last].decode("utf-8", "surrogatepass"))
        return subwords

    def encode(self, text: str) -> Ids:
        """The ids of the subwords of `text`, that of `UNKNOWN` for an unknown character.

        Raises `MissingExtraError`.
        """
        words = split_words(text)
        return np.concatenate([np.empty(0, np.int64), *(self.of_words(words) if words else ())])

    def of_words(self, words: Sequence[str]) -> list[Ids]:
        """The ids of the subwords of each word. Raises `MissingExtraError`."""
        coded = self._tokenizer.encode_batch([[word] for word in words], is_pretokenized=True)
        return [np.array(one.ids, np.int64) for one in coded]

    @property
    def draws_after(self) -> int:
        """The id of the line end, after which a word begins."""
        return self._ranks.get("\n", -1)

    @cached_property
    def begins_word(self) -> npt.NDArray[np.bool_]:
        """The symbols that begin with a space."""
        return np.array([one.startswith(" ") for one in self.symbols], np.bool_)

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizers = import_extra(_EXTRA, _PURPOSE)
        return tokenizers.Tokenizer(
            tokenizers.models.BPE(
                vocab=dict(self._ranks), merges=list(self.merges), unk_token=UNKNOWN
            )
        )


def subword_vocabulary(words: Iterable[str], size: int, min_count: int) -> SubwordVocabulary:
    """Learn merges from the words of a training part, up to `size` symbols in all.

    Pairs of fewer than `min_count` occurrences aren't merged. The same words give the same merges.
    Raises `MissingExtraError`.
    """
    tokenizers = import_extra(_EXTRA, _PURPOSE)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=min_count,
        special_tokens=[UNKNOWN],
        show_progress=False,
    )
    model = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=UNKNOWN))
    model.train_from_iterator(words, trainer)
    learned = json.loads(model.to_str())["model"]
    ranks: dict[str, int] = learned["vocab"]
    symbols = sorted(ranks, key=ranks.__getitem__)
    merges = tuple((left, right) for left, right in learned["merges"])
    return SubwordVocabulary(tuple(symbols), merges)
