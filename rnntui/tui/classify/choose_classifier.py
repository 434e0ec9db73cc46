"""A modal that lists classifiers' runs and opens one."""

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from rnntui.errors import RnntuiError
from rnntui.tasks.kinds import CLASSIFIER
from rnntui.tasks.summary import RunSummary, summarise
from rnntui.training.runs.folder import list_runs
from rnntui.tui.core.sentences import one_line


class ChooseClassifier(ModalScreen[str | None]):
    """Ask for a run; Enter or a click returns its name, Escape returns None."""

    CSS_PATH = "choose_classifier.tcss"
    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="choose.cancel", tooltip="Open none."),
    ]

    class _Found(Message):
        """The runs were listed, in a thread."""

        def __init__(self, runs: tuple[RunSummary, ...]) -> None:
            super().__init__()
            self.runs = runs

    def __init__(self, folder: Path) -> None:
        """List the runs in `folder`."""
        super().__init__()
        self._folder = folder

    def compose(self) -> ComposeResult:
        """The list above a button."""
        with Vertical(id="box") as box:
            box.border_title = "Open a classifier"
            yield Static("Looking for runs …", id="note", markup=False)
            yield OptionList(id="runs")
            with Horizontal(id="buttons"):
                yield Button("Cancel (Esc)", id="no", compact=True)

    def on_mount(self) -> None:
        """Look for runs."""
        self._look()

    @work(thread=True)
    def _look(self) -> None:
        found = []
        for folder in list_runs(self._folder):
            try:
                summary = summarise(folder)
            except RnntuiError:
                continue  # the table of runs shows what is wrong with it
            if summary.kind is CLASSIFIER and summary.state != "new":
                found.append(summary)
        self.post_message(self._Found(tuple(found)))

    @on(_Found)
    def _show(self, event: _Found) -> None:
        note, runs = self.query_one("#note", Static), self.query_one("#runs", OptionList)
        note.display = not event.runs
        note.update("There is no classifier yet; press Escape, then t to train one.")
        for run in event.runs:
            size = f"{run.cell} {run.size}, step {run.step:,}, {run.state}"
            line = Content.assemble(
                (one_line(run.name), "bold"), f"  {one_line(run.corpus)}  ", (size, "dim")
            )
            runs.add_option(Option(line, id=run.name))
        runs.highlighted = 0 if event.runs else None

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_button_pressed(self) -> None:
        """Return None, by mouse."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Return None."""
        self.dismiss(None)
