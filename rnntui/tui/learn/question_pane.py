"""The question that is asked, the field for a number, and what is said of an answer."""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Label, Static

from rnntui.lessons.lesson import Language, NumberQuestion
from rnntui.tui.core.links import fitting_links
from rnntui.tui.learn.actions import LEARN
from rnntui.tui.learn.answering import Attempt, kind_of
from rnntui.tui.learn.page import marked
from rnntui.tui.learn.words import WORDS
from rnntui.tui.widgets.safe_fields import NumberField

_LINKS = {
    "learn.answer": "check",
    "learn.question": "next_question",
    "learn.next": "next_lesson",
    "learn.lessons": "all",
    "learn.language": "language",
    "learn.reset": "reset",
    "learn.before": "lesson_before",
}


class QuestionPane(VerticalScroll, can_focus=False):
    """One question at a time."""

    _language: Language = "en"

    def compose(self) -> ComposeResult:
        """The question, the field and the verdict."""
        yield Static(id="ask", markup=False)
        with Horizontal(id="answer-row"):
            yield Label(id="answer-label")
            yield NumberField(id="answer")
        yield Static(id="verdict", markup=False)

    def show(
        self, attempt: Attempt, number: int, ticks: str, was_answered: bool, language: Language
    ) -> None:
        """Show question `number`, from 0, of those whose ticks are given."""
        words, question = WORDS[language], attempt.question
        kind = words[kind_of(question)]
        title = words["title"].format(number=number + 1, count=len(ticks))
        self.border_title = Content(f"{title} {ticks} · {kind}")
        self.query_one("#ask", Static).update(marked(question.ask[language]))
        is_number = isinstance(question, NumberQuestion)
        self.query_one("#answer-row").display = is_number
        self.query_one("#answer-label", Label).update(words["answer"])
        self.query_one("#answer", Input).placeholder = words["placeholder"]
        sentence = attempt.sentence(language)
        if not sentence and was_answered:
            sentence = words["answered"]
        is_right = attempt.is_right or (was_answered and not attempt.has_answer)
        verdict = self.query_one("#verdict", Static)
        verdict.set_class(is_right, "-right")
        sign = "✓" if is_right else "…" if attempt.is_put_off else "✗"
        verdict.update(Content(f"{sign} ") + marked(sentence) if sentence else Content(""))
        self._language = language
        self._show_links()
        self.call_after_refresh(self.scroll_end, animate=False)

    def on_resize(self) -> None:
        """Show as many links as there is room for."""
        self._show_links()

    def _show_links(self) -> None:
        words = {name: WORDS[self._language][word] for name, word in _LINKS.items()}
        links = fitting_links(self.app, LEARN, list(_LINKS), self.size.width - 2, words)
        self.border_subtitle = links

    def clear_field(self) -> None:
        """Empty the field of the number."""
        self.query_one("#answer", Input).value = ""

    def begin(self, key: Key) -> None:
        """Type a number from its first character on, in place of what stands in the field."""
        field = self.query_one("#answer", Input)
        self.edit()
        # Behind the message that the field has the focus, which selects all that is in it.
        field.post_message(Key(key.key, key.character))

    def edit(self) -> None:
        """Put the cursor into the field of the number."""
        self.screen.set_focus(self.query_one("#answer", Input))
