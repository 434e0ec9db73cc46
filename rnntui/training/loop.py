"""The training loop: a generator that fits a network and tells what happens.

It prints nothing, draws nothing and keeps no thread: whoever iterates decides
what becomes of the events. The parts of the loop are in `loop_state.py`; what is
fitted, and how a step is computed, is the learner's matter (`learner.py`). All
that decides a weight is a function of the configuration, the data and the
step, so a resumed run repeats one that was never stopped, bit for bit, on the
same machine and thread count.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from rnntui.errors import RnntuiError
from rnntui.training.commands import Inbox, NullInbox, NullOutlet, WeightsOutlet
from rnntui.training.events import Failed, TrainEvent
from rnntui.training.learner import Learner, Training
from rnntui.training.loop_state import LoopState
from rnntui.training.record import Record, recorded
from rnntui.training.stopwatch import AWAKE, Clock

R = TypeVar("R", bound=Training)
Ending = Callable[[Iterator[TrainEvent]], Iterator[TrainEvent]]
"""Passes the events of a training on, with those of what a task does at its end."""


def train_recorded(
    run: R,
    make_learner: Callable[[R], Learner],
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    ending: Ending = iter,
) -> Iterator[TrainEvent]:
    """The events of `train`, each in the run's record before it is passed on.

    Raises `CheckpointError` where another process trains the run, and what `make_learner` does.
    """
    start = run.resumed_at
    record = Record(run.folder, keep_lines=start.events if start else 0)
    try:
        events = train(run, make_learner(run), inbox, outlet, recorded=record.lines)
        yield from recorded(ending(events), record)
    finally:
        record.close()


def train(
    run: Training,
    learner: Learner,
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    clock: Clock = AWAKE,
    recorded: int = 0,
) -> Iterator[TrainEvent]:
    """Fit the network of `learner` to its data, yielding what happens as it happens.

    The last event is `Finished` or `Failed`. `inbox` is read once per step, so
    a command takes effect within one step and always at a whole optimiser
    step; `outlet` is given copies of the weights when it wants them. `recorded`
    is the number of events that the run's record holds already.
    """
    inbox, outlet = inbox or NullInbox(), outlet or NullOutlet()
    fit = LoopState(run, learner, clock, recorded)
    try:
        yield from fit.open()
        fit.publish(outlet)
        while not fit.finished:
            commands = inbox.drain()
            while commands or fit.paused:
                for command in commands:
                    if not fit.finished:
                        yield from fit.obey(command)
                if fit.finished or not fit.paused:
                    break
                if outlet.wanted():
                    fit.publish(outlet)
                commands = fit.waiting_for(inbox)
            if fit.finished:
                break
            if reason := fit.reason_to_end:
                yield from fit.finish(reason, inbox)
                break
            yield from fit.step()
            yield from fit.evaluate_if_due()
            yield from fit.sample_if_due()
            yield from fit.save_if_due()
            yield from fit.settle_minutes()
            if outlet.wanted():
                fit.publish(outlet)
        fit.publish(outlet)
    except RnntuiError as error:
        yield fit.event(Failed, sentence=str(error))
    except (RuntimeError, MemoryError) as error:
        from rnntui.training.optimizing.devices import out_of_memory_sentence

        if not (sentence := out_of_memory_sentence(error)):
            raise
        yield fit.event(Failed, sentence=sentence)
