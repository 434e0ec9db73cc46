"""`rnntui sample`: a trained network writes."""

import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.terminal import notify, write_line, write_text
from rnntui.errors import ConfigError, CorpusError, DivergedError
from rnntui.sampling.modes import Mode, WritingEngine
from rnntui.text.cells import may_join

if TYPE_CHECKING:
    from rnntui.sampling.stream import CharacterStreams
    from rnntui.text.normalisation import Normalisation
    from rnntui.training.checkpoints import Header

AHEAD = 16
"""Characters of each text that are written at a time: nobody steers between them."""


def sample(
    checkpoint: Annotated[
        str, typer.Argument(help="A run's name (its best), NAME:last, or a .safetensors file.")
    ],
    prime: Annotated[str | None, typer.Option(help="Text to start from; written first.")] = None,
    length: Annotated[
        int, typer.Option(min=0, help="Characters to write; 0: until interrupted.")
    ] = 1000,
    mode: Annotated[Mode, typer.Option(help="How characters are chosen.")] = "random",
    temperature: Annotated[float, typer.Option(help="Below 1 bolder, above 1 wilder.")] = 1.0,
    top_k: Annotated[int, typer.Option(help="Draw from the k likeliest; 0: from all.")] = 0,
    top_p: Annotated[
        float, typer.Option(help="Draw from the likeliest that hold this probability; 1: all.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Where the randomness comes from.")] = 1,
    until: Annotated[str | None, typer.Option(help="Stop behind this text.")] = None,
    count: Annotated[
        int,
        typer.Option(
            min=0,
            help="Write so many pieces, each ended by --until (a line end); no --length cuts them.",
        ),
    ] = 0,
    streams: Annotated[
        int, typer.Option(min=1, help="Write so many texts, from seeds that follow on --seed.")
    ] = 1,
    engine: Annotated[
        WritingEngine,
        typer.Option(
            help="What computes; auto: compiled where that lies ready, else numpy. They round"
            " differently, so a seed's text may differ between them."
        ),
    ] = "auto",
    no_prime: Annotated[bool, typer.Option("--no-prime", help="Leave the prime out.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One character a line, with its probability.")
    ] = False,
) -> None:
    """Write with a trained network; the text alone goes to standard output, as it is drawn."""
    from rnntui import places
    from rnntui.sampling.choice import SamplingSpec
    from rnntui.sampling.prime import prepare_prime
    from rnntui.sampling.stream import CharacterStreams, hybrid_equals_argmax
    from rnntui.training.checkpoints import load_checkpoint
    from rnntui.training.run_folder import find_checkpoint

    if streams > 1 and not length and until is None and not as_json:
        raise ConfigError(
            "--length 0 has no end, so the texts behind the first would never come;"
            " give a length, --until or --json."
        )
    if count and streams > 1:
        raise ConfigError("--count and --streams don't go together; --count writes one stream.")
    spec = SamplingSpec(mode, temperature, top_k, top_p)
    path = find_checkpoint(places.checkpoints_dir(), checkpoint, places.shipped_checkpoints_dir())
    loaded = load_checkpoint(path)
    header, weights = loaded.header, loaded.for_sampling
    start = prepare_prime(prime or "", header.vocabulary, header.normalisation)
    for warning in start.warnings:
        notify(warning)
    if mode == "hybrid" and hybrid_equals_argmax(header.vocabulary):
        notify("The network's text has no spaces, so hybrid never draws: it equals argmax.")
    end = _end(until, count, header)
    written_together = CharacterStreams(
        lambda: weights,
        header.vocabulary,
        [lambda: spec] * streams,
        start.text,
        range(seed, seed + streams),
        engine,
        AHEAD,
    )
    limits = [_Limit(length, end, count) for _ in range(streams)]
    symbols = [start.text]
    if as_json:
        _write_json(written_together, limits, symbols)
    else:
        sides = _Sides(written_together, streams)
        failed = False
        for number, limit in enumerate(limits):
            if streams > 1:
                write_text(f"==== seed {seed + number} ====\n", sys.stdout)
            written = _limited(sides.symbols(number), limit)
            if count:
                written = _noted(written, symbols)
            try:
                last = _write(written, "" if no_prime else start.text, header.normalisation)
            except DivergedError:
                # The texts behind it are none the worse for it.
                failed, last = True, ""
            if last != "\n":
                # So that a shell's prompt, or the next text, begins on a line of its own.
                write_text("\n" if sys.stdout.isatty() or streams > 1 else "", sys.stdout)
        if failed:
            raise DivergedError
    if count:
        # Pieces that the prime ends are not the network's; one that it begins is.
        _mark_known("".join(symbols).split(end)[start.text.count(end) :], end, header)


