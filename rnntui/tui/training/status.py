"""The line under the chart: progress, speed and remaining time of the training run."""

from typing import Literal

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from rnntui.runtime.phases import IN_PROGRESS, Phase
from rnntui.training.events import Step
from rnntui.training.time_left import TimeLeft, duration

TrainingKind = Literal["own", "replay", "followed"]
"""Whether this process trains, replays a record, or follows another process."""

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

    Figures that don't fit are left out from the right.
    """

    phase: reactive[Phase] = reactive("idle")
    kind: reactive[TrainingKind] = reactive[TrainingKind]("own")
    replay_speed: reactive[float] = reactive(1.0)
    """Speed of a replay relative to the training run; 0 is at once."""
    is_quiet: reactive[bool] = reactive(False)
    """Whether the followed process has stopped writing, or is gone."""
    total_steps: reactive[int] = reactive(0)
    last_step: reactive[Step | None] = reactive(None, always_update=True)
    unit: reactive[str] = reactive("characters")
    """Unit of the speed, as in an `Opened` event."""
    accuracy: reactive[float | None] = reactive(None)
    """Accuracy at the last evaluation, for classifiers."""
    bits_per_char: reactive[float | None] = reactive(None)
    """Bits per character at the last evaluation, where losses are per word, byte or subword."""

    trained_to: reactive[int] = reactive(0)
    """The step that the open network was trained to; 0 if unknown."""
    resumes: reactive[bool] = reactive(False)
    """Whether `t` would resume its run."""
    why_early: reactive[str] = reactive("")
    """Why the training run stopped early, if it did."""
    learning_rate: reactive[float | None] = reactive[float | None](None)
    """The requested learning rate, until a step has used it."""

    def __init__(self, unit: str = "characters") -> None:
        """Create a line with no training run; speeds are in `unit` a second."""
        super().__init__(id="status")
        self.set_reactive(TrainingStatus.unit, unit)
        self.time_left = TimeLeft()

    @property
    def replays(self) -> bool:
        """Whether a replay is in progress or paused."""
        return self.kind == "replay" and self.phase in IN_PROGRESS

    @property
    def is_at_last_step(self) -> bool:
        """Whether the last step has been taken."""
        step = self.last_step
        return step is not None and 0 < self.total_steps <= step.step

    def begin(self) -> None:
        """Forget the previous training run."""
        self.time_left = TimeLeft()
        self.total_steps, self.last_step = 0, None
        self.accuracy = self.bits_per_char = None
        self.why_early = ""

    def render(self) -> Content:
        """As much of the line as fits."""
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
        """Update the speed; `elapsed_s` leaves out pauses."""
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
            resumes = " · t resumes" if self.resumes else ""
            return f"trained to step {self.trained_to:,}{resumes}"
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
                # The share of the budget is meaningless after an early stop.
                figures.append("━" * full + "╌" * (_BAR_CELLS - full) + f" {done:.0%}")
            of_total = f"/{self.total_steps:,}"
        figures.append(f"step {step.step:,}{of_total}")
        if self.learning_rate is not None:
            # Just requested, so further to the left, where it surely fits.
            figures.append(self._rate(self.learning_rate))
        if self.accuracy is not None:
            figures.append(f"accuracy {self.accuracy:.1%}")
        if self.bits_per_char is not None:
            figures.append(f"{self.bits_per_char:.3f} bits/char")
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
