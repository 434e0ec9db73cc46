"""Actions during a replay: part of the playground's registry.

They share keys with similar actions of a training run; only one of them acts at a time.
"""

from collections.abc import Sequence
from typing import Final

from rnntui.tui.core.actions import Action
from rnntui.tui.core.links import Link, LinkPair


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_short: str, in_footer: bool = True
) -> Action:
    return Action(f"replay.{name}", key, call, label, tooltip, in_footer, in_short=in_short)


REPLAY: Final = (
    _action(
        "pause",
        "t",
        "replay_pause",
        "Pause/continue",
        "Pause the replay; again to continue.",
        "Pause",
    ),
    _action(
        "next",
        "n",
        "replay_next",
        "Next sample",
        "Go to the next sample of the record, or to the next evaluation if it has none, then"
        " pause.",
        "Sample",
    ),
    _action(
        "back",
        "comma",
        "replay_move('back')",
        "Back",
        "Go back by a tenth of the record.",
        "Back",
    ),
    _action(
        "forward",
        "full_stop",
        "replay_move('forward')",
        "Forward",
        "Go forward by a tenth of the record.",
        "Forward",
    ),
    _action(
        "slower",
        "less_than_sign",
        "replay_speed('down')",
        "Half speed",
        "Halve the speed of the replay.",
        "Slower",
        in_footer=False,
    ),
    _action(
        "faster",
        "greater_than_sign",
        "replay_speed('up')",
        "Double speed",
        "Double the speed of the replay.",
        "Faster",
        in_footer=False,
    ),
    _action("end", "k", "replay_end", "End replay", "End the replay.", "End", in_footer=False),
)
"""The actions of a replay, in the order of footer, help and palette."""

REPLAY_LINKS: Final[Sequence[Link]] = (
    "replay.pause",
    "replay.next",
    LinkPair("replay.back", "position", "replay.forward"),
    LinkPair("replay.slower", "speed", "replay.faster"),
    "replay.end",
)
"""Links below the chart of a replay, the most important first."""

_IDLE: Final = {
    True: frozenset(
        {
            *("train", "step", "stop", "new_run", "save", "roll_back"),
            *("learning_rate", "sample_length"),
        }
    ),
    False: frozenset(action.call.partition("(")[0] for action in REPLAY),
}
"""The calls without effect during a replay, and without one."""


def is_active_in(action: str, replays: bool) -> bool:
    """Whether `action` has an effect during a replay, or without one."""
    return action not in _IDLE[replays]
