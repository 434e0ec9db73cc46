"""The training loop: a generator that trains a network and yields events.

It prints nothing, draws nothing and starts no thread: the caller decides what becomes of the
events. The parts of the loop are in `loop_state.py`; the network, and how a step is computed,
is the learner's (`learner.py`). All that decides a weight is a function of the configuration,
the data and the step, so a resumed run repeats one that was never stopped, bit for bit, on the
same machine and thread count.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from rnntui.clock import Clock
from rnntui.errors import RnntuiError
from rnntui.training.commands import Inbox, NullInbox, NullOutlet, WeightsOutlet
from rnntui.training.events import Failed, TrainEvent
from rnntui.training.learner import Learner
from rnntui.training.loggers.logged_events import (
    Measured,
    logged,
    logged_run,
    nothing_measured,
)
from rnntui.training.loggers.logger import NamedLogger
from rnntui.training.loop_state import LoopState
from rnntui.training.prepared_run import PreparedRun
from rnntui.training.runs.kept import drop_kept_after
from rnntui.training.runs.record import Record, recorded
from rnntui.training.stopwatch import AWAKE

R = TypeVar("R", bound=PreparedRun)
Ending = Callable[[Iterator[TrainEvent]], Iterator[TrainEvent]]
"""Passes on the events of a run, adding those of what the task does at its end."""


def train_recorded(
    run: R,
    make_learner: Callable[[R], Learner],
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    ending: Ending = iter,
    clock: Clock = AWAKE,
    loggers: Sequence[NamedLogger] = (),
    measured: Measured = nothing_measured,
) -> Iterator[TrainEvent]:
    """The events of `train`, each in the run's record before it is passed on.

    `loggers` are given them after that, and what was `measured` for them alone. Raises
    `CheckpointError` where another process trains the run, and what `make_learner` does.
    """
    start = run.resumed_at
    record = Record(run.folder, keep_lines=start.events if start else 0)
    try:
        drop_kept_after(run.folder, start.step if start else -1)
        events = train(run, make_learner(run), inbox, outlet, clock, record.lines)
        events = recorded(ending(events), record)
        yield from logged(events, loggers, partial(logged_run, run), measured)
    finally:
        record.close()


def train(
    run: PreparedRun,
    learner: Learner,
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    clock: Clock = AWAKE,
    recorded: int = 0,
) -> Iterator[TrainEvent]:
    """Train the network of `learner`, yielding events as they happen.

    The last event is `Finished` or `Failed`. `inbox` is read once per step, so
    a command takes effect within one step and always at a whole optimiser
    step; `outlet` receives copies of the weights on request. `recorded`
    is the number of events already in the run's record.
    """
    inbox, outlet = inbox or NullInbox(), outlet or NullOutlet()
    state = LoopState(run, learner, clock, recorded)
    try:
        yield from state.open()
        state.publish(outlet)
        while not state.finished:
            commands = inbox.drain()
            while commands or state.paused:
                for command in commands:
                    if not state.finished:
                        yield from state.execute(command)
                if state.finished or not state.paused:
                    break
                if outlet.wanted():
                    state.publish(outlet)
                commands = state.waiting_for(inbox)
            if state.finished:
                break
            if reason := state.reason_to_end:
                yield from state.finish(reason, inbox)
                break
            yield from state.step()
            yield from state.evaluate_if_due()
            yield from state.sample_if_due()
            state.keep_if_due()
            yield from state.save_if_due()
            yield from state.convert_minutes()
            if outlet.wanted():
                state.publish(outlet)
        state.publish(outlet)
    except RnntuiError as error:
        yield state.event(Failed, sentence=str(error))
    except (RuntimeError, MemoryError) as error:
        from rnntui.training.optimizing.devices import out_of_memory_sentence

        if not (sentence := out_of_memory_sentence(error)):
            raise
        yield state.event(Failed, sentence=sentence)
