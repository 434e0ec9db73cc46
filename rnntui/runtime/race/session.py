"""A race in the background, steered and polled by a screen: its thread, lanes and samples."""

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from rnntui.runtime.event_channel import EventChannel, is_step
from rnntui.runtime.generating.generator_thread import CAPACITY, PacedThread
from rnntui.runtime.phases import Phase, note_pause_event
from rnntui.runtime.race.entries import Entry, with_equal_parameters
from rnntui.runtime.race.opening import (
    OpenedRace,
    RaceFile,
    load_shared_parts,
    new_race,
    resume_race,
)
from rnntui.runtime.race.progress import LaneProgress
from rnntui.runtime.race.turns import SLICE_CHARACTERS, LaneEvent, race
from rnntui.runtime.session import CurrentSpec, Network
from rnntui.runtime.trainer_thread import EventThread
from rnntui.runtime.training_session import SteeredSession
from rnntui.runtime.weights import WeightsMailbox, latest_weights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import READING_PACE
from rnntui.sampling.prime import Prime, prepare_prime
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.tasks.characters.run import Run, parts_of
from rnntui.text.corpus import load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.text.rare import with_rare_merged
from rnntui.training.commands import Inbox
from rnntui.training.events import Failed
from rnntui.training.loggers.finding import find_loggers

WHOLE_RACE: Final = ""
"""In the place of a lane's name: what happens to all of them."""


@dataclass(frozen=True)
class NewRace:
    """A race to begin on a text of the library, a file or a folder; `command` repeats it."""

    parent: Path
    corpus: str
    entries: tuple[Entry, ...]
    command: str
    equal_parameters: bool = False
    prime: str = ""
    name: str | None = None
    slice_characters: int = SLICE_CHARACTERS


@dataclass(frozen=True)
class ResumedRace:
    """A race to go on with."""

    parent: Path
    name: str


@dataclass(frozen=True)
class OpenedLane:
    """A lane that has been opened: what it reads in a step, and its network."""

    characters_per_step: int
    network: Network


RaceRequest = NewRace | ResumedRace
OnOpened = Callable[[RaceFile, Sequence[OpenedLane]], None]
"""Called with the race and its lanes that have steps left, before their first event."""
OpenRace = Callable[[RaceRequest, OnOpened], Callable[[Inbox], Iterator[LaneEvent]]]
"""Opens a requested race; what it returns is called, and iterated, in a thread."""
Round = tuple[Character, ...]
"""A character of each lane."""


def open_race(
    request: RaceRequest, opened: OnOpened, log: Sequence[str] = ()
) -> Callable[[Inbox], Iterator[LaneEvent]]:
    """The events of a real race; its text is read in the thread that iterates them.

    `log` are the names of loggers, of which each lane has its own.
    """

    def events(inbox: Inbox) -> Iterator[LaneEvent]:
        find_loggers(log)  # before anything is made
        it = _new(request) if isinstance(request, NewRace) else _resumed(request)
        load_shared_parts(it.runs)
        mailboxes = {run.folder.name: WeightsMailbox() for run in it.runs}
        opened(it.file, [_lane(run, mailboxes[run.folder.name]) for run in it.runs])
        yield from race(it.lanes_publishing(mailboxes, log), inbox, it.file.slice_characters)

    return events


def _new(request: NewRace) -> OpenedRace:
    first = request.entries[0].config
    corpus = load_corpus(request.corpus, normalisation=Normalisation(first.normalise))
    entries: Sequence[Entry] = request.entries
    if request.equal_parameters:
        symbols = len(with_rare_merged(corpus, first.min_count).vocabulary)
        entries = with_equal_parameters(entries, symbols)
    return new_race(
        request.parent,
        corpus,
        entries,
        request.name,
        request.prime,
        request.slice_characters,
        request.command,
    )


def _resumed(request: ResumedRace) -> OpenedRace:
    return resume_race(request.parent, request.name, {})


def _lane(run: Run, mailbox: WeightsMailbox) -> OpenedLane:
    name, corpus = run.folder.name, run.corpus
    network = Network(
        name,
        f"{name}:last",
        corpus.name,
        corpus.vocabulary,
        corpus.normalisation,
        partial(latest_weights, mailbox),
        lambda: parts_of(corpus, run.config),
    )
    return OpenedLane(run.batches.characters_per_batch, network)


def open_rounds(
    networks: Sequence[Network], spec: CurrentSpec, prime: str, seed: int
) -> Iterator[Round]:
    """A character of each network at a time, all from one prime and seed, endlessly.

    Waits for the networks' first weights. Raises what `CharacterStream` does.
    """
    streams = [
        CharacterStream(network.weights, network.vocabulary, spec, prime, seed)
        for network in networks
    ]
    while True:
        yield tuple(next(stream) for stream in streams)


