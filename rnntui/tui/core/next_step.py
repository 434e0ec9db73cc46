"""The line under the panes that suggests a next step, until it has been taken once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.key_groups import keys_of


@dataclass(frozen=True)
class Hint:
    """A suggestion: its actions, and what they are good for."""

    actions: tuple[str, ...]
    words: str

    @property
    def name(self) -> str:
        """The name under which it is remembered."""
        return self.actions[0]


class NextStep(Static):
    """The first hint that was not followed yet and can be followed now."""

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
        """Show hints not in `done`; `can_be_done` tells whether an action is available."""
        super().__init__(id="next-step", markup=False)
        self._hints, self._actions, self._can_be_done = hints, actions, can_be_done
        self.done = set(done)
        """Names of the hints that were followed."""
        self._shown: Hint | None = None
        self.display = False

    def on_mount(self) -> None:
        """Show the first."""
        self.show_next()

    def mark_done(self, name: str) -> None:
        """Note that an action was run."""
        self.done |= {hint.name for hint in self._hints if name in hint.actions}
        self.show_next()

    def show_next(self) -> None:
        """Show the first available hint; without one the line takes no room."""
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
