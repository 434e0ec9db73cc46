"""The duel: argmax, random and hybrid side by side, with the same weights, prime and seed.

The screen owns a thread that generates for all three, and ends it when it closes.
"""

import queue
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, Static

from rnntui import places
from rnntui.runtime.duel_thread import MODES, DuelThread, OpenDuel, open_duel
from rnntui.runtime.session import Network
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.prime import prepare_prime
from rnntui.text.cells import printable
from rnntui.tui.core.actions import Action, playground_action
from rnntui.tui.core.exports import save_table_and_picture
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.sampling_choices import next_pace, with_temperature
from rnntui.tui.dialogs.question import Failure
from rnntui.tui.duel.column import DuelColumn
from rnntui.tui.duel.export import KEPT, duel_command, picture_of, table_of
from rnntui.tui.widgets.lines_input import PrimeInput
from rnntui.tui.widgets.title_bar import TitleBar

POLLS_PER_SECOND: Final = 15
MEASURES_PER_SECOND: Final = 2
"""Updates of the measures: faster ones could not be read."""

DUEL = (
    Action(
        "duel.write",
        "g,space",
        "generate",
        "Pause/resume",
        "Pause or resume all three; restart them where they have ended.",
    ),
    playground_action("temperature.down", "duel"),
    playground_action("temperature.up", "duel"),
    playground_action("seed", "duel", in_footer=True),
    playground_action(
        "prime",
        "duel",
        tooltip=r"Edit the text that all three start from: \n or Ctrl+J is a line end, shown as ⏎;"
        " Enter restarts with it.",
    ),
    playground_action("pace", "duel", in_footer=True),
    playground_action("colour", "duel", in_footer=True),
    Action(
        "duel.save",
        "E",
        "export",
        "Save the texts",
        f"Save how the texts begin, {KEPT} characters of each, with their probabilities: as a"
        " picture (SVG) and as numbers (CSV).",
        in_short="save",
    ),
    Action("duel.leave", "escape,d", "leave", "Back", "End the duel and go back."),
)
"""The actions of a duel, in the order of footer, help and palette."""

_BAR = (
    "[@click=screen.generate()][b]$state[/b][/]"
    "   temperature [@click=screen.temperature('down')]◂[/] [b]$temperature[/b]"
    " [@click=screen.temperature('up')]▸[/]"
    "   [@click=screen.reseed()]seed [b]$seed[/b][/]"
    "   [@click=screen.pace()][b]$pace[/b][/]$filters"
)


@dataclass(frozen=True)
class DuelSettings:
    """The settings at the end of a duel."""

    spec: SamplingSpec
    prime: str
    seed: int
    pace: float


