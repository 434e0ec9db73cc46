"""How a shell asks for completions: by environment variables of Typer's, read before it does."""

import os
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final

VARIABLE: Final = "_RNNTUI_COMPLETE"
"""Set by the shells' scripts; its value names the shell."""

_WORDS, _PLACE = "COMP_WORDS", "COMP_CWORD"


def is_completing() -> bool:
    """Whether a shell asks, rather than a person."""
    return VARIABLE in os.environ


def prepare(environment: MutableMapping[str, str], modules: MutableMapping[str, Any]) -> None:
    """Make a question cheap to answer, and Bash's question whole."""
    # Typer would load Rich to take its markup out of descriptions; ours have none.
    modules["rich"] = None
    if environment.get(VARIABLE) == "complete_bash" and environment.get(_PLACE, "").isdecimal():
        words = rejoined(environment.get(_WORDS, "").split("\n")[: int(environment[_PLACE]) + 1])
        environment[_WORDS], environment[_PLACE] = "\n".join(words), str(len(words) - 1)


def rejoined(pieces: Sequence[str]) -> list[str]:
    """The words of a command line that Bash has split at colons and equals signs, too.

    An equals sign behind an option's name separates the two, as a space does.
    """
    words: list[str] = []
    glued = False
    for piece in pieces:
        if piece == "=" and words and words[-1].startswith("--"):
            words.append("")
            glued = True
        elif words and (glued or piece in (":", "=")):
            words[-1] += piece
            glued = piece in (":", "=")
        else:
            words.append(piece)
    return words


def standing(environment: Mapping[str, str] = os.environ) -> str:
    """What of the typed word Bash leaves in place: all up to its last colon."""
    if environment.get(VARIABLE) != "complete_bash":
        return ""
    typed = environment.get(_WORDS, "").split("\n")[int(environment.get(_PLACE, "0")) :]
    return typed[0][: typed[0].rfind(":") + 1] if typed else ""
