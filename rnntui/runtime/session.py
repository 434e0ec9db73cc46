"""An interactive session: one training run, one network, one stream of text.

It owns the threads and is polled by a screen; it knows nothing of screens itself.
"""

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from rnntui.errors import RnntuiError
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.generating.steered_stream import CHOICES, SteeredThread
from rnntui.runtime.old_text_question import AskOldText, never_ask, not_begun
from rnntui.runtime.recorded.followed_training import OnState, followed_events
from rnntui.runtime.recorded.kept_networks import KeptNetworks
from rnntui.runtime.recorded.replay import replay_events
from rnntui.runtime.recorded.replayed_weights import ReplayedWeights
from rnntui.runtime.trainer_thread import Events
from rnntui.runtime.training_session import TrainingSession
from rnntui.runtime.weights import WeightsMailbox, latest_weights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import READING_PACE
from rnntui.sampling.prime import Prime, prepare_prime
from rnntui.sampling.stream import (
    Character,
    CharacterStream,
    drawn_after,
    hybrid_equals_argmax,
)
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.opening import events_of, new_run, resume_run
from rnntui.tasks.characters.run import parts_of
from rnntui.tasks.characters.scoring import own_corpus
from rnntui.text.corpus import Corpus, load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import AnyIds, Vocabulary
from rnntui.training.changed_text import ChangedTextError
from rnntui.training.commands import (
    Inbox,
    WeightsOutlet,
)
from rnntui.training.events import Failed, Finished, Rewound, Step, TrainEvent
from rnntui.training.loggers.finding import find_loggers
from rnntui.training.runs.folder import RunFolder, find_checkpoint, find_run
from rnntui.training.runs.kept import kept_file

NO_NETWORK: Final = "There is no network to generate with yet; press t to train one."
"""Said where text is to be generated without a network."""


@dataclass(frozen=True)
class Network:
    """A network that can generate: its weights and its vocabulary.

    `reference` is what `rnntui sample` finds the weights by. `weights` returns the
    latest copy, and waits for the first one. `parts` returns the ids it learned from
    and those held out; it may take a while, and raises `CorpusError` where the text is
    gone.
    """

    name: str
    reference: str
    corpus: str
    vocabulary: Vocabulary
    normalisation: Normalisation
    weights: Callable[[], NetworkWeights]
    parts: Callable[[], tuple[AnyIds, AnyIds]]
    step: int = 0
    """The step of the checkpoint; 0 for a network trained by this process."""
    kept: KeptNetworks | None = None
    """What the network's run has kept of it on its way; None for a network without a run."""
    replayed: ReplayedWeights | None = None
    """The position of a replay that has weights on its way; None for any other network."""

    def at(self, kept_step: int | None) -> "Network":
        """The network as it was kept after a step, or as it is now."""
        kept = self.kept
        if kept is None or kept_step is None:
            return self
        reference = str(kept_file(kept.folder, kept_step))
        return replace(self, weights=lambda: kept.at(kept_step), reference=reference)


@dataclass(frozen=True)
class NewTraining:
    """A training run to begin, on a text of the library, a file or a folder."""

    parent: Path
    corpus: str
    config: TrainConfig
    prime: str = ""
    name: str | None = None


@dataclass(frozen=True)
class ResumedTraining:
    """A run to resume; `ask` is called where its text has changed."""

    parent: Path
    name: str
    ask: AskOldText = never_ask


@dataclass(frozen=True)
class ReplayedTraining:
    """A run to replay from its record, `speed` times as fast (0: at once)."""

    parent: Path
    name: str
    speed: Callable[[], float]


@dataclass(frozen=True)
class FollowedTraining:
    """A run trained by another process, to be shown from its files.

    `on_state` is called with its state and a sentence about it, in another thread.
    """

    parent: Path
    name: str
    on_state: OnState


Request = NewTraining | ResumedTraining | ReplayedTraining | FollowedTraining
OnOpened = Callable[[str, Corpus | Checkpoint, TrainConfig], None]
"""Called with the run's name, text and settings as soon as they are known.

A checkpoint stands for a text that need not exist any more.
"""
OpenTraining = Callable[[Request, OnOpened], Events]
"""Opens a requested training run."""


