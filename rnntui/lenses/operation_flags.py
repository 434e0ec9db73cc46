"""Operations of surgery as flags of a command, read from them, and in words.

`--cut 1:h:17`, `--hold 1:forget:3=low`, `--freeze 1:c:17=0.25` and `--nudge 1:h:17=-0.5` each name
a layer, counted from 1 as on screen, a gate or a state, and a unit, both counted from 1.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, get_args

from rnntui.errors import ConfigError
from rnntui.lenses.surgery import AnyOperation, Hold, Operation, StateOperation

Flag = Literal["cut", "hold", "freeze", "nudge"]

HIDDEN_STATE: Final = "h"
"""What is cut out of a unit; every cell's first state has this name."""

_PLACE: Final = re.compile(r"([0-9]{1,6}):([^:=]+):([0-9]{1,9})(?:=(.+))?", re.DOTALL)
_EXAMPLES: Final[dict[Flag, str]] = {
    "cut": "1:h:17",
    "hold": "1:forget:3=low",
    "freeze": "1:h:17=0.25",
    "nudge": "1:h:17=-0.5",
}


def operation_of(flag: Flag, text: str) -> AnyOperation:
    """The operation that a flag and its argument name.

    Raises `ConfigError`, naming the flag, for an argument of another form.
    """
    found = _PLACE.fullmatch(text.strip())
    if (
        found is None
        or (found[4] is None) is not (flag == "cut")
        or min(int(found[1]), int(found[3])) < 1
    ):
        raise ConfigError(
            f"--{flag} names a layer, a gate or state, and a unit, as in {_EXAMPLES[flag]}."
        )
    layer, name, unit = int(found[1]) - 1, found[2], int(found[3]) - 1
    match flag:
        case "cut":
            if name != HIDDEN_STATE:
                raise ConfigError(
                    f"--cut takes the hidden state of a unit: {layer + 1}:h:{unit + 1}."
                )
            return Operation(layer, unit)
        case "hold":
            if found[4] not in get_args(Hold):
                raise ConfigError("--hold takes low or high, as in 1:forget:3=low.")
            return Operation(layer, unit, name, "low" if found[4] == "low" else "high")
        case _:
            return StateOperation(layer, unit, name, flag, _number(flag, found[4]))


def _number(flag: Flag, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"--{flag} takes a number, as in {_EXAMPLES[flag]}.") from None


def flags_of(operations: Iterable[AnyOperation]) -> list[str]:
    """The flags and arguments that name these operations, in their order."""
    words: list[str] = []
    for one in operations:
        place = f"{one.layer + 1}:%s:{one.unit + 1}"
        match one:
            case StateOperation():
                words += [f"--{one.way}", f"{place % one.state}={one.amount!r}"]
            case Operation(gate=""):
                words += ["--cut", place % HIDDEN_STATE]
            case Operation():
                words += ["--hold", f"{place % one.gate}={one.hold}"]
    return words


def in_words(operation: AnyOperation) -> str:
    """An operation in words."""
    unit = f"layer {operation.layer + 1}, unit {operation.unit + 1}"
    match operation:
        case StateOperation(way="freeze"):
            return f"{unit}: {operation.state} frozen at {operation.amount:.4g}"
        case StateOperation():
            return f"{unit}: {operation.state} nudged by {operation.amount:+g}"
        case Operation(gate=""):
            return f"{unit}: cut out"
        case Operation():
            return f"{unit}: {operation.gate} {operation.hold}"
