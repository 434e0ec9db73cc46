"""The screen of lessons alone, over lessons from files or made for a test, and its keys."""

from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from rnntui.lessons.lesson import (
    ChangeQuestion,
    Expected,
    KeyQuestion,
    Language,
    Lesson,
    LessonNetwork,
    NumberQuestion,
    Quantity,
    Words,
)
from rnntui.runtime.lesson_session import LessonSession
from rnntui.runtime.trainer_thread import Events
from rnntui.runtime.weights import WeightsMailbox
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tui.learn.progress import LessonProgress
from rnntui.tui.learn.screen import LearnScreen
from tests.tui.waiting import until


def both(text: str) -> Words:
    return {"en": f"{text}.", "ko": f"{text} 한국어."}


SMALL = Lesson(
    2,
    "small",
    both("A small one"),
    both("A page"),
    LessonNetwork(
        "abca",
        "surprise",
        config=TrainConfig(
            cell="gru",
            hidden_size=4,
            num_layers=1,
            embedding_size=3,
            batch_size=2,
            seq_length=4,
            val_fraction=0.0,
            steps=3,
            engine="torch",
            device="cpu",
        ),
        text="abcabcabca" * 6,
        setting="cell",
        values=("gru", "rnn"),
    ),
    (
        KeyQuestion(both("Key"), both("So it is"), None, Expected(highest="surprisal")),
        NumberQuestion(
            both("Number"), both("It is {answer}"), None, Quantity("parameters"), tolerance=0.5
        ),
        ChangeQuestion(
            both("Change"),
            both("From {before} to {after}"),
            None,
            "setting",
            Quantity("parameters"),
            "lower",
            2.0,
        ),
    ),
)
"""A lesson whose network learns in three steps."""


class Untrained(LessonSession):
    """Hands out networks as they are before they learn: the same on each machine."""

    def _begin(self, events: Events, mailbox: WeightsMailbox) -> None:
        pass


class LearnApp(App[None]):
    """Nothing but the lessons over an empty screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(
        self,
        file: Path,
        *lessons: Lesson,
        session: LessonSession | None = None,
        language: Language = "en",
    ) -> None:
        super().__init__()
        self.session = session or LessonSession()
        self.progress = LessonProgress(file)
        self.learn = LearnScreen(lessons, 0, self.session, self.progress, language)

    def on_mount(self) -> None:
        self.push_screen(self.learn)

    async def on_unmount(self) -> None:
        self.session.close(60.0)


def told(app: LearnApp, name: str) -> str:
    """What a part of the screen says."""
    return str(app.learn.query_one(f"#{name}", Static).render())


async def looking(pilot: Pilot[Any], app: LearnApp) -> None:
    """Wait for a first forward pass."""
    await until(pilot, lambda: app.learn.traced is not None)


async def learned(pilot: Pilot[Any], app: LearnApp) -> None:
    """Wait until the network has learned, and the lens shows it."""

    def is_shown() -> bool:
        traced = app.learn.traced
        return app.session.is_learned and traced is not None and traced.step == 3

    await until(pilot, is_shown)
    app.learn.poll()
    await pilot.pause()
