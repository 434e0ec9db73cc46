"""A modal that lists the lessons, with what was answered in each, and opens one."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from rnntui.lessons.lesson import Language, Lesson
from rnntui.tui.learn.progress import LessonProgress
from rnntui.tui.learn.words import WORDS


class LessonList(ModalScreen[int | None]):
    """Ask for a lesson; Enter or a click returns its place in the list, Escape None."""

    CSS_PATH = "lesson_list.tcss"
    AUTO_FOCUS = "#lessons"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="lessons.cancel", tooltip="Stay in this lesson."),
    ]

    def __init__(
        self, lessons: Sequence[Lesson], progress: LessonProgress, language: Language, at: int
    ) -> None:
        """List `lessons`; the cursor is on the one `at`."""
        super().__init__()
        self._lessons, self._progress, self._language = lessons, progress, language
        self._at = at

    def compose(self) -> ComposeResult:
        """The list above a button."""
        words = WORDS[self._language]
        with Vertical(id="box") as box:
            box.border_title = words["lessons"]
            yield OptionList(*map(self._option, self._lessons), id="lessons")
            with Horizontal(id="buttons"):
                yield Button(words["close"], id="no", compact=True)

    def on_mount(self) -> None:
        """Put the cursor on the open lesson."""
        self.query_one(OptionList).highlighted = self._at

    def _option(self, lesson: Lesson) -> Option:
        ticks = self._progress.ticks(lesson)
        return Option(Content(f"{ticks}  {lesson.number}  {lesson.title[self._language]}"))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def on_button_pressed(self) -> None:
        """Return None, by mouse."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Return None."""
        self.dismiss(None)
