"""One line about a lesson's network: what it is, how far it has learned, and its losses."""

import math
from collections.abc import Iterable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Sparkline, Static

from rnntui.lessons.lesson import Language, LessonNetwork
from rnntui.nets.config import ModelConfig, parameter_count
from rnntui.tui.core.links import fitting_links
from rnntui.tui.learn.actions import LEARN
from rnntui.tui.learn.words import WORDS

ROOMY: Final = 100
"""Columns of a terminal in which there is room for the bars."""


class NetworkLine(Horizontal):
    """Cell, sizes, step and loss in words, and the losses as a line of bars."""

    def __init__(self) -> None:
        """A line about nothing."""
        super().__init__(id="network-line")
        self._losses: list[float] = []
        self._step = 0
        self._shown: tuple[LessonNetwork, ModelConfig, object, Language] | None = None

    def compose(self) -> ComposeResult:
        """The words, the bars, and the setting that can be changed."""
        yield Static(id="about")
        yield Sparkline(id="losses")
        yield Static(id="setting")

    def on_resize(self) -> None:
        """Show as much as there is room for."""
        if self._shown is not None:
            self.show(*self._shown)

    def begin(self) -> None:
        """Forget the losses of the network before."""
        self._losses, self._step = [], 0

    def add(self, losses: Iterable[tuple[int, float]]) -> None:
        """Add losses by their steps."""
        for self._step, loss in losses:
            self._losses.append(loss)

    def show(
        self, lesson: LessonNetwork, model: ModelConfig, value: object, language: Language
    ) -> None:
        """Show what is known of a network."""
        self._shown = lesson, model, value, language
        words = WORDS[language]
        parts = [model.cell, words["parameters"].format(count=parameter_count(model))]
        if has_room := self.app.size.width >= ROOMY:
            parts.insert(1, words["units"].format(count=model.hidden_size))
        if lesson.config is None:
            parts.append(words["fixed"])
        elif not self._losses:
            parts.append(words["loading"])
        else:
            parts.append(words["step"].format(step=self._step, steps=lesson.config.steps))
            parts.append(words["loss"].format(loss=self._losses[-1]))
        self.query_one("#about", Static).update(Content(" · ".join(parts)))
        bars = self.query_one("#losses", Sparkline)
        bars.display = has_room and lesson.config is not None
        bars.data = [loss for loss in self._losses if math.isfinite(loss)] or None
        line = Content("")
        if lesson.setting:
            named = f"{lesson.setting.replace('_', ' ')} {value}"
            links = ["learn.change"]
            line = fitting_links(self.app, LEARN, links, 40, {"learn.change": named})
        self.query_one("#setting", Static).update(line)
