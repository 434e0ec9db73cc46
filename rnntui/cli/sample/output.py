"""Output of `rnntui sample`: a text as it is drawn, or one line of JSON per character."""

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from rnntui.cli.terminal import write_line, write_text
from rnntui.errors import DivergedError, SamplingError
from rnntui.text.cells import may_join

if TYPE_CHECKING:
    from rnntui.sampling.stream import Character, CharacterStreams
    from rnntui.text.normalisation import Normalisation

MOST_WAITING: Final = 50_000_000
"""Characters of later texts that may wait for the first ones to end: about 400 MB."""


class Marks(Protocol):
    """Marks memorised characters, with a delay of some characters."""

    def push(self, symbol: str) -> list[bool]:
        """Add a character; return the marks that are settled now, oldest first."""

    def rest(self) -> list[bool]:
        """Return the marks of all remaining characters at the end of the text."""


class Output(Protocol):
    """The output of one text."""

    def begin(self, prime: str) -> None:
        """Write the prime, if it is shown."""

    def write_chunk(self, begun: str, characters: "Iterable[Character]") -> None:
        """Write characters that follow on `begun`, a part of the prime."""

    def end(self, *, on_own_line: bool) -> None:
        """Write pending characters, and a line end if `on_own_line` asks for one."""


class TextOutput:
    """Writes one text as it comes.

    Decomposed Hangul is put together again, which has to wait for a syllable to end.
    """

    def __init__(self, normalisation: "Normalisation", marks: Marks | None) -> None:
        """Begin with nothing written."""
        self._normalisation, self._marks = normalisation, marks
        self._held = self._last = ""

    def begin(self, prime: str) -> None:
        """Write the prime."""
        self._flush()
        self._held, self._last = prime, prime[-1:]

    def write_chunk(self, begun: str, characters: "Iterable[Character]") -> None:
        """Write characters that follow on `begun`, a part of the prime."""
        if begun:
            self.begin(begun)
        self.write_symbols(character.symbol for character in characters)

    def write_symbols(self, symbols: Iterable[str]) -> None:
        """Write generated characters as they come."""
        for symbol in symbols:
            if self._marks is not None:
                self._marks.push(symbol)
            if not may_join(symbol):
                self._flush()
            self._held += symbol
            self._last = symbol

    def _flush(self) -> None:
        if self._held:
            write_text(self._normalisation.restore_for_display(self._held), sys.stdout)
            self._held = ""

    def end(self, *, on_own_line: bool) -> None:
        """Write pending characters, and a line end where one is wanted and missing."""
        self._flush()
        if on_own_line and self._last != "\n":
            write_text("\n", sys.stdout)


class JsonOutput:
    """Writes a line of JSON for each character of one text, with its mark where there are marks."""

    def __init__(self, stream: int, marks: Marks | None) -> None:
        """Write as stream `stream`."""
        self._stream, self._marks = stream, marks
        self._untold: deque[Character] = deque()

    def begin(self, prime: str) -> None:
        """Leave the prime out: it has no probabilities."""

    def write_chunk(self, begun: str, characters: "Iterable[Character]") -> None:  # noqa: ARG002
        """Write characters, those at the end not before their marks are known."""
        for character in characters:
            if self._marks is None:
                self._line(character, {})
            else:
                self._untold.append(character)
                self._tell(self._marks.push(character.symbol))

    def end(self, *, on_own_line: bool) -> None:  # noqa: ARG002
        """Write pending characters."""
        if self._marks is not None:
            self._tell(self._marks.rest())

    def _tell(self, marks: list[bool]) -> None:
        for mark in marks:
            self._line(self._untold.popleft(), {"memorised": mark})

    def _line(self, character: "Character", mark: dict[str, bool]) -> None:
        line = {
            "stream": self._stream,
            "char": character.symbol,
            "probability": character.probability,
            "candidates": [list(candidate) for candidate in character.candidates],
            **mark,
        }
        write_line(json.dumps(line), sys.stdout)


class Sides:
    """Texts generated together and read one after the other; later ones are queued.

    None stands for the end of one that can't go on.
    """

    def __init__(self, rounds: "CharacterStreams", count: int) -> None:
        """Take `count` texts out of rounds."""
        self._rounds = rounds
        self._waiting: list[deque[str | None]] = [deque() for _ in range(count)]

    def symbols(self, number: int) -> Iterator[str]:
        """The characters of one text, endlessly; those before it wait no more.

        Raises `DivergedError` where it can't go on, and `SamplingError` where
        too much of the others waits for its end.
        """
        own = self._waiting[number]
        yield from _emptied(own)
        behind = self._waiting[number + 1 :]
        for characters in self._rounds:
            for waiting, character in zip(self._waiting[number:], characters[number:], strict=True):
                waiting.append(character and character.symbol)
            if behind and len(behind[-1]) * len(behind) > MOST_WAITING:
                raise SamplingError(
                    f"More than {MOST_WAITING:,} characters of the other texts wait for one that"
                    " doesn't end; give a --length, or --json, which doesn't wait."
                )
            yield from _emptied(own)


def _emptied(waiting: deque[str | None]) -> Iterator[str]:
    """Drain a queue of symbols. Raises `DivergedError` for None."""
    while waiting:
        if (symbol := waiting.popleft()) is None:
            raise DivergedError
        yield symbol
