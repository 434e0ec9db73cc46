"""Items: what a network generates cut where a text such as a line end ends each of them.

Blank ones are left out, and repeated ones where each is wanted once. Nothing here
ends by itself unless the network does its part, so there are bounds: on the length
of an item and on how many are left out in a row.
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
"""Characters after which an item without an end is given up."""

MOST_LEFT_OUT: Final = 1_000
"""Items left out in a row after which no other is waited for."""

LEAD_IN: Final = 500
"""Characters, about, that a network reads before its first item."""


class Chunk(NamedTuple):
    """What is to be shown next: the item's beginning in the prime, once, then characters."""

    begun: str
    characters: tuple[Character, ...]


class Items:
    """Takes items from streams, one stream after another, and counts them.

    With `unique` an item is taken once, whichever stream it comes from; then it
    is held back until it is whole, else only as long as it is blank.
    """

    def __init__(self, end: str, unique: bool = False) -> None:
        """Begin with no items; each ends with `end`, which isn't counted to it."""
        self._end, self._unique = end, unique
        self._seen: set[str] = set()
        self.taken: list[str] = []
        """The items, without their ends."""
        self.blank = 0
        """Blank items that were left out."""
        self.repeated = 0
        """Items that were left out because they had been taken before."""

    def begun_in(self, prime: str) -> str:
        """Return the beginning of the first item that a prime holds, which is judged with it."""
        return prime.rpartition(self._end)[2]

    def collect(
        self, characters: Iterator[Character], count: int, begun: str = ""
    ) -> Iterator[Chunk]:
        """Yield `count` items as they come; of the first one the prime holds `begun`.

        Raises `SamplingError` where the network doesn't come to an end.
        """
        left_out = 0
        for _ in range(count):
            while not (yield from self._item(characters, begun)):
                begun, left_out = "", left_out + 1
                if left_out == MOST_LEFT_OUT:
                    raise SamplingError(self._none_other())
            begun, left_out = "", 0

    def _item(self, characters: Iterator[Character], begun: str) -> Generator[Chunk, None, bool]:
        """Yield the next item unless it is left out; return whether it was taken."""
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
        """Count a whole item as taken or as left out."""
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
        """Whether nothing but white space, and perhaps a part of the end, has come so far."""
        ends = (self._end[:length] for length in range(len(self._end), 0, -1))
        begun_end = next(filter(text.endswith, ends), "")
        return not text.removesuffix(begun_end).strip()

    def _none_other(self) -> str:
        what = "blank or repeated" if self._unique else "blank"
        return (
            f"The last {MOST_LEFT_OUT:,} items were all {what}, so no other is waited for;"
            " ask for fewer, or choose another --mode or --temperature."
        )


def lead_in(
    weights: NetworkWeights, vocabulary: Vocabulary, end: str, engine: SamplingEngine = "auto"
) -> str:
    """Return what stands before a first item: generated items, up to the end of the last one.

    A network that has read nothing is in a state that it hardly met in its
    training, and begins with nonsense. The same for all seeds, so that a stream
    is the same alone and beside others.
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
