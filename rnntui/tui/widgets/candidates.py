"""The likeliest next characters as bars: a small table beside a stream."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from rnntui.text.cells import symbol_label

_GLYPH_CELLS = 2
_PERCENT_CELLS = 4
_LEAST_BAR = 3
_EIGHTHS = " ▏▎▍▌▋▊▉"
_DRAWN = "▸"


class CandidateBars(Widget):
    """The likeliest candidates for the next character, or word, with their probabilities.

    Component classes: `candidate-bars--bar`, `--percent`, and `--drawn` for the row of
    the sampled character.
    """

    ROWS: ClassVar[int] = 5
    """Number of candidates kept; as many are shown as there is room for."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "candidate-bars--bar",
        "candidate-bars--percent",
        "candidate-bars--drawn",
    }

    DEFAULT_CSS = """
    CandidateBars {
        width: 20;
        height: 5;
        background: $surface;
        color: $foreground;

        & > .candidate-bars--bar { color: $primary; }
        & > .candidate-bars--percent { color: $text-muted; }
        & > .candidate-bars--drawn { color: $text-accent; text-style: bold; }
    }
    """

    ALLOW_SELECT = False

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Create a table without candidates."""
        super().__init__(name=name, id=id, classes=classes)
        self._candidates: tuple[tuple[str, float], ...] = ()
        self._drawn: str | None = None
        self._styles: dict[str, Style] = {}

    def update_candidates(
        self, candidates: Sequence[tuple[str, float]], drawn: str | None = None
    ) -> None:
        """Show other candidates, with one refresh.

        `candidates` are symbols with their probabilities, 0 to 1, best first; those
        beyond the rows are left out. `drawn` is the sampled character, which is marked.
        """
        shown = tuple(candidates[: self.ROWS])
        if (shown, drawn) != (self._candidates, self._drawn):
            self._candidates, self._drawn = shown, drawn
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one candidate."""
        width, ground = self.size.width, self.rich_style
        if y >= len(self._candidates):
            return Strip.blank(width, ground)
        return Strip(self._row(y, width)).adjust_cell_length(width, ground)

    def _row(self, rank: int, width: int) -> list[Segment]:
        """A candidate: a mark if it was sampled, the character, a bar, per cent."""
        char, probability = self._candidates[rank]
        ground, is_drawn = self.rich_style, char == self._drawn
        label_cells = self._label_cells(width)
        bar_cells = max(width - len(_DRAWN) - label_cells - 1 - _PERCENT_CELLS, 0)
        return [
            Segment(_DRAWN if is_drawn else " ", self._style("drawn")),
            Segment(label(char, label_cells), self._style("drawn") if is_drawn else ground),
            Segment(" ", ground),
            Segment(bar(probability, bar_cells), self._style("bar")),
            Segment(percent(probability), self._style("percent")),
        ]

    def _label_cells(self, width: int) -> int:
        """Cells of the labels: those of the widest, while the bars keep some."""
        most = width - len(_DRAWN) - 1 - _PERCENT_CELLS - _LEAST_BAR
        widest = max(cell_len(symbol_label(char)) for char, _ in self._candidates)
        return max(_GLYPH_CELLS, min(widest, most))

    def _style(self, component: str) -> Style:
        """Return the style of a component class, cached for each theme."""
        style = self._styles.get(component)
        if style is None:
            style = self.get_component_rich_style(f"candidate-bars--{component}")
            self._styles[component] = style
        return style

    def notify_style_update(self) -> None:
        """Update the colours after a change of theme or stylesheet."""
        super().notify_style_update()
        self._styles.clear()


def label(symbol: str, cells: int) -> str:
    """A character or word in so many cells, blanks and line ends as signs, cut with an ellipsis."""
    shown = symbol_label(symbol)
    if cell_len(shown) <= cells:
        return set_cell_size(shown, cells)
    return set_cell_size(shown, cells - 1) + "…"


def bar(fraction: float, cells: int) -> str:
    """A bar of block characters, `fraction` of `cells` long, padded to `cells`."""
    full, eighth = divmod(round(min(max(fraction, 0.0), 1.0) * cells * 8), 8)
    return ("█" * full + _EIGHTHS[eighth]).ljust(cells)[:cells]


def percent(fraction: float) -> str:
    """A probability in four cells; a small one is not rounded to zero."""
    if 0 < fraction < 0.005:
        return " <1%"
    return f"{fraction:4.0%}"
