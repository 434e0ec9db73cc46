"""A field for a path, with its completions listed below.

Tab completes the common prefix, up and down pick from the list, Enter or the mouse
accepts. Folders are listed in a thread, so a slow disk blocks nothing.
"""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from rnntui.text.library.path_completion import Completions, completions
from rnntui.tui.core.sentences import one_line
from rnntui.tui.widgets.safe_fields import SafeInput


class PathInput(Vertical):
    """A path being typed, and the files and folders that begin with it."""

    DEFAULT_CSS = """
    PathInput {
        height: auto;

        & > OptionList {
            height: 6;
            border: none;
            padding: 0;
            background: transparent;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            &:focus { border: none; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "complete",
            "Complete",
            id="path.complete",
            tooltip="Complete the common part of the listed names, then go to the next field.",
        ),
        Binding(
            "down", "pick(1)", "Next", id="path.next", tooltip="Pick the next one.", show=False
        ),
        Binding(
            "up",
            "pick(-1)",
            "Previous",
            id="path.previous",
            tooltip="Pick the previous one.",
            show=False,
        ),
    ]

    class Typed(Message):
        """The path has changed."""

    class _Listed(Message):
        """A folder was listed, in a thread."""

        def __init__(self, found: Completions) -> None:
            super().__init__()
            self.found = found

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty field."""
        super().__init__(id=id)
        self._found = Completions("")
        self._complete_when_listed = False

    def compose(self) -> ComposeResult:
        """The field above the list."""
        yield SafeInput(placeholder="a file, or a folder of texts", id="typed")
        choices = OptionList(id="choices")
        choices.can_focus = False  # the arrow keys work from the field
        yield choices

    def on_mount(self) -> None:
        """List the current folder."""
        self._list("")

    @property
    def value(self) -> str:
        """The path as typed."""
        return self._field.value

    @property
    def _field(self) -> SafeInput:
        return self.query_one("#typed", SafeInput)

    @property
    def _choices(self) -> OptionList:
        return self.query_one("#choices", OptionList)

    @on(Input.Changed, "#typed")
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)
        self.post_message(self.Typed())

    @on(Input.Submitted, "#typed")
    def _accept_picked(self, event: Input.Submitted) -> None:
        """Accept the picked entry; with none picked, Enter goes to the field's owner."""
        picked = self._choices.highlighted
        if picked is not None:
            event.stop()
            self._accept(picked)

    @on(OptionList.OptionSelected, "#choices")
    def _accept_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._accept(event.option_index)
        self._field.focus()

    @work(thread=True, exclusive=True, group="paths")
    def _list(self, typed: str) -> None:
        self.post_message(self._Listed(completions(typed)))

    @on(_Listed)
    def _show_listed(self, event: _Listed) -> None:
        event.stop()
        if event.found.typed != self.value:
            return  # more was typed meanwhile
        self._found = event.found
        choices = self._choices
        choices.clear_options()
        for candidate in self._found.candidates:
            mark = ("/", "dim") if candidate.is_folder else ""
            choices.add_option(Option(Content.assemble(one_line(candidate.name), mark)))
        if self._found.problem:
            choices.add_option(Option(Content(one_line(self._found.problem)), disabled=True))
        if self._complete_when_listed:
            self.action_complete()

    def action_complete(self) -> None:
        """Accept the picked entry or the common prefix; with nothing to add, move on or pick."""
        found = self._found
        self._complete_when_listed = found.typed != self.value
        if self._complete_when_listed:
            return
        if self._choices.highlighted is not None:
            self._accept(self._choices.highlighted)
        elif found.extended != found.typed:
            self._put(found.extended)
        else:
            self.screen.focus_next()

    def action_pick(self, by: int) -> None:
        """Pick the next or the previous entry; before the first is the field itself."""
        choices = self._choices
        count = len(self._found.candidates)
        picked = by - 1 if choices.highlighted is None else choices.highlighted + by
        choices.highlighted = picked if 0 <= picked < count else None

    def _accept(self, index: int) -> None:
        self._put(self._found.candidates[index].typed)

    def _put(self, path: str) -> None:
        """Put a path into the field, with the cursor at its end."""
        self._choices.highlighted = None
        self._field.value = path
        self._field.cursor_position = len(path)
