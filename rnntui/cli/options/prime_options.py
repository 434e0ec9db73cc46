"""A prime on the command line: as an argument with escapes, in a file, or on standard input."""

from pathlib import Path
from typing import Annotated, Final

import typer

from rnntui.errors import ConfigError, quoted
from rnntui.text.escapes import ESCAPES_HELP, unescaped

LARGEST_PRIME: Final = 16 << 20
"""Maximum bytes of a text that a network is to read, which takes it minutes."""

PrimeFile = Annotated[
    str | None,
    typer.Option(
        help="File with the text to start from, read verbatim; - is standard input.",
        metavar="FILE",
    ),
]


def prime_option(what: str) -> typer.models.OptionInfo:
    """Make the option `--prime`, with the help `what`."""
    option: typer.models.OptionInfo = typer.Option(help=f"{what} {ESCAPES_HELP}")
    return option


def given_prime(prime: str | None, prime_file: str | None) -> str | None:
    """Return the prime from either option, None without one.

    Raises `ConfigError` if both are given, `CorpusError` for a file that can't be read, is too
    large or isn't text.
    """
    if prime_file is None:
        return None if prime is None else unescaped(prime)
    if prime is not None:
        raise ConfigError("--prime and --prime-file exclude each other; give one of them.")
    return text_of_file(prime_file, "The prime file")


def text_of_file(reference: str, what: str) -> str:
    """Read a file verbatim, or standard input for `-`; `what` names it in sentences.

    Raises `CorpusError` for one that can't be read, is too large or isn't text.
    """
    from rnntui.text.decoding import reading_errors
    from rnntui.text.streams import small_text, standard_input

    if reference == "-":
        return small_text(standard_input(), "Standard input", LARGEST_PRIME)
    name = f"{what} {quoted(reference)}"
    # A pipe is allowed (`<(head -c 500 play.txt)`): the read is bounded.
    with reading_errors(name), Path(reference).open("rb") as file:
        return small_text(file, name, LARGEST_PRIME)
