"""A training of another process as events: they come from the run's files as it writes them."""

import time
from collections.abc import Callable, Iterator

from rnntui.errors import RnntuiError
from rnntui.runtime.following import FollowedState, RunFollower
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.commands import Inbox, Stop, WeightsOutlet
from rnntui.training.events import (
    Changed,
    Continued,
    Evaluated,
    Failed,
    Finished,
    Paused,
    Resumed,
    Saved,
    Started,
    Step,
    Switched,
    TrainEvent,
)
from rnntui.training.runs.folder import RunFolder

LOOK_SECONDS = 0.2
"""How often the record is looked at; each look without news is one small read."""

UNFOLLOWED = "unfollowed"
"""The reason of the `Finished` event that ends the following, not the training."""

Tell = Callable[[FollowedState, str], None]
"""Told what the run does and a sentence about it, in the thread that follows, at each change."""

_Shown = Started | Resumed | Step | Evaluated | Paused | Continued | Switched | Finished | Failed


def followed_events(
    folder: RunFolder,
    inbox: Inbox,
    outlet: WeightsOutlet,
    tell: Tell,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[TrainEvent]:
    """The record's events, those of the past at once, then each as it is written.

    Of the past come only those that say where the training is. Weights are
    published when the run has saved them. Ends with the record's `Finished` or
    `Failed`, or with a `Finished` for the reason `unfollowed` where the inbox
    asks to stop; other commands change nothing. Raises `RnntuiError` where the
    record can't be read.
    """
    follower = RunFollower(folder, clock)
    place, told, is_past = (0, 0.0), "", True
    while not any(isinstance(command, Stop) for command in inbox.drain()):
        heard = follower.poll()
        is_past |= heard.rewound
        for event in heard.events:
            place = event.step, event.elapsed_s
            if not is_past or _tells_where(event):
                yield event
        if any(isinstance(event, Saved) for event in heard.events) and outlet.wanted():
            _publish(folder, outlet)
        if heard.events:
            continue
        is_past = False
        state = follower.state()
        if state != told:
            told = state
            tell(state, follower.about())
        if state == "ended":
            return
        sleep(LOOK_SECONDS)
    yield Finished(*place, reason=UNFOLLOWED)


def _tells_where(event: TrainEvent) -> bool:
    return isinstance(event, _Shown) or (isinstance(event, Changed) and event.setting == "steps")


def _publish(folder: RunFolder, outlet: WeightsOutlet) -> None:
    """Hand over what was saved last; where it can't be read, the next save comes soon."""
    try:
        outlet.publish(load_checkpoint(folder.last).for_sampling)
    except RnntuiError:
        return
