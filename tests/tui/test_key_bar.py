"""The footer shows the keys that act now, whole ones, and is never empty in between."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widgets import Button

from rnntui.tui.core.key_bar import KeyBar
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
    left = 0

    def action_leave(self) -> None:
        self.left += 1

    def compose(self) -> ComposeResult:
        yield Button("one", id="one")
        yield Button("two", id="two")
        with WithKeys():
            yield Button("more", id="more")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (self.may_train or None) if action == "train" else True


def shown(pilot: Pilot[None]) -> list[str]:
    return [entry.bindings[0].binding.key for entry in pilot.app.query_one(KeyBar).entries]


def line(pilot: Pilot[None]) -> str:
    return pilot.app.query_one(KeyBar).render_line(0).text


async def test_a_key_of_the_focused_pane_comes_and_goes():
    async with Keyed().run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == ["t", "q"])
        pilot.app.query_one("#more").focus()
        await until(pilot, lambda: "w" in shown(pilot))
        assert " w write " in line(pilot)
        pilot.app.query_one("#one").focus()
        await until(pilot, lambda: shown(pilot) == ["t", "q"])
        assert " w write " not in line(pilot)


async def test_it_is_never_empty_while_its_keys_change():
    seen: list[int] = []
    app = Keyed()
    async with app.run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == ["t", "q"])
        bar = app.query_one(KeyBar)
        app.watch(bar, "entries", lambda entries: seen.append(len(entries)), init=False)
        for number, name in enumerate(("more", "one", "more", "two")):
            app.may_train = bool(number % 2)
            app.query_one(f"#{name}").focus()
            app.refresh_bindings()
            await until(pilot, lambda name=name: ("w" in shown(pilot)) == (name == "more"))
        assert not bar.children  # nothing that could be taken away before it is put anew
    assert seen
    assert min(seen) >= 2


async def test_a_key_that_does_not_act_for_now_looks_so():
    app = Keyed()
    async with app.run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == ["t", "q"])
        app.may_train = False
        app.refresh_bindings()
        bar = app.query_one(KeyBar)
        await until(pilot, lambda: not bar.entries[0].is_enabled)
        dim = [segment.text for segment in bar.render_line(0) if segment.style.dim]
        assert "".join(dim) == " t train "


async def test_another_width_shows_other_keys():
    async with Keyed().run_test(size=(120, 24)) as pilot:
        pilot.app.query_one("#more").focus()
        await until(pilot, lambda: len(shown(pilot)) == 3)
        await pilot.resize_terminal(50, 24)
        await until(pilot, lambda: shown(pilot) == ["t", "q"])


async def test_a_key_is_explained_under_the_mouse_and_acts_by_click():
    app = Keyed()
    async with app.run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == ["t", "q"])
        bar = app.query_one(KeyBar)
        place = bar.region.offset + Offset(line(pilot).index("quit"), 0)
        await pilot.hover(offset=place)
        assert bar.tooltip == "Quit this and that and everything else"
        await pilot.click(offset=place)
        await until(pilot, lambda: app.left == 1)
