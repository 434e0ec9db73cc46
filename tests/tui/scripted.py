"""A session without torch or chance: a training that follows a script, a stream that stops."""

import math
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import numpy as np
from textual.pilot import Pilot
from textual.screen import Screen

from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import (
    CurrentSpec,
    Network,
    NewTraining,
    OnOpened,
    Request,
    Session,
    open_stream,
)
from rnntui.runtime.trainer_thread import Events
from rnntui.sampling.stream import Character
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import (
    Continue,
    Inbox,
    Pause,
    RollBack,
    SaveNow,
    SetLearningRate,
    SetSampleLength,
    SingleStep,
    Stop,
    WeightsOutlet,
)
from rnntui.training.events import (
    Changed,
    Continued,
    Evaluated,
    Failed,
    Finished,
    Paused,
    RolledBack,
    Saved,
    Started,
    Step,
    TrainEvent,
)
from rnntui.tui.app import RnntuiApp
from rnntui.tui.playground.screen import Playground
from rnntui.tui.playground.starting import StartRequest, find_start

TOTAL_STEPS = 400


def scripted_weights(vocab_size: int, scale: float = 1.0) -> NetworkWeights:
    """A small network with seeded weights; a larger scale makes it surer of itself."""
    config = ModelConfig(vocab_size, "gru", embedding_size=8, hidden_size=12, num_layers=1)
    generator = np.random.default_rng(7)
    arrays = {
        name: (scale * generator.standard_normal(shape)).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return NetworkWeights(config, arrays, step=100)


def scripted_step(number: int) -> Step:
    """A loss that falls, with a wave on it."""
    loss = 1.4 + 2.6 * math.exp(-number / 60) + 0.08 * math.sin(number / 3)
    return Step(number, number * 0.05, number / 50, loss, 2e-3, 0.4, 41_250.0)


def scripted_evaluation(number: int, best: bool = True) -> Evaluated:
    """A validation loss a little above the training loss."""
    loss = scripted_step(number).loss + 0.12
    return Evaluated(
        number,
        number * 0.05,
        loss - 0.1,
        loss,
        loss / math.log(2),
        math.exp(loss),
        None,
        best,
        False,
    )


def steps(count: int) -> list[TrainEvent]:
    """Steps 1 to `count`, with an evaluation every 40."""
    events: list[TrainEvent] = []
    for number in range(1, count + 1):
        events.append(scripted_step(number))
        if number % 40 == 0:
            events.append(scripted_evaluation(number))
    return events


def obeyed(
    inbox: Inbox,
    commands: list[object],
    number: int,
    step: Callable[[int], Step],
    best: int,
    path: str = "last.safetensors",
) -> Iterator[TrainEvent]:
    """What a training answers to each command from step `number` on; they are kept, too."""
    rate = step(number).learning_rate
    while True:
        for command in inbox.wait():
            commands.append(command)
            at = (number, number * 0.05)
            match command:
                case Pause():
                    yield Paused(*at)
                case Continue():
                    yield Continued(*at)
                case SingleStep():
                    number += 1
                    yield step(number)
                    yield Paused(number, number * 0.05)
                case SaveNow():
                    yield Saved(*at, path=path)
                case SetLearningRate(new):
                    yield Changed(*at, "learning_rate", rate, new)
                case SetSampleLength(length):
                    yield Changed(*at, "sample_length", 200, length)
                case RollBack():
                    yield RolledBack(*at, to_step=best)
                case Stop():
                    yield Saved(*at, path=path)
                    yield Finished(*at, reason="stopped")
                    return


class ScriptedTraining:
    """Opens trainings that give `script`, then obey commands as a real one does."""

    def __init__(
        self, script: Sequence[TrainEvent] = (), scale: float = 1.0, name: str = "play-lstm-1"
    ) -> None:
        self.script = list(script)
        self.scale, self.name = scale, name
        self.requests: list[Request] = []
        self.commands: list[object] = []
        self.engine_to_come = ""
        self.may_start = threading.Event()
        self.may_start.set()

    def open(self, request: Request, opened: OnOpened) -> Events:
        def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            self.requests.append(request)
            name = request.corpus if isinstance(request, NewTraining) else "play"
            corpus = load_corpus(name)
            opened(self.name, corpus, TrainConfig(epochs=1))
            size = len(corpus.vocabulary)
            self.may_start.wait()
            yield Started(
                0, 0.0, self.name, corpus.name, 242_559, size, 92_777, 10_309, 10_309, 50,
                TOTAL_STEPS, "cpu", engine_to_come=self.engine_to_come,
            )  # fmt: skip
            outlet.publish(scripted_weights(size, self.scale))
            yield from self.script
            if isinstance(self.script[-1] if self.script else None, Failed | Finished):
                return
            number = max((event.step for event in self.script), default=0)
            yield from obeyed(inbox, self.commands, number, scripted_step, 80)

        return events


class ScriptedStream:
    """Opens streams that write so many characters, then wait, so that a picture of them holds."""

    def __init__(self, characters: int = 400) -> None:
        self.characters = characters
        self.over = threading.Event()

    def open(
        self, network: Network, spec: CurrentSpec, prime: str, seed: int
    ) -> Iterator[Character]:
        yield from islice(open_stream(network, spec, prime, seed), self.characters)
        self.over.wait()


class AtHome(RnntuiApp):
    """The real app; a test of it begins on the playground, and ends what is in progress."""

    stream = ScriptedStream()

    def get_default_screen(self) -> Screen[Any]:
        return Screen()

    @asynccontextmanager
    async def run_test(self, **settings: Any) -> AsyncGenerator[Pilot[int], None]:
        async with super().run_test(**settings) as pilot:
            await at_home(pilot)
            yield pilot
            self.stream.over.set()
            self.end_sessions()


async def at_home(pilot: Pilot[int]) -> None:
    """Wait for the playground."""
    while not isinstance(pilot.app.screen, Playground):
        await pilot.pause(0.01)
    await pilot.pause()


def scripted_app(
    training: ScriptedTraining | None = None,
    stream: ScriptedStream | None = None,
    **arguments: str,
) -> RnntuiApp:
    """The real app over a scripted session."""
    training = training or ScriptedTraining()
    opened: dict[str, Callable[..., Iterator[Character]]] = {}
    if stream is not None:
        opened["open_stream"] = stream.open
    session = Session(open_training=training.open, **opened)
    start = find_start(StartRequest(**arguments), None) if arguments else None
    app = AtHome(session, start, warm_up=lambda: 2e10)
    app.stream = stream or app.stream
    app.preferences.change(pace=0.0)  # as fast as it is taken
    app.animation_level = "none"
    return app
