"""Cuts encoded text into batches: streams with carried state, or shuffled windows.

A batch is a pure function of the text, the shape, the seed and its position, so a training run
resumes at any batch without storing a generator's state.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.vocabulary import AnyIds, Ids

MIN_VALIDATION_CHARACTERS = 100
"""Fewest characters of a held-out part; a shorter one isn't held out."""


@dataclass(frozen=True)
class Batch:
    """Characters and their targets, the next characters.

    `inputs` is `[B, T]`; `targets` `[B, T]` for streams, `[B, 1]` for windows.
    """

    inputs: Ids
    targets: Ids


class Batches(Protocol):
    """A text cut into `batches_per_epoch` batches, each accessed by its number."""

    @property
    def batches_per_epoch(self) -> int:
        """Batches in one pass over the text."""

    @property
    def batch_size(self) -> int:
        """B, the number of sequences in a batch."""

    @property
    def characters_per_batch(self) -> int:
        """Predictions per batch."""

    def batch(self, epoch: int, index: int) -> Batch:
        """Batch `index` of pass `epoch`, both from 0."""


@dataclass(frozen=True)
class StreamBatches:
    """`[B, T]` cuts of B contiguous streams, for truncated BPTT with carried state.

    The text is cropped to `batches_per_epoch · B · T` characters; stream `b`
    continues in the next batch where it stopped in this one. The target of the very last
    character is the first one, as the text wraps around.
    """

    ids: AnyIds
    batch_size: int
    seq_length: int

    @property
    def batches_per_epoch(self) -> int:
        """Whole batches in the text."""
        return len(self.ids) // self.characters_per_batch

    @property
    def characters_per_batch(self) -> int:
        """B·T predictions."""
        return self.batch_size * self.seq_length

    def batch(self, epoch: int, index: int) -> Batch:  # noqa: ARG002
        """Columns `index·T` to `(index + 1)·T` of every stream; the same in every epoch."""
        stream_length = self.batches_per_epoch * self.seq_length
        starts = np.arange(self.batch_size) * stream_length + index * self.seq_length
        positions = starts[:, None] + np.arange(self.seq_length + 1)  # [B, T + 1]
        positions %= self.batch_size * stream_length
        cut = self.ids[positions].astype(np.int64)
        return Batch(cut[:, :-1], cut[:, 1:])


@dataclass(frozen=True)
class PieceBatches:
    """The text cut into pieces of `seq_length`, each a batch of one sequence; the last is shorter.

    Every character is read once an epoch. The very last one has no successor and is its own
    target.
    """

    ids: AnyIds
    seq_length: int

    @property
    def batches_per_epoch(self) -> int:
        """Number of pieces, a shorter last one included."""
        return -(-len(self.ids) // self.seq_length)

    @property
    def batch_size(self) -> int:
        """One sequence."""
        return 1

    @property
    def characters_per_batch(self) -> int:
        """The predictions of a whole piece."""
        return self.seq_length

    def batch(self, epoch: int, index: int) -> Batch:  # noqa: ARG002
        """Piece `index`; the same in every epoch."""
        first = index * self.seq_length
        last = min(first + self.seq_length, len(self.ids))
        positions = np.minimum(np.arange(first, last + 1), len(self.ids) - 1)
        cut = self.ids[positions].astype(np.int64)[None]
        return Batch(cut[:, :-1], cut[:, 1:])


_BLOCK = 8192
"""Ranks whose places in the order of windows are computed at a time."""


@dataclass(frozen=True)
class WindowBatches:
    """Every run of `window` characters once an epoch, in a new random order each time.

    The order is a keyed permutation, computed on demand without memory. The last batch may be
    smaller.
    """

    ids: AnyIds
    batch_size: int
    window: int
    seed: int

    @property
    def windows(self) -> int:
        """Number of windows with a next character to predict."""
        return len(self.ids) - self.window

    @property
    def batches_per_epoch(self) -> int:
        """Batches in one pass, a smaller last one included."""
        return -(-self.windows // self.batch_size)

    @property
    def characters_per_batch(self) -> int:
        """One prediction for each window of a full batch."""
        return self.batch_size

    def batch(self, epoch: int, index: int) -> Batch:
        """Windows `index·B` to `(index + 1)·B` in the order of pass `epoch`."""
        first = index * self.batch_size
        last = min(first + self.batch_size, self.windows)
        key = (self.seed << 32) ^ epoch
        blocks = range(first // _BLOCK, -(-last // _BLOCK))
        order = np.concatenate([_permuted_block(block, self.windows, key) for block in blocks])
        starts = order[first - blocks.start * _BLOCK : last - blocks.start * _BLOCK]
        cut = self.ids[starts[:, None] + np.arange(self.window + 1)].astype(np.int64)
        return Batch(cut[:, :-1], cut[:, -1:])


@lru_cache(maxsize=4)
def _permuted_block(block: int, size: int, key: int) -> NDArray[np.int64]:
    """Where the permutation sends the ranks of a block: many at once cost little more than few."""
    ranks = np.arange(block * _BLOCK, min((block + 1) * _BLOCK, size), dtype=np.uint64)
    starts = permuted(ranks, size, key)
    starts.flags.writeable = False
    return starts


def permuted(ranks: NDArray[np.uint64], size: int, key: int) -> NDArray[np.int64]:
    """The images of `ranks` under a keyed permutation of `range(size)`, in constant memory.

    A balanced Feistel network (Luby and Rackoff 1988) of four rounds over the next even number of
    bits; numbers out of range follow their cycle until they are inside (Black and Rogaway 2002), at
    most four times the work on average.
    """
    half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
    low = np.uint64((1 << half) - 1)
    shift = np.uint64(half)
    # Scrambled first, or neighbouring keys would share three of four round keys.
    scrambled = mix(np.array([key % 2**64], dtype=np.uint64))
    round_keys = mix(scrambled ^ np.arange(1, 5, dtype=np.uint64))
    result = ranks.copy()
    outside = np.ones(len(ranks), dtype=bool)
    while outside.any():
        left, right = result[outside] >> shift, result[outside] & low
        for round_key in round_keys:
            left, right = right, left ^ (mix(right ^ round_key) & low)
        result[outside] = (left << shift) | right
        outside = result >= np.uint64(size)
    return result.astype(np.int64)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def split(ids: AnyIds, val_fraction: float) -> tuple[AnyIds, AnyIds]:
    """The training part and the held-out tail, which is empty if it would be too short."""
    cut = int(len(ids) * (1.0 - val_fraction))
    if val_fraction <= 0 or len(ids) - cut < MIN_VALIDATION_CHARACTERS:
        cut = len(ids)
    return ids[:cut], ids[cut:]


def fitting_stream_shape(characters: int, batch_size: int, seq_length: int) -> tuple[int, int]:
    """The largest `(batch_size, seq_length)`, up to those given, of which the text fills a batch.

    The batch is narrowed first, since shorter sequences change what can be learned.
    Raises `CorpusError` for a text of fewer than two characters.
    """
    if characters < 2:
        raise CorpusError("The text has fewer than two characters, too few to train on.")
    seq_length = min(seq_length, characters)
    return min(batch_size, characters // seq_length), seq_length


def fitting_window_shape(characters: int, batch_size: int, window: int) -> tuple[int, int]:
    """The largest `(batch_size, window)`, up to those given, with a next character to predict.

    Raises `CorpusError` for a text of fewer than two characters.
    """
    if characters < 2:
        raise CorpusError("The text has fewer than two characters, too few to train on.")
    window = min(window, characters - 1)
    return min(batch_size, characters - window), window
