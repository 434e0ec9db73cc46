"""The Microscope: what happens inside a network, number by number, while it reads a text.

It looks at the weights of a training run in progress as well as at those of a checkpoint. The
forward pass is computed in a thread that rests long between two, so that training goes on.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Final

import numpy as np
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, Label
from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError, reason
from rnntui.lenses.fixed_network import fixed_network
from rnntui.lenses.surgery import Operation, check_operation, operated
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.sampling.prime import prepare_prime
from rnntui.tasks.recipes import find_recipe_file
from rnntui.text.cells import printable
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.normalisation import Normalisation
from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.links import fitting_links
from rnntui.tui.core.new_files import write_new
from rnntui.tui.core.sentences import one_line, shown_path
from rnntui.tui.microscope.actions import MICROSCOPE
from rnntui.tui.microscope.export import lens_csv
from rnntui.tui.microscope.findings import Findings, Lens, look
from rnntui.tui.microscope.heat_strips import HeatStrips
from rnntui.tui.microscope.lens_figures import (
    best_units,
)
from rnntui.tui.microscope.lens_view import LensView, Seen
from rnntui.tui.microscope.operations import in_words, next_of, ways_to_operate
from rnntui.tui.microscope.text_bars import TextBars
from rnntui.tui.microscope.traced_text import LONGEST, TracedText, trace_text
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
    """A text as the network reads it, through one lens at a time, with the figures of one place."""

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
        self._lens: Lens = "strips"
        self._feature = -1
        """The feature whose best unit was gone to last."""
        self.operations: tuple[Operation, ...] = ()
        """What was done to the network that is shown."""
        self.traced: TracedText | None = None
        self.findings = Findings()

    def compose(self) -> ComposeResult:
        """The text, the strips, and the figures of the step."""
        yield TitleBar()
        with Horizontal(id="text-row"):
            yield Label("text")
            field = PrimeInput(self._text, placeholder="what the network reads (p)", id="text")
            field.max_length = LONGEST
            yield field
        yield LensView()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        self.add_class("-strips")
        self._show_lenses()
        self._look_anew()

    def on_unmount(self) -> None:
        """Let the thread end."""
        self._left.set()

    # The forward pass, in a thread.

    def _look_anew(self) -> None:
        """Read the text, with each new copy of the weights."""
        name = f"microscope · {one_line(self._shown.name)}"
        self.query_one(TitleBar).show_title(name)
        self.findings = Findings()
        self._follow(self._shown, self._text, self._lens, self.operations)

    @work(thread=True, exclusive=True, group="lens")
    def _follow(
        self, network: Network, text: str, lens: Lens, operations: Sequence[Operation]
    ) -> None:
        worker = get_current_worker()

        def is_over() -> bool:
            return worker.is_cancelled or self._left.is_set()

        last: NetworkWeights | None = None
        try:
            ids = _ids(network, text)
            while not is_over():
                untouched, rest = network.weights(), LEAST_REST_S
                if untouched is not last:
                    last, began = untouched, time.perf_counter()
                    arrays = operated(untouched.config, untouched.arrays, operations)
                    weights = replace(untouched, arrays=arrays)
                    traced = trace_text(weights, network.vocabulary, ids)
                    self._show_unless(is_over, traced, None)
                    found = look(lens, weights, network, traced, untouched, is_over)
                    self._show_unless(is_over, traced, found)
                    rest = max(rest, REST_SHARE * (time.perf_counter() - began))
                self._left.wait(rest)
        except MeasurementStoppedError:
            pass
        except RnntuiError as error:
            sentence = printable(str(error))
            self.app.call_from_thread(self.notify, sentence, severity="error", markup=False)

    def _show_unless(
        self, is_over: Callable[[], bool], traced: TracedText, found: Findings | None
    ) -> None:
        """Show a forward pass, and what was found, from the thread that made them."""
        if not is_over():
            self.app.call_from_thread(self._show, traced, found)

    def _show(self, traced: TracedText, found: Findings | None) -> None:
        self.traced = traced
        # Until there are newer findings, those of the weights before are better than none.
        if found is not None:
            self.findings = found
        self._place = min(self._place, len(traced.ids) - 1)
        self._row = min(self._row, len(traced.rows) - 1)
        self._unit = min(self._unit, traced.units - 1)
        if not self._text:
            self._text = "".join(traced.characters)
            with self.prevent(Input.Changed):
                self.query_one("#text", Input).value = self._text
        self._draw()

    def _draw(self) -> None:
        """Bring view and figures up to what is chosen."""
        if self.traced is not None:
            self.query_one(LensView).show(self._lens, self._seen(self.traced))

    def _seen(self, traced: TracedText) -> Seen:
        """What is seen, and where."""
        return Seen(traced, self.findings, self._place, self._row, self._unit, self.operations)

    def _show_lenses(self) -> None:
        """Name the lenses where they can be clicked, the present one marked."""
        lenses = [action for action in MICROSCOPE if action.name.startswith("microscope.lens.")]
        names = [action.name for action in lenses]
        words = {
            action.name: f"●{action.label.lower()}"
            for action in lenses
            if action.name.endswith(f".{self._lens}")
        }
        places = fitting_links(self.app, MICROSCOPE, names, self.size.width - 4, words)
        self.query_one("#view").border_subtitle = places

    def on_resize(self) -> None:
        """Show both views where there is room for them."""
        self._show_lenses()
        has_room = self.size.height >= TALL
        if self.has_class("-tall") != has_room:
            self.set_class(has_room, "-tall")
            self.refresh_bindings()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Rule out what does nothing with the present lens."""
        if action == "view":
            return self._lens == "strips" and not self.has_class("-tall")
        if action == "best_unit":
            return self._lens == "unit"
        return action not in ("row", "unit", "operate") or self._lens in ("strips", "unit")

    # Actions; `MICROSCOPE` says what each is for.

    def action_lens(self, lens: Lens) -> None:
        """Look through another lens."""
        self.remove_class(f"-{self._lens}")
        self.add_class(f"-{lens}")
        self._lens = lens
        self._show_lenses()
        self.refresh_bindings()
        self._look_anew()
        self._draw()

    def action_operate(self) -> None:
        """Cut the chosen unit out, or hold the chosen gate low, then high; then undo it."""
        if self.traced is None:
            return
        row = self.traced.rows[self._row]
        if not (ways := ways_to_operate(row, self._unit)):
            self._say(f"{row.name} is kept by the gates: hold those, or cut the unit out at h.")
            return
        rest = tuple(one for one in self.operations if one not in ways)
        if (following := next_of(ways, self.operations)) is None:
            self._say("It is as it was.")
            self._operate(rest)
            return
        try:
            check_operation(self.traced.config, following)
        except RnntuiError as error:
            self._say(str(error))
            return
        self._say(in_words(following))
        self._operate((*rest, following))

    def action_undo_operations(self) -> None:
        """Undo all operations."""
        self._operate(())

    def _operate(self, operations: tuple[Operation, ...]) -> None:
        if operations != self.operations:
            self.operations = operations
            self._look_anew()

    def _say(self, sentence: str) -> None:
        self.notify(printable(sentence), markup=False, timeout=3)

    def action_best_unit(self) -> None:
        """To the unit that tracks the next feature best."""
        if self.traced is None or not (best := best_units(self.findings)):
            return
        self._feature = (self._feature + 1) % len(best)
        chosen = best[self._feature]
        self._unit = chosen.unit.number
        self._row = next(
            number
            for number, row in enumerate(self.traced.rows)
            if (row.layer - 1, row.name) == (chosen.unit.layer, chosen.unit.state)
        )
        self._draw()
        self._say(f"{chosen.feature}: correlation {chosen.correlation:+.2f}")

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

    @on(TextBars.Chosen)
    def _choose_place(self, event: TextBars.Chosen) -> None:
        """Go to the character that was clicked."""
        self._place = event.place
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
        self.operations = ()
        with self.prevent(Input.Changed):
            self.query_one("#text", Input).value = self._text
        self._look_anew()

    def action_export(self) -> None:
        """Save what the lens shows, as numbers and as a picture."""
        if self.traced is None:
            return
        numbers = lens_csv(self._lens, self._seen(self.traced))
        folder, stem = places.checkpoints_dir().parent, f"microscope-{self._lens}"
        try:
            table = write_new(folder, stem, ".csv", numbers)
            picture = write_new(folder, stem, ".svg", self.app.export_screenshot())
        except OSError as error:
            sentence = f"The lens can't be saved in {shown_path(folder)}: {reason(error)}."
            self.notify(printable(sentence), severity="error", markup=False)
            return
        sentence = f"Saved as {shown_path(table)} and {picture.name}."
        self.notify(printable(sentence), markup=False)

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
