"""The screen of lessons, driven by keys and mouse: answers, languages, networks that learn."""

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from rnntui import places
from rnntui.lenses.surgery import Operation
from rnntui.lessons.reading import find_lesson, list_lessons
from rnntui.runtime.lesson_session import LessonNews
from rnntui.tui.core.remembered import SCREEN_NAME, load_remembered
from rnntui.tui.learn.actions import LEARN
from rnntui.tui.learn.page import page_content
from rnntui.tui.learn.question_pane import QuestionPane
from rnntui.tui.learn.screen import LearnScreen
from rnntui.tui.learn.words import WORDS
from tests.tui.lesson_screens import SMALL, LearnApp, Untrained, learned, looking, told
from tests.tui.scripted import scripted_app
from tests.tui.waiting import until

HELLO = find_lesson("hello", list_lessons())
SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])


def test_no_key_of_the_screen_does_two_things() -> None:
    keys = [key for action in LEARN for key in action.key.split(",")]
    assert len(keys) == len(set(keys))


def test_both_languages_say_the_same_things() -> None:
    assert set(WORDS["en"]) == set(WORDS["ko"])


def test_a_page_joins_the_lines_of_a_paragraph_and_keeps_those_of_a_block() -> None:
    page = page_content("One `two`\n**three**.\n\n    a = b\n    c = d\n\nFour [b]five[/b].\n")
    assert page.plain == "One two three.\n\n    a = b\n    c = d\n\nFour [b]five[/b]."


