"""A race without torch or chance: its lanes follow a script, then obey."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnntui import places
from rnntui.runtime.race.entries import Entry
from rnntui.runtime.race.opening import RaceFile
from rnntui.runtime.race.session import NewRace, OnOpened, OpenedLane, RaceRequest
from rnntui.runtime.race.turns import LaneEvent
from rnntui.runtime.session import Network
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import Command, Continue, Inbox, Pause, SingleStep, Stop
from rnntui.training.events import (
    Continued,
    Evaluated,
    Finished,
    Paused,
    Resumed,
    Started,
    Step,
    TrainEvent,
    Warned,
)
from tests.tui.scripted import scripted_weights

CELLS = ("rnn", "lstm", "gru", "mingru")
PARAMETERS = (70_000, 242_559, 184_959, 61_823)
IN_A_STEP = 2_048
STEPS = 400


def a_race(parent: Path | None = None, corpus: str = "play") -> NewRace:
    entries = tuple(Entry(cell, TrainConfig(cell=cell, epochs=8)) for cell in CELLS)
    return NewRace(parent or places.checkpoints_dir(), corpus, entries, "rnntui race play")


def scripted_loss(lane: int, step: int) -> float:
    """Each lane falls at its own pace, with a wave on it."""
    return 1.2 + 0.12 * lane + 2.4 * math.exp(-step / (50 + 25 * lane)) + 0.03 * math.sin(step / 3)


def seconds(lane: int, step: int) -> float:
    return step * 0.01 * (1 + lane)


def evaluated(lane: int, step: int) -> Evaluated:
    loss = scripted_loss(lane, step) + 0.1
    return Evaluated(
        step,
        seconds(lane, step),
        loss - 0.1,
        loss,
        loss / math.log(2),
        math.exp(loss),
        None,
        True,
        False,
    )


class ScriptedRace:
    """Opens races whose lanes take `steps` steps, then obey commands as real ones do."""

    def __init__(self, steps: int = 120, labels: Sequence[str] = CELLS, ends: bool = False) -> None:
        self.steps, self.labels, self.ends = steps, tuple(labels), ends
        self.requests: list[RaceRequest] = []
        self.commands: list[Command] = []
        self.warnings: list[str] = []

    def open(
        self, request: RaceRequest, opened: OnOpened
    ) -> Callable[[Inbox], Iterator[LaneEvent]]:
        def events(inbox: Inbox) -> Iterator[LaneEvent]:
            self.requests.append(request)
            corpus = "play" if not isinstance(request, NewRace) else request.corpus
            names = tuple(f"race-{number}" for number in range(len(self.labels)))
            text = load_corpus(corpus)
            nothing = np.array([], dtype=np.uint8)
            weights = replace(scripted_weights(len(text.vocabulary), 2.0), step=self.steps)
            lanes = [
                OpenedLane(
                    IN_A_STEP,
                    Network(
                        name,
                        f"{name}:last",
                        text.name,
                        text.vocabulary,
                        text.normalisation,
                        lambda: weights,
                        lambda: (nothing, nothing),
                    ),
                )
                for name in names
            ]
            opened(RaceFile("play-race-1", names, self.labels, 50_000, "rnntui race play"), lanes)
            yield from self._told(names, text.name, len(text.vocabulary), inbox)

        return events

    def _told(
        self, names: Sequence[str], corpus: str, symbols: int, inbox: Inbox
    ) -> Iterator[LaneEvent]:
        again = len(self.requests) > 1
        kind, first = (Resumed, self.steps) if again else (Started, 0)
        for lane, name in enumerate(names):
            yield LaneEvent(
                name,
                kind(
                    first, seconds(lane, first), name, corpus, PARAMETERS[lane % 4], symbols,
                    92_777, 10_309, 10_309, 50, STEPS, "cpu",
                ),
            )  # fmt: skip
        for step in range(first + 1, self.steps + 1):
            for lane, name in enumerate(names):
                yield from self._stepped(lane, name, step)
        for sentence in self.warnings:
            yield LaneEvent(names[0], Warned(self.steps, 1.0, sentence))
        if self.ends:
            for lane, name in enumerate(names):
                yield LaneEvent(name, self._end(lane, "budget"))
            return
        yield from self._obeyed(names, inbox)

    def _stepped(self, lane: int, name: str, step: int) -> Iterator[LaneEvent]:
        loss, at = scripted_loss(lane, step), seconds(lane, step)
        yield LaneEvent(name, Step(step, at, step / 50, loss, 2e-3, 0.4, 41_250.0))
        if step % 20 == 0:
            yield LaneEvent(name, evaluated(lane, step))

    def _end(self, lane: int, reason: str) -> Finished:
        return Finished(self.steps, seconds(lane, self.steps), reason)

    def _obeyed(self, names: Sequence[str], inbox: Inbox) -> Iterator[LaneEvent]:
        step = self.steps
        while True:
            for command in inbox.wait():
                self.commands.append(command)
                if isinstance(command, SingleStep):
                    step += 1
                for lane, name in enumerate(names):
                    at = (step, seconds(lane, step))
                    answer: TrainEvent | None = None
                    match command:
                        case Pause():
                            answer = Paused(*at)
                        case Continue():
                            answer = Continued(*at)
                        case SingleStep():
                            yield from self._stepped(lane, name, step)
                            answer = Paused(*at)
                        case Stop():
                            answer = self._end(lane, "stopped")
                    if answer is not None:
                        yield LaneEvent(name, answer)
                if isinstance(command, Stop):
                    return
