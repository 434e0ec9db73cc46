"""The progress line of a training run; the most important figures are never cut."""

import math

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table

from rnntui.training.events import Step
from rnntui.training.time_left import TimeLeft, duration

GAP = 2
LEAST_BAR = 8
"""Cells of the shortest bar that says anything."""


class TrainingLine:
    """Step and time left, then as many of the other figures as fit, then a bar in what is left."""

    def __init__(self) -> None:
        """Start without figures; nothing is drawn yet."""
        self.step: Step | int | None = None
        """The last step, or the number of the one that a run begins with."""
        self.total_steps = 0
        self.loss = self.val_loss = math.nan
        self.unit = "characters"
        self.time_left = TimeLeft()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The line in the width that there is."""
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
        """The figures that fit, in their order, with their styles; and the cells beside them."""
        seconds = self.time_left.seconds(self.total_steps)
        left = "-:--" if seconds is None else duration(seconds)
        # Each with its worth: 0 always stays, and the higher ones give way first.
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
            each = "char" if self.unit == "characters" else self.unit
            parts.append((6, f"{self.step.chars_per_second:,.0f} {each}/s", ""))
            parts.append((4, duration(self.step.elapsed_s), "progress.elapsed"))
        parts.append((0, f"eta {left}", "progress.remaining"))
        kept = {0}
        for worth in range(1, 7):
            if _width(parts, kept | {worth}) <= width:
                kept.add(worth)
        room = width - GAP - _width(parts, kept)
        return _joined([part for part in parts if part[0] in kept]), room


def _joined(parts: list[tuple[int, str, str]]) -> list[tuple[str, str]]:
    """Texts and styles, the total written behind the step."""
    texts = [(text, style) for _, text, style in parts]
    if texts[1][0].startswith("/"):
        texts[:2] = [(texts[0][0] + texts[1][0], "")]
    return texts


def _width(parts: list[tuple[int, str, str]], kept: set[int]) -> int:
    """Cells of the parts of those worths."""
    texts = _joined([part for part in parts if part[0] in kept])
    return sum(cell_len(text) + GAP for text, _ in texts) - GAP
