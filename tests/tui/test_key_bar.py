"""The footer is drawn anew where its keys have changed, and stays as it is otherwise."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.widgets import Button
from textual.widgets._footer import FooterKey

from rnntui.tui.widgets.key_bar import KeyBar
from tests.tui.waiting import until


class WithKeys(Vertical):
    """A pane with a key of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "app.write", "Write")]


class Keyed(App[None]):
    """Two buttons that have the same keys, and one that has one more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "train", "Train"),
        Binding("q", "leave", "Quit this and that and everything else"),
    ]
    may_train = True

    def compose(self) -> ComposeResult:
        yield Button("one", id="one")
        yield Button("two", id="two")
        with WithKeys():
            yield Button("more", id="more")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (self.may_train or None) if action == "train" else True


def shown(pilot: Pilot[None]) -> list[FooterKey]:
    return list(pilot.app.query(FooterKey))


async def test_the_same_keys_stay_where_only_the_focus_has_moved():
    async with Keyed().run_test() as pilot:
        await until(pilot, lambda: len(shown(pilot)) == 2)
        keys = shown(pilot)
        for name in ("two", "one"):
            pilot.app.query_one(f"#{name}").focus()
            await pilot.pause()
            await pilot.pause()
            assert [id(key) for key in shown(pilot)] == [id(key) for key in keys]


async def test_a_key_of_the_focused_pane_comes_and_goes():
    async with Keyed().run_test() as pilot:
        await until(pilot, lambda: len(shown(pilot)) == 2)
        pilot.app.query_one("#more").focus()
        await until(pilot, lambda: "w" in [key.key for key in shown(pilot)])
        pilot.app.query_one("#one").focus()
        await until(pilot, lambda: [key.key for key in shown(pilot)] == ["t", "q"])


async def test_a_key_that_does_not_act_for_now_looks_so():
    app = Keyed()
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(shown(pilot)) == 2)
        app.may_train = False
        app.refresh_bindings()
        await until(pilot, lambda: shown(pilot)[0].has_class("-disabled"))


async def test_another_width_shows_other_keys():
    async with Keyed().run_test(size=(120, 24)) as pilot:
        pilot.app.query_one("#more").focus()
        await until(pilot, lambda: len(shown(pilot)) == 3)
        await pilot.resize_terminal(50, 24)
        await until(pilot, lambda: [key.key for key in shown(pilot)] == ["t", "q"])
