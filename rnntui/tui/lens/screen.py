"""A screen that looks through a lens into a network while that reads a text.

It looks at the weights of a training run in progress as well as at those of a checkpoint. The
forward pass is computed in a thread (`looking.py`).
"""

import threading
from typing import Final

from textual import on, work
from textual.worker import get_current_worker

from rnntui.errors import ConfigError, RnntuiError
from rnntui.lenses.embedding_map import EmbeddingMap
from rnntui.lenses.neurons import Tracked, Unit
from rnntui.lenses.operation_flags import in_words
from rnntui.lenses.surgery import AnyOperation, check_operation
from rnntui.runtime.session import Network
from rnntui.text.cells import printable
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.lens.findings import Findings, Lens
from rnntui.tui.lens.gradient_lens import FlowChart, GradientNorms
from rnntui.tui.lens.heat_strips import HeatStrips
from rnntui.tui.lens.kept_units import KeptUnits, kept_units_of
from rnntui.tui.lens.lens_figures import best_units
from rnntui.tui.lens.lens_view import LensView, Seen
from rnntui.tui.lens.looking import LookedAt, look_while_shown
from rnntui.tui.lens.marking_screen import MarkingScreen
from rnntui.tui.lens.operations import (
    NUDGE,
    next_of,
    ways_to_operate,
    with_freeze,
    with_nudge,
)
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.lens.traced_text import LONGEST, TracedText, TraceRow

PATTERN: Final = (
    "A regular expression (Python's re, ^ and $ at line ends) whose matched characters units may"
    " track, against the rest:"
)


