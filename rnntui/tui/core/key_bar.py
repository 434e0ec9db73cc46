"""The footer: as many whole keys as fit, always including those that act everywhere.

It is drawn as one line, so it is never empty while its keys change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from textual import events
from textual.app import App
from textual.binding import ActiveBinding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from rnntui.tui.core.actions import Acting

_KEY: Final = "key"
"""Style metadata of a key's cells: Textual's name of the key."""


@dataclass(frozen=True)
class FooterEntry:
    """A key and its label, or several keys of one group."""

    bindings: tuple[ActiveBinding, ...]
    keys: tuple[str, ...]
    """The keys as displayed."""

    words: str
    """The label."""

    @property
    def is_everywhere(self) -> bool:
        """Whether the key acts on every screen."""
        return isinstance(self.bindings[0].node, App)

    @property
    def is_enabled(self) -> bool:
        """Whether the action is available now."""
        return all(active.enabled for active in self.bindings)

    @property
    def drawn(self) -> Content:
        """Keys and label, each key clickable."""
        line = Content("")
        for active, key in zip(self.bindings, self.keys, strict=True):
            words = f" {self.words}" if len(self.bindings) == 1 else ""
            line += _link(active, key, words)
        return line + Content(f" {self.words} ") if len(self.bindings) > 1 else line


class KeyBar(Widget, can_focus=False):
    """A footer in which no entry is cut off: those without room are left out.

    The palette is in the title bar, so it takes no room here.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        color: $footer-description-foreground;
        background: $footer-background;
    }
    """
    entries: reactive[tuple[FooterEntry, ...]] = reactive(())
    """The entries shown."""
    _pointed: reactive[str] = reactive("")
    """The key under the mouse."""

    def on_mount(self) -> None:
        """Follow the screen's keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed, immediate=True)

    def _bindings_changed(self, screen: Screen[Any]) -> None:
        if screen.app.app_focus:
            self._choose()

    def on_resize(self) -> None:
        """Choose the entries that fit."""
        self._choose()

    def _choose(self) -> None:
        if self.is_attached:
            cells = self.size.width
            entries = tuple(self._all_entries({}))
            if _cells(entries) > cells:
                entries = tuple(self._all_entries(self._in_short()))
            self.entries = _fitting(entries, cells)

    def _in_short(self) -> dict[str, str]:
        """Short labels by the names of the actions."""
        return {
            action.name: action.in_short
            for node in (self.screen, self.app)
            for action in (node.actions if isinstance(node, Acting) else ())
            if action.in_short
        }

    def _all_entries(self, in_short: Mapping[str, str]) -> Iterator[FooterEntry]:
        by_action: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                by_action.setdefault(active.binding.action, active)
        for group, members in groupby(by_action.values(), lambda active: active.binding.group):
            bindings = tuple(members)
            for together in [bindings] if group is not None else [(one,) for one in bindings]:
                keys = tuple(self.app.get_key_display(active.binding) for active in together)
                first = together[0].binding
                is_group = group is not None and len(together) > 1
                words = group.description if group and is_group else first.description
                yield FooterEntry(together, keys, _lowered(in_short.get(first.id or "", words)))

    def render(self) -> Content:
        """The line."""
        line = Content("")
        for entry in self.entries:
            drawn = entry.drawn
            if any(active.binding.key == self._pointed for active in entry.bindings):
                drawn = drawn.stylize("on $block-hover-background")
            line += drawn
        return line

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Explain the key under the mouse."""
        self._pointed = str(event.style.meta.get(_KEY, ""))
        self.tooltip = next(
            (
                active.tooltip or active.binding.description
                for entry in self.entries
                for active in entry.bindings
                if active.binding.key == self._pointed
            ),
            None,
        )

    def on_click(self, event: events.Click) -> None:
        """Run the key's action."""
        if key := event.style.meta.get(_KEY):
            self.app.simulate_key(str(key))

    def on_leave(self) -> None:
        """Forget the key under the mouse."""
        self._pointed = ""


def _link(active: ActiveBinding, key: str, words: str) -> Content:
    place = Content.assemble(
        (f" {key}", "$footer-key-foreground bold"), (f"{words} ", "$footer-description-foreground")
    )
    place = place.stylize(Style.from_meta({_KEY: active.binding.key}))
    return place if active.enabled else place.stylize("dim")


def _fitting(entries: Sequence[FooterEntry], cells: int) -> tuple[FooterEntry, ...]:
    """The entries that fit, in order, with room reserved for those that act everywhere."""
    left = cells - _cells([entry for entry in entries if entry.is_everywhere])
    fitting = []
    for entry in entries:
        if not entry.is_everywhere:
            left -= entry.drawn.cell_length
            if left < 0:
                continue
        fitting.append(entry)
    return tuple(fitting)


def _cells(entries: Iterable[FooterEntry]) -> int:
    return sum(entry.drawn.cell_length for entry in entries)


def _lowered(words: str) -> str:
    """A label in lower case, as behind a key everywhere on the screen."""
    return words[:1].lower() + words[1:]
