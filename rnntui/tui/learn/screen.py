"""The lessons on screen: a page, the network that it is about, and three questions.

The network is trained anew for each lesson, and looked into through the lenses of the Microscope.
Its session is the app's.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Input, Tab, Tabs

from rnntui.errors import RnntuiError
from rnntui.lenses.surgery import operated_weights
from rnntui.lessons.answers import ScreenState
from rnntui.lessons.lesson import ChangeQuestion, KeyQuestion, Language, Lesson, NumberQuestion
from rnntui.lessons.quantities import Reading
from rnntui.lessons.reading import LANGUAGES
from rnntui.runtime.lesson_session import LessonSession
from rnntui.text.cells import printable
from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.pane_tabs import PaneTab, PaneTabs
from rnntui.tui.learn.actions import LEARN
from rnntui.tui.learn.answering import Attempt
from rnntui.tui.learn.lesson_list import LessonList
from rnntui.tui.learn.network_line import NetworkLine
from rnntui.tui.learn.page import PagePane
from rnntui.tui.learn.progress import LessonProgress
from rnntui.tui.learn.question_pane import QuestionPane
from rnntui.tui.learn.words import WORDS
from rnntui.tui.lens.lens_view import LensView
from rnntui.tui.lens.screen import LensScreen
from rnntui.tui.lens.text_row import TextRow
from rnntui.tui.widgets.title_bar import TitleBar

POLL_SECONDS: Final = 0.1

PANES: Final = ("page", "network")
TABS: Final = tuple(
    PaneTab(name, WORDS["en"][name], find_action(f"learn.tab.{name}", LEARN)) for name in PANES
)
"""The tabs shown where there is little room."""


class LearnScreen(LensScreen):
    """One lesson at a time, in English or Korean."""

    CSS_PATH = "learn.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in LEARN]
    actions: ClassVar[Sequence[Action]] = LEARN

    def __init__(
        self,
        lessons: Sequence[Lesson],
        at: int,
        session: LessonSession,
        progress: LessonProgress,
        language: Language,
    ) -> None:
        """Open the lesson `at` of `lessons`, whose network `session` trains."""
        self._lessons, self._at = lessons, at
        self._session, self._progress, self.language = session, progress, language
        self._value: object = None
        """The value of the setting that the lesson changes; None for the first."""
        self._untouched: Reading | None = None
        """The lesson's network as it has learned, reading the lesson's text."""
        self._seen: object = None
        """The change that was looked at last, for a question on changes."""
        self._begin_questions()
        super().__init__(session.open(self.lesson.network), self.lesson.network.reads)
        self.lens = self.lesson.network.lens

    @property
    def lesson(self) -> Lesson:
        """The open lesson."""
        return self._lessons[self._at]

    def compose(self) -> ComposeResult:
        """The page beside the network, above the question; tabs where there is little room."""
        yield TitleBar()
        yield PaneTabs(TABS)
        with Horizontal(id="body"):
            yield PagePane(id="page")
            with Vertical(id="network"):
                yield NetworkLine()
                yield TextRow(self.text)
                yield LensView()
        yield QuestionPane(id="question")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the lesson, and look for news."""
        self.set_interval(POLL_SECONDS, self.poll)
        self._show_lesson()

    def on_unmount(self) -> None:
        """End the training."""
        self._session.drop()

    # Lessons.

    def open_lesson(self, at: int) -> None:
        """Open another lesson, and train its network."""
        self._at = at
        self._begin_questions()
        self._begin_network(None)
        self._show_lesson()
        self.refresh_bindings()

    def _begin_questions(self) -> None:
        self._attempts = [Attempt(question) for question in self.lesson.questions]
        self._number = next(
            (
                number
                for number in range(len(self._attempts))
                if not self._progress.is_answered(self.lesson, number)
            ),
            0,
        )
        self._progress.open(self.lesson)

    def _begin_network(self, value: object) -> None:
        """Train the lesson's network, with a value of its setting, and look into it."""
        if value is None:
            self._untouched = None
        self._value, self._seen = value, None
        self.traced = None
        network = self._session.open(self.lesson.network, value)
        self.query_one(NetworkLine).begin()
        self.look_into(network, self.lesson.network.reads)
        self.query_one(TextRow).show(self.text)
        self.action_lens(self.lesson.network.lens)
        self._show_network()

    def _show_lesson(self) -> None:
        """Show all that is in a language."""
        lesson, words = self.lesson, WORDS[self.language]
        title = f"learn · {lesson.number} {lesson.title[self.language]}"
        self.query_one(TitleBar).show_title(title)
        self.query_one(PagePane).show(lesson.page[self.language])
        for tab, name in zip(self.query(Tab), PANES, strict=True):
            key = self.app.get_key_display(find_action(f"learn.tab.{name}", LEARN).binding)
            tab.label = Content(f"{key} {words[name]}")
        self._show_network()
        self._show_question()

    def _show_network(self) -> None:
        lesson = self.lesson.network
        value = self._value if self._value is not None else (*lesson.values, None)[0]
        model = self.network.weights().config
        self.query_one(NetworkLine).show(lesson, model, value, self.language)

    def _show_question(self) -> None:
        number, lesson = self._number, self.lesson
        self.query_one(QuestionPane).show(
            self._attempts[number],
            number,
            self._progress.ticks(lesson),
            self._progress.is_answered(lesson, number),
            self.language,
        )

    # The network, which learns.

    def poll(self) -> None:
        """Show what is new in the training."""
        was_learned = self._session.is_learned
        news = self._session.poll()
        if news.failure:
            self.notify(printable(news.failure), severity="error", markup=False)
        if news.losses:
            self.query_one(NetworkLine).add(news.losses)
            self._show_network()
        if not self._session.is_learned:
            return
        if self._untouched is None and self._value is None:
            text = self.network.normalisation.apply(self.lesson.network.reads)
            ids = tuple(int(rank) for rank in self.network.vocabulary.encode(text))
            self._untouched = self._reading(ids)
        if was_learned:
            return
        if self._is_settled:
            self.draw_lens()  # what is shown already may answer the question now
        else:
            # The lens rests long between two looks; numbers are to be read off at once.
            self.look_anew()

    def _reading(self, ids: tuple[int, ...]) -> Reading:
        """The network as it is, reading some ids."""
        loss = self._session.training_loss
        return Reading(self.network.weights(), self.network.vocabulary, ids, loss)

    def state(self) -> ScreenState | None:
        """What the screen shows, for a question; None while that changes by itself."""
        traced, untouched = self.traced, self._untouched
        if traced is None or traced.vocabulary is not self.network.vocabulary:
            return None
        now = self._reading(traced.ids)
        now = replace(now, weights=operated_weights(now.weights, self.operations))
        row = traced.rows[self.row]
        return ScreenState(
            self.lens,
            self.place + 1,
            row.layer,
            row.name,
            self.unit + 1,
            now,
            untouched or now,
            self.operations,
            untouched is not None and traced.ids != untouched.ids,
            self._value is not None,
        )

    def draw_lens(self) -> None:
        """Bring the lens up to what is chosen; and see whether that answers the question."""
        super().draw_lens()
        attempt = self._attempts[self._number]
        if not attempt.is_right and self._is_worth_a_look(attempt) and (state := self.state()):
            try:
                is_right = attempt.reached(state)
            except RnntuiError:
                return  # said once the answer is asked for
            if is_right:
                self._take_right_answer()

    @property
    def _is_settled(self) -> bool:
        """Whether the numbers on screen are those of the network that has learned."""
        traced = self.traced
        return (
            self._session.is_learned
            and self._untouched is not None
            and traced is not None
            and traced.vocabulary is self.network.vocabulary
            and traced.step == self.network.weights().step
        )

    def _is_worth_a_look(self, attempt: Attempt) -> bool:
        """Whether the screen may have come to answer a question since the last look."""
        match attempt.question:
            case KeyQuestion(expect=expect):
                return expect.highest is None or self._is_settled
            case NumberQuestion():
                return False
            case ChangeQuestion():
                if not self._is_settled or self.traced is None:
                    return False
                seen = (self._number, self.operations, self.traced.ids, self._value)
                is_new, self._seen = seen != self._seen, seen
                return is_new

    # Answers.

    def _take_right_answer(self) -> None:
        self._progress.answer(self.lesson, self._number)
        self._show_question()

    def action_answer(self) -> None:
        """Check the state of the screen, or let a number be typed."""
        if isinstance(self._attempts[self._number].question, NumberQuestion):
            self.query_one(QuestionPane).edit()
        else:
            self._answer("")

    def on_key(self, event: Key) -> None:
        """Type into the answer's field what begins a number, where one is asked for."""
        attempt, character = self._attempts[self._number], event.character or ""
        # There, 9 and 0 turn to the page and the network.
        digits = "12345678" if self.check_action("tab", ()) else "0123456789"
        is_asked = isinstance(attempt.question, NumberQuestion) and not attempt.is_right
        if is_asked and not isinstance(self.focused, Input) and character in (*digits, "-"):
            event.stop()
            self.query_one(QuestionPane).begin(event)

    @on(Input.Submitted, "#answer")
    def _answer_typed(self, event: Input.Submitted) -> None:
        self._answer(event.value)
        if self._attempts[self._number].is_right:
            self.set_focus(None)

    def _answer(self, typed: str) -> None:
        attempt = self._attempts[self._number]
        state = self.state()
        is_key = isinstance(attempt.question, KeyQuestion)
        if state is None or not (self._is_settled or is_key):
            attempt.put_off("learning")
        else:
            try:
                attempt.answer(state, typed)
            except RnntuiError:
                attempt.put_off("elsewhere")
        if attempt.is_right:
            self._take_right_answer()
        else:
            self._show_question()

    # Actions; `LEARN` says what each is for.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rule out what does nothing in this lesson, or in a terminal of this width."""
        if action == "change":
            return bool(self.lesson.network.setting)
        if action == "tab":
            return self.app.size.width < 100
        return super().check_action(action, parameters)

    def action_question(self) -> None:
        """To the next question, the first one after the last."""
        self._number = (self._number + 1) % len(self._attempts)
        self.query_one(QuestionPane).clear_field()
        self._show_question()
        self.draw_lens()

    def action_lesson(self, which: str) -> None:
        """To the next lesson, the first one after the last, or to the one before."""
        by = 1 if which == "next" else -1
        self.open_lesson((self._at + by) % len(self._lessons))

    def action_lessons(self) -> None:
        """List the lessons."""

        def choose(at: int | None) -> None:
            if at is not None and at != self._at:
                self.open_lesson(at)

        listed = LessonList(self._lessons, self._progress, self.language, self._at)
        self.app.push_screen(listed, choose)

    def action_change(self) -> None:
        """Train anew, with the next value of the lesson's setting."""
        values = self.lesson.network.values
        at = values.index(self._value) if self._value is not None else 0
        following = (at + 1) % len(values)
        lens, text = self.lens, self.text
        chosen = self.place, self.row, self.unit
        self._begin_network(values[following] if following else None)
        self.text = text
        self.place, self.row, self.unit = chosen
        self.query_one(TextRow).show(text)
        self.action_lens(lens)

    def action_reset(self) -> None:
        """Back to the lesson's own network and text."""
        lesson = self.lesson.network
        if self._value is not None:
            self._begin_network(None)
            return
        self.look_into(self.network, lesson.reads)
        self.query_one(TextRow).show(self.text)
        self.action_lens(lesson.lens)

    def action_language(self) -> None:
        """Speak the other language, and remember it."""
        at = LANGUAGES.index(self.language)
        self.language = LANGUAGES[(at + 1) % len(LANGUAGES)]
        self._progress.speak(self.language)
        self._show_lesson()

    def action_edit_text(self) -> None:
        """Put the cursor into the text."""
        self.action_tab("network")
        # A field that isn't drawn yet takes no focus.
        self.call_after_refresh(self.query_one(TextRow).edit)

    @on(Input.Submitted, "#text")
    def _read_text(self, event: Input.Submitted) -> None:
        """Read what was typed, and let letter keys act again."""
        self.set_focus(None)
        self.text, self.place = event.value, 0
        self.look_anew()

    def action_scroll_page(self, by: int) -> None:
        """Scroll the page, or the question where the page isn't shown."""
        page = self.query_one(PagePane)
        pane = page if page.region else self.query_one(QuestionPane)
        if by > 0:
            pane.scroll_page_down(animate=False)
        else:
            pane.scroll_page_up(animate=False)

    def action_tab(self, pane: str) -> None:
        """Go to a pane, where only one is shown."""
        self.query_one(PaneTabs).turn_to(pane)
        self._show_pane()

    @on(Tabs.TabActivated)
    def _show_pane(self) -> None:
        shown = self.query_one(PaneTabs).shown
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == shown, "-active")

    def action_leave(self) -> None:
        """Leave the screen."""
        self.dismiss()