class LensScreen(MarkingScreen):
    """What its subclasses share: the thread that looks, and the actions of `LENS`.

    A subclass composes one `LensView`, and has `LENS` among its bindings and actions.
    """

    AUTO_FOCUS = ""

    def __init__(self, network: Network, text: str = "") -> None:
        """Look into `network` while it reads `text`, or the beginning of its own text."""
        super().__init__()
        self.network = network
        self.text = text
        """What is read; empty until the network's own text is there, where none was given."""
        self.lens: Lens = "strips"
        self.place = self.row = self.unit = 0
        """The character, the gate or state (a row of `traced`), and the unit that are chosen."""
        self.operations: tuple[AnyOperation, ...] = ()
        """What was done to the network that is shown."""
        self.traced: TracedText | None = None
        self.findings = Findings()
        self._plane: EmbeddingMap | None = None
        """The map whose axes the next ones keep."""
        self._norms = GradientNorms()
        self.kept_units: KeptUnits | None = None
        """What units track after the kept steps, where there are any."""
        self.pattern = ""
        """A regular expression that units may track."""
        self._feature = -1
        """The feature whose best unit was gone to last."""
        self.gone_to: Tracked | None = None
        """The unit that was gone to last as the best one for a feature, and that feature."""
        self._over = threading.Event()
        """Set once another look follows the present one."""

    def on_mount(self) -> None:
        """Begin to look."""
        self.lens_view.choose(self.lens)
        self.look_anew()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self._left.set()
        self._over.set()

    @property
    def lens_view(self) -> LensView:
        """The view of the lens."""
        return self.query_one(LensView)

    # The forward pass, in a thread.

    def look_anew(self) -> None:
        """Read the text, and again with each new copy of the weights."""
        self.findings = Findings()
        self._look()

    def look_at_kept(self, step: int | None) -> None:
        """Look at the network as it was kept after a step, or at its newest weights."""
        # What was found in other weights stays until there is something newer.
        self.kept_step = step
        self.search_mark()
        self._look()

    def _look(self) -> None:
        # A thread that rests must not keep the next one waiting, however fast they follow.
        self._over.set()
        self._over = threading.Event()
        self.kept_units = kept_units_of(self.network, self.pattern, self.kept_units)
        looked_at = LookedAt(
            self.network,
            self.kept_step,
            self.text,
            self.lens,
            self.operations,
            self.pattern,
            self._plane,
            self.kept_units,
        )
        self._follow(looked_at, self._over)

    def look_into(self, network: Network, text: str) -> None:
        """Read `text` by `network`, nothing operated on, from the first character."""
        self.network, self.text, self._norms = network, text, GradientNorms()
        self.place = self.row = self.unit = 0
        self.operations = ()
        self.kept_step = self._plane = None
        self.marking.clear()
        self.look_anew()

    @work(thread=True, exclusive=True, group="lens")
    def _follow(self, looked_at: LookedAt, over: threading.Event) -> None:
        worker = get_current_worker()

        def is_over() -> bool:
            return worker.is_cancelled or over.is_set()

        def show(traced: TracedText, found: Findings | None) -> None:
            if not is_over():
                self.app.call_from_thread(self._show, traced, found, over)

        def show_sample(text: str) -> None:
            if not is_over():
                self.app.call_from_thread(self.on_sample, text)

        try:
            look_while_shown(looked_at, show, show_sample, is_over, over.wait)
        except MeasurementStoppedError:
            pass
        except RnntuiError as error:
            sentence = printable(str(error))
            self.app.call_from_thread(self.notify, sentence, severity="error", markup=False)
            if looked_at.pattern and isinstance(error, ConfigError) and not is_over():
                self.app.call_from_thread(self._measure, "")

    def _show(self, traced: TracedText, found: Findings | None, over: threading.Event) -> None:
        # It waited for its turn: by now another look may have begun, or the screen be taken down.
        if over.is_set() or not self.display:
            return
        self.traced = traced
        # Until there are newer findings, those of the weights before are better than none.
        if found is not None:
            self.findings = found
            self._plane = found.map or self._plane
            if found.flows is not None:
                self._norms.add(traced.step, found.flows.weights)
        self.place = min(self.place, len(traced.ids) - 1)
        self.row = min(self.row, len(traced.rows) - 1)
        self.unit = min(self.unit, traced.units - 1)
        if not self.text:
            self.text = "".join(traced.characters)
            self.on_own_text()
        self.draw_lens()

    def on_own_text(self) -> None:
        """Called when `text` became another part of the network's own, which wasn't typed."""

    def on_sample(self, text: str) -> None:
        """Called with what the weights generate, where their run has kept steps."""

    def draw_lens(self) -> None:
        """Bring view and figures up to what is chosen."""
        if self.traced is not None:
            self.lens_view.show(self.lens, self.seen(self.traced))

    def seen(self, traced: TracedText) -> Seen:
        """What is seen, and where."""
        norms = tuple(self._norms.steps)
        chosen = self.place, self.row, self.unit
        is_fixed = not self.network.corpus  # as that of a trace recipe, which learned no text
        operations, marking, pattern = self.operations, self.marking, self.pattern
        found = self.findings
        return Seen(traced, found, *chosen, operations, norms, is_fixed, marking, pattern)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Rule out what does nothing with the present lens."""
        if action == "view":
            return self.lens == "strips" and not self.lens_view.has_class("-tall")
        if action in ("best_unit", "mark", "extend", "next_place", "pattern"):
            return self.lens == "unit"
        chooses = ("row", "unit", "operate", "freeze", "nudge")
        return action not in chooses or self.lens in ("strips", "unit")

    # Actions; `LENS` says what each is for.

    def action_lens(self, lens: Lens) -> None:
        """Look through another lens."""
        self.lens, self._norms, self._plane = lens, GradientNorms(), None
        self.lens_view.choose(lens)
        self.refresh_bindings()
        self.look_anew()
        self.draw_lens()

    def action_operate(self) -> None:
        """Cut the chosen unit out, or hold the chosen gate low, then high; then undo it."""
        if self.traced is None:
            return
        row = self.traced.rows[self.row]
        if not (ways := ways_to_operate(row, self.unit)):
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

    def action_freeze(self) -> None:
        """Freeze the chosen state at its value here, or undo that."""
        if self.traced is not None and (row := self._state_row(self.traced)) is not None:
            value = float(row.values[self.place, self.unit])
            self._change_state(with_freeze(self.operations, row, self.unit, value))

    def action_nudge(self, way: str) -> None:
        """Nudge the chosen state up or down."""
        if self.traced is not None and (row := self._state_row(self.traced)) is not None:
            by = NUDGE if way == "up" else -NUDGE
            self._change_state(with_nudge(self.operations, row, self.unit, by))

    def _state_row(self, traced: TracedText) -> TraceRow | None:
        """The chosen row if it is a state's."""
        row = traced.rows[self.row]
        if row.before is None:
            return row
        self._say(f"{row.name} is a gate, which x holds; freeze and nudge a state, such as h.")
        return None

    def _change_state(self, operations: tuple[AnyOperation, ...]) -> None:
        new = [one for one in operations if one not in self.operations]
        self._say(in_words(new[-1]) if new else "It is as it was.")
        self._operate(operations)

    def action_undo_operations(self) -> None:
        """Undo all operations."""
        self._operate(())

    def _operate(self, operations: tuple[AnyOperation, ...]) -> None:
        if operations != self.operations:
            self.operations = operations
            self.search_mark()
            self.look_anew()

    def _say(self, sentence: str) -> None:
        self.notify(printable(sentence), markup=False, timeout=3)

    def action_best_unit(self) -> None:
        """To the unit that tracks the next feature best."""
        if self.traced is None:
            return
        if self.marking.mark is not None:
            if units := self.marking.units:
                self.marking.unit = (self.marking.unit + 1) % len(units)
                self._go_to_unit(self.traced, units[self.marking.unit].signed.unit)
            return
        if not (best := best_units(self.findings)):
            return
        self._feature = (self._feature + 1) % len(best)
        chosen = self.gone_to = best[self._feature]
        self._go_to_unit(self.traced, chosen.unit)
        self._say(f"{chosen.feature}: correlation {chosen.correlation:+.2f}")

    def _go_to_unit(self, traced: TracedText, unit: Unit) -> None:
        self.unit = unit.number
        self.row = next(
            number
            for number, row in enumerate(traced.rows)
            if (row.layer - 1, row.name) == (unit.layer, unit.state)
        )
        self.draw_lens()

    # A regular expression of one's own.

    def action_pattern(self) -> None:
        """Ask for a regular expression that units may track."""
        self.app.push_screen(AskText("Regex", PATTERN, self.pattern, "Measure"), self._measure)

    def _measure(self, pattern: str | None) -> None:
        if pattern is not None and pattern != self.pattern:
            self.pattern, self._feature = pattern, -1
            self.marking.clear()
            self.look_anew()
            self.draw_lens()

    def action_step(self, by: int) -> None:
        """To another character; while a mark is being made, it is extended."""
        if self.traced is not None and self.marking.anchor is not None and self.lens == "unit":
            self.action_extend(by)
        elif self.traced is not None:
            self.place = min(max(self.place + by, 0), len(self.traced.ids) - 1)
            self.draw_lens()

    def action_step_to(self, end: str) -> None:
        """To the first or the last character."""
        self.action_step(-LONGEST if end == "first" else LONGEST)

    def action_row(self, by: int) -> None:
        """To another gate or state."""
        if self.traced is not None:
            self.row = min(max(self.row + by, 0), len(self.traced.rows) - 1)
            self.draw_lens()

    def action_unit(self, by: int) -> None:
        """To another unit, the first one after the last."""
        if self.traced is not None:
            self.unit = (self.unit + by) % self.traced.units
            self.draw_lens()

    def action_view(self) -> None:
        """One unit over time, or all units at once."""
        self.lens_view.toggle_class("-over-units")

    @on(HeatStrips.Chosen)
    def _choose(self, event: HeatStrips.Chosen) -> None:
        """Go where it was clicked."""
        self.row = event.row
        if event.strips.id == "over-units":
            self.unit = event.column
        else:
            self.place = event.column
        self.draw_lens()

    @on(TextBars.Chosen)
    @on(FlowChart.Chosen)
    def _choose_place(self, event: TextBars.Chosen | FlowChart.Chosen) -> None:
        """Go to the character that was clicked."""
        self.place = event.place
        self.draw_lens()
