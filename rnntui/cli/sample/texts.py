"""The texts of `rnntui sample`, each up to a length or an ending text."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rnntui.cli.output.terminal import write_text
from rnntui.cli.sample.memorised import MemorisedMarks, index_of
from rnntui.cli.sample.output import JsonOutput, Output, ParallelTexts, TextOutput
from rnntui.cli.sample.steering import SteeredTexts
from rnntui.errors import DivergedError
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.generators import CANDIDATES
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import Character
from rnntui.tasks.characters.checkpoint import Checkpoint

AHEAD = 16
"""Characters of each text generated at a time; nothing changes in between."""


@dataclass(frozen=True)
class Sampling:
    """A request for texts from `prime`, one per seed, and their output."""

    checkpoint: Checkpoint
    spec: SamplingSpec
    engine: SamplingEngine
    prime: str
    shows_prime: bool
    seeds: range
    as_json: bool
    tells_memorised: bool
    choices: Mapping[int, str]
    """Characters chosen by hand, by their places from 1; then there is one text alone."""
    weights: NetworkWeights

    def streams(self, prime: str, seeds: Sequence[int]) -> Iterator[tuple[Character | None, ...]]:
        """Generate texts from a prime, in parallel."""
        # Looked up in its module, where tests replace it.
        from rnntui.sampling import stream

        weights, spec, vocabulary = self.weights, self.spec, self.checkpoint.header.vocabulary
        shared = (lambda: weights, vocabulary, [lambda: spec] * len(seeds), prime, seeds)
        if not self.choices:
            return stream.CharacterStreams(*shared, self.engine, AHEAD)
        # Any character may be chosen, and its probability is shown.
        steered = stream.CharacterStreams(*shared, self.engine, candidates=len(vocabulary))
        return SteeredTexts(steered, self.choices, CANDIDATES)

    @cached_property
    def marks(self) -> Sequence[MemorisedMarks | None]:
        """The memorisation marks of each text; None for each unless requested.

        Raises `CorpusError` if the training text is missing.
        """
        if not self.tells_memorised:
            return [None] * len(self.seeds)
        index, known = index_of(self.checkpoint)
        return [MemorisedMarks(index, known) for _ in self.seeds]

    def output(self, number: int) -> Output:
        """Return the output of a text, as characters or as JSON."""
        if self.as_json:
            return JsonOutput(number, self.marks[number])
        return self.text_output(number)

    def text_output(self, number: int) -> TextOutput:
        """Return the plain output of a text, below a heading if there are several."""
        if len(self.seeds) > 1:
            write_text(f"==== seed {self.seeds[number]} ====\n", sys.stdout)
        return TextOutput(self.checkpoint.header.normalisation, self.marks[number])

    def end(self, output: Output) -> None:
        """End a text, so that the shell's prompt, or the next text, starts on a new line."""
        output.end(on_own_line=sys.stdout.isatty() or len(self.seeds) > 1)

    def report_memorised(self) -> None:
        """Report the memorisation of each text, if requested."""
        for seed, marks in zip(self.seeds, self.marks, strict=True):
            if marks is not None:
                marks.report(f"Seed {seed}: " if len(self.seeds) > 1 else "")


class Limit:
    """The end of a text: after a length (0: never), or after the text `until`, if given."""

    def __init__(self, length: int, until: str) -> None:
        """Start a text."""
        self._left, self._until, self._tail = length, until, ""

    def ends_with(self, symbol: str) -> bool:
        """Add the next character; return whether it is the last."""
        self._left -= 1
        if not self._until:
            return self._left == 0
        self._tail = (self._tail + symbol)[-len(self._until) :]
        return self._left == 0 or self._tail == self._until


def write_texts(sampling: Sampling, limits: Sequence[Limit]) -> None:
    """Write text after text as they are drawn. Raises `DivergedError` at the end for one that did.

    The following texts are not affected.
    """
    sides = ParallelTexts(sampling.streams(sampling.prime, sampling.seeds), len(sampling.seeds))
    failed = False
    for number, limit in enumerate(limits):
        output = sampling.text_output(number)
        output.begin(sampling.prime if sampling.shows_prime else "")
        try:
            output.write_symbols(_limited(sides.symbols(number), limit))
        except DivergedError:
            failed = True
        sampling.end(output)
    if failed:
        raise DivergedError


def _limited(symbols: Iterator[str], limit: Limit) -> Iterator[str]:
    """The characters up to the limit."""
    for symbol in symbols:
        yield symbol
        if limit.ends_with(symbol):
            return


def write_json(sampling: Sampling, limits: Sequence[Limit]) -> None:
    """Write a line per character as it is drawn, those of several texts in turns.

    Raises `DivergedError` at the end if one of them diverged.
    """
    outputs = [sampling.output(number) for number in range(len(limits))]
    failed = False
    going_on = list(range(len(limits)))
    for characters in sampling.streams(sampling.prime, sampling.seeds):
        ended = []
        for stream in going_on:
            character = characters[stream]
            if character is not None:
                outputs[stream].write_chunk("", (character,))
            if character is None or limits[stream].ends_with(character.symbol):
                failed = failed or character is None
                sampling.end(outputs[stream])
                ended.append(stream)
        going_on = [stream for stream in going_on if stream not in ended]
        if not going_on:
            break
    if failed:
        raise DivergedError
