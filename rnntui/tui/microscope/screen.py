"""The Microscope: what happens inside a network, number by number, while it reads a text.

It looks at the weights of a training run in progress as well as at those of a checkpoint. The
forward pass is computed in a thread that rests long between two, so that training goes on.
"""

import threading
import time
from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from rnntui.errors import RnntuiError
from rnntui.lenses.fixed_network import fixed_network
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.sampling.prime import prepare_prime
from rnntui.tasks.recipes import find_recipe_file
from rnntui.text.cells import printable, visible
from rnntui.text.normalisation import Normalisation
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.sentences import one_line
from rnntui.tui.microscope.actions import MICROSCOPE
from rnntui.tui.microscope.heat_strips import Heat, HeatRow, HeatStrips
from rnntui.tui.microscope.step_figures import StepFigures
from rnntui.tui.microscope.traced_text import LONGEST, TracedText, TraceRow, trace_text
from rnntui.tui.widgets.lines_input import PrimeInput
from rnntui.tui.widgets.title_bar import TitleBar

LEAST_REST_S: Final = 0.5
"""Seconds between two looks at weights that change."""

REST_SHARE: Final = 30
"""How many times as long as a forward pass took the next one waits: 1/30 is its share of a core."""

TALL: Final = 30
"""Rows from which both views are shown under each other."""

BEGINNING: Final = 200
"""Characters of the network's own text that are read where there is no other text."""