def _end(until: str | None, count: int, header: "Header") -> str:
    r"""What ends a piece, in the characters of the network; empty where nothing does.

    `\n` and `\t` are the characters that they stand for, as shells don't read
    them so. Raises `ConfigError` for a text that can never be written.
    """
    from rnntui.text.normalisation import decompose_syllables
    from rnntui.text.vocabulary import describe_character

    if until is None and not count:
        return ""
    asked = "\n" if until is None else until.replace("\\n", "\n").replace("\\t", "\t")
    if not asked:
        raise ConfigError("--until must be at least one character long.")
    # Jamo are what such a network writes; the other steps would lose a line end.
    end = decompose_syllables(asked) if "nfd-jamo" in header.normalisation.steps else asked
    for symbol in end:
        if symbol not in header.vocabulary:
            raise ConfigError(
                f"The network never writes {describe_character(symbol)}, so --until would wait"
                " for ever; give another text to it."
            )
    return end


class _Limit:
    """Where a text ends: by length (0: never), or behind the text `until`, `count` times if given.

    With `count`, only a length that is given on purpose would cut a piece, so none does.
    """

    def __init__(self, length: int, until: str, count: int) -> None:
        self.counts = count > 0
        """Whether it is pieces that end the text."""
        self._left = 0 if count else length
        self._until, self._pieces = until, count or 1
        self._tail = ""

    def ends_with(self, symbol: str) -> bool:
        """Whether the text is over with its next character."""
        if self._until:
            self._tail = (self._tail + symbol)[-len(self._until) :]
            if self._tail == self._until:
                self._pieces, self._tail = self._pieces - 1, ""
        self._left -= 1
        return self._left == 0 or not self._pieces


class _Sides:
    """Texts written together, taken one after the other; of those to come the symbols wait.

    None stands for the end of one that can't go on.
    """

    def __init__(self, rounds: "CharacterStreams", count: int) -> None:
        self._rounds = rounds
        self._waiting: list[deque[str | None]] = [deque() for _ in range(count)]

    def symbols(self, number: int) -> Iterator[str]:
        """The characters of one text, endlessly; those before it wait no more.

        Raises `DivergedError` where it can't go on.
        """
        own = self._waiting[number]
        yield from _emptied(own)
        for characters in self._rounds:
            for waiting, character in zip(self._waiting[number:], characters[number:], strict=True):
                waiting.append(character and character.symbol)
            yield from _emptied(own)


def _emptied(waiting: deque[str | None]) -> Iterator[str]:
    """What waits, which does so no more. Raises `DivergedError` for None."""
    while waiting:
        if (symbol := waiting.popleft()) is None:
            raise DivergedError
        yield symbol


def _limited(symbols: Iterator[str], limit: _Limit) -> Iterator[str]:
    """The characters up to the limit."""
    for symbol in symbols:
        yield symbol
        if limit.ends_with(symbol):
            return


def _noted(written: Iterator[str], symbols: list[str]) -> Iterator[str]:
    """The same characters, each added to a list."""
    for symbol in written:
        symbols.append(symbol)
        yield symbol


def _write(written: Iterator[str], prime: str, normalisation: "Normalisation") -> str:
    """Write a text as it comes; returns its last character, empty where there is none.

    Decomposed Hangul is put together again, which has to wait for a syllable to end.
    """
    held = prime
    symbol = prime[-1:]
    for symbol in written:
        if may_join(symbol):
            held += symbol
            continue
        write_text(normalisation.restore_for_display(held), sys.stdout)
        held = symbol
    write_text(normalisation.restore_for_display(held), sys.stdout)
    return symbol


def _write_json(rounds: "CharacterStreams", limits: Sequence[_Limit], symbols: list[str]) -> None:
    """Write a line for each character as it is drawn, those of several texts in turns.

    Where there are pieces to count, the characters are added to `symbols`. Raises
    `DivergedError` at the end where one of them couldn't go on.
    """
    failed = False
    going_on = list(range(len(limits)))
    for characters in rounds:
        for stream in going_on:
            if (character := characters[stream]) is None:
                continue
            line = {
                "stream": stream,
                "char": character.symbol,
                "probability": character.probability,
                "candidates": [list(candidate) for candidate in character.candidates],
            }
            write_line(json.dumps(line), sys.stdout)
            if limits[stream].counts:
                symbols.append(character.symbol)
        written = [(k, characters[k]) for k in going_on]
        going_on = [k for k, one in written if one and not limits[k].ends_with(one.symbol)]
        failed = failed or None in (one for _, one in written)
        if not going_on:
            break
    if failed:
        raise DivergedError


def _mark_known(pieces: list[str], end: str, header: "Header") -> None:
    """Say which of the pieces, each ended by `end`, are pieces of the network's own text."""
    from rnntui.training.corpus_note import corpus_of

    try:
        corpus = corpus_of(header.corpus, header.normalisation)
    except CorpusError as error:
        notify(f"Which of them stand in the corpus can't be said. {error}")
        return
    own = set(corpus.vocabulary.decode(corpus.ids).split(end))
    pieces = [piece for piece in pieces if piece]
    known = [header.normalisation.restore_for_display(piece) for piece in pieces if piece in own]
    names = ": " + ", ".join(known) if known else ""
    notify(f"{len(known)} of {len(pieces)} stand in the corpus{names}.")
