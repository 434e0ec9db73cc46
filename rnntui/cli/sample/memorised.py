"""Memorisation of what `rnntui sample` generates, measured as on screen."""

from typing import TYPE_CHECKING

from rnntui.cli.output.terminal import notify
from rnntui.lenses.memorisation import (
    FOLLOWED_LENGTH,
    MEMORISED_LENGTH,
    CorpusIndex,
    MemorisationMeasure,
)

if TYPE_CHECKING:
    from rnntui.tasks.characters.checkpoint import Checkpoint
    from rnntui.text.vocabulary import Vocabulary

NOTICED = 1_000_000
"""Characters of a training text from which on the time to index it is announced."""


def index_of(checkpoint: "Checkpoint") -> "tuple[CorpusIndex, Vocabulary]":
    """Index the characters of a network's training text; returns their vocabulary, too.

    Raises `CorpusError` if it is missing.
    """
    from rnntui.tasks.characters.scoring import learned_characters

    learned, known = learned_characters(checkpoint)
    if len(learned) >= NOTICED:
        notify(f"Indexing the {len(learned):,} characters of the training text.")
    return CorpusIndex.build(learned, len(known), lambda: False), known


class MemorisedMarks:
    """Marks each generated character of one text as memorised or not.

    A mark is final once no run of `MEMORISED_LENGTH` can reach back to its character.
    """

    def __init__(self, index: CorpusIndex, vocabulary: "Vocabulary") -> None:
        """Start a text."""
        self._index, self._vocabulary = index, vocabulary
        self._meter = MemorisationMeasure(index)
        self._pushed = self._told = 0
        self._ranges: list[tuple[int, int]] = []

    def push(self, text: str) -> list[bool]:
        """Add a unit's text; return its characters' marks that are final now, oldest first."""
        known = self._vocabulary
        self._ranges += self._meter.push([known.index(c) if c in known else -1 for c in text])
        self._pushed += len(text)
        # Characters of the current match may still become memorised.
        open_from = self._pushed - self._meter.length
        if self._meter.length >= MEMORISED_LENGTH:
            open_from = self._pushed
        return self._settled(open_from)

    def rest(self) -> list[bool]:
        """Return the marks of all remaining characters at the end of the text."""
        return self._settled(self._pushed)

    def _settled(self, stop: int) -> list[bool]:
        marks = []
        while self._told < stop:
            while self._ranges and self._ranges[0][1] <= self._told:
                self._ranges.pop(0)
            marks.append(bool(self._ranges) and self._ranges[0][0] <= self._told)
            self._told += 1
        return marks

    def report(self, name: str) -> None:
        """Report share and longest run on standard error, after the prefix `name`."""
        reading, index = self._meter.reading, self._index
        at_least = "at least " if index.size < index.corpus_size else ""
        longest = f"the longest run has {at_least}{reading.longest:,} characters"
        if reading.longest_at is not None:
            longest += f", from character {reading.longest_at + 1:,} of that text"
        if reading.longest > FOLLOWED_LENGTH:
            longest += ", and may be longer"
        notify(
            f"{name}Memorised: {at_least}{reading.share:.1%} of {reading.generated:,} characters,"
            f" in runs of {MEMORISED_LENGTH} or more from the training text; {longest}."
        )
