"""Encoded texts, their split into parts, and rectangular batches.

The texts of a batch are a pure function of seed and epoch, so a training run resumes at any batch
without storing a generator's state.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.ids import id_type
from rnntui.text.labelled.choices import End, Side
from rnntui.text.labelled.tokens import Offsets, TokenisedTexts
from rnntui.text.labelled.vocabulary import PADDING, START, UNKNOWN, TokenVocabulary
from rnntui.text.vocabulary import Ids

Indices = NDArray[np.int64]

_POOL = 50
"""Batches per pool sorted by length: few enough to stay shuffled."""


@dataclass(frozen=True, eq=False)
class EncodedTexts:
    """N texts as ids of a vocabulary, each starting with the start token.

    `ids` is flat, `[total]`, of the smallest type; `offsets` `[N + 1]` are the texts' starts. No
    text is empty.
    """

    ids: NDArray[np.unsignedinteger[Any]]
    offsets: Offsets

    def __len__(self) -> int:
        """N, the number of texts."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Ids:
        """The number of ids of each text `[N]`, the start token included."""
        return np.diff(self.offsets)

    def __getitem__(self, index: int) -> NDArray[np.unsignedinteger[Any]]:
        """The ids of text `index`, from 0."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]


@dataclass(frozen=True)
class TextSplit:
    """The training texts and the held-out ones, as indices in shuffled order."""

    train: Indices
    validation: Indices


def encode(texts: TokenisedTexts, vocabulary: TokenVocabulary) -> EncodedTexts:
    """Encode tokenised texts by a vocabulary of the same units."""
    if texts.units != vocabulary.units:
        raise CorpusError(
            f"The texts are cut into {texts.units}, but the vocabulary is of {vocabulary.units}."
        )
    kind = id_type(len(vocabulary))
    table = np.fromiter(map(vocabulary.index, texts.tokens), kind, count=len(texts.tokens))
    ids = np.full(len(texts.numbers) + len(texts), START, dtype=kind)
    begins = texts.offsets[:-1] + np.arange(len(texts))
    is_token = np.ones(len(ids), dtype=bool)
    is_token[begins] = False
    ids[is_token] = table[texts.numbers]
    return EncodedTexts(ids, texts.offsets + np.arange(len(texts) + 1))


def encode_texts(texts: Iterable[str], vocabulary: TokenVocabulary) -> EncodedTexts:
    """Encode texts outside a corpus, such as a typed sentence."""
    pieces = [vocabulary.encode(text) for text in texts]
    kind = id_type(len(vocabulary))
    flat = np.concatenate(pieces).astype(kind) if pieces else np.zeros(0, dtype=kind)
    ends = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    return EncodedTexts(flat, ends)


def unknown_share(texts: EncodedTexts) -> float:
    """The share of unknown tokens, start tokens not counted."""
    tokens = len(texts.ids) - len(texts)
    return float(np.count_nonzero(texts.ids == UNKNOWN)) / tokens if tokens else 0.0


def split_labelled(n: int, fraction: float, seed: int) -> TextSplit:
    """Hold out a shuffled `fraction` of `n` texts, rounded up.

    The held-out ones come first in the permutation, as in scikit-learn's `train_test_split`. The
    permutation is by NumPy's legacy generator, which is guaranteed never to change. A fraction of 0
    holds nothing out. Raises `CorpusError` if nothing is left to train on.
    """
    held_out = math.ceil(n * fraction)
    if held_out >= n:
        raise CorpusError(
            f"None of {n} texts is left to train on with {fraction:g} of them held out; "
            "choose a smaller --val-fraction."
        )
    order = np.random.RandomState(seed).permutation(n).astype(np.int64)
    return TextSplit(order[held_out:], order[:held_out])


def padded(
    texts: EncodedTexts,
    indices: Sequence[int] | Indices,
    length: int,
    side: Side = "front",
    keep: End = "last",
) -> Ids:
    """Texts cut and padded to one length, `[B, length]`.

    Longer texts keep their first or last `length` ids; shorter ones are padded in front or behind.
    """
    chosen = np.asarray(indices, dtype=np.int64)
    starts, ends = texts.offsets[chosen], texts.offsets[chosen + 1]
    kept = np.minimum(ends - starts, length)  # [B]
    if keep == "last":
        starts = ends - kept
    # Each column's position in the kept part of its row; outside it for padding.
    columns = np.arange(length)[None, :] - (length - kept if side == "front" else 0 * kept)[:, None]
    inside = (columns >= 0) & (columns < kept[:, None])
    places = np.where(inside, starts[:, None] + columns, 0)
    return np.where(inside, texts.ids[places], PADDING).astype(np.int64)


def shuffled_batches(
    indices: Indices, batch_size: int, seed: int, epoch: int
) -> tuple[Indices, ...]:
    """Cut shuffled indices into batches, the last of which may be smaller."""
    return _cut(_shuffled(indices, seed, epoch), batch_size)


def bucketed_batches(
    lengths: Ids, indices: Indices, batch_size: int, seed: int, epoch: int
) -> tuple[Indices, ...]:
    """Cut shuffled indices into batches of texts of similar length, in shuffled order.

    `lengths` `[N]` are those of all texts. The texts of every fifty batches are sorted by length
    together, for little padding and different batches in every epoch.
    """
    order = _shuffled(indices, seed, epoch)
    pools = _cut(order, batch_size * _POOL)
    batches = [
        batch
        for pool in pools
        for batch in _cut(pool[np.argsort(lengths[pool], kind="stable")], batch_size)
    ]
    places = _shuffled(np.arange(len(batches)), seed, epoch)
    return tuple(batches[place] for place in places)


def _shuffled(indices: Indices, seed: int, epoch: int) -> Indices:
    return np.random.RandomState([seed, epoch]).permutation(indices)


def _cut(indices: Indices, size: int) -> tuple[Indices, ...]:
    return tuple(indices[start : start + size] for start in range(0, len(indices), size))
