"""What can be done on the screen of lessons, by key, mouse and palette: part of the registry."""

from typing import Final

from rnntui.tui.core.actions import Action
from rnntui.tui.lens.actions import LENS


def _action(
    name: str, key: str, call: str, label: str, tooltip: str, in_footer: bool = True
) -> Action:
    return Action(f"learn.{name}", key, call, label, tooltip, in_footer)


OWN: Final = (
    _action(
        "answer",
        "enter",
        "answer",
        "Answer",
        "Check the answer: the state that the screen is in, or the number that you type.",
    ),
    _action("question", "q", "question", "Question", "To the next question.", False),
    _action("next", "n", "lesson('next')", "Next lesson", "To the next lesson.", False),
    _action("before", "b", "lesson('before')", "Lesson before", "To the lesson before.", False),
    _action("lessons", "l", "lessons", "Lessons", "All lessons, with your answers.", False),
    _action(
        "change",
        "c",
        "change",
        "Change",
        "Give the setting that this lesson is about its next value, and train anew.",
    ),
    _action("text", "p,i", "edit_text", "Text", "Type another text for the network to read."),
    _action(
        "reset",
        "r",
        "reset",
        "Start over",
        "Back to the lesson's own text, network and lens; answers are kept.",
        False,
    ),
    _action("language", "g", "language", "Language", "English or Korean (영어/한국어).", False),
    _action("page.up", "pageup", "scroll_page(-1)", "Page up", "Scroll the page up.", False),
    _action("page.down", "pagedown", "scroll_page(1)", "Page down", "Scroll the page down.", False),
    _action("tab.page", "9", "tab('page')", "Go to the page", "To the page of the lesson.", False),
    _action(
        "tab.network", "0", "tab('network')", "Go to the network", "To the network's lens.", False
    ),
    _action("leave", "escape", "leave", "Back", "Back to the screen before."),
)
"""The screen's own actions."""

LEARN: Final = (*OWN, *LENS)
"""The screen's actions, in the order of footer, help and palette."""
