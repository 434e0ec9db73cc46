"""Changes to runs on disk: export, rename, delete.

It asks in a modal, works in a thread, and posts the result to the screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textual.message import Message
from textual.screen import Screen

from rnntui.errors import RnntuiError
from rnntui.runtime.run_list import ListedRun
from rnntui.training.runs.changes import remove_run, rename_run
from rnntui.training.runs.export import export_run
from rnntui.training.runs.lock import check_idle
from rnntui.tui.core.sentences import Tell
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.dialogs.question import Question
from rnntui.tui.runs.slots import RememberedSlots


@dataclass
class RunChanged(Message):
    """A change is done; `renamed` is the old name and the new one."""

    sentence: str
    renamed: tuple[str, str] | None = None


@dataclass
class ChangeRefused(Message):
    """A change could not be done."""

    sentence: str


class RunController:
    """The runs of one folder, on behalf of a screen."""

    def __init__(
        self, screen: Screen[Any], parent: Path, remembered: RememberedSlots, tell: Tell
    ) -> None:
        """Change the runs in `parent`, whose slots are `remembered`."""
        self._screen, self._folder = screen, parent
        self._remembered, self._tell = remembered, tell

    def is_idle(self, run: ListedRun, done: str) -> bool:
        """Whether a run can be changed; shows a toast while it is being trained."""
        try:
            check_idle(run.folder, done)
        except RnntuiError as error:
            self._tell(str(error), "warning")
            return False
        return True

    def export(self, run: ListedRun) -> None:
        """Ask for a file name, then write the run to a zip file."""
        sentence = f"Write '{run.name}' to this file:"
        question = AskText("Export", sentence, f"{run.name}.zip", "Export")
        self._screen.app.push_screen(question, partial(self._export, run))

    def _export(self, run: ListedRun, to: str | None) -> None:
        if to is not None:
            target = Path(to).expanduser()
            target = target if target.suffix else target.with_name(f"{target.name}.zip")
            self._start(partial(self._export_to, run, target))

    def _export_to(self, run: ListedRun, target: Path) -> RunChanged:
        export_run(run.folder, target)
        return RunChanged(f"Exported '{run.name}' to {target}.")

    def rename(self, run: ListedRun) -> None:
        """Ask for a new name, then rename the run."""
        if self.is_idle(run, "renamed"):
            question = AskText("Rename", f"New name for '{run.name}':", run.name, "Rename")
            self._screen.app.push_screen(question, partial(self._rename, run))

    def _rename(self, run: ListedRun, new_name: str | None) -> None:
        if new_name is not None and new_name != run.name:
            self._start(partial(self._rename_with_colour, run.name, new_name))

    def _rename_with_colour(self, name: str, new_name: str) -> RunChanged:
        rename_run(self._folder, name, new_name)
        self._remembered.rename(name, new_name)
        return RunChanged(f"'{name}' is now '{new_name}'.", renamed=(name, new_name))

    def delete(self, run: ListedRun) -> None:
        """Ask, then delete the run."""
        if self.is_idle(run, "deleted"):
            question = Question(
                "Delete a run",
                f"Delete '{run.name}' with record, samples and checkpoints? This can't be undone.",
                "Delete",
                "Keep",
            )
            self._screen.app.push_screen(question, partial(self._delete, run))

    def _delete(self, run: ListedRun, sure: bool | None) -> None:
        if sure:
            self._start(partial(self._remove, run.name))

    def _remove(self, name: str) -> RunChanged:
        return RunChanged(remove_run(self._folder, name).sentence)

    def _start(self, act: Callable[[], RunChanged]) -> None:
        """Run a change in a thread, as it may take a while."""
        self._screen.run_worker(partial(self._do, act), group="do", thread=True)

    def _do(self, act: Callable[[], RunChanged]) -> None:
        """Called in a thread; posts the result to the screen."""
        try:
            done: RunChanged | ChangeRefused = act()
        except (RnntuiError, OSError) as error:
            done = ChangeRefused(str(error))
        self._screen.post_message(done)
