"""The progress line of a training run, which drops the least important figures first."""

import math

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table

from rnntui.training.events import Step
from rnntui.training.time_left import TimeLeft, duration

GAP = 2
LEAST_BAR = 8
"""Minimum cells of the bar."""


class TrainingLine:
    """Step and remaining time, as many other figures as fit, and a bar in the rest."""

    def __init__(self) -> None:
        """Start empty, which draws nothing."""
        self.step: Step | int | None = None
        """The last step's event, or the number of the step that a run starts at."""
        self.total_steps = 0
        self.loss = self.val_loss = math.nan
        self.unit = "characters"
        self.time_left = TimeLeft()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the line in the available width."""
        if self.step is None:
            return
        done = self.step if isinstance(self.step, int) else self.step.step
        parts, room = self._parts(done, options.max_width)
        grid = Table.grid(padding=(0, GAP, 0, 0))
        cells: list[ProgressBar | str] = []
        for text, style in parts:
            grid.add_column(no_wrap=True, overflow="crop", style=style)
            cells.append(text)
        if self.total_steps and room >= LEAST_BAR:
            grid.add_column()
            cells.append(ProgressBar(self.total_steps, min(done, self.total_steps), room))
        grid.add_row(*cells)
        yield grid

    def _parts(self, done: int, width: int) -> tuple[list[tuple[str, str]], int]:
        """The figures that fit, in order, with their styles; and the remaining cells."""
        seconds = self.time_left.seconds(self.total_steps)
        left = "-:--" if seconds is None else duration(seconds)
        # Each with its rank: 0 always stays, and higher ranks are dropped first.
        parts = [(0, f"step {done:,}", "")]
        if self.total_steps:
            parts.append((3, f"/{self.total_steps:,}", ""))
        if isinstance(self.step, Step):
            parts.append((5, f"epoch {self.step.epoch:.2f}", ""))
        if not math.isnan(self.loss):
            parts.append((1, f"loss {self.loss:.3f}", ""))
        if not math.isnan(self.val_loss):
            parts.append((2, f"val {self.val_loss:.3f}", ""))
        if isinstance(self.step, Step):
            each = "texts" if self.unit == "texts" else "char"
            parts.append((6, f"{self.step.chars_per_second:,.0f} {each}/s", ""))
            parts.append((4, duration(self.step.elapsed_s), "progress.elapsed"))
        parts.append((0, f"eta {left}", "progress.remaining"))
        kept = {0}
        for rank in range(1, 7):
            if _width(parts, kept | {rank}) <= width:
                kept.add(rank)
        room = width - GAP - _width(parts, kept)
        return _joined([part for part in parts if part[0] in kept]), room


def _joined(parts: list[tuple[int, str, str]]) -> list[tuple[str, str]]:
    """Texts and styles, with the total appended to the step."""
    texts = [(text, style) for _, text, style in parts]
    if texts[1][0].startswith("/"):
        texts[:2] = [(texts[0][0] + texts[1][0], "")]
    return texts


def _width(parts: list[tuple[int, str, str]], kept: set[int]) -> int:
    """Cells of the parts with those ranks."""
    texts = _joined([part for part in parts if part[0] in kept])
    return sum(cell_len(text) + GAP for text, _ in texts) - GAP
