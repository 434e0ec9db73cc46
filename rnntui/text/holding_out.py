"""Holds out a part of a text for validation, and tests whether its tail is typical.

A list is seldom in random order: the tail of a sorted one is a language of its own, so lines
spread over all of it are held out instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnntui.text.batches import MIN_VALIDATION_CHARACTERS, mix, split
from rnntui.text.val_split import ValSplit
from rnntui.text.vocabulary import AnyIds, Vocabulary

ROUNDS = 199
"""Random choices that a tail is compared with: a false alarm in at most one of 200 texts."""

FEWEST_ROUNDS = 19
"""Rounds after which a small difference, however significant, is ignored."""

SMALL_GAP = 0.2
"""The usual drift of a long text in bits per character: parts of a book differ that much."""

MOST_COMPARED = 200_000
"""Most characters compared; of a longer text, pieces from all over it."""

PIECE = 100
"""Characters per piece, for texts with too few lines or too many characters."""

FEWEST_LINES = 50
"""Fewest lines of a text compared line by line."""


def hold_out(
    ids: AnyIds,
    vocabulary: Vocabulary,
    val_fraction: float,
    val_split: ValSplit,
    lengths: AnyIds | None = None,
) -> tuple[AnyIds, AnyIds]:
    """Split a text into a training part and a held-out part, empty if it would be too short.

    `lines` holds out one random line of each stretch of `1 / val_fraction` lines, the same ones
    for every random seed; of a text with too few lines the tail is held out (see
    `holds_lines_out`). With `lengths`, the characters of each id, the tail begins where it would
    if the ids were characters, so that networks of all units are measured on the same text.
    """
    held = _held(ids, vocabulary, val_fraction, val_split, lengths)
    return _split_at(ids, held)


def hold_out_lengths(
    lengths: AnyIds,
    ids: AnyIds,
    vocabulary: Vocabulary,
    val_fraction: float,
    val_split: ValSplit,
) -> tuple[AnyIds, AnyIds]:
    """The `lengths` of the ids in the two parts of `hold_out`."""
    return _split_at(lengths, _held(ids, vocabulary, val_fraction, val_split, lengths))


def _split_at(values: AnyIds, held: int | NDArray[np.bool_]) -> tuple[AnyIds, AnyIds]:
    """Values of the two parts, which a position divides, or a mask `[n]` of the held-out part."""
    if isinstance(held, int):
        return values[:held], values[held:]
    return values[~held], values[held]


def _held(
    ids: AnyIds,
    vocabulary: Vocabulary,
    val_fraction: float,
    val_split: ValSplit,
    lengths: AnyIds | None,
) -> int | NDArray[np.bool_]:
    """The position at which the held-out tail begins, or a mask `[n]` of the held-out lines."""
    if val_split == "lines" and val_fraction > 0:
        ends = _line_ends(ids, vocabulary)
        chosen = _spread(len(ends), val_fraction)
        if len(chosen):
            sizes = np.diff(ends, prepend=0)
            is_held = np.zeros(len(ends), np.bool_)
            is_held[chosen] = True
            held = np.repeat(is_held, sizes)  # [n]
            characters = np.count_nonzero(held) if lengths is None else int(lengths[held].sum())
            return len(ids) if characters < MIN_VALIDATION_CHARACTERS else held
    if lengths is None:
        return len(split(ids, val_fraction)[0])
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    cut = int(total * (1.0 - val_fraction))
    if val_fraction <= 0 or total - cut < MIN_VALIDATION_CHARACTERS:
        return len(ids)
    return int(np.searchsorted(ends, cut, side="right"))


def holds_lines_out(ids: AnyIds, vocabulary: Vocabulary, val_fraction: float) -> bool:
    """Whether a text has enough lines to hold some out."""
    return len(_spread(len(_line_ends(ids, vocabulary)), val_fraction)) > 0


def _line_ends(ids: AnyIds, vocabulary: Vocabulary) -> NDArray[np.intp]:
    """The end of each line, after its line end; the last line may lack one."""
    if "\n" not in vocabulary:
        return np.array([len(ids)], np.intp)
    ends = np.flatnonzero(ids == vocabulary.index("\n")) + 1
    if len(ids) and (not len(ends) or ends[-1] < len(ids)):
        ends = np.append(ends, len(ids))
    return ends


def _spread(lines: int, share: float) -> NDArray[np.int64]:
    """The numbers of the lines to hold out: one of each stretch, chosen by a hash."""
    held = round(lines * share)
    if not held:
        return np.empty(0, np.int64)
    bounds = np.arange(held + 1) * lines // held
    places = mix(np.arange(held, dtype=np.uint64)) % np.diff(bounds).astype(np.uint64)
    return bounds[:-1] + places.astype(np.int64)


@dataclass(frozen=True)
class OddTail:
    """A held-out tail that differs significantly from the rest.

    It takes `gap` more bits per character than as much text from random places.
    """

    gap: float

    @property
    def chance(self) -> float:
        """The p-value: the probability of such a tail if lines are in random order."""
        return 1 / (ROUNDS + 1)


def odd_tail(
    ids: AnyIds, vocabulary: Vocabulary, val_fraction: float, rounds: int = ROUNDS
) -> OddTail | None:
    """Compare the held-out tail with the rest; None if the difference may be chance.

    A permutation test (Fisher 1935; Good 2005): the cross-entropy of the tail under pairs of
    characters counted on the rest (interpolated as by Witten and Bell 1991), against that of as
    many characters in randomly chosen lines under the remaining ones. The tail is odd if it is
    above all `rounds` random choices, and more than `SMALL_GAP` above their mean; so with lines in
    random order at most one of `rounds + 1` texts is found odd.
    """
    learned, held_out = split(ids, val_fraction)
    if not len(held_out) or not len(learned):
        return None
    pairs = _Pairs.of(ids, vocabulary, len(learned))
    if pairs is None:
        return None
    tail = pairs.units_from(len(learned) / len(ids))
    observed, wanted = pairs.bits(tail), int(pairs.sizes[tail].sum())
    generator = np.random.default_rng(0)
    total = 0.0
    for done in range(1, rounds + 1):
        order = generator.permutation(len(pairs.sizes))
        many = int(np.searchsorted(np.cumsum(pairs.sizes[order]), wanted)) + 1
        by_chance = pairs.bits(order[:many])
        total += by_chance
        # One choice as high decides the test; the rest need not be drawn.
        if by_chance >= observed:
            return None
        if done == FEWEST_ROUNDS and observed - total / done < SMALL_GAP:
            return None
    gap = observed - total / rounds
    return OddTail(gap) if gap >= SMALL_GAP else None


@dataclass(frozen=True, eq=False)
class _Pairs:
    """The N pairs of neighbouring characters in a text, by its U units (lines or pieces).

    `kinds` `[N]` is each pair's number among the K different ones, with the ids `firsts` and
    `seconds` `[K]`; `units` `[N]` is each pair's unit, in order; `sizes` `[U]` counts a unit's
    pairs.
    """

    kinds: NDArray[np.intp]
    firsts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    units: NDArray[np.intp]
    sizes: NDArray[np.intp]
    counts: NDArray[np.intp]
    symbols: int

    @staticmethod
    def of(ids: AnyIds, vocabulary: Vocabulary, learned: int) -> "_Pairs | None":
        """Count a text's pairs; None with too few units for a test."""
        size = len(vocabulary)
        if len(ids) <= MOST_COMPARED:
            ends = _line_ends(ids, vocabulary)
            if len(ends) < FEWEST_LINES:
                ends = np.append(np.arange(PIECE, len(ids), PIECE), len(ids))
            unit = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))[1:]
            before, after = ids[:-1].astype(np.int64), ids[1:].astype(np.int64)
        else:
            # From both parts in proportion to their sizes.
            pieces = MOST_COMPARED // PIECE
            starts = np.arange(pieces) * (len(ids) // pieces)
            cut = ids[starts[:, None] + np.arange(PIECE + 1)].astype(np.int64)
            unit = np.repeat(np.arange(pieces), PIECE)
            before, after = cut[:, :-1].ravel(), cut[:, 1:].ravel()
        sizes = np.bincount(unit)
        tail = 1 - learned / len(ids)
        if len(sizes) * min(tail, 1 - tail) < 2:
            return None
        different, kinds = np.unique(before * size + after, return_inverse=True)
        firsts, seconds = np.divmod(different, size)
        counts = np.bincount(kinds)
        return _Pairs(kinds, firsts, seconds, unit, sizes, counts, size)

    def units_from(self, share: float) -> NDArray[np.intp]:
        """The units that begin after `share` of the text."""
        first = int(np.searchsorted(np.cumsum(self.sizes), share * len(self.kinds))) + 1
        return np.arange(min(first, len(self.sizes) - 1), len(self.sizes))

    def bits(self, units: NDArray[np.intp]) -> float:
        """Bits per pair in these units, for its second given its first, counted on the others."""
        is_scored = np.zeros(len(self.sizes), np.bool_)
        is_scored[units] = True
        scored = np.bincount(self.kinds[is_scored[self.units]], minlength=len(self.counts))
        known = self.counts - scored  # [K]
        single = np.bincount(self.seconds, known, self.symbols)[self.seconds]
        flat = (single + 1) / (known.sum() + self.symbols)
        times = np.bincount(self.firsts, known, self.symbols)[self.firsts]
        distinct = np.bincount(self.firsts, known > 0, self.symbols)[self.firsts]
        # A first that is never followed by anything has no successors.
        distinct = np.maximum(distinct, 1)
        shares = (known + distinct * flat) / (times + distinct)
        return float(-(scored * np.log2(shares)).sum() / scored.sum())
