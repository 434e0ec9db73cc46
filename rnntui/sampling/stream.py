"""Character streams: endless iterators over a network's output, one character at a time.

A stream holds hidden states and a character, so its memory is constant. Settings and weights are
read before every character (unless it generates ahead): a switch of mode, or newer weights, act on
the very next one.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import DivergedError, SamplingError
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.generators import CANDIDATES, Chosen, generator_for
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.unknown import without_unknown
from rnntui.text.vocabulary import UNKNOWN, Vocabulary, describe_character

T = TypeVar("T")

DRAWN = 64
"""Random numbers drawn at a time by a stream."""


class Character(NamedTuple):
    """A generated character and its probability.

    `probability` and `candidates` (best first) are at the current temperature, before `top_k` and
    `top_p`, and without the unknown symbol, which is never generated; so a character of `argmax`
    shows how sure the network was. `step` is the training step of the weights, and `by_hand` says
    that the character was chosen by a person. Of a network of other units it is a unit: a word, a
    subword, or the text that a byte completes, mostly one character or none; `byte` is then that
    byte's symbol, as among the candidates.
    """

    symbol: str
    probability: float
    candidates: tuple[tuple[str, float], ...]
    step: int
    by_hand: bool = False
    byte: str = ""

    @property
    def unit(self) -> str:
        """What was generated, as it is named among the candidates."""
        return self.byte or self.symbol

    def shown_as(self, text: str) -> "Character":
        """The same, of which `text` is what it adds to the text so far."""
        return self if text == self.symbol else self._replace(symbol=text, byte=self.unit)

    def replaced_by(self, symbol: str) -> "Character":
        """One of the candidates, chosen by hand. Raises `KeyError` for another character."""
        share = dict(self.candidates)[symbol]
        return self._replace(symbol=symbol, probability=share, by_hand=True, byte="")


def start_of_text(vocabulary: Vocabulary) -> str:
    """The character that a stream without a prime starts from.

    A line end if the corpus has one, so that output starts like a line; else a space; else the
    commonest character.
    """
    for symbol in ("\n", " "):
        if symbol in vocabulary:
            return symbol
    return vocabulary.symbols[0]


def hybrid_equals_argmax(vocabulary: Vocabulary) -> bool:
    """Whether `hybrid` never draws, for want of a space in the vocabulary.

    With words, for want of a line end; subwords always have a place.
    """
    return vocabulary.draws_after < 0 and vocabulary.begins_word is None


def drawn_after(vocabulary: Vocabulary) -> str:
    """What `hybrid` draws after, for sentences about a text that has none."""
    return "line ends" if vocabulary.units == "words" else "spaces"


class CharacterStreams(Iterator[tuple[Character | None, ...]]):
    """Several endless texts from one network, in rounds of one character each.

    They share weights and products but nothing else: each is the same as it would be alone.

    A network trained on streams carries its state; one trained on windows reads the last `window`
    characters from zero state for each character, a shorter text being padded in front with the
    start symbol.

    The same seed, weights, prime, specification and engine give the same text. One number is drawn
    per character whatever the mode, so switching the mode and back doesn't shift later draws.

    With `ahead` above 1 so many rounds are generated at a time, with settings and weights read once
    for all of them: the same text in less time, where nobody steers.
    """

    def __init__(
        self,
        weights: Callable[[], NetworkWeights],
        vocabulary: Vocabulary,
        specs: Sequence[Callable[[], SamplingSpec]],
        prime: str,
        seeds: Sequence[int],
        engine: SamplingEngine = "auto",
        ahead: int = 1,
        candidates: int = CANDIDATES,
    ) -> None:
        """Read the prime, or `start_of_text` where it is empty.

        There is a stream for each of `specs` and `seeds`. A character comes with so many
        `candidates`. Raises `CorpusError` for characters outside the vocabulary (see
        `substitute_unknown`), and `SamplingError` for an engine that is not available.
        """
        self._weights, self._specs = weights, specs
        self._vocabulary, self._symbols = vocabulary, vocabulary.symbols
        self._generators = [np.random.default_rng(seed) for seed in seeds]
        self._ahead = ahead
        self._drawn = 0
        """Numbers drawn by each stream and not used yet."""
        self._generated: Iterator[tuple[Character | None, ...]] = iter(())
        self._current = weights()
        self._begins_word = vocabulary.begins_word
        self._decoders = [vocabulary.decoder() for _ in specs]
        if self._begins_word is not None:
            self._ahead = ahead = 1  # each round may be generated twice
        space = vocabulary.draws_after
        able = without_unknown(self._current, vocabulary)
        self._generator = generator_for(able, len(specs), engine, space, ahead, candidates)
        start = vocabulary.index(start_of_text(vocabulary))
        ids = [int(index) for index in vocabulary.encode(prime)] or [start]
        # The characters to read next, `[T][N]`, the newest last.
        window = self._current.config.window or 1
        padded = [start] * (window - 1) + ids if self._current.config.window else ids
        self._unread = deque(([index] * len(specs) for index in padded), maxlen=window)
        if not self._current.config.window:
            for index in ids[:-1]:
                self._generator.read([[index] * len(specs)])

    def __next__(self) -> tuple[Character | None, ...]:
        """Generate a character of each stream.

        None for a stream whose scores are not finite, as a ReLU network's may become; it can't go
        on.
        """
        if (generated := next(self._generated, None)) is None:
            self._generated = self._generate()
            generated = next(self._generated)
        return generated

    def predict(self) -> tuple[Character | None, ...]:
        """The round that would come next, with the settings and weights of now.

        Nothing is generated: the states stay as they are, and no number is drawn. Not with
        `ahead` above 1.
        """
        before, decoders = self._unread.copy(), self._decoders
        self._decoders = [None for _ in decoders]
        (predicted,) = self._generate()
        self._unread, self._decoders = before, decoders
        self._generator.take_back()
        self._drawn += 1
        return predicted

    def put(self, symbols: Sequence[str]) -> tuple[str, ...]:
        """Go on as if these characters, one per stream, were the next round; return their text.

        They take no number: the one that is next goes to the round after them. Raises
        `SamplingError` for a character that the networks never generate. Not with `ahead` above 1.
        """
        for symbol in symbols:
            if symbol not in self._vocabulary or symbol == UNKNOWN:
                raise SamplingError(
                    f"The network never generates {describe_character(symbol)}, so it can't be"
                    " chosen."
                )
        self._take_latest_weights()
        if not self._current.config.window:
            self._generator.read(self._unread)
        ids = [self._vocabulary.index(symbol) for symbol in symbols]
        self._unread.append(ids)
        placed = zip(self._decoders, ids, symbols, strict=True)
        return tuple(decode(one) if decode else symbol for decode, one, symbol in placed)

    def _take_latest_weights(self) -> None:
        latest = self._weights()
        if latest is not self._current:
            self._current = latest
            self._generator.set_weights(without_unknown(latest, self._vocabulary))

    def _generate(self) -> Iterator[tuple[Character | None, ...]]:
        """Generate the next rounds."""
        self._take_latest_weights()
        specs = [spec() for spec in self._specs]
        self._draw()
        # The last character is read only now, so that it is read with the newest weights.
        chosen = self._generator.generate(self._unread, specs)
        if self._begins_word is not None:
            chosen = self._at_word_starts(chosen, specs, self._begins_word)
        ids = chosen.ids.tolist()
        self._unread.extend(ids[turn :: self._ahead] for turn in range(self._ahead))
        # All streams by one map: a loop over the characters would take as long as generating.
        symbol = self._symbols.__getitem__
        pairs = zip(map(symbol, chosen.best.tolist()), chosen.shares.tolist(), strict=True)
        characters: list[Character | None] = list(
            map(
                Character,
                map(symbol, ids),
                chosen.probabilities.tolist(),
                _in_groups(pairs, len(chosen.best) // len(ids)),
                repeat(self._current.step),
            )
        )
        if self._vocabulary.unknown is not None:
            characters = list(map(_with_known_candidates, characters))
        if any(self._decoders):
            characters = self._completed(characters, ids)
        if not all(finite := chosen.finite.tolist()):
            characters = [one if ok else None for one, ok in zip(characters, finite, strict=True)]
        return iter([tuple(characters[turn :: self._ahead]) for turn in range(self._ahead)])

    def _at_word_starts(
        self, chosen: Chosen, specs: Sequence[SamplingSpec], begins_word: NDArray[np.bool_]
    ) -> Chosen:
        """The round, with drawn units in place of the likeliest of `hybrid` that begin a word."""
        likeliest = chosen.best[:: len(chosen.best) // len(specs)]
        drawn = [
            replace(spec, mode="random") if spec.mode == "hybrid" and begins else spec
            for spec, begins in zip(specs, begins_word[likeliest].tolist(), strict=True)
        ]
        if drawn == list(specs):
            return chosen
        self._generator.take_back()
        return self._generator.generate(self._unread, drawn)

    def _completed(
        self, characters: Sequence[Character | None], ids: Sequence[int]
    ) -> list[Character | None]:
        """Characters, stream by stream, with the text that each byte completes as symbols."""
        completed: list[Character | None] = []
        for place, (character, one) in enumerate(zip(characters, ids, strict=True)):
            decode = self._decoders[place // self._ahead]
            if character is not None and decode is not None:
                byte = character.symbol
                character = character._replace(symbol=decode(one), byte=byte)
            completed.append(character)
        return completed

    def _draw(self) -> None:
        """Draw each stream's numbers for the next rounds, if the last ones are used up.

        Many numbers at once take little longer than one.
        """
        if self._drawn < self._ahead:
            self._drawn = self._ahead * max(1, DRAWN // self._ahead)
            generators = self._generators
            self._generator.draw_by(np.stack([each.random(self._drawn) for each in generators]))
        self._drawn -= self._ahead


def _in_groups(items: Iterator[T], size: int) -> Iterator[tuple[T, ...]]:
    """Consecutive groups of `size` items (the recipe `grouper` of itertools)."""
    return zip(*[items] * size, strict=True)


def _with_known_candidates(character: Character | None) -> Character | None:
    """The same without the unknown symbol among its candidates, as it can't be chosen."""
    if character is None:
        return None
    known = tuple(one for one in character.candidates if one[0] != UNKNOWN)
    return character._replace(candidates=known)


