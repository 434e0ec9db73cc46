"""The question whether a run is resumed on its old text."""

from textual.app import App

from rnntui.runtime.old_text_question import OldTextQuestion
from rnntui.tui.dialogs.question import Question

RUN_UNCHANGED = "The run stays as it is."
"""Shown where the old text is refused."""


def show_question(question: OldTextQuestion, app: App[object]) -> None:
    """Show the question in a modal, if one is asked, and pass the answer back."""
    if (changed := question.asked()) is not None:
        sentence = (
            f"{changed.about} Resume on the old text?\n\nTo train on the new one: {changed.command}"
        )
        modal = Question("The text has changed", sentence, "Resume on the old text", "Cancel")
        app.push_screen(modal, question.answer)
