"""The loss pane: the chart of a training run with reference lines, and the line of figures."""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.worker import get_current_worker

from rnntui.errors import CorpusError
from rnntui.runtime.phases import Phase
from rnntui.runtime.session import Network
from rnntui.text.ngrams.baselines import measure_baselines
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.training.endings import why_early
from rnntui.training.events import (
    Changed,
    Evaluated,
    Finished,
    Resumed,
    Rewound,
    RolledBack,
    Started,
    Step,
    Switched,
    TrainEvent,
)
from rnntui.tui.core.actions import PLAYGROUND, Action
from rnntui.tui.core.links import Link, LinkPair, fitting_links
from rnntui.tui.training.replay_actions import REPLAY, REPLAY_LINKS
from rnntui.tui.training.status import TrainingKind, TrainingStatus
from rnntui.tui.widgets.chart import Chart, Look, Marker, SeriesStyle

TRAINING, VALIDATION, BEST = "training", "validation", "best"

RECORD_READING = "record"
"""Worker group that reads the record of a run, one worker at a time."""

POLLS_PER_DRAWING = 3
"""Polls per drawing while only steps arrive: each drawing takes time from training."""

LOSS = Look(
    x_title="steps",
    y_title="loss (nats/char)",
    empty_text="Choose a text and press t to train.",
    smoothing=0.9,
)

UNITS_TITLE: Final = "loss (nats/unit)"
"""The axis where a network generates words, bytes or subwords."""

LINKS: Final[Sequence[Link]] = (
    "train",
    "step",
    "save",
    "best",
    "stop",
    LinkPair("rate.down", "learning rate", "rate.up"),
    "new",
    LinkPair("sample-length.down", "samples", "sample-length.up"),
)
"""Links in the pane's lower border, the most important first."""

FOLLOWING_LINKS: Final[Sequence[Link]] = ("stop", "new")
"""The same while another process trains, which can't be steered from here."""

CHART_LINKS: Final[Sequence[Link]] = ("scale", "smoothing", "recent", "chart")
"""Links in its upper border."""

_TRAIN_WORDS: Final[dict[Phase, str]] = {"training": "pause", "paused": "continue"}

log = logging.getLogger(__name__)


