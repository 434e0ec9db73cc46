"""Characters of `rnntui sample` that are chosen by hand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.options.operation_options import PANEL
from rnntui.errors import ConfigError
from rnntui.text.escapes import unescaped

if TYPE_CHECKING:
    from rnntui.sampling.stream import Character, CharacterStreams
    from rnntui.text.vocabulary import Vocabulary

Choose = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PLACE=CHARACTER",
        help="Put this character at a place of the output, counted from 1, instead of the one that"
        " would be generated; it takes no random number. May be repeated.",
        rich_help_panel=PANEL,
    ),
]


def choices_of(given: Sequence[str] | None, vocabulary: "Vocabulary") -> dict[int, str]:
    """The characters chosen by hand, by their places in the output, counted from 1.

    Raises `ConfigError` for one that the network never generates, or a place given twice.
    """
    from rnntui.text.vocabulary import UNKNOWN, describe_character

    choices: dict[int, str] = {}
    for one in given or ():
        place, sign, character = one.partition("=")
        symbol = unescaped(character)
        if not (sign and place.isascii() and place.isdecimal() and int(place) and symbol):
            raise ConfigError("--choose takes a place from 1 on and a character, as in 12=e.")
        if symbol not in vocabulary or symbol == UNKNOWN:
            raise ConfigError(
                f"--choose: the network never generates {describe_character(symbol)}."
            )
        if int(place) in choices:
            raise ConfigError(f"--choose names two characters for place {int(place):,}.")
        choices[int(place)] = symbol
    return choices


class SteeredTexts(Iterator["tuple[Character | None, ...]"]):
    """The rounds of one stream, in which some characters are chosen by hand."""

    def __init__(self, streams: "CharacterStreams", choices: Mapping[int, str], shown: int) -> None:
        """Steer a stream whose characters come with the whole vocabulary as candidates.

        So many of them are `shown`.
        """
        self._streams, self._choices, self._shown = streams, choices, shown
        self._place = 0

    def __next__(self) -> "tuple[Character | None, ...]":
        """Generate a character, or put the chosen one."""
        self._place += 1
        symbol = self._choices.get(self._place)
        (character,) = next(self._streams) if symbol is None else self._streams.predict()
        if character is None:
            return (None,)
        if symbol is not None:
            (text,) = self._streams.put((symbol,))
            character = character.replaced_by(symbol).shown_as(text)
        return (character._replace(candidates=character.candidates[: self._shown]),)
