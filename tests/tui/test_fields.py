"""Fields on screens where letters are keys: how they are entered, left, and told apart."""

import pytest
from textual.app import App
from textual.events import Key, Paste
from textual.geometry import Offset
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.key_order import KeyHandled
from rnntui.tui.help.screen import Help
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])


def footer(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(KeyBar).render_line(0).text


def field(pilot: Pilot[int], name: str) -> Input:
    return pilot.app.screen.query_one(f"#{name}", Input)


@SIZES
@pytest.mark.parametrize(
    ("keys", "name"), [("p", "prime"), ("r/", "filter"), ("c/", "filter"), ("xp", "sentence")]
)
async def test_a_question_mark_is_the_help_but_in_a_field_which_the_footer_says_how_to_leave(
    size: tuple[int, int], keys: str, name: str
):
    app = scripted_app()
    async with app.run_test(size=size) as pilot:
        *opens, enters = keys
        for key in opens:
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not app.playground)
            await until(pilot, lambda: " esc back" in footer(pilot))
        screen = app.screen
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press(enters)
        await until(pilot, lambda: field(pilot, name).has_focus)
        await until(pilot, lambda: " esc leave the field" in footer(pilot))
        assert " f1 " in footer(pilot)  # a question mark is typed here
        assert "train" not in footer(pilot)
        await pilot.press("escape")
        assert not field(pilot, name).has_focus
        assert app.screen is screen
        await until(pilot, lambda: "leave the field" not in footer(pilot))


def send(app: App[int], text: str) -> None:
    """Send the keys of a text all at once, as a slow connection does."""
    for character in text:
        app.post_message(Key("space" if character == " " else character, character))


async def test_a_prime_that_arrives_with_its_key_is_typed_into_the_field():
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        send(app, "pthe lamp")
        app.post_message(Paste(" nods"))
        await until(pilot, lambda: field(pilot, "prime").value == "the lamp nods")
        assert not app.session.is_training


async def test_a_sentence_that_arrives_with_its_keys_is_typed_into_its_field():
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        send(app, "5xpthe lamp")
        await until(pilot, lambda: isinstance(app.screen, ClassifyScreen))
        await until(pilot, lambda: field(pilot, "sentence").value == "the lamp")


async def test_keys_go_on_when_one_is_lost_with_the_field_that_it_went_to(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("rnntui.tui.core.key_order.LONGEST_WAIT", 0.05)
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        prime = field(pilot, "prime")
        post_message = prime.post_message

        def lose_keys(message: Message) -> bool:
            return isinstance(message, Key | KeyHandled) or post_message(message)

        monkeypatch.setattr(prime, "post_message", lose_keys)
        send(app, "a")
        app.call_later(app.screen.set_focus, None)
        send(app, "x")
        await until(pilot, lambda: isinstance(app.screen, ClassifyScreen))


async def test_keys_pressed_in_the_prime_by_mistake_do_not_stay_there():
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("p", *"ROMEO", "enter")
        await pilot.click("#prime")
        await pilot.press(*"tgd")
        assert "tgd" in field(pilot, "prime").value
        await pilot.press("escape", "escape")
        assert field(pilot, "prime").value == app.session.prime == "ROMEO"


async def test_a_number_that_is_clicked_is_replaced_by_what_is_typed():
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        hidden = field(pilot, "hidden_size")
        await pilot.click("#hidden_size", offset=(1, 0))
        await pilot.press(*"64", "enter")
        assert hidden.value == "64"
        await pilot.click("#hidden_size", offset=(1, 0))
        await pilot.click("#hidden_size", offset=(1, 0))
        await pilot.press("0")
        assert hidden.value == "604"  # a second click points
        await pilot.press("escape")
        assert hidden.value == "64"


async def test_numbers_that_are_walked_through_by_tab_are_replaced_too():
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        field(pilot, "hidden_size").focus()
        await pilot.press("tab", *"3", "tab", "shift+tab", *"1")
        assert field(pilot, "num_layers").value == "1"


async def test_a_question_mark_opens_the_help_in_the_duel_and_is_typed_into_its_prime():
    app = scripted_app(ScriptedTraining(steps(3)))
    async with app.run_test(size=(140, 45)) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("d")
        await until(pilot, lambda: bool(app.screen.query("#prime")) and app.screen.is_mounted)
        duel = app.screen
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is duel)
        await pilot.press("p", "question_mark")
        assert field(pilot, "prime").value == "?"


async def test_the_footer_of_a_small_terminal_says_more_and_clicking_it_opens_the_help():
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: " ? more " in footer(pilot))
        bar = app.screen.query_one(KeyBar)
        await pilot.click(offset=bar.region.offset + Offset(footer(pilot).index("more"), 0))
        await until(pilot, lambda: isinstance(app.screen, Help))


async def test_a_sentence_stays_when_it_is_left():
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ClassifyScreen) and app.screen.is_mounted)
        await pilot.press("p", *"fine", "escape")
        assert field(pilot, "sentence").value == "fine"