class LossPane(Vertical):
    """The course of a training run, live."""

    def __init__(
        self,
        look: Look = LOSS,
        actions: Sequence[Action] = PLAYGROUND,
        links: Sequence[Link] = LINKS,
        chart_links: Sequence[Link] = CHART_LINKS,
        unit: str = "characters",
    ) -> None:
        """Create a pane with no training run.

        `links` and `chart_links` are names among the screen's `actions`; the first of
        `links` begins, pauses and continues a training run. Speeds are in `unit` a
        second, as a record may not say.
        """
        super().__init__(id="loss", classes="pane")
        self._look, self._actions, self._unit = look, actions, unit
        self._links, self._chart_links = links, chart_links
        self._last_evaluation = 0
        self._undrawn: list[Step] = []
        self._polls = 0  # since steps were drawn
        self._resumes_next = self._replays_next = self._has_own_units = False

    def compose(self) -> ComposeResult:
        """The chart above the figures."""
        yield Chart(self._look, id="chart")
        yield TrainingStatus(self._unit)

    def on_mount(self) -> None:
        """Add the two curves."""
        self.chart.add_series(TRAINING, SeriesStyle.LINE, 0)
        self.chart.add_series(VALIDATION, SeriesStyle.MARKED, 1)

    @property
    def chart(self) -> Chart:
        """The chart."""
        return self.query_one(Chart)

    @property
    def status(self) -> TrainingStatus:
        """The line of figures."""
        return self.query_one(TrainingStatus)

    def clear(self) -> None:
        """Clear everything; a record still being read is dropped."""
        self.workers.cancel_group(self, RECORD_READING)
        self._clear_curves()
        self.show_references({})
        self.status.begin()

    def _clear_curves(self) -> None:
        chart = self.chart
        self._undrawn.clear()
        for name in (TRAINING, VALIDATION):
            chart.rewind(name, -1)
        for marker in tuple(chart.data.markers):
            chart.remove_marker(marker)
        self._last_evaluation = 0

    def show(self, events: Sequence[TrainEvent]) -> None:
        """Show the events of a poll.

        Steps alone are drawn at intervals, all other events at once.
        """
        self._polls += 1
        for event in events:
            match event:
                case Step():
                    self._undrawn.append(event)
                case Started() | Resumed():
                    self.status.total_steps, self.status.unit = event.total_steps, event.unit
                    self.status.why_early = ""
                    self._show_unit(event)
                    self.status.time_left.begin(event.elapsed_s, event.engine_to_come)
                case Switched():
                    self._draw_steps()
                    self.status.time_left.forget()
                case Finished():
                    self.status.why_early = why_early(event)
                case Changed(setting="steps", new=int() | float() as total):
                    self.status.total_steps = int(total)
                case Evaluated():
                    self._show_evaluation(event)
                case Rewound():
                    self._clear_curves()
                    self.status.time_left.forget()
                case RolledBack():
                    self.chart.set_marker(Marker(f"back {event.step}", event.step, label="back"))
                case _:
                    pass
        only_steps = all(isinstance(event, Step) for event in events)
        if self._polls >= POLLS_PER_DRAWING or not only_steps:
            self._draw_steps()

    def _show_unit(self, event: Started | Resumed) -> None:
        """Say what losses are per: a unit has bits per character beside, unless it is one."""
        lengths = (event.chars_per_unit, event.val_chars_per_unit)
        self._has_own_units = any(length not in (0.0, 1.0) for length in lengths)
        title = UNITS_TITLE if self._has_own_units else self._look.y_title
        if self.chart.look.y_title != title:
            self.chart.look = replace(self.chart.look, y_title=title)

    def _draw_steps(self) -> None:
        """Update curve and figures with the steps since the last drawing."""
        if not self._undrawn:
            return
        steps, self._undrawn, self._polls = self._undrawn, [], 0
        self.chart.append(TRAINING, [step.step for step in steps], [step.loss for step in steps])
        if self.status.last_step is None:
            # The remaining time is measured from the first step, not the first drawing.
            self.status.last_step = steps[0]
        self.status.last_step = steps[-1]

    def show_learning_rate(self, rate: float | None) -> None:
        """Show a requested rate at once; None shows that of the steps."""
        self.status.learning_rate = rate

    def show_replay_speed(self, speed: float) -> None:
        """Show the speed of a replay relative to the training run; 0 is at once."""
        self.status.replay_speed = speed

    def show_phase(self, phase: Phase, kind: TrainingKind) -> None:
        """Show the phase of the training run."""
        self.status.kind, self.status.phase = kind, phase
        self.set_class(phase == "training", "-live")
        self.show_links()

    def show_next_action(self, resumes: bool, replays: bool = False) -> None:
        """Show whether `t` would resume a run, replay one, or begin one."""
        if (resumes, replays) != (self._resumes_next, self._replays_next):
            self._resumes_next = self.status.resumes = resumes
            self._replays_next = replays
            self.show_links()

    def show_trained(self, step: int) -> None:
        """Show how far the open network was trained; 0 without one."""
        self.status.trained_to = step

    def show_quiet(self, is_quiet: bool) -> None:
        """Show whether the followed process has stopped writing."""
        self.status.is_quiet = is_quiet

    def on_resize(self) -> None:
        """Show as many links as fit."""
        self.show_links()

    def show_links(self) -> None:
        """Show as many links in the borders as fit."""
        phase, room, actions = self.status.phase, self.size.width - 2, self._actions
        idle = "replay" if self._replays_next else "resume" if self._resumes_next else "train"
        train = _TRAIN_WORDS.get(phase, idle)
        words, links = {str(self._links[0]): train}, self._links
        if self.status.kind == "followed" and phase in _TRAIN_WORDS:
            words, links = {"stop": "stop following"}, FOLLOWING_LINKS
        elif self.status.replays:
            words, links, actions = {"replay.pause": train}, REPLAY_LINKS, REPLAY
        self.border_subtitle = fitting_links(self.app, actions, links, room, words)
        at_chart = fitting_links(
            self.app, self._actions, self._chart_links, room - len("Loss   "), {}
        )
        self.border_title = Content("Loss   ") + at_chart.stylize_before("$text-muted not bold")

    def _show_evaluation(self, event: Evaluated) -> None:
        """Add a point to the curve; the final full evaluation belongs to the best step."""
        if event.val_loss is None or event.step <= self._last_evaluation:
            return
        self.status.accuracy = event.accuracy
        self.status.bits_per_char = event.bits_per_char if self._has_own_units else None
        self._last_evaluation = event.step
        self.chart.append(VALIDATION, [event.step], [event.val_loss])
        if event.best:
            self.chart.set_marker(Marker(BEST, event.step, event.val_loss, BEST))

    @work(thread=True, exclusive=True, group="baselines")
    def compare_with_counting(self, network: Network) -> None:
        """Draw the loss of counting models on the same text: uniform, unigram, best n-gram.

        Counts the network's training text in the background; draws nothing where the
        text can't be found.
        """
        worker = get_current_worker()
        symbols = len(network.vocabulary)
        try:
            learned, held_out = network.parts()
            lines = {"uniform": math.log(symbols)}
            if len(held_out):
                found = measure_baselines(
                    learned, held_out, symbols, should_stop=lambda: worker.is_cancelled
                )
                best = f"{found.order}-gram"
                if found.counted_characters < len(learned):
                    best += f" of the last {found.counted_characters / 1e6:g} M"
                lines |= {"unigram": found.unigram, best: found.ngram}
        except CorpusError as error:
            log.info("No reference lines: %s", error)
            return
        except MeasurementStoppedError:
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self.show_references, lines)

    def show_references(self, lines: Mapping[str, float]) -> None:
        """Draw these losses, by name, as the reference lines."""
        chart = self.chart
        gone: Iterable[str] = set(chart.data.references) - set(lines)
        for name in gone:
            chart.remove_reference(name)
        for name, loss in lines.items():
            chart.set_reference(name, loss)
