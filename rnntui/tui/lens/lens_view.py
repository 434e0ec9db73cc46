"""What one lens shows of a network and a text: the picture above, the figures below."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.surgery import AnyOperation
from rnntui.tui.core.links import fitting_links
from rnntui.tui.core.sentences import one_line
from rnntui.tui.lens.actions import LENS
from rnntui.tui.lens.findings import Findings, Lens
from rnntui.tui.lens.gradient_lens import FlowChart, flow_figures
from rnntui.tui.lens.heat_strips import Heat, HeatRow, HeatStrips
from rnntui.tui.lens.lens_figures import (
    influence_figures,
    map_figures,
    surprise_figures,
    unit_figures,
)
from rnntui.tui.lens.marking import Mark, Marking
from rnntui.tui.lens.pointing import pointed_flow, pointed_strip, pointed_symbol, pointed_text
from rnntui.tui.lens.step_figures import step_figures
from rnntui.tui.lens.styled_lines import StyledLines
from rnntui.tui.lens.surgery_lens import Streams, show_streams, surgery_figures
from rnntui.tui.lens.symbol_map import SymbolMap
from rnntui.tui.lens.text_bars import TextBars, label_of
from rnntui.tui.lens.traced_text import TracedText, TraceRow
from rnntui.tui.widgets.stream.text import StreamText

FULL_BITS: Final = 8.0
"""The surprisal that is a full bar."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A text that was read, what was found in it, the place chosen, and what was operated on."""

    traced: TracedText
    found: Findings
    place: int
    row: int
    unit: int
    operations: tuple[AnyOperation, ...] = ()
    norms: tuple[tuple[int, Floats], ...] = ()
    """The gradient norms of the layers' weights, `[L]`, at the steps seen."""
    is_fixed: bool = False
    """Whether the weights were given, not learned."""
    marking: Marking = field(default_factory=Marking)
    pattern: str = ""
    """The regular expression that units are measured by, if any."""

    @property
    def chosen(self) -> TraceRow:
        """The chosen row."""
        return self.traced.rows[self.row]


TALL: Final = 26
"""Rows from which both views of the strips are shown under each other."""


