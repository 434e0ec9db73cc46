"""The Microscope: what happens inside a network, number by number, while it reads a text."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from rnntui.runtime.fixed_recipe import fixed_recipe_network
from rnntui.runtime.session import Network
from rnntui.tui.core.actions import Action
from rnntui.tui.core.exports import save_table_and_picture
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.sentences import one_line
from rnntui.tui.lens.export import lens_csv
from rnntui.tui.lens.export_picture import lens_about, lens_command, lens_svg
from rnntui.tui.lens.kept_scrubber import NONE_KEPT, KeptLine, KeptSample, KeptScrubber
from rnntui.tui.lens.lens_view import LensView
from rnntui.tui.lens.screen import LensScreen
from rnntui.tui.lens.text_row import TextRow
from rnntui.tui.lens.traced_text import LONGEST
from rnntui.tui.microscope.actions import MICROSCOPE
from rnntui.tui.microscope.long_text import LongTextScreen
from rnntui.tui.widgets.title_bar import TitleBar

REPLAY_S: Final = 0.2
"""Seconds between two looks at where a replay is."""


class MicroscopeScreen(LensScreen):
    """A text as the network reads it, through one lens at a time, with the figures of one place."""

    CSS_PATH = "microscope.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in MICROSCOPE]
    actions: ClassVar[Sequence[Action]] = MICROSCOPE

    def __init__(self, network: Network, text: str = "") -> None:
        """Look into `network` while it reads `text`, or the beginning of its own text."""
        super().__init__(network, text[-LONGEST:])
        self._own = network, self.text
        """The network that the screen was opened for, and its text, while hello is looked into."""
        self._followed: int | None = None
        """The step of a replay that was looked at last."""

    def compose(self) -> ComposeResult:
        """The text, the strips, and the figures of the step."""
        yield TitleBar()
        yield TextRow(self.text)
        yield KeptScrubber()
        yield KeptSample()
        yield LensView()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        self._show_name()
        self._scrubber.follow(self.network.kept)
        self.set_interval(REPLAY_S, self._follow_replay)

    def _follow_replay(self) -> None:
        """Look where a replay has come to; where it has ended, at the best weights."""
        replayed = self.network.replayed
        if replayed is not None and replayed.kept_step != self._followed:
            self._followed = replayed.kept_step
            self._look_at_step(self._followed)

    @property
    def _scrubber(self) -> KeptScrubber:
        return self.query_one(KeptScrubber)

    def draw_lens(self) -> None:
        """Bring the scrubber up to what is chosen, too."""
        super().draw_lens()
        if self.traced is not None:
            self._scrubber.show(self.kept_step, self.traced.step)
            units = self.kept_units if self.lens == "unit" else None
            shown = self.traced.rows[self.row], self.unit, self.gone_to
            self._scrubber.show_curve(None if units is None else units.curve(*shown))

    def on_sample(self, text: str) -> None:
        """Show it below the scrubber."""
        self.query_one(KeptSample).show(text)

    def _show_name(self) -> None:
        self.query_one(TitleBar).show_title(f"microscope · {one_line(self.network.name)}")

    def on_own_text(self) -> None:
        """Show what is read."""
        self._show_text()

    def _show_text(self) -> None:
        self.query_one(TextRow).show(self.text)

    # Actions; `MICROSCOPE` says what each is for.

    def action_edit_text(self) -> None:
        """Put the cursor into the text."""
        self.query_one(TextRow).edit()

    @on(Input.Submitted, "#text")
    def _read_text(self, event: Input.Submitted) -> None:
        """Read what was typed, and let letter keys act again."""
        self.set_focus(None)
        self.text, self.place = event.value, 0
        self.marking.clear()
        self.look_anew()

    def action_hello(self) -> None:
        """Look into the network of the hello recipe, or back into the other one."""
        own, text = self._own
        if self.network is own:
            self._own = own, self.text
            self.look_into(*fixed_recipe_network("hello"))
        else:
            self.look_into(own, text)
            self._followed = None
        self._show_text()
        self._show_name()
        self.on_sample("")
        self._scrubber.follow(self.network.kept)

    def action_kept_step(self, way: str) -> None:
        """To another kept step of the run, or to the newest weights."""
        if self._scrubber.steps:
            self._scrub_to(self._scrubber.beside(self.kept_step, way))
        else:
            self.notify(NONE_KEPT, markup=False)

    @on(KeptLine.Chosen)
    def _choose_kept(self, event: KeptLine.Chosen) -> None:
        """Go to the step that was clicked."""
        self._scrub_to(self._scrubber.at(event.place))

    def _scrub_to(self, step: int | None) -> None:
        """To a kept step or the newest weights; in a replay it is the replay that goes there."""
        replayed = self.network.replayed
        if replayed is not None and replayed.kept_step is not None:
            replayed.go_to(step)
        else:
            self._look_at_step(step)

    def _look_at_step(self, step: int | None) -> None:
        if step != self.kept_step:
            self.look_at_kept(step)
            self.draw_lens()

    def action_long_text(self) -> None:
        """Read a whole text."""
        self.app.push_screen(LongTextScreen(self.network))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rule out what does nothing with the present lens."""
        if action == "long_text":
            return self.lens == "surprise"
        return super().check_action(action, parameters)

    def action_export(self) -> None:
        """Save what the lens shows, as numbers and as a picture."""
        if self.traced is None:
            return
        seen = self.seen(self.traced)
        network = self.network.at(self.kept_step)
        drawn = lens_svg(self.lens, seen, network)
        numbers = lens_csv(self.lens, seen, lens_about(self.lens, seen, network))
        save_table_and_picture(self, "The lens", f"microscope-{self.lens}", numbers, drawn)

    def action_copy_command(self) -> None:
        """Copy the command line that sees the same, or generates what surgery did."""
        if self.traced is not None:
            network = self.network.at(self.kept_step)
            command = lens_command(self.lens, self.seen(self.traced), network)
            self.app.copy_to_clipboard(command)

    def action_leave(self) -> None:
        """Leave the screen."""
        self.dismiss()