class MicroscopeScreen(Screen[None]):
    """Gates and states as strips, and the figures of one step."""

    CSS_PATH = "microscope.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in MICROSCOPE]
    actions: ClassVar[Sequence[Action]] = MICROSCOPE

    def __init__(self, network: Network, text: str = "") -> None:
        """Look into `network` while it reads `text`, or the beginning of its own text."""
        super().__init__()
        self._network = self._shown = network
        self._text = self._own_text = text[-LONGEST:]
        self._place = self._row = self._unit = 0
        self._left = threading.Event()
        self.traced: TracedText | None = None

    def compose(self) -> ComposeResult:
        """The text, the strips, and the figures of the step."""
        yield TitleBar()
        with Horizontal(id="text-row"):
            yield Label("text")
            field = PrimeInput(self._text, placeholder="what the network reads (p)", id="text")
            field.max_length = LONGEST
            yield field
        with Vertical(id="strips-pane"):
            yield HeatStrips(id="over-time")
            yield HeatStrips(id="over-units")
        yield StepFigures(id="step", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one("#step", Static).border_title = "Step"
        self._look_anew()

    def on_unmount(self) -> None:
        """Let the thread end."""
        self._left.set()

    # The forward pass, in a thread.

    def _look_anew(self) -> None:
        """Read the text, with each new copy of the weights."""
        name = f"microscope · {one_line(self._shown.name)}"
        self.query_one(TitleBar).show_title(name)
        self._follow(self._shown, self._text)

    @work(thread=True, exclusive=True, group="forward pass")
    def _follow(self, network: Network, text: str) -> None:
        worker = get_current_worker()
        last: NetworkWeights | None = None
        try:
            ids = _ids(network, text)
            while not (worker.is_cancelled or self._left.is_set()):
                weights, rest = network.weights(), LEAST_REST_S
                if weights is not last:
                    last, began = weights, time.perf_counter()
                    traced = trace_text(weights, network.vocabulary, ids)
                    rest = max(rest, REST_SHARE * (time.perf_counter() - began))
                    if not worker.is_cancelled:
                        self.app.call_from_thread(self._show, traced)
                self._left.wait(rest)
        except RnntuiError as error:
            sentence = printable(str(error))
            self.app.call_from_thread(self.notify, sentence, severity="error", markup=False)

    def _show(self, traced: TracedText) -> None:
        self.traced = traced
        self._place = min(self._place, len(traced.ids) - 1)
        self._row = min(self._row, len(traced.rows) - 1)
        self._unit = min(self._unit, traced.units - 1)
        if not self._text:
            self._text = "".join(traced.characters)
            with self.prevent(Input.Changed):
                self.query_one("#text", Input).value = self._text
        self._draw()

    def _draw(self) -> None:
        """Bring strips and figures up to what is chosen."""
        traced = self.traced
        if traced is None:
            return
        place, row, unit = self._place, self._row, self._unit
        heads = [_head(character) for character in traced.characters]
        self.query_one("#over-time", HeatStrips).show(
            Heat(
                heads,
                [_strip(one, one.values[:, unit], one.values[:, unit]) for one in traced.rows],
                row,
                place,
                min(max(map(cell_len, heads)), 2),
            )
        )
        self.query_one("#over-units", HeatStrips).show(
            Heat(
                _numbered(traced.units),
                [_strip(one, one.values[place], one.values) for one in traced.rows],
                row,
                unit,
            )
        )
        step = f"step {traced.step:,}" if traced.step else "fixed weights"
        self.query_one("#strips-pane").border_title = Content(
            f"{traced.cell} · unit {unit} over the text, all at character {place + 1} · {step}"
        )
        self.query_one(StepFigures).show(traced, place, row, unit)

    def on_resize(self) -> None:
        """Show both views where there is room for them."""
        has_room = self.size.height >= TALL
        if self.has_class("-tall") != has_room:
            self.set_class(has_room, "-tall")
            self.refresh_bindings()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Rule out the choice of a view where both are shown."""
        return action != "view" or not self.has_class("-tall")

    # Actions; `MICROSCOPE` says what each is for.

    def action_step(self, by: int) -> None:
        """To another character."""
        if self.traced is not None:
            self._place = min(max(self._place + by, 0), len(self.traced.ids) - 1)
            self._draw()

    def action_step_to(self, end: str) -> None:
        """To the first or the last character."""
        self.action_step(-LONGEST if end == "first" else LONGEST)

    def action_row(self, by: int) -> None:
        """To another gate or state."""
        if self.traced is not None:
            self._row = min(max(self._row + by, 0), len(self.traced.rows) - 1)
            self._draw()

    def action_unit(self, by: int) -> None:
        """To another unit, the first one after the last."""
        if self.traced is not None:
            self._unit = (self._unit + by) % self.traced.units
            self._draw()

    def action_view(self) -> None:
        """One unit over time, or all units at once."""
        self.toggle_class("-over-units")

    @on(HeatStrips.Chosen)
    def _choose(self, event: HeatStrips.Chosen) -> None:
        """Go where it was clicked."""
        self._row = event.row
        if event.strips.id == "over-units":
            self._unit = event.column
        else:
            self._place = event.column
        self._draw()

    def action_edit_text(self) -> None:
        """Put the cursor into the text."""
        self.set_focus(self.query_one("#text", Input))

    @on(Input.Submitted, "#text")
    def _read_text(self, event: Input.Submitted) -> None:
        """Read what was typed, and let letter keys act again."""
        self.set_focus(None)
        self._text, self._place = event.value, 0
        self._look_anew()

    def action_hello(self) -> None:
        """Look into the network of the hello recipe, or back into the other one."""
        if self._shown is not self._network:
            self._shown, self._text = self._network, self._own_text
        else:
            self._own_text = self._text
            self._shown, self._text = _hello()
        self._place = self._row = self._unit = 0
        with self.prevent(Input.Changed):
            self.query_one("#text", Input).value = self._text
        self._look_anew()

    def action_leave(self) -> None:
        """Leave the screen."""
        self.dismiss()


def _ids(network: Network, text: str) -> list[int]:
    """The ids of a text, or of the beginning of the network's own. Raises `RnntuiError`."""
    if text:
        prime = prepare_prime(text, network.vocabulary, network.normalisation)
        return [int(rank) for rank in network.vocabulary.encode(prime.text)][:LONGEST]
    learned, _ = network.parts()
    return [int(rank) for rank in learned[:BEGINNING]]


def _hello() -> tuple[Network, str]:
    """The network with fixed weights that spells hello, and the text that it reads."""
    file = find_recipe_file("hello", "trace")
    fixed = fixed_network(file.tables, file.source)
    weights = NetworkWeights(fixed.config, fixed.arrays, 0)
    network = Network(
        file.name,
        "",
        "",
        fixed.vocabulary,
        Normalisation(),
        lambda: weights,
        lambda: (np.zeros(0, np.uint8), np.zeros(0, np.uint8)),
    )
    return network, str(file.tables["reads"])


def _head(character: str) -> str:
    """A character at the head of its column."""
    drawn = visible(character)
    return "⏎" if character == "\n" else "⇥" if character == "\t" else drawn.text


def _strip(row: TraceRow, numbers: Floats, scale: Floats) -> HeatRow:
    """A strip of numbers, none of which fills a cell by less than 1, or than the largest there."""
    return HeatRow(row.label, numbers / max(1.0, float(np.abs(scale).max())))


def _numbered(units: int) -> list[str]:
    """Heads for units: a digit every ten, dots between."""
    return [str(unit // 10 % 10) if unit % 10 == 0 else "·" for unit in range(units)]