def open_training(request: Request, opened: OnOpened, log: Sequence[str] = ()) -> Events:
    """The events of a real training run; its text is read in the thread that iterates them.

    `log` are the names of loggers for a run that is trained here.
    """

    def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
        if isinstance(request, ReplayedTraining | FollowedTraining):
            folder = find_run(request.parent, request.name)
            checkpoint = load_checkpoint(find_checkpoint(request.parent, request.name))
            opened(folder.name, checkpoint, checkpoint.header.config)
            outlet.publish(checkpoint.for_sampling)
            if isinstance(request, ReplayedTraining):
                yield from replay_events(folder, inbox, request.speed)
            else:
                yield from followed_events(folder, inbox, outlet, request.on_state)
            return
        loggers = find_loggers(log)
        if isinstance(request, ResumedTraining):
            try:
                run = resume_run(request.parent, request.name, {}, allow=request.ask(inbox))
            except ChangedTextError as changed:
                yield not_begun(changed)
                return
        else:
            config = request.config
            corpus = load_corpus(
                request.corpus,
                normalisation=Normalisation(config.normalise),
                text_encoding=config.read_as,
            )
            run = new_run(request.parent, corpus, config, request.name, request.prime)
        opened(run.folder.name, run.corpus, run.config)
        yield from events_of(run, inbox, outlet, loggers=loggers)

    return events


CurrentSpec = Callable[[], SamplingSpec]
OpenStream = Callable[[Network, CurrentSpec, str, int], Iterator[Character]]
"""Opens a stream from a network, the current sampling specification, a prime and a seed."""


def open_stream(network: Network, spec: CurrentSpec, prime: str, seed: int) -> CharacterStream:
    """Open a real stream; waits for the network's first weights."""
    return CharacterStream(
        network.weights, network.vocabulary, spec, prime, seed, candidates=CHOICES
    )


@dataclass(frozen=True)
class News:
    """News since the last poll."""

    events: Sequence[TrainEvent]
    characters: Sequence[Character]
    failures: Sequence[str]
    prediction: Character | None = None
    """What comes next in a paused stream, after all of its characters so far."""


