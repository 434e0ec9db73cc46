"""Asking a person whether a training goes on with its text as it was."""

from textual.app import App

from rnntui.runtime.old_text_question import OldTextQuestion
from rnntui.tui.dialogs.question import Question

RUN_UNCHANGED = "The run stays as it is."
"""Said where a person doesn't go on with a text as it was."""


def show_question(question: OldTextQuestion, app: App[object]) -> None:
    """Show what a training asks, where it asks something; the answer goes back to it."""
    if (changed := question.asked()) is not None:
        sentence = (
            f"{changed.about} Go on with it as it was then?\n\n"
            f"To train on the new one: {changed.command}"
        )
        modal = Question("The text has changed", sentence, "Go on with the old text", "Leave it")
        app.push_screen(modal, question.answer)
