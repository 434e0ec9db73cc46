"""The small network of a lesson, trained in the background while the lesson is read.

It is an ordinary training run, in a folder that is gone with it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rnntui.errors import ConfigError, RnntuiError
from rnntui.lessons.lesson import LessonNetwork
from rnntui.lessons.quantities import Reading
from rnntui.nets.initial_weights import forget_gate_biases, initial_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.fixed_recipe import fixed_recipe_network
from rnntui.runtime.session import Network
from rnntui.runtime.trainer_thread import EventThread
from rnntui.runtime.training_session import TrainingSession
from rnntui.runtime.weights import WeightsMailbox
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.opening import events_of, new_run
from rnntui.tasks.characters.run import parts_of
from rnntui.text.corpus import Corpus, corpus_from_text
from rnntui.text.normalisation import Normalisation
from rnntui.training.commands import Inbox, Stop, WeightsOutlet
from rnntui.training.events import Failed, Finished, Step, TrainEvent


@dataclass(frozen=True)
class LessonNews:
    """What has happened since the last poll: losses by step, and why it failed, if it did."""

    losses: tuple[tuple[int, float], ...]
    failure: str = ""


class LessonSession(TrainingSession):
    """Trains the network of one lesson at a time, or hands out one with fixed weights."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """Start idle. `wake` is called, in any thread, when news should be polled."""
        super().__init__(wake)
        self.training_loss = math.nan
        """The loss of the last step."""
        self.is_learned = False
        """Whether the weights won't change any more."""
        self._is_finished = False
        self._dropped: list[EventThread[TrainEvent]] = []

    def open(self, lesson: LessonNetwork, value: object = None) -> Network:
        """The lesson's network, which begins to learn; with `value` for the setting it changes.

        One that is being trained for another lesson is dropped.
        """
        self.drop()
        self.training_loss, self.is_learned = math.nan, lesson.config is None
        self._is_finished = False
        if lesson.config is None:
            return fixed_recipe_network(lesson.recipe)[0]
        config = with_value(lesson, value)
        corpus = corpus_of(lesson, config)
        mailbox = WeightsMailbox()
        mailbox.publish(_first_weights(config, corpus))
        self._begin(lambda inbox, outlet: training_events(corpus, config, inbox, outlet), mailbox)
        return _network(corpus, config, lambda: _latest(mailbox))

    def poll(self) -> LessonNews:
        """Return all news."""
        events = self._drain()
        losses = tuple((event.step, event.loss) for event in events if isinstance(event, Step))
        if losses:
            self.training_loss = losses[-1][1]
        failures = [event.sentence for event in events if isinstance(event, Failed)]
        self._is_finished |= any(isinstance(event, Finished) for event in events)
        # The last weights are published behind the last event.
        self.is_learned |= self._is_finished and not self.is_training
        return LessonNews(losses, failures[0] if failures else "")

    def drop(self) -> None:
        """End the training without waiting for it; its news are not told any more."""
        if self._trainer is not None:
            self._trainer.send(Stop())
            self._trainer.channel.close()
            self._dropped = [one for one in self._dropped if one.is_alive()] + [self._trainer]
            self._trainer = None

    def close(self, seconds: float) -> bool:
        """End all training, waiting so that no temporary folder is left behind."""
        self.drop()
        ended = [trainer.stop(seconds) for trainer in self._dropped]
        return all(ended)


def with_value(lesson: LessonNetwork, value: object) -> TrainConfig:
    """The settings of a lesson's network, with another value of the one that it changes."""
    if lesson.config is None:
        raise ConfigError("Fixed weights are not trained.")
    return lesson.config if value is None else lesson.config.replaced({lesson.setting: value})


def corpus_of(lesson: LessonNetwork, config: TrainConfig) -> Corpus:
    """The text that a lesson's network learns."""
    name = lesson.corpus or "lesson"
    return corpus_from_text(name, lesson.text, normalisation=Normalisation(config.normalise))


def training_events(
    corpus: Corpus,
    config: TrainConfig,
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
) -> Iterator[TrainEvent]:
    """Train, in a temporary folder."""
    with TemporaryDirectory(prefix="rnntui-lesson-") as parent:
        run = new_run(Path(parent), corpus, config, "lesson")
        yield from events_of(run, inbox, outlet)


class _Last:
    """An outlet that keeps the last weights published."""

    weights: NetworkWeights | None = None

    def wanted(self) -> bool:
        return False

    def publish(self, weights: NetworkWeights) -> None:
        self.weights = weights


def learned_reading(lesson: LessonNetwork, value: object = None) -> tuple[Reading, Network]:
    """A lesson's network once it has learned, reading the lesson's text; and itself.

    It takes the seconds of its training. Raises `RnntuiError` where that fails.
    """
    loss = math.nan
    if lesson.config is None:
        network, _ = fixed_recipe_network(lesson.recipe)
    else:
        config, last = with_value(lesson, value), _Last()
        corpus = corpus_of(lesson, config)
        for event in training_events(corpus, config, outlet=last):
            if isinstance(event, Failed):
                raise RnntuiError(event.sentence)
            loss = event.loss if isinstance(event, Step) else loss
        weights = last.weights
        assert weights is not None  # it is published at the end
        network = _network(corpus, config, lambda: weights)
    text = network.normalisation.apply(lesson.reads)
    ids = tuple(int(rank) for rank in network.vocabulary.encode(text))
    return Reading(network.weights(), network.vocabulary, ids, loss), network


def _network(corpus: Corpus, config: TrainConfig, weights: Callable[[], NetworkWeights]) -> Network:
    vocabulary, normalisation = corpus.vocabulary, corpus.normalisation
    return Network(
        "lesson",
        "",
        corpus.name,
        vocabulary,
        normalisation,
        weights,
        lambda: parts_of(corpus, config),
    )


def _first_weights(config: TrainConfig, corpus: Corpus) -> NetworkWeights:
    """The weights at step 0, which are there before torch is loaded."""
    model = config.model(len(corpus.vocabulary))
    arrays = initial_weights(model, config.initial_weights, config.seed)
    biases = forget_gate_biases(model, config.forget_bias)
    return NetworkWeights(
        model, {name: array + biases.get(name, 0) for name, array in arrays.items()}, 0
    )


def _latest(mailbox: WeightsMailbox) -> NetworkWeights:
    weights = mailbox.latest()
    assert weights is not None  # the first ones were published at once
    return weights