class Session(TrainingSession):
    """One training run and one stream at a time, and the network that they share."""

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        open_training: OpenTraining = open_training,
        open_stream: OpenStream = open_stream,
    ) -> None:
        """Start idle. `wake` is called, in any thread, when news should be polled."""
        super().__init__(wake)
        self._open_training, self._open_stream = open_training, open_stream
        self._generator: SteeredThread | None = None
        self._failures: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.is_replay = self.is_followed = False
        self._replayed: ReplayedWeights | None = None
        self.network: Network | None = None
        self.spec = SamplingSpec()
        self.prime = ""
        self.seed = 1
        self.pace = READING_PACE

    # The training run.

    def train(self, request: Request) -> None:
        """Begin a training run. Raises `RnntuiError` while another one is in progress."""
        self._check_idle("one begins")
        self.stop_generating()
        self.network = None
        mailbox = WeightsMailbox()

        weights = partial(latest_weights, mailbox)
        self._replayed = None

        def opened(name: str, text: Corpus | Checkpoint, config: TrainConfig) -> None:
            # A replay samples from the run's best weights, all others with those saved last.
            reference = name if self.is_replay else f"{name}:last"
            kept = KeptNetworks(RunFolder(request.parent / name))
            if isinstance(text, Checkpoint):
                self.network = _network_of(text, name, reference, weights, kept)
                if self.is_replay and kept.steps():
                    replayed = self._replayed = ReplayedWeights(kept, weights, self.send)
                    self.network = replace(
                        self.network, weights=replayed.weights, replayed=replayed
                    )
                return
            self.network = Network(
                name,
                reference,
                text.name,
                text.vocabulary,
                text.normalisation,
                weights,
                lambda: parts_of(text, config),
                kept=kept,
            )

        self.is_replay = isinstance(request, ReplayedTraining)
        self.is_followed = isinstance(request, FollowedTraining)
        self._begin(self._open_training(request, opened), mailbox)

    # The network and its output.

    def load(
        self, path: Path, name: str = "", reference: str = "", run: RunFolder | None = None
    ) -> None:
        """Load the network of a checkpoint, named `name` or else after its run.

        `reference` is what the commands find it by, its path if empty; `run` is the folder that
        has what was kept of it. Raises `RnntuiError`, also while a training run is in progress.
        """
        self._check_idle("network is loaded")
        checkpoint = load_checkpoint(path)
        self.stop_generating()
        weights, reference = checkpoint.for_sampling, reference or str(path.resolve())
        name = name or checkpoint.header.run
        kept = KeptNetworks(run) if run else None
        self.network = _network_of(checkpoint, name, reference, lambda: weights, kept)
        self.phase = "idle"

    @property
    def is_generating(self) -> bool:
        """Whether a stream is in progress."""
        return self._generator is not None and self._generator.is_alive()

    def generate(self) -> Prime:
        """Begin a stream; returns the prime as the network reads it, with warnings.

        Raises `RnntuiError` where there is no network.
        """
        network = self.network
        if network is None:
            raise RnntuiError(NO_NETWORK)
        self.stop_generating()
        prime = prepare_prime(self.prime, network.vocabulary, network.normalisation)
        seed = self.seed
        self._generator = SteeredThread(
            lambda: self._open_stream(network, lambda: self.spec, prime.text, seed),
            self._failures.put,
            lambda: self.wake(),
            self.pace,
        )
        self._generator.start()
        warnings = prime.warnings
        if self.spec.mode == "hybrid" and hybrid_equals_argmax(network.vocabulary):
            lacking = drawn_after(network.vocabulary)
            warnings += (f"This text has no {lacking}, so hybrid never draws: it equals argmax.",)
        return replace(prime, warnings=warnings)

    def stop_generating(self) -> None:
        """End the stream, if there is one."""
        if self._generator is not None:
            # It ends at its next character; the screen must not wait for that.
            self._generator.stop(seconds=0)

    @property
    def is_stream_paused(self) -> bool:
        """Whether the stream is paused."""
        return self._generator is not None and self._generator.paused

    def toggle_stream_pause(self) -> None:
        """Pause or continue the stream."""
        if self._generator is not None:
            self._generator.paused = not self._generator.paused

    def choose(self, symbol: str) -> None:
        """Continue the paused stream with this candidate of its prediction, then pause again."""
        if self._generator is not None:
            self._generator.choose(symbol)

    def step_stream(self) -> None:
        """Generate one character, and pause the stream after it."""
        if self._generator is not None:
            self._generator.step()

    def set_pace(self, pace: float) -> None:
        """Generate so many characters a second; 0: as fast as they are shown."""
        self.pace = pace
        if self._generator is not None:
            self._generator.pace = pace

    # For the screen.

    def _note(self, event: TrainEvent) -> None:
        super()._note(event)
        if self._replayed is not None:
            match event:
                case Step():
                    self._replayed.show(event.step)
                case Rewound():
                    self._replayed.show(0)
                case Finished() | Failed():
                    self._replayed.end()
                case _:
                    pass

    def poll(self) -> News:
        """Return all news, with the phase brought up to date."""
        events = self._drain()
        failures = []
        while not self._failures.empty():
            failures.append(self._failures.get())
        if self._generator is None:
            return News(events, (), failures)
        # In this order: a prediction is of what follows the characters before it.
        prediction = self._generator.prediction
        return News(events, self._generator.drain(), failures, prediction)

    def close(self, seconds: float) -> bool:
        """End the stream and the training run, saving; whether the latter has ended in time."""
        self.stop_generating()
        return super().close(seconds)


def _network_of(
    checkpoint: Checkpoint,
    name: str,
    reference: str,
    weights: Callable[[], NetworkWeights],
    kept: KeptNetworks | None,
) -> Network:
    """The network of a checkpoint; its text is read only when `parts` is called."""
    header = checkpoint.header
    return Network(
        name,
        reference,
        header.corpus.name,
        header.vocabulary,
        header.normalisation,
        weights,
        lambda: parts_of(own_corpus(checkpoint), header.config),
        header.progress.step,
        kept,
    )
