"""The footer: as many whole keys as fit, those that act everywhere always among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey, FooterLabel, KeyGroup


@dataclass(frozen=True)
class _Entry:
    """A key with what it does; or several keys that do one thing in different ways."""

    bindings: tuple[ActiveBinding, ...]
    keys: tuple[str, ...]
    """As people read them."""

    @property
    def is_everywhere(self) -> bool:
        return isinstance(self.bindings[0].node, App)

    @property
    def words(self) -> str:
        first = self.bindings[0].binding
        return first.group.description if first.group and self.is_group else first.description

    @property
    def is_group(self) -> bool:
        return len(self.bindings) > 1

    @property
    def cells(self) -> int:
        """With the blanks that Textual's stylesheet puts around keys and words."""
        return sum(len(key) + 1 for key in self.keys) + 1 + len(self.words) + 1


class KeyBar(Footer):
    """Textual's footer, but nothing in it is cut off: what has no room is left out.

    The palette has its place in the title bar, so it takes no room here.
    """

    def __init__(self) -> None:
        """Make a footer that shows its keys as soon as the screen knows them."""
        super().__init__(show_command_palette=False)
        self._drawn: list[_Entry] = []

    def compose(self) -> ComposeResult:
        """The screen's keys, then the app's."""
        if self._bindings_ready:
            self._drawn = self._chosen()
            for entry in self._drawn:
                yield from self._draw(entry)

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Choose anew; Textual tells of every change of focus, too, which changes few keys."""
        self._bindings_ready = True
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self.call_after_refresh(self._draw_anew)

    def on_resize(self) -> None:
        """Choose anew what fits."""
        self.call_after_refresh(self._draw_anew)

    async def _draw_anew(self) -> None:
        # The screen may have gone since this was asked for.
        if self.is_attached and self._chosen() != self._drawn:
            await self.recompose()

    def _chosen(self) -> list[_Entry]:
        return _fitting(tuple(self._entries()), self.size.width)

    def _entries(self) -> Iterator[_Entry]:
        by_action: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                by_action.setdefault(active.binding.action, active)
        for group, members in groupby(by_action.values(), lambda active: active.binding.group):
            bindings = tuple(members)
            for together in [bindings] if group is not None else [(one,) for one in bindings]:
                keys = tuple(self.app.get_key_display(active.binding) for active in together)
                yield _Entry(together, keys)

    def _draw(self, entry: _Entry) -> ComposeResult:
        if not entry.is_group:
            yield self._key(entry.bindings[0], entry.keys[0], entry.words)
            return
        with KeyGroup():
            for active, key in zip(entry.bindings, entry.keys, strict=True):
                drawn = self._key(active, key, "")
                drawn.add_class("-grouped")
                yield drawn
        yield FooterLabel(entry.words)

    def _key(self, active: ActiveBinding, key: str, words: str) -> FooterKey:
        binding = active.binding
        drawn = FooterKey(
            binding.key,
            key,
            words,
            binding.action,
            disabled=not active.enabled,
            tooltip=active.tooltip or binding.description,
        )
        # As the footer itself, and before it is mounted: it would be styled twice more.
        drawn.set_reactive(FooterKey.compact, False)
        return drawn


def _fitting(entries: Sequence[_Entry], cells: int) -> list[_Entry]:
    """Those that fit, in their order; room for those that act everywhere is kept."""
    left = cells - sum(entry.cells for entry in entries if entry.is_everywhere)
    fitting = []
    for entry in entries:
        if not entry.is_everywhere:
            left -= entry.cells
            if left < 0:
                continue
        fitting.append(entry)
    return fitting
