"""The command palette: every action of the screen and the app, from the registry.

Themes, quitting and the like are Textual's own system commands, which are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual import work
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.markup import escape
from textual.widgets import LoadingIndicator

from rnntui.tui.core.actions import Acting, Action
from rnntui.tui.core.key_groups import keys_of

TOOLTIP_WEIGHT = 0.5
"""Weight of a match in an action's sentence relative to one in its label."""


@dataclass(frozen=True)
class PaletteEntry:
    """An action in the palette."""

    action: Action
    node: DOMNode
    """The node that runs it: the screen, or the app."""

    keys: str
    """Its current keys, as displayed."""


class QuietPalette(CommandPalette):
    """Textual's palette, but a search still running when it is closed doesn't fail.

    A letter may arrive after Escape, and its results would be shown by widgets that
    are gone.
    """

    @property
    def is_closed(self) -> bool:
        """Whether it is closed or about to be."""
        return not self.is_attached or self not in self.app.screen_stack

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        gather: Any = CommandPalette._gather_commands
        try:
            await gather.__wrapped__(self, search_value)
        except Exception:
            if not self.is_closed:
                raise

    def _watch__list_visible(self) -> None:
        if not self.is_closed:
            super()._watch__list_visible()

    def _watch__show_busy(self) -> None:  # type: ignore[override]
        # Textual's is a coroutine, which is never awaited if the palette is closed before its
        # turn; and the widget may be gone by then.
        self.query(LoadingIndicator).set_class(self._show_busy, "--visible")
        self.query(CommandList).set_class(self._show_busy, "--populating")


class ActionCommands(Provider):
    """Offers the actions of the screen below the palette, then those of the app."""

    async def discover(self) -> Hits:
        """All of them, in the order of the registry."""
        for offer in self._entries():
            yield DiscoveryHit(
                _with_keys(Content(offer.action.label), offer.keys),
                partial(self.app.run_action, offer.action.call, offer.node),
                text=offer.action.label,
                help=escape(offer.action.tooltip),
            )

    async def search(self, query: str) -> Hits:
        """Those whose label or sentence matches the query, the label counting more."""
        matcher = self.matcher(query)
        for offer in self._entries():
            action = offer.action
            by_label = matcher.match(action.label)
            score = max(by_label, TOOLTIP_WEIGHT * self._likeness(query, action.tooltip))
            if score > 0:
                label = matcher.highlight(action.label) if by_label else Content(action.label)
                yield Hit(
                    score,
                    _with_keys(label, offer.keys),
                    partial(self.app.run_action, action.call, offer.node),
                    text=action.label,
                    help=escape(action.tooltip),
                )

    def _entries(self) -> Iterator[PaletteEntry]:
        """The available actions; those disabled by their owner are left out."""
        for node in (self.screen, self.app):
            for action in node.actions if isinstance(node, Acting) else ():
                if self.app._check_action_state(action.call, node) is not False:
                    yield PaletteEntry(action, node, " ".join(keys_of(action, self.app)))

    def _likeness(self, query: str, sentence: str) -> float:
        """Score of all words of `query` against those of `sentence`; 0 if one matches none.

        Word by word, since a whole sentence contains nearly any letters in any order.
        """
        scores = []
        for matcher in map(self.matcher, query.split()):
            scores.append(max(map(matcher.match, sentence.split()), default=0.0))
        return min(scores, default=0.0)


def _with_keys(label: Content, keys: str) -> Content:
    return Content.assemble(label, "  ", (keys, "$text-muted"))
