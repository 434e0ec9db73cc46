"""Turns any text into a prime: normalised like the network's text, unknown characters replaced."""

import re
from dataclasses import dataclass
from itertools import islice

from rnntui.text.in_units import require_characters
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import (
    Vocabulary,
    describe_character,
    describe_replacements,
    substitute_unknown,
)

NAMED = 8
"""Most replaced characters that a warning names; it counts the others."""


_LINE_END = re.compile("\r\n?")


@dataclass(frozen=True)
class Prime:
    """A text that a network can read, and sentences about the changes."""

    text: str
    warnings: tuple[str, ...]


def prepare_prime(text: str, vocabulary: Vocabulary, normalisation: Normalisation) -> Prime:
    """A prime from any text; never fails."""
    if "\r" not in vocabulary:
        # Reading a text makes one line end of all kinds, so the network knows no other.
        text = _LINE_END.sub("\n", text)
    text = _normalised(text, normalisation)
    if vocabulary.unknown is not None:
        if vocabulary.units == "words":
            text = _first_word(text, vocabulary)
        return Prime(text, _unknown_in(text, vocabulary))
    if vocabulary.units == "bytes":
        return Prime(text, ())
    known, replaced = substitute_unknown(text, vocabulary)
    if not replaced:
        return Prime(known, ())
    more = f"; and {len(replaced) - NAMED} more" if len(replaced) > NAMED else ""
    named = describe_replacements(dict(islice(replaced.items(), NAMED))) + more
    return Prime(known, (f"The prime has characters that the network never saw: {named}.",))


def exact_ids(text: str, vocabulary: Vocabulary, normalisation: Normalisation) -> list[int]:
    """The ids of a text read like a prime, without replacements.

    White space at both ends stays. Raises `CorpusError` for characters outside the vocabulary, and
    for a network of other units than characters.
    """
    require_characters(vocabulary, "Looking into a network")
    start = prepare_prime(text, vocabulary, normalisation)
    normalised = normalisation.apply(text) if start.warnings else start.text
    return [int(rank) for rank in vocabulary.encode(normalised)]


def _unknown_in(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A sentence about the characters read as the unknown symbol."""
    units = dict.fromkeys(vocabulary.split(text)) if text else ()
    unknown = [unit for unit in units if unit not in vocabulary]
    if not unknown:
        return ()
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    named = ", ".join(map(describe_character, unknown[:NAMED])) + more
    return (f"The network reads {vocabulary.units} of the prime as its unknown symbol: {named}.",)


def _first_word(text: str, vocabulary: Vocabulary) -> str:
    """The text with a space before it, if its first word is known after a space alone."""
    first = next(iter(vocabulary.split(text)), "")
    return f" {text}" if first not in vocabulary and f" {first}" in vocabulary else text


def _normalised(text: str, normalisation: Normalisation) -> str:
    """The normalised text, with the white space at both ends, which a prime may mean."""
    if "join-lines" not in normalisation.steps or not text.strip():
        return normalisation.apply(text)
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    lead, trail = (" " if text[:start] else ""), (" " if text[end:] else "")
    return lead + normalisation.apply(text) + trail
