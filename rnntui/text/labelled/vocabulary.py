"""The vocabulary of a classifier: the commonest tokens of its training texts.

Ids 0 to 3 are reserved, as in Keras's review data: padding, start, unknown, unused. Tokens start at
4, commonest first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.text.labelled.choices import UNITS, Units
from rnntui.text.labelled.tokens import TokenisedTexts, flat_positions, units_of

PADDING = 0
"""The id that pads a sequence to its batch's length."""
START = 1
"""The first id of every text."""
UNKNOWN = 2
"""The id of all tokens outside the vocabulary."""
FIRST_TOKEN = 4
"""The id of the commonest token; 3 is unused."""

_BLOCK = 2048


@dataclass(frozen=True)
class TokenVocabulary:
    """Tokens in the order of their ids, which start at `FIRST_TOKEN`; distinct, none empty."""

    units: Units
    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse unknown units and empty or repeated tokens."""
        if self.units not in UNITS:
            raise CorpusError(f"A vocabulary is of {', '.join(UNITS)}, not of {self.units!r}.")
        if "" in self.tokens or len(set(self.tokens)) != len(self.tokens):
            raise CorpusError("A vocabulary's tokens must be distinct and not empty.")

    def __len__(self) -> int:
        """Number of ids, reserved ones included."""
        return FIRST_TOKEN + len(self.tokens)

    def index(self, token: str) -> int:
        """The id of a token, `UNKNOWN` outside the vocabulary."""
        return self._ranks.get(token, UNKNOWN)

    def encode(self, text: str) -> NDArray[np.int64]:
        """The ids of one text, the start token first, `[1 + tokens]`."""
        ids = [START, *map(self.index, units_of(text, self.units))]
        return np.array(ids, dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """A JSON object for `from_json`."""
        return {"units": self.units, "tokens": list(self.tokens)}

    @classmethod
    def from_json(cls, body: object) -> "TokenVocabulary":
        """Restore a vocabulary. Raises `CorpusError` for an invalid object."""
        if not isinstance(body, Mapping) or not isinstance(body.get("tokens"), list):
            raise CorpusError("A vocabulary of tokens is an object of units and a list of tokens.")
        tokens = body["tokens"]
        if not all(isinstance(token, str) for token in tokens):
            raise CorpusError("A vocabulary's tokens must be text.")
        return cls(body.get("units"), tuple(tokens))  # type: ignore[arg-type]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {token: rank for rank, token in enumerate(self.tokens, FIRST_TOKEN)}


def token_vocabulary(
    texts: TokenisedTexts,
    indices: Sequence[int] | NDArray[np.int64],
    *,
    max_size: int | None = None,
    min_count: int = 1,
) -> TokenVocabulary:
    """Count the tokens of the training texts `indices` and keep the commonest.

    `max_size` bounds the number of ids, the four reserved ones included (500 keeps 496 tokens);
    `min_count` is the fewest occurrences of a token. Ties are ordered by first appearance in these
    texts, in the order of `indices`. Raises `CorpusError` if nothing is left.
    """
    counts, first = _counts_and_first_places(texts, np.asarray(indices, dtype=np.int64))
    order = np.lexsort((first, -counts))
    kept = order[counts[order] >= max(min_count, 1)]
    if max_size is not None:
        kept = kept[: max(max_size - FIRST_TOKEN, 0)]
    if not len(kept):
        raise CorpusError(
            f"No {texts.units} are left for the vocabulary; "
            "raise --vocab-size or lower --min-count."
        )
    return TokenVocabulary(texts.units, tuple(texts.tokens[number] for number in kept))


def _counts_and_first_places(
    texts: TokenisedTexts, indices: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each token's count in the texts `indices`, and its first position."""
    never = np.iinfo(np.int64).max
    counts = np.zeros(len(texts.tokens), dtype=np.int64)
    first = np.full(len(texts.tokens), never)
    read = 0
    for start in range(0, len(indices), _BLOCK):  # memory for one block only
        block = indices[start : start + _BLOCK]
        numbers = texts.numbers[flat_positions(texts.offsets, block)]
        counts += np.bincount(numbers, minlength=len(counts))
        new = np.flatnonzero(first[numbers] == never)[::-1]
        first[numbers[new]] = read + new  # of repeated indices the last assignment counts
        read += len(numbers)
    return counts, first
