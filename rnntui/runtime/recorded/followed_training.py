"""The events of another process's training run, read from its files as it writes them."""

import time
from collections.abc import Callable, Iterator

from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.runtime.recorded.following import FollowedState, RunFollower
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
"""Interval of reading the record; a look without news is one small read."""

UNFOLLOWED = "unfollowed"
"""Reason of the `Finished` event where following ends and the training run does not."""

OnState = Callable[[FollowedState, str], None]
"""Called with the run's state and a sentence about it at each change, in the following thread."""

_Shown = Started | Resumed | Step | Evaluated | Paused | Continued | Switched | Finished | Failed


def followed_events(
    folder: RunFolder,
    inbox: Inbox,
    outlet: WeightsOutlet,
    on_state: OnState,
    clock: Clock = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[TrainEvent]:
    """Yield the record's events, past ones at once, then each as it is written.

    Past events that don't show the run's progress are left out. Weights are published
    when the run has saved them. Ends with the record's `Finished` or `Failed`, or with
    a `Finished` for the reason `unfollowed` at a `Stop` command; other commands are
    ignored. Raises `RnntuiError` where the record can't be read.
    """
    follower = RunFollower(folder, clock)
    place, shown_state, is_past = (0, 0.0), "", True
    while not any(isinstance(command, Stop) for command in inbox.drain()):
        followed = follower.poll()
        is_past |= followed.rewound
        for event in followed.events:
            place = event.step, event.elapsed_s
            if not is_past or _is_shown(event):
                yield event
        if any(isinstance(event, Saved) for event in followed.events) and outlet.wanted():
            _publish(folder, outlet)
        if followed.events:
            continue
        is_past = False
        state = follower.state()
        if state != shown_state:
            shown_state = state
            on_state(state, follower.about())
        if state == "ended":
            return
        sleep(LOOK_SECONDS)
    yield Finished(*place, reason=UNFOLLOWED)


def _is_shown(event: TrainEvent) -> bool:
    return isinstance(event, _Shown) or (isinstance(event, Changed) and event.setting == "steps")


def _publish(folder: RunFolder, outlet: WeightsOutlet) -> None:
    """Publish the last saved weights; where they can't be read, the next save comes soon."""
    try:
        outlet.publish(load_checkpoint(folder.last).for_sampling)
    except RnntuiError:
        return
