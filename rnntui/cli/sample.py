"""`rnntui sample`: a trained network writes."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.terminal import notify, write_line, write_text
from rnntui.errors import ConfigError, CorpusError
from rnntui.sampling.modes import Mode
from rnntui.text.cells import may_join

if TYPE_CHECKING:
    from rnntui.sampling.stream import Character
    from rnntui.text.normalisation import Normalisation
    from rnntui.training.checkpoints import Header


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
        int, typer.Option(min=0, help="Write so many pieces, each ended by --until (a line end).")
    ] = 0,
    streams: Annotated[
        int, typer.Option(min=1, help="Write so many texts, from seeds that follow on --seed.")
    ] = 1,
    no_prime: Annotated[bool, typer.Option("--no-prime", help="Leave the prime out.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One character a line, with its probability.")
    ] = False,
) -> None:
    """Write with a trained network; the text alone goes to standard output, as it is drawn."""
    from rnntui import places
    from rnntui.sampling.choice import SamplingSpec
    from rnntui.sampling.prime import prepare_prime
    from rnntui.sampling.stream import CharacterStream, hybrid_equals_argmax
    from rnntui.training.checkpoints import load_checkpoint
    from rnntui.training.run_folder import find_checkpoint

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
    end = _unescaped(until) if until is not None else ("\n" if count else None)
    for number in range(streams):
        stream = CharacterStream(
            lambda: weights, header.vocabulary, lambda: spec, start.text, seed + number
        )
        shown_prime = "" if no_prime else start.text
        if streams > 1 and not as_json:
            write_text(f"==== seed {seed + number} ====\n", sys.stdout)
        written = _limited(stream, length, end, count)
        if as_json:
            _write_json(written, number)
        else:
            text = _write(written, shown_prime, header.normalisation)
            if count:
                _mark_known(text.split(end or "\n"), header)
            if not text.endswith("\n"):
                # So that a shell's prompt, or the next text, begins on a line of its own.
                write_text("\n" if sys.stdout.isatty() or streams > 1 else "", sys.stdout)


def _unescaped(text: str) -> str:
    r"""`text` with `\n` and `\t` as the characters that they stand for, as shells don't."""
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _limited(
    stream: "Iterator[Character]", length: int, until: str | None, count: int
) -> "Iterator[Character]":
    """The stream, ended by length (0: never), or behind the text `until`, `count` times if given.

    With `count`, only a length that is given on purpose would cut a piece, so none does.
    """
    left = count or 1
    tail = ""
    for character in islice(stream, None if count or not length else length):
        yield character
        if until is None:
            continue
        tail = (tail + character.symbol)[-len(until) :]
        if tail == until:
            left, tail = left - 1, ""
            if not left:
                return


def _write(written: "Iterator[Character]", prime: str, normalisation: "Normalisation") -> str:
    """Write a text as it comes; returns what was written, without the prime.

    Decomposed Hangul is put together again, which has to wait for a syllable to end.
    """
    held = prime
    text: list[str] = []
    for character in written:
        symbol = character.symbol
        text.append(symbol)
        if may_join(symbol):
            held += symbol
            continue
        write_text(normalisation.restore_for_display(held), sys.stdout)
        held = symbol
    write_text(normalisation.restore_for_display(held), sys.stdout)
    return normalisation.restore_for_display("".join(text))


def _write_json(written: "Iterator[Character]", stream: int) -> None:
    for character in written:
        line = {
            "stream": stream,
            "char": character.symbol,
            "probability": character.probability,
            "candidates": [list(candidate) for candidate in character.candidates],
        }
        write_line(json.dumps(line), sys.stdout)


def _mark_known(pieces: list[str], header: "Header") -> None:
    """Say which of the pieces stand in the text that the network was trained on."""
    from rnntui.training.corpus_note import corpus_of

    try:
        corpus = corpus_of(header.corpus, header.normalisation)
    except CorpusError as error:
        notify(f"Which of them stand in the corpus can't be said. {error}")
        return
    text = header.normalisation.restore_for_display(corpus.vocabulary.decode(corpus.ids))
    lines = set(text.split("\n"))
    pieces = [piece for piece in pieces if piece]
    known = [piece for piece in pieces if piece in lines]
    names = ": " + ", ".join(known) if known else ""
    notify(f"{len(known)} of {len(pieces)} stand in the corpus{names}.")