def all_of(characters: tuple[Character | None, ...]) -> tuple[Character, ...]:
    """A round without None. Raises `DivergedError` for a stream that couldn't go on."""
    generated = tuple(character for character in characters if character is not None)
    if len(generated) < len(characters):
        raise DivergedError
    return generated


class CharacterStream(Iterator[Character]):
    """An endless text from a network: a single one of `CharacterStreams`."""

    def __init__(
        self,
        weights: Callable[[], NetworkWeights],
        vocabulary: Vocabulary,
        spec: Callable[[], SamplingSpec],
        prime: str,
        seed: int,
        engine: SamplingEngine = "auto",
        candidates: int = CANDIDATES,
    ) -> None:
        """Read the prime, or `start_of_text` where it is empty. Raises like `CharacterStreams`."""
        self._streams = CharacterStreams(
            weights, vocabulary, (spec,), prime, (seed,), engine, 1, candidates
        )

    def __next__(self) -> Character:
        """Generate one character. Raises `DivergedError`."""
        (character,) = all_of(next(self._streams))
        return character

    def predict(self) -> Character:
        """The character that would come next, without generating it. Raises `DivergedError`."""
        (character,) = all_of(self._streams.predict())
        return character

    def put(self, symbol: str) -> str:
        """Go on as if this character were the next one; return its text.

        Raises like `CharacterStreams.put`.
        """
        (text,) = self._streams.put((symbol,))
        return text
