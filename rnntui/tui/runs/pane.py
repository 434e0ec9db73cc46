"""The pane of runs: filter, table, what is known of one, and the buttons that act on it.

It knows which runs are shown, hidden and pinned; the screen draws their curves.
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
"""Rows of the pane that are no runs: borders, filter, header, details, buttons."""

SPEEDS: Final = (1.0, 10.0, 100.0, 0.0)
"""How many times as fast as the training a replay goes; 0 is as fast as possible."""

_BUTTONS: Final = (
    *("open", "resume", "slower", "replay", "faster"),
    *("pin", "hide", "export", "rename", "delete"),
)


class RunsPane(Vertical):
    """All runs that the filter lets through, one of them under the cursor."""

    class ViewChanged(Message):
        """Other runs are to be shown, or shown in another way."""

    def __init__(self) -> None:
        """Make a pane without runs."""
        super().__init__(id="list")
        self.border_title = "Runs"
        self.runs: dict[str, ListedRun] = {}
        """All there are, by name."""
        self.slots: Slots = {}
        self.pinned: str | None = None
        """The run whose curve lies on top of the others."""
        self.speed = SPEEDS[1]
        """Of the next replay."""
        self._hidden: set[str] = set()
        self._shown: set[str] = set()
        self._to_highlight = ""

    def compose(self) -> ComposeResult:
        """The filter above the table, what is known and what can be done below."""
        yield Horizontal(*self._filter_row(), id="filter-row")
        yield RunTable(id="runs")
        yield Static(id="details", markup=False)
        yield Horizontal(*map(_button, _BUTTONS), id="actions")

    def on_mount(self) -> None:
        """Say how fast a replay goes."""
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
        """What is typed here narrows the table."""
        return self.query_one("#filter", Input)

    @property
    def highlighted(self) -> ListedRun | None:
        """The run under the cursor."""
        name = self.table.highlighted
        return self.runs.get(name) if name is not None else None

    @property
    def drawn(self) -> tuple[str, ...]:
        """The runs whose curves are wanted and can be compared: none of a classifier's."""
        wanted = self._shown - self._hidden
        return tuple(n for n, run in self.runs.items() if n in wanted and not run.classifies)

    def set_runs(self, runs: Sequence[ListedRun], slots: Slots) -> None:
        """Set the list of runs that `show` will draw."""
        self.runs, self.slots = {run.name: run for run in runs}, slots
        self._hidden &= self.runs.keys()
        if self.pinned not in self.runs:
            self.pinned = None

    def show(self, styles: Mapping[int, Style], characters: Characters) -> None:
        """Bring table and words up to what there is and what is asked for.

        `styles` are those of the chart's inks, `characters` what it is drawn with.
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
        """What to say where no curve is drawn, once all runs have been looked for."""
        if not self.runs:
            return "There are no runs yet: go back (Esc), choose a text and press t to train one."
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
        """Say what is known of the run under the cursor."""
        run = self.highlighted
        about = run_details(run) if run else ""
        details = self.query_one("#details", Static)
        details.update(Content(printable(about)))
        details.tooltip = Content(printable(about))

    def label(self, labels: Iterable[tuple[str, str]]) -> None:
        """Let buttons, by their actions' names, say something else."""
        for name, label in labels:
            self.query_one(f"#button-{name}", Button).label = label

    def change_speed(self, way: int) -> None:
        """Replay faster (1), slower (-1) or as before (0)."""
        at = SPEEDS.index(self.speed) + way
        self.speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]
        words = f"{self.speed:g}x" if self.speed else "max"
        self.label((("slower", "<"), ("replay", f"Replay {words}"), ("faster", ">")))

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        """Show what the filter lets through."""
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
        """Show all again, and let letter keys act."""
        self.filter.value = ""
        self.table.focus()

    @on(RunTable.MarkClicked)
    def _hide_clicked(self, event: RunTable.MarkClicked) -> None:
        self.toggle_hidden(event.name)

    def toggle_hidden(self, name: str) -> None:
        """Hide the curve of a run, or show it again; nothing of a run that has none here."""
        if self.runs[name].classifies:
            return
        self._hidden ^= {name}
        self.post_message(self.ViewChanged())

    def toggle_pinned(self, name: str) -> None:
        """Put the curve of a run on top of the others, or back among them."""
        self.pinned = None if name == self.pinned else name
        self._to_highlight = name
        self.post_message(self.ViewChanged())

    def rename(self, name: str, new_name: str) -> None:
        """Let a run be shown as before under another name."""
        self._hidden = {new_name if each == name else each for each in self._hidden}
        self.pinned = new_name if self.pinned == name else self.pinned
        self._to_highlight = new_name


def why_not_drawn(classifiers: Sequence[str]) -> str:
    """Why the curves of these runs, at least one, are not among the others."""
    if len(classifiers) > 1:
        return "These runs classify; open one (Enter) to see its curve on the Classify screen."
    return f"'{classifiers[0]}' classifies; its curve is on the Classify screen (Enter)."


def _button(name: str) -> Button:
    """A button that does what a key does."""
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