@SIZES
async def test_the_state_that_is_asked_for_is_noticed_at_once(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test(size=size) as pilot:
        await looking(pilot, app)
        assert told(app, "verdict") == ""
        await pilot.press("right", "right", "right")
        assert told(app, "verdict").startswith("✓ Right. Step 4 reads the same")
        assert load_remembered(tmp_path / "screen.toml").lessons == {"hello": (0,)}


async def test_a_wrong_state_gets_the_hint_and_then_what_to_look_for(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("enter")
        assert told(app, "verdict").startswith("✗ The arrow keys")
        await pilot.press("enter")
        assert told(app, "verdict") == "✗ Look for: character 4."


async def test_a_number_is_judged_by_the_network_and_told_only_after_two_wrong_ones(
    tmp_path: Path,
) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("q", "enter", *"ten", "enter")
        assert "no number" in told(app, "verdict")
        field = app.learn.query_one("#answer", Input)
        for typed, said in (
            ("0.5", "✗ ↓ goes to the row h"),
            ("0.6", "✗ It is 0.9183."),
            ("91.8%", "✓ Right. It is 0.9183."),
        ):
            field.value = typed
            await pilot.press("enter")
            assert told(app, "verdict").startswith(said)
            assert ("0.918" in told(app, "verdict")) == (typed != "0.5")
        assert app.learn.focused is None
        assert app.progress.is_answered(HELLO, 1)


async def test_a_number_is_typed_where_one_is_asked_for_without_going_to_its_field(
    tmp_path: Path,
) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test(size=(140, 45)) as pilot:
        await looking(pilot, app)
        await pilot.press("3")
        assert app.learn.lens == "influence"
        await pilot.press("1", "q", *"-0.5", "enter")
        field = app.learn.query_one("#answer", Input)
        assert (app.learn.lens, field.value) == ("strips", "-0.5")
        assert told(app, "verdict").startswith("✗")
        # Outside the field other keys act, and a number takes the place of the one before.
        app.learn.set_focus(None)
        await pilot.press("full_stop", *"91.8%", "enter")
        assert (app.learn.unit, field.value) == (1, "91.8%")
        assert told(app, "verdict").startswith("✓")
        await pilot.press("3")
        assert (app.learn.lens, field.value) == ("influence", "91.8%")


async def test_a_unit_is_cut_out_until_the_prediction_is_another(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("q", "q", "enter")
        assert told(app, "verdict") == "… Nothing is changed yet."
        await pilot.press("down", "full_stop", "x")
        await until(pilot, lambda: app.learn.operations == (Operation(0, 1),))
        await pilot.press("enter")
        assert told(app, "verdict").startswith("✗ Choose row h")
        await pilot.press("x", "full_stop", "x")
        await until(
            pilot,
            lambda: "✓ Right. The probability of o has" in told(app, "verdict"),
        )


async def test_an_answer_waits_until_the_network_has_learned(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", SMALL, session=Untrained())
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("q", "enter", *"120", "enter")
        assert "still learning" in told(app, "verdict")
        app.session.is_learned = True
        app.learn.poll()
        await pilot.press("enter")
        assert told(app, "verdict") == "✓ Right. It is 120."


async def test_the_setting_is_changed_and_changed_back_by_its_key(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", SMALL)
    async with app.run_test() as pilot:
        await learned(pilot, app)
        assert "c cell gru" in told(app, "setting")
        await pilot.press("q", "q", "c")
        assert "c cell rnn" in told(app, "setting")
        await learned(pilot, app)
        assert told(app, "verdict").startswith("✓ Right. From 1")
        await pilot.press("c")
        assert "c cell gru" in told(app, "setting")
        await learned(pilot, app)
        assert app.learn.network.weights().config.cell == "gru"


async def test_what_the_lens_shows_already_answers_as_soon_as_the_network_has_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LearnApp(tmp_path / "screen.toml", SMALL, session=Untrained())

    def learns() -> LessonNews:
        app.session.is_learned = True
        return LessonNews(())

    async with app.run_test() as pilot:
        await looking(pilot, app)
        app.session.is_learned = True
        app.learn.poll()
        await pilot.press("q", "q", "c")
        await looking(pilot, app)
        assert told(app, "verdict") == ""
        monkeypatch.setattr(app.session, "poll", learns)
        app.learn.poll()
        assert told(app, "verdict").startswith("✓ Right. From 1")


async def test_the_lens_shows_the_network_that_has_learned_as_soon_as_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the lens rests: numbers are read off it and compared with the last weights."""
    monkeypatch.setattr("rnntui.tui.lens.looking.LEAST_REST_S", 3600.0)
    app = LearnApp(tmp_path / "screen.toml", SMALL)
    async with app.run_test() as pilot:
        await learned(pilot, app)
        await pilot.press("q", "q", "right", "c")
        await learned(pilot, app)
        assert told(app, "verdict").startswith("✓ Right. From 1")
        assert app.learn.place == 1  # it is the same text, so the cursor stays


async def test_before_it_learns_a_network_is_at_step_0_and_weights_that_were_given_at_none(
    tmp_path: Path,
) -> None:
    app = LearnApp(tmp_path / "screen.toml", SMALL, HELLO, session=Untrained())
    async with app.run_test() as pilot:
        await looking(pilot, app)
        assert str(app.learn.query_one("#view").border_title).endswith("· step 0")
        await pilot.press("n")
        await looking(pilot, app)
        assert str(app.learn.query_one("#view").border_title).endswith("· fixed weights")


async def test_another_text_is_read_and_the_lessons_own_again(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("p", "home", "delete", "delete", "enter")

        def is_read(text: str) -> bool:
            traced = app.learn.traced
            return traced is not None and "".join(traced.characters) == text

        await until(pilot, lambda: is_read("llo"))
        await pilot.press("q", "r")
        await until(pilot, lambda: is_read("hello"))
        assert app.learn.query_one("#text", Input).value == "hello"


async def test_the_language_is_changed_by_its_key_and_remembered(tmp_path: Path) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("right", "right", "right", "g")
        assert "순환 신경망" in told(app, "page-text")
        assert told(app, "verdict").startswith("✓ 맞습니다.")
        assert load_remembered(tmp_path / "screen.toml").language == "ko"
        await pilot.press("g")
        assert "recurrent network" in told(app, "page-text")


async def test_lessons_follow_each_other_and_are_listed_with_what_was_answered(
    tmp_path: Path,
) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO, SMALL)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        await pilot.press("right", "right", "right", "n")
        assert app.learn.lesson is SMALL
        assert load_remembered(tmp_path / "screen.toml").lesson == "small"
        await pilot.press("l")
        options = app.screen.query_one(OptionList)
        listed = [str(option.prompt) for option in options.options]
        assert listed == [f"✓○○  1  {HELLO.title['en']}", "○○○  2  A small one."]
        await pilot.press("up", "enter")
        assert app.learn.lesson is HELLO
        await looking(pilot, app)
        # The first question that is still open is asked.
        assert "Question 2 of 3 ✓○○" in str(app.learn.query_one(QuestionPane).border_title)


async def test_what_was_answered_before_is_said(tmp_path: Path) -> None:
    first = LearnApp(tmp_path / "screen.toml", HELLO)
    for number in range(3):
        first.progress.answer(HELLO, number)
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test() as pilot:
        await looking(pilot, app)
        assert "answered this one before" in told(app, "verdict")


async def test_where_there_is_little_room_the_page_and_the_network_are_tabs(
    tmp_path: Path,
) -> None:
    app = LearnApp(tmp_path / "screen.toml", HELLO)
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app)
        page, network = (app.learn.query_one(f"#{name}") for name in ("page", "network"))
        assert (bool(page.region), bool(network.region)) == (True, False)
        await pilot.press("0")
        assert (bool(page.region), bool(network.region)) == (False, True)
        assert app.learn.query_one("#question").region
        await pilot.press("9")
        assert page.region
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        assert page.region
        assert network.region


async def test_the_lessons_open_by_their_key_from_the_playground_and_are_left() -> None:
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        await pilot.press("f2", "right", "right", "right")
        assert isinstance(app.screen, LearnScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.playground)
    app.close()
    kept = load_remembered(places.state_dir() / SCREEN_NAME)
    assert (kept.lesson, kept.corpus) == ("hello", "play")


async def test_a_lesson_leaves_nothing_among_the_runs() -> None:
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        app.open_lesson("1", "ko")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await until(pilot, lambda: screen.traced is not None)
        assert screen.language == "ko"
        screen._lessons = (SMALL,)
        screen.open_lesson(0)
        await until(pilot, lambda: screen._session.is_learned)
    assert not list(places.checkpoints_dir().glob("*lesson*"))
