"""The line under the panes that says what could be done next, until it has been done once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.key_groups import keys_of


@dataclass(frozen=True)
class Hint:
    """What could be done: the actions that do it, and what comes of it."""

    actions: tuple[str, ...]
    words: str

    @property
    def name(self) -> str:
        """What it is remembered by."""
        return self.actions[0]


class NextStep(Static):
    """The first of some hints that nobody has followed yet and that can be followed now."""

    DEFAULT_CSS = """
    NextStep {
        height: 1;
        padding: 0 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(
        self,
        hints: Sequence[Hint],
        actions: Sequence[Action],
        done: Iterable[str],
        can_be_done: Callable[[str], bool],
    ) -> None:
        """Show what is not among `done`; `can_be_done` says so of an action by its name."""
        super().__init__(id="next-step", markup=False)
        self._hints, self._actions, self._can_be_done = hints, actions, can_be_done
        self.done = set(done)
        """The names of the hints that were followed."""
        self._shown: Hint | None = None
        self.display = False

    def on_mount(self) -> None:
        """Show the first."""
        self.show_next()

    def mark_done(self, name: str) -> None:
        """Take note that an action was done."""
        self.done |= {hint.name for hint in self._hints if name in hint.actions}
        self.show_next()

    def show_next(self) -> None:
        """Show what could be done now; nothing takes no room."""
        left = (hint for hint in self._hints if hint.name not in self.done)
        hint = next((hint for hint in left if self._can_be_done(hint.name)), None)
        if hint is not self._shown:
            self._shown, self.display = hint, hint is not None
            if hint is not None:
                self.update(self._drawn(hint))

    def _drawn(self, hint: Hint) -> Content:
        line = Content("next: ")
        for name in hint.actions:
            action = find_action(name, self._actions)
            key = next(iter(keys_of(action, self.app)), "·")
            place = Content.from_markup(f"[@click=screen.{action.call}]$key[/]", key=key)
            line += place.stylize("$footer-key-foreground bold") + Content(" ")
        return line + Content(hint.words)
