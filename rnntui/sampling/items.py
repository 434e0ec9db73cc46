"""Items: generated text cut at an end marker such as a line end.

Blank items are skipped, and repeated ones on request. A network need never produce the end, so the
length of an item and the number skipped in a row are bounded.
"""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Final, NamedTuple

from rnntui.errors import DivergedError, SamplingError
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.text.escapes import escaped
from rnntui.text.vocabulary import Vocabulary

LONGEST_ITEM: Final = 20_000
"""Most characters of an item without an end."""

MOST_LEFT_OUT: Final = 1_000
"""Most items skipped in a row."""

LEAD_IN: Final = 500
"""Approximate number of characters read before the first item."""


class Chunk(NamedTuple):
    """The next output: the item's beginning in the prime, once, then generated characters."""

    begun: str
    characters: tuple[Character, ...]


class Items:
    """Collects items from streams, one stream after another, and counts them.

    With `unique` each item is collected once, whatever its stream; then it is held back until it is
    complete, otherwise only as long as it is blank.
    """

    def __init__(self, end: str, unique: bool = False) -> None:
        """Start with no items; `end` ends each and isn't a part of it."""
        self._end, self._unique = end, unique
        self._seen: set[str] = set()
        self.taken: list[str] = []
        """The items, without their ends."""
        self.blank = 0
        """Number of skipped blank items."""
        self.repeated = 0
        """Number of skipped repeated items."""

    def begun_in(self, prime: str) -> str:
        """The part of a prime that begins the first item."""
        return prime.rpartition(self._end)[2]

    def collect(
        self, characters: Iterator[Character], count: int, begun: str = ""
    ) -> Iterator[Chunk]:
        """Yield `count` items as they are generated; `begun` is the first one's part in the prime.

        Raises `SamplingError` for an item without an end, or for too many skipped in a row.
        """
        left_out = 0
        for _ in range(count):
            while not (yield from self._item(characters, begun)):
                begun, left_out = "", left_out + 1
                if left_out == MOST_LEFT_OUT:
                    raise SamplingError(self._none_other())
            begun, left_out = "", 0

    def _item(self, characters: Iterator[Character], begun: str) -> Generator[Chunk, None, bool]:
        """Yield the next item unless it is skipped; return whether it was collected."""
        text, shown = begun, False
        held: list[Character] = []
        for character in islice(characters, LONGEST_ITEM):
            text += character.symbol
            held.append(character)
            is_whole = text.endswith(self._end)
            if is_whole and not self._accepts(text.removesuffix(self._end)):
                return False
            if is_whole or shown or not (self._unique or self._may_be_blank(text)):
                yield Chunk("" if shown else begun, tuple(held))
                shown, held = True, []
            if is_whole:
                return True
        raise SamplingError(
            f"An item has {LONGEST_ITEM:,} characters and no '{escaped(self._end)}' after them;"
            " choose another --mode, --temperature or --until."
        )

    def _accepts(self, item: str) -> bool:
        """Count a complete item as collected or as skipped."""
        if not item.strip():
            self.blank += 1
            return False
        if self._unique and item in self._seen:
            self.repeated += 1
            return False
        self._seen.add(item)
        self.taken.append(item)
        return True

    def _may_be_blank(self, text: str) -> bool:
        """Whether `text` is white space and perhaps a part of the end."""
        ends = (self._end[:length] for length in range(len(self._end), 0, -1))
        begun_end = next(filter(text.endswith, ends), "")
        return not text.removesuffix(begun_end).strip()

    def _none_other(self) -> str:
        what = "blank or repeated" if self._unique else "blank"
        return (
            f"The last {MOST_LEFT_OUT:,} items were all {what}, so generation stopped;"
            " ask for fewer, or choose another --mode or --temperature."
        )


def lead_in(
    weights: NetworkWeights, vocabulary: Vocabulary, end: str, engine: SamplingEngine = "auto"
) -> str:
    """Generated items to read before the first one, up to the end of the last.

    The zero state is rare in training, so a network begins with nonsense there. The same for all
    seeds, so that a stream is the same alone and beside others.
    """
    stream = CharacterStream(lambda: weights, vocabulary, SamplingSpec, "", 0, engine)
    text = ""
    try:
        for character in islice(stream, LEAD_IN):
            text += character.symbol
    except DivergedError:
        return ""
    before, found, _ = text.rpartition(end)
    return (before if found else text) + end
