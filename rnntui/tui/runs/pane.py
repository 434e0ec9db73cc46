"""The pane of runs: filter, table, details of a run, and the buttons that act on it.

It keeps which runs are shown, hidden and pinned; the screen draws their curves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, Label, Static

from rnntui.chart_characters import ORNAMENTS, Characters
from rnntui.runtime.run_list import ListedRun
from rnntui.text.cells import printable
from rnntui.tui.core.actions import find_action
from rnntui.tui.runs.actions import OPEN, RUNS
from rnntui.tui.runs.name_filter import TEXT_PREFIX, matching_runs
from rnntui.tui.runs.slots import Slots
from rnntui.tui.runs.table import RunMark, RunTable, run_details
from rnntui.tui.widgets.chart.inks import line_ink, sign
from rnntui.tui.widgets.safe_fields import LiveField

_ROWS_BESIDE_RUNS: Final = 8
"""Rows of the pane apart from runs: borders, filter, header, details, buttons."""

SPEEDS: Final = (1.0, 10.0, 100.0, 0.0)
"""Speeds of a replay relative to the training run; 0 is as fast as possible."""

_BUTTONS: Final = (
    *("open", "resume", "slower", "replay", "faster"),
    *("pin", "hide", "export", "rename", "delete"),
)


class RunsPane(Vertical):
    """The runs that pass the filter, one of them under the cursor."""

    class ViewChanged(Message):
        """Which runs are shown, or how, has changed."""

    def __init__(self) -> None:
        """Create a pane without runs."""
        super().__init__(id="list")
        self.border_title = "Runs"
        self.runs: dict[str, ListedRun] = {}
        """All runs, by name."""
        self.slots: Slots = {}
        self.pinned: str | None = None
        """The run whose curve is on top."""
        self.speed = SPEEDS[1]
        """Speed of the next replay."""
        self._hidden: set[str] = set()
        self._shown: set[str] = set()
        self._to_highlight = ""

    def compose(self) -> ComposeResult:
        """The filter above the table, details and buttons below."""
        yield Horizontal(*self._filter_row(), id="filter-row")
        yield RunTable(id="runs")
        yield Static(id="details", markup=False)
        yield Horizontal(*map(_button, _BUTTONS), id="actions")

    def on_mount(self) -> None:
        """Label the replay button."""
        self.change_speed(0)

    def _filter_row(self) -> Iterator[Widget]:
        yield Label("filter")
        yield LiveField(placeholder="a name, a text or a regular expression (/)", id="filter")
        yield Static(id="matches", markup=False)
        yield from map(_button, ("axis", "kind"))

    @property
    def table(self) -> RunTable:
        """The table."""
        return self.query_one(RunTable)

    @property
    def filter(self) -> Input:
        """The field that filters the table."""
        return self.query_one("#filter", Input)

    @property
    def highlighted(self) -> ListedRun | None:
        """The run under the cursor."""
        name = self.table.highlighted
        return self.runs.get(name) if name is not None else None

    @property
    def drawn(self) -> tuple[str, ...]:
        """The runs whose curves are shown and can be compared: no classifiers."""
        wanted = self._shown - self._hidden
        return tuple(n for n, run in self.runs.items() if n in wanted and not run.classifies)

    def set_runs(self, runs: Sequence[ListedRun], slots: Slots) -> None:
        """Set the list of runs that `show` will draw."""
        self.runs, self.slots = {run.name: run for run in runs}, slots
        self._hidden &= self.runs.keys()
        if self.pinned not in self.runs:
            self.pinned = None

    def show(self, styles: Mapping[int, Style], characters: Characters) -> None:
        """Update table and details.

        `styles` are those of the chart's inks, `characters` those it is drawn with.
        """
        wanted = self.filter
        texts = {name: run.summary.corpus if run.summary else "" for name, run in self.runs.items()}
        self._shown, is_valid = matching_runs(texts, wanted.value)
        wanted.set_class(not is_valid, "-wrong")
        shown = [run for name, run in self.runs.items() if name in self._shown]
        self.styles.max_height = len(shown) + _ROWS_BESIDE_RUNS
        self.table.show_runs(shown, self._marks(styles, characters))
        count = f"{len(shown)} of {len(self.runs)}" if wanted.value else f"{len(self.runs)}"
        if not is_valid:
            count = f"as plain text: {count}"
        self.query_one("#matches", Static).update(count)
        if self._to_highlight in self.runs:
            self.table.highlight(self._to_highlight)
            self._to_highlight = ""
        self._show_details()

    def why_no_curves(self) -> str:
        """A sentence for the empty chart, once the runs are listed."""
        if not self.runs:
            return "There are no runs yet: go back (Esc), choose a text and press t to train."
        if not self._shown:
            return "No run has such a name or text; change the filter (/)."
        shown = [run for name, run in self.runs.items() if name in self._shown]
        if all(run.classifies for run in shown):
            return why_not_drawn([run.name for run in shown])
        if not self.drawn:
            return "All curves are hidden; press Space on a run to show it."
        return "These runs have no curves yet."

    def _marks(self, styles: Mapping[int, Style], characters: Characters) -> dict[str, RunMark]:
        return {
            name: RunMark(
                sign(self.slots[name]).translate(ORNAMENTS[characters]),
                Style(color=styles[line_ink(self.slots[name])].color),
                name in self._hidden,
                name == self.pinned,
            )
            for name in self.runs
        }

    @on(RunTable.Listed)
    @on(DataTable.RowHighlighted)
    def _show_details(self) -> None:
        """Show details of the run under the cursor."""
        run = self.highlighted
        about = run_details(run) if run else ""
        details = self.query_one("#details", Static)
        details.update(Content(printable(about)))
        details.tooltip = Content(printable(about))

    def label(self, labels: Iterable[tuple[str, str]]) -> None:
        """Set labels of buttons by their actions' names."""
        for name, label in labels:
            self.query_one(f"#button-{name}", Button).label = label

    def change_speed(self, way: int) -> None:
        """Make replays faster (1) or slower (-1), or keep the speed (0)."""
        at = SPEEDS.index(self.speed) + way
        self.speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]
        words = f"{self.speed:g}x" if self.speed else "max"
        self.label((("slower", "<"), ("replay", f"Replay {words}"), ("faster", ">")))

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        """Show the runs that pass the filter."""
        self.post_message(self.ViewChanged())

    def toggle_text(self, run: ListedRun) -> None:
        """Show only the runs of the text of `run`, or all again."""
        text = run.summary.corpus if run.summary else ""
        wanted = f"{TEXT_PREFIX}{text}"
        self._to_highlight = run.name
        self.filter.value = "" if self.filter.value == wanted or not text else wanted

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        """Let letter keys act again."""
        self.table.focus()

    @on(LiveField.Left, "#filter")
    def _clear_filter(self) -> None:
        """Show all runs again, and let letter keys act."""
        self.filter.value = ""
        self.table.focus()

    @on(RunTable.MarkClicked)
    def _hide_clicked(self, event: RunTable.MarkClicked) -> None:
        self.toggle_hidden(event.name)

    def toggle_hidden(self, name: str) -> None:
        """Hide or show the curve of a run; does nothing for a run without one."""
        if self.runs[name].classifies:
            return
        self._hidden ^= {name}
        self.post_message(self.ViewChanged())

    def toggle_pinned(self, name: str) -> None:
        """Draw the curve of a run on top, or no longer."""
        self.pinned = None if name == self.pinned else name
        self._to_highlight = name
        self.post_message(self.ViewChanged())

    def rename(self, name: str, new_name: str) -> None:
        """Keep how a run is shown under its new name."""
        self._hidden = {new_name if each == name else each for each in self._hidden}
        self.pinned = new_name if self.pinned == name else self.pinned
        self._to_highlight = new_name


def why_not_drawn(classifiers: Sequence[str]) -> str:
    """Why the curves of these classifiers, at least one, are not drawn."""
    if len(classifiers) > 1:
        return "These are classifiers; open one (Enter) to see its curve on the Classify screen."
    return f"'{classifiers[0]}' is a classifier; its curve is on the Classify screen (Enter)."


def _button(name: str) -> Button:
    """A button for an action."""
    action = find_action(f"runs.{name}", (OPEN, *RUNS))
    made = Button(
        action.label,
        id=f"button-{name}",
        tooltip=f"{action.tooltip} ({action.key})",
        action=f"screen.{action.call}",
        compact=True,
    )
    made.can_focus = False
    return made
