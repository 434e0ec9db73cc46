"""Output of `rnntui sample`: plain text, or one line of JSON per character."""

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from rnntui.cli.output.terminal import write_line, write_text
from rnntui.errors import DivergedError, SamplingError
from rnntui.text.cells import may_join

if TYPE_CHECKING:
    from rnntui.sampling.stream import Character
    from rnntui.text.normalisation import Normalisation

MOST_WAITING: Final = 50_000_000
"""Maximum characters of later texts queued behind the first: about 400 MB."""


class Marks(Protocol):
    """Marks memorised characters, with a delay of some characters."""

    def push(self, text: str) -> list[bool]:
        """Add a unit's text; return its characters' marks that are final now, oldest first."""

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
    """Writes one text as it is generated.

    Decomposed Hangul is composed again, each syllable once it has ended.
    """

    def __init__(self, normalisation: "Normalisation", marks: Marks | None) -> None:
        """Start an empty text."""
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
        """Write generated characters."""
        for symbol in symbols:
            if self._marks is not None:
                self._marks.push(symbol)
            if symbol and not may_join(symbol[0]):
                self._flush()
            self._held += symbol
            self._last = symbol[-1:] or self._last

    def _flush(self) -> None:
        if self._held:
            write_text(self._normalisation.restore_for_display(self._held), sys.stdout)
            self._held = ""

    def end(self, *, on_own_line: bool) -> None:
        """Write pending characters, and a missing line end if wanted."""
        self._flush()
        if on_own_line and self._last != "\n":
            write_text("\n", sys.stdout)


class JsonOutput:
    """Writes a line of JSON per character of one text, with its memorisation mark, if any."""

    def __init__(self, stream: int, marks: Marks | None) -> None:
        """Write as stream `stream`."""
        self._stream, self._marks = stream, marks
        self._untold: deque[tuple[Character, list[bool]]] = deque()
        """Units that wait for the marks of their characters."""

    def begin(self, prime: str) -> None:
        """Leave the prime out: it has no probabilities."""

    def write_chunk(self, begun: str, characters: "Iterable[Character]") -> None:  # noqa: ARG002
        """Write characters whose marks are final."""
        for character in characters:
            if self._marks is None:
                self._line(character, {})
            else:
                self._untold.append((character, []))
                self._tell(self._marks.push(character.symbol))

    def end(self, *, on_own_line: bool) -> None:  # noqa: ARG002
        """Write pending characters."""
        if self._marks is not None:
            self._tell(self._marks.rest())

    def _tell(self, marks: list[bool]) -> None:
        waiting = iter(self._untold)
        character, told = next(waiting, (None, []))
        for mark in marks:
            while character is not None and len(told) == len(character.symbol):
                character, told = next(waiting, (None, []))
            told.append(mark)
        while self._untold and len(self._untold[0][1]) == len(self._untold[0][0].symbol):
            character, told = self._untold.popleft()
            self._line(character, {"memorised": bool(told) and all(told)})

    def _line(self, character: "Character", mark: dict[str, bool]) -> None:
        line = {
            "stream": self._stream,
            "char": character.symbol,
            "probability": character.probability,
            "candidates": [list(candidate) for candidate in character.candidates],
            **mark,
        }
        write_line(json.dumps(line), sys.stdout)


class ParallelTexts:
    """Texts generated in parallel and read one after the other; later ones are queued.

    In a queue, None stands for a text that diverged.
    """

    def __init__(self, rounds: "Iterator[tuple[Character | None, ...]]", count: int) -> None:
        """Split rounds into `count` texts."""
        self._rounds = rounds
        self._waiting: list[deque[str | None]] = [deque() for _ in range(count)]

    def symbols(self, number: int) -> Iterator[str]:
        """The endless characters of one text, discarding those before it.

        Raises `DivergedError` if it diverged, `SamplingError` if the queues of the others are
        too long.
        """
        own = self._waiting[number]
        yield from _emptied(own)
        behind = self._waiting[number + 1 :]
        for characters in self._rounds:
            for waiting, character in zip(self._waiting[number:], characters[number:], strict=True):
                waiting.append(character and character.symbol)
            if behind and len(behind[-1]) * len(behind) > MOST_WAITING:
                raise SamplingError(
                    f"More than {MOST_WAITING:,} characters of the other texts are queued behind"
                    " one that doesn't end; give a --length, or --json, which doesn't queue."
                )
            yield from _emptied(own)


def _emptied(waiting: deque[str | None]) -> Iterator[str]:
    """Drain a queue of symbols. Raises `DivergedError` for None."""
    while waiting:
        if (symbol := waiting.popleft()) is None:
            raise DivergedError
        yield symbol