@dataclass(frozen=True)
class RaceNews:
    """News since the last poll."""

    events: Sequence[LaneEvent]
    rounds: Sequence[Round]
    failures: Sequence[str]


class RaceSession(SteeredSession[LaneEvent]):
    """Owns the thread of one race, and the thread that samples from all its lanes."""

    def __init__(
        self, wake: Callable[[], None] = lambda: None, open_race: OpenRace = open_race
    ) -> None:
        """Start idle. `wake` is called, in any thread, when news should be polled."""
        super().__init__(wake)
        self._open_race = open_race
        self._generator: PacedThread[Round] | None = None
        self._failures: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.file: RaceFile | None = None
        """The race's file, once it is open."""
        self.lanes: dict[str, LaneProgress] = {}
        """How far each lane is, by the name of its run, in the order of the race."""
        self.networks: dict[str, Network] = {}
        """The network of each lane."""
        self.spec, self.prime, self.seed, self.pace = SamplingSpec("random"), "", 1, READING_PACE

    def race(self, request: RaceRequest) -> None:
        """Begin a race, or go on with one. Raises `RnntuiError` while one is in progress."""
        self._check_idle("race begins")
        # Those of lanes that go on would read weights that nobody publishes any more.
        self.stop_generating()
        if isinstance(request, NewRace):
            self.file, self.lanes, self.networks = None, {}, {}
        channel: EventChannel[LaneEvent] = EventChannel(
            self._wake_now, lambda event: is_step(event.event)
        )
        self._start(EventThread(self._open_race(request, self._opened), channel, _failed))

    def _opened(self, file: RaceFile, lanes: Sequence[OpenedLane]) -> None:
        """Take in the lanes; called in the thread of the race, before their first event."""
        progress, networks = dict(self.lanes), dict(self.networks)
        for lane in lanes:
            name = lane.network.name
            # One that goes on keeps its figures.
            progress.setdefault(name, LaneProgress(lane.characters_per_step))
            networks[name] = lane.network
        order = [name for name in file.lanes if name in progress]
        self.lanes = {name: progress[name] for name in order}
        self.networks = {name: networks[name] for name in order}
        self.file = file

    def _note(self, event: LaneEvent) -> None:
        note_pause_event(self._paused, event.event)
        if event.lane == WHOLE_RACE:
            self.phase = "failed"
            return
        self.lanes[event.lane].note(event.event)
        self.phase = _phase_of([lane.phase for lane in self.lanes.values()])

    @property
    def is_generating(self) -> bool:
        """Whether samples are being generated."""
        return self._generator is not None and self._generator.is_alive()

    def generate(self) -> Prime:
        """Let all lanes generate side by side; returns the prime as they read it, with warnings.

        There must be lanes.
        """
        self.stop_generating()
        networks, seed = tuple(self.networks.values()), self.seed
        prime = prepare_prime(self.prime, networks[0].vocabulary, networks[0].normalisation)
        self._generator = PacedThread(
            lambda: open_rounds(networks, lambda: self.spec, prime.text, seed),
            self._failures.put,
            self.pace,
            CAPACITY // len(networks),
        )
        self._generator.start()
        return prime

    def set_pace(self, pace: float) -> None:
        """Generate so many characters a second in each lane; 0: as fast as they are shown."""
        self.pace = pace
        if self._generator is not None:
            self._generator.pace = pace

    def stop_generating(self) -> None:
        """End the samples."""
        if self._generator is not None:
            # It ends at its next character; the screen must not wait for that.
            self._generator.stop(seconds=0)
            self._generator = None

    def poll(self) -> RaceNews:
        """Return all news, with lanes and phase brought up to date."""
        failures = []
        while not self._failures.empty():
            failures.append(self._failures.get())
        return RaceNews(self._drain(), self._generator.drain() if self._generator else (), failures)

    def close(self, seconds: float) -> bool:
        """End everything, saving all lanes; whether the race has ended within `seconds`."""
        self.stop_generating()
        return super().close(seconds)


def _failed(_: LaneEvent | None, sentence: str) -> LaneEvent:
    return LaneEvent(WHOLE_RACE, Failed(0, 0.0, sentence))


def _phase_of(lanes: Sequence[Phase]) -> Phase:
    """The phase of a race, from those of its lanes: what any of them still does comes first."""
    order: tuple[Phase, ...] = ("training", "paused", "starting", "stopped", "finished", "failed")
    return next((phase for phase in order if phase in lanes), "idle")
