"""A prime on the command line: as an argument with escapes, in a file, or on standard input."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from rnntui.errors import ConfigError, CorpusError
from rnntui.text.escapes import ESCAPES_HELP, unescaped

LARGEST_PRIME: Final = 16 << 20
"""Most bytes of a prime's file; a network reads so many for minutes."""

PrimeFile = Annotated[
    str | None,
    typer.Option(
        help="File with the text to start from, taken as it is; - is standard input.",
        metavar="FILE",
    ),
]


def prime_option(what: str) -> typer.models.OptionInfo:
    """Make the option `--prime`; `what` says what starts from it."""
    option: typer.models.OptionInfo = typer.Option(help=f"{what} {ESCAPES_HELP}")
    return option


def given_prime(prime: str | None, prime_file: str | None) -> str | None:
    """Return the prime that was asked for, None where none was.

    Raises `ConfigError` where both are given, and `CorpusError` for a file
    that can't be read, is too large or isn't text.
    """
    if prime_file is None:
        return None if prime is None else unescaped(prime)
    if prime is not None:
        raise ConfigError("--prime and --prime-file don't go together; give one of them.")
    return _text_of(prime_file)


def _text_of(reference: str) -> str:
    from rnntui.text.decoding import decoded_text, reading_errors
    from rnntui.text.encodings import detect_encoding

    name = "Standard input" if reference == "-" else f"The prime file '{reference}'"
    with reading_errors(name):
        if reference == "-":
            content = sys.stdin.buffer.read(LARGEST_PRIME + 1)
        else:
            # A pipe is welcome here (`<(head -c 500 play.txt)`): what is read of it is bounded.
            with Path(reference).open("rb") as file:
                content = file.read(LARGEST_PRIME + 1)
    if len(content) > LARGEST_PRIME:
        raise CorpusError(
            f"{name} is longer than {LARGEST_PRIME >> 20} MB, too long for a prime; take its end."
        )
    try:
        detection = detect_encoding((content,), name)
        if detection.doubt:
            raise CorpusError(detection.doubt)
        return decoded_text(content, detection.encoding, name)
    except CorpusError as error:
        raise CorpusError(f"{name} can't be read as text; save it as UTF-8.") from error