class DuelScreen(Screen[DuelSettings]):
    """The three sampling modes side by side; returns its final settings."""

    CSS_PATH = "duel.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in DUEL]
    actions: ClassVar[Sequence[Action]] = DUEL

    def __init__(
        self,
        network: Network,
        spec: SamplingSpec,
        prime: str,
        seed: int,
        pace: float = 0.0,
        open_duel: OpenDuel = open_duel,
    ) -> None:
        """Sample from `network`, starting with `prime`; the mode of `spec` is ignored.

        `pace` is rounds a second, 0 for as fast as they can be shown.
        """
        super().__init__()
        self._network, self._open_duel = network, open_duel
        self.spec, self.prime, self.seed, self.pace = spec, prime, seed, pace
        # What all three began with; a temperature changed later isn't in the command that repeats.
        self._began_with, self._begun_prime = spec, ""
        self._begun_step: int | None = None
        """The kept step of a replay that the texts began with."""
        self._failures: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._duel: DuelThread | None = None

    def compose(self) -> ComposeResult:
        """Shared settings above the three columns."""
        yield TitleBar(f"duel · {self._network.name} · {self._network.corpus}")
        yield Static(id="bar")
        with Horizontal(id="prime-row"):
            yield Label("prime")
            yield PrimeInput(self.prime, placeholder="what all three start from (p)", id="prime")
        with Horizontal(id="columns"):
            for mode in MODES:
                yield DuelColumn(mode, self._network.vocabulary)
        yield Static(id="legend")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start generating and polling; show the legend in the theme's colours."""
        self._begin()
        self.set_interval(1 / POLLS_PER_SECOND, self.poll)
        self.set_interval(1 / MEASURES_PER_SECOND, self.show_measures)
        self.call_after_refresh(self._show_legend)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_legend())

    def on_unmount(self) -> None:
        """End the thread, without waiting for it."""
        if self._duel is not None:
            self._duel.stop(seconds=0)

    @property
    def is_generating(self) -> bool:
        """Whether text is being generated; False in a pause or after a failure."""
        duel = self._duel
        return duel is not None and duel.is_alive() and not duel.paused

    def poll(self) -> None:
        """Drain the new rounds and update every column once."""
        if self._duel is not None and (rounds := self._duel.drain()):
            for column, characters in zip(self._columns, zip(*rounds, strict=True), strict=True):
                column.show(characters)
        while not self._failures.empty():
            sentence, log = self._failures.get(), places.state_dir() / "rnntui.log"
            self.app.push_screen(Failure(sentence, str(log)))
        if self.query_one("#columns").has_class("-live") != self.is_generating:
            self._show_state()

    def show_measures(self) -> None:
        """Update the measures of every column."""
        for column in self._columns:
            column.show_measures()

    @property
    def _columns(self) -> list[DuelColumn]:
        return [self.query_one(f"#{mode}", DuelColumn) for mode in MODES]

    def _begin(self) -> None:
        """Restart all three from the prime."""
        if self._duel is not None:
            self._duel.stop(seconds=0)
        network, seed = self._network, self.seed
        prime = prepare_prime(self.prime, network.vocabulary, network.normalisation)
        self._began_with, self._begun_prime = self.spec, prime.text if self.prime else ""
        self._begun_step = network.replayed.kept_step if network.replayed else None
        for column in self._columns:
            column.begin(self._begun_prime)
        for warning in prime.warnings:
            self.notify(printable(warning), severity="warning", markup=False)
        self._duel = DuelThread(
            lambda: self._open_duel(network, lambda: self.spec, prime.text, seed),
            self._failures.put,
            self.pace,
        )
        self._duel.start()
        self._show_state()

    def _show_state(self) -> None:
        """Update the bar and the style of the columns."""
        spec, is_generating = self.spec, self.is_generating
        self.query_one("#columns").set_class(is_generating, "-live")
        top_k = f"   top-k {spec.top_k}" if spec.top_k else ""
        top_p = f"   top-p {spec.top_p:g}" if spec.top_p < 1 else ""
        self.query_one("#bar", Static).update(
            Content.from_markup(
                _BAR,
                state="● generating" if is_generating else "■ stopped",
                temperature=f"{spec.temperature:.2f}",
                seed=str(self.seed),
                pace=f"{self.pace:g} characters/s" if self.pace else "full speed",
                filters=top_k + top_p,
            )
        )

    def _show_legend(self) -> None:
        stream = self._columns[0].stream
        legend = Content("how likely each was: ") + stream.legend()
        self.query_one("#legend", Static).update(legend)
        self.query_one("#legend").display = stream.coloured

    @on(Input.Submitted, "#prime")
    def _prime_submitted(self, event: Input.Submitted) -> None:
        """Restart with another prime, and let letter keys act again."""
        self.prime = event.value
        self.set_focus(None)
        self._begin()

    # Actions; see `DUEL`.

    def action_generate(self) -> None:
        """Pause, resume, or restart."""
        if self._duel is not None and self._duel.is_alive():
            self._duel.paused = not self._duel.paused
            self._show_state()
        else:
            self._begin()

    def action_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        self.spec = with_temperature(self.spec, way)
        self._show_state()

    def action_reseed(self) -> None:
        """Restart with the next seed."""
        self.seed += 1
        self._begin()

    def action_edit_prime(self) -> None:
        """Put the cursor into the prime."""
        self.query_one("#prime", Input).focus()

    def action_pace(self) -> None:
        """Take the next pace."""
        self.pace = next_pace(self.pace)
        if self._duel is not None:
            self._duel.pace = self.pace
        self._show_state()

    def action_toggle_colour(self) -> None:
        """Toggle the colouring by probability."""
        for column in self._columns:
            column.stream.coloured = not column.stream.coloured
        self._show_legend()

    def action_export(self) -> None:
        """Save how the texts begin, as a picture and as numbers."""
        sides = [column.beginning for column in self._columns]
        network, spec, prime = self._network, self._began_with, self._begun_prime
        about = f"{network.name} · {network.corpus} · {self._settings_of(spec)}"
        if self.spec != spec:
            about += f" · since changed to {self._settings_of(self.spec)}"
        length = max(len(side.text) for side in sides)
        command = (
            duel_command(network.reference, spec, prime, self.seed, length, self._begun_step)
            if network.reference
            else ""
        )
        drawn = picture_of("Duel", about, prime, sides, command)
        table = table_of(about, sides, command)
        save_table_and_picture(self, "The texts", "duel", table, drawn)

    def _settings_of(self, spec: SamplingSpec) -> str:
        """Temperature, filters and seed in words."""
        top_k = f", top-k {spec.top_k}" if spec.top_k else ""
        top_p = f", top-p {spec.top_p:g}" if spec.top_p < 1 else ""
        return f"temperature {spec.temperature:.2f}{top_k}{top_p}, seed {self.seed}"

    def action_leave(self) -> None:
        """Leave the screen."""
        self.dismiss(DuelSettings(self.spec, self.prime, self.seed, self.pace))
