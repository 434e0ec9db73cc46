"""The line under the chart: how far the training is, how fast, and how long it will take."""

from typing import Literal

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.runtime.phases import IN_PROGRESS, Phase
from rnntui.training.events import Step
from rnntui.training.time_left import TimeLeft, duration

TrainingKind = Literal["own", "replay", "followed"]
"""Whether this process trains, shows a record again, or reads what another one writes."""

_BAR_CELLS = 10
_PHASES: dict[Phase, str] = {
    "idle": "not training",
    "starting": "starting …",
    "training": "training",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
}


class TrainingStatus(Static):
    """Phase, bar, step, accuracy, epoch, time left, speed, learning rate and gradient norm.

    What does not fit is left out from the right.
    """

    phase: reactive[Phase] = reactive("idle")
    kind: reactive[TrainingKind] = reactive[TrainingKind]("own")
    replay_speed: reactive[float] = reactive(1.0)
    """How many times as fast as the training a replay goes; 0 is at once."""
    is_quiet: reactive[bool] = reactive(False)
    """Whether the process that is followed writes nothing, or is gone."""
    total_steps: reactive[int] = reactive(0)
    last_step: reactive[Step | None] = reactive(None, always_update=True)
    unit: reactive[str] = reactive("characters")
    """What is counted in the speed, as an `Opened` event has it."""
    accuracy: reactive[float | None] = reactive(None)
    """The share of right answers at the last evaluation, for classifiers."""

    trained_to: reactive[int] = reactive(0)
    """The step that the network which is open was trained to; 0 where nothing is known of it."""
    continues: reactive[bool] = reactive(False)
    """Whether `t` would go on with its run."""
    why_early: reactive[str] = reactive("")
    """Why the training run ended before its time, if it did."""
    learning_rate: reactive[float | None] = reactive[float | None](None)
    """What was asked for, where no step was taken with it yet."""

    def __init__(self, unit: str = "characters") -> None:
        """Make a line for a training that has not begun, which will count in `unit`."""
        super().__init__(id="status")
        self.set_reactive(TrainingStatus.unit, unit)
        self.time_left = TimeLeft()

    @property
    def replays(self) -> bool:
        """Whether a replay goes on, or waits in a pause."""
        return self.kind == "replay" and self.phase in IN_PROGRESS

    @property
    def is_at_last_step(self) -> bool:
        """Whether the last step has been taken."""
        step = self.last_step
        return step is not None and 0 < self.total_steps <= step.step

    def begin(self) -> None:
        """Forget the training before."""
        self.time_left = TimeLeft()
        self.total_steps, self.last_step, self.accuracy = 0, None, None
        self.why_early = ""

    def render(self) -> Content:
        """The line, as much of it as fits."""
        parts = [(self._in_words(), f"$text-{self._tone()} bold")]
        if self.why_early:
            parts.append((self.why_early, ""))
        step = self.last_step
        if step is not None:
            parts = [*parts, *((text, "") for text in self._figures(step))]
        elif self.learning_rate is not None:
            parts.append((self._rate(self.learning_rate), ""))
        line = Content("")
        for number, (text, style) in enumerate(parts):
            piece = Content.styled(("  " if number else "") + text, style)
            if len(line) + len(piece) > self.size.width:
                break
            line = line + piece
        return line

    def watch_last_step(self, step: Step | None) -> None:
        """Note how fast it goes, pauses left out, as `elapsed_s` is."""
        if step is not None:
            self.time_left.add(step.step, step.elapsed_s)

    def _in_words(self) -> str:
        if self.kind == "followed" and self.phase in ("training", "paused"):
            if self.is_quiet:
                return "following, quiet"
            return "following, paused" if self.phase == "paused" else "following"
        if self.why_early:
            return "stopped early"
        if self.phase == "idle" and self.trained_to:
            continues = " · t continues" if self.continues else ""
            return f"trained to step {self.trained_to:,}{continues}"
        if self.replays and self.phase != "starting":
            speed = f"{self.replay_speed:g}x" if self.replay_speed else "max"
            return f"replay {speed}" + (" paused" if self.phase == "paused" else "")
        return _PHASES[self.phase]

    def _tone(self) -> str:
        if self.is_quiet and self.phase == "training":
            return "warning"
        return {"training": "success", "paused": "warning", "failed": "error"}.get(
            self.phase, "secondary"
        )

    @staticmethod
    def _rate(rate: float) -> str:
        return f"lr {rate:.2g}"

    def _figures(self, step: Step) -> list[str]:
        figures = []
        of_total = ""
        if self.total_steps:
            done = min(1.0, step.step / self.total_steps)
            full = round(done * _BAR_CELLS)
            if not self.why_early:
                # A share of the budget says nothing where it was not to be used up.
                figures.append("━" * full + "╌" * (_BAR_CELLS - full) + f" {done:.0%}")
            of_total = f"/{self.total_steps:,}"
        figures.append(f"step {step.step:,}{of_total}")
        if self.learning_rate is not None:
            # Just asked for: what stands further to the right may not fit.
            figures.append(self._rate(self.learning_rate))
        if self.accuracy is not None:
            figures.append(f"accuracy {self.accuracy:.1%}")
        figures.append(f"epoch {step.epoch:.2f}")
        if self.total_steps and self.phase in ("training", "paused"):
            left = self.time_left.seconds(self.total_steps)
            figures.append("eta -:--" if left is None else f"eta {duration(left)}")
        each = "char" if self.unit == "characters" else self.unit
        figures.append(f"{step.chars_per_second:,.0f} {each}/s")
        if self.learning_rate is None:
            figures.append(self._rate(step.learning_rate))
        figures.append(f"gradient {step.grad_norm:.2f}")
        return figures