class LensView(Vertical):
    """The picture of the chosen lens, and its figures.

    Its screen has the actions of `LENS`, which stand in the border, to be clicked.
    """

    DEFAULT_CSS = """
    LensView {
        height: 1fr;

        #view, #figures {
            border: round $foreground 30%;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $foreground;
            padding: 0 1;
        }

        #view { height: 1fr; }
        #figures { height: 11; }

        #over-time, #over-units, #text-bars, #map, #streams, #flow { display: none; }
        &.-strips #over-time { display: block; }
        &.-strips.-over-units {
            #over-time { display: none; }
            #over-units { display: block; }
        }
        &.-strips.-tall {
            #over-time, #over-units { display: block; }
            #over-units { margin-top: 1; }
        }
        &.-unit #text-bars, &.-influence #text-bars, &.-surprise #text-bars { display: block; }
        &.-map #map { display: block; }
        &.-gradients #flow { display: block; }
        &.-surgery #streams { display: block; height: 1fr; }
        #operated { margin-left: 2; }
        &.-tall.-unit #figures { height: 13; }
    }
    """

    def __init__(self) -> None:
        """A view of no lens; `choose` says which."""
        super().__init__()
        self._lens: Lens | None = None
        self._seen: Seen | None = None
        self._title = ""
        self._streams: Streams | None = None
        """The streams of surgery that are shown."""

    def compose(self) -> ComposeResult:
        """All pictures, of which one is shown, above the figures."""
        with Vertical(id="view"):
            yield HeatStrips(id="over-time")
            yield HeatStrips(id="over-units")
            yield TextBars(id="text-bars")
            yield SymbolMap(id="map")
            yield FlowChart(id="flow")
            with Horizontal(id="streams"):
                for name in ("untouched", "operated"):
                    text = StreamText(id=name, placeholder="generating …")
                    text.can_focus = False
                    yield text
        yield Static(id="figures")

    def choose(self, lens: Lens) -> None:
        """Make room for the picture of a lens."""
        self.remove_class(f"-{self._lens}")
        self.add_class(f"-{lens}")
        self._lens = lens
        self.query_one("#figures").border_title = ""
        self._show_lenses()

    def _show_lenses(self) -> None:
        """Name the lenses where they can be clicked, the present one marked."""
        lenses = [action for action in LENS if action.name.startswith("microscope.lens.")]
        names = [action.name for action in lenses]
        words = {
            action.name: f"●{action.label.lower()}"
            for action in lenses
            if action.name.endswith(f".{self._lens}")
        }
        links = fitting_links(self.app, LENS, names, self.size.width - 4, words)
        self.query_one("#view").border_subtitle = links

    def on_resize(self) -> None:
        """Show both views of the strips where there is room for them."""
        self._show_lenses()
        has_room = self.size.height >= TALL
        if self.has_class("-tall") != has_room:
            self.set_class(has_room, "-tall")
            self.screen.refresh_bindings()

    def show(self, lens: Lens, seen: Seen) -> None:
        """Bring picture and figures up to what is seen."""
        self._seen = seen
        traced, found, place, unit = seen.traced, seen.found, seen.place, seen.unit
        match lens:
            case "strips":
                self._show_strips(seen)
                figures = step_figures(traced, place, seen.row, unit)
                what = f"unit {unit + 1} over the text, all at character {place + 1}"
            case "unit":
                values = seen.chosen.values[:, unit]
                values = values / max(1.0, float(np.abs(values).max()))
                self._show_text(seen, values, seen.marking.mark)
                figures = unit_figures(traced, found, place, seen.row, unit, seen.marking)
                what = f"{seen.chosen.about}, unit {unit + 1}"
            case "influence":
                norms = np.zeros(len(traced.ids))
                if found.influence is not None:
                    norms = found.influence.norms[place]
                self._show_text(seen, norms / (norms.max() or 1.0))
                figures = influence_figures(traced, found, place)
                what = "influence on the next prediction"
            case "surprise":
                self._show_text(seen, np.minimum(traced.costs / FULL_BITS, 1.0))
                figures = surprise_figures(traced, found, place)
                what = f"surprise, {FULL_BITS:g} bits and more a full bar"
            case "map":
                if found.map is not None:
                    symbols = traced.vocabulary.symbols
                    self.query_one(SymbolMap).show(found.map, symbols, traced.ids[place])
                figures = map_figures(traced, found, place)
                what = "vectors of the symbols"
            case "gradients":
                if found.flows is not None:
                    self.query_one(FlowChart).show(found.flows, place)
                figures = flow_figures(traced, found.flows, seen.norms, place)
                what = "gradient flow: |dE/dh| by the distance from the end"
            case "surgery":
                self._show_streams(found.streams)
                figures = surgery_figures(found.streams, seen.operations)
                what = "generated after the text: untouched, operated"
        number = traced.step
        if lens == "surgery" and found.streams is not None:
            number = found.streams[0][-1].untouched.step
        step = "fixed weights" if seen.is_fixed else f"step {number:,}"
        if seen.operations:
            step += f" · {len(seen.operations)} operated on"
        window = traced.config.window
        cell = one_line(traced.config.cell) + (f" on windows of {window}" if window else "")
        title = f"{cell} · {what} · {step}"
        if title != self._title:  # each would draw all that it frames
            self._title = title
            self.query_one("#view").border_title = Content(title)
        # As large as they were, whatever they are: no layout, which would cost a stream its pace.
        self.query_one("#figures", Static).update(Content("\n").join(figures), layout=False)

    def _show_streams(self, streams: Streams | None) -> None:
        """Both streams: what is new of them, or all of other ones."""
        if streams is not self._streams:
            untouched, operated = (
                self.query_one(f"#{name}", StreamText) for name in ("untouched", "operated")
            )
            show_streams(untouched, operated, streams, self._streams)
            self._streams = streams

    @on(StyledLines.Pointed)
    def _name_pointed(self, event: StyledLines.Pointed) -> None:
        """Name what the mouse points at, in the border of the figures."""
        words = ""
        if event.place is not None and self._seen is not None and self._lens is not None:
            words = self._pointed(self._lens, self._seen, event.lines, event.row, event.place)
        self.query_one("#figures").border_title = Content(words)

    def _pointed(self, lens: Lens, seen: Seen, lines: StyledLines, row: int | None, at: int) -> str:
        traced, found = seen.traced, seen.found
        if isinstance(lines, HeatStrips) and row is not None:
            place, unit = (seen.place, at) if lines.id == "over-units" else (at, seen.unit)
            is_there = place < len(traced.ids) and unit < traced.units
            return pointed_strip(traced, row, place, unit) if is_there else ""
        if isinstance(lines, SymbolMap):
            return pointed_symbol(traced, found, at)
        if at >= len(traced.ids):
            return ""
        if isinstance(lines, FlowChart):
            return pointed_flow(found, at)
        return pointed_text(lens, traced, found, (seen.place, seen.row, seen.unit), at)

    def _show_strips(self, seen: Seen) -> None:
        rows, place, unit = seen.traced.rows, seen.place, seen.unit
        heads = [label_of(character) for character in seen.traced.characters]
        over_time = [_strip(row, row.values[:, unit], row.values[:, unit]) for row in rows]
        cells = min(max(map(cell_len, heads)), 2)
        strips = self.query_one("#over-time", HeatStrips)
        strips.show(Heat(heads, over_time, seen.row, place, cells))
        over_units = [_strip(row, row.values[place], row.values) for row in rows]
        strips = self.query_one("#over-units", HeatStrips)
        strips.show(Heat(_numbered(seen.traced.units), over_units, seen.row, unit))

    def _show_text(self, seen: Seen, values: Floats, mark: Mark | None = None) -> None:
        self.query_one(TextBars).show(seen.traced.characters, values, seen.place, mark)


def _strip(row: TraceRow, numbers: Floats, scale: Floats) -> HeatRow:
    """A strip of numbers, none of which fills a cell by less than 1, or than the largest there."""
    return HeatRow(row.label, numbers / max(1.0, float(np.abs(scale).max())))


def _numbered(units: int) -> list[str]:
    """Heads for units, counted from 1: a digit every ten, dots between."""
    numbers = range(1, units + 1)
    return [str(number // 10 % 10) if number % 10 == 0 else "·" for number in numbers]
