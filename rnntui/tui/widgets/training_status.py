"""The line under the chart: how far the training is, how fast, and how long it will take."""

from typing import Literal

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.runtime.session import Phase
from rnntui.training.events import Step
from rnntui.training.time_left import duration

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
    is_quiet: reactive[bool] = reactive(False)
    """Whether the process that is followed writes nothing, or is gone."""
    total_steps: reactive[int] = reactive(0)
    last_step: reactive[Step | None] = reactive(None, always_update=True)
    unit: reactive[str] = reactive("characters")
    """What is counted in the speed, as an `Opened` event has it."""
    accuracy: reactive[float | None] = reactive(None)
    """The share of right answers at the last evaluation, for classifiers."""

    learning_rate: reactive[float | None] = reactive[float | None](None)
    """What was asked for, where no step was taken with it yet."""

    def __init__(self) -> None:
        """Make a line for a training that has not begun."""
        super().__init__(id="status")
        self._seconds_per_step = 0.0
        self._since: Step | None = None

    def begin(self) -> None:
        """Forget the training before."""
        self._since = None
        self.total_steps, self.last_step, self.accuracy = 0, None, None

    def render(self) -> Content:
        """The line, as much of it as fits."""
        parts = [(self._in_words(), f"$text-{self._tone()} bold")]
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
        """Measure the speed from the first step seen, pauses left out, as `elapsed_s` is."""
        if step is None:
            return
        if self._since is None or step.step <= self._since.step:
            self._since = step
            return
        self._seconds_per_step = (step.elapsed_s - self._since.elapsed_s) / (
            step.step - self._since.step
        )

    def _in_words(self) -> str:
        if self.kind == "followed" and self.phase in ("training", "paused"):
            if self.is_quiet:
                return "following, quiet"
            return "following, paused" if self.phase == "paused" else "following"
        return (
            "replay" if (self.kind, self.phase) == ("replay", "training") else _PHASES[self.phase]
        )

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
            figures.append("━" * full + "╌" * (_BAR_CELLS - full) + f" {done:.0%}")
            of_total = f"/{self.total_steps:,}"
        figures.append(f"step {step.step:,}{of_total}")
        if self.learning_rate is not None:
            # Just asked for: what stands further to the right may not fit.
            figures.append(self._rate(self.learning_rate))
        if self.accuracy is not None:
            figures.append(f"accuracy {self.accuracy:.1%}")
        figures.append(f"epoch {step.epoch:.2f}")
        if self.total_steps and self._seconds_per_step and self.phase in ("training", "paused"):
            left = (self.total_steps - step.step) * self._seconds_per_step
            figures.append(f"eta {duration(left)}")
        each = "char" if self.unit == "characters" else self.unit
        figures.append(f"{step.chars_per_second:,.0f} {each}/s")
        if self.learning_rate is None:
            figures.append(self._rate(step.learning_rate))
        figures.append(f"|g| {step.grad_norm:.2f}")
        return figures
