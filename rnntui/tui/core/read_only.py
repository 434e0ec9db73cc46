"""A session that only looks: it trains nothing, and writes and deletes no file.

For a class that watches a replay, or a visitor whom one trusts with no more. What may be done is
listed, rather than what may not, so that a new action is refused until somebody allows it.
"""

from collections.abc import Mapping
from typing import Final, Generic

from textual.actions import ActionParseResult
from textual.app import App, ReturnType
from textual.dom import DOMNode

from rnntui.tui.core.actions import Acting

REFUSED: Final = "This session only looks: it trains nothing and writes no file."

ALLOWED: Final = frozenset(
    {
        *("generate", "hold", "output-step", "mode.argmax", "mode.random", "mode.hybrid"),
        *("temperature.down", "temperature.up", "top-k", "top-p", "seed", "pace", "prime"),
        *("duel", "microscope", "colour", "copied", "command", "scale", "smoothing", "recent"),
        *("tab.setup", "tab.overview", "tab.loss", "tab.writing", "help", "quit"),
        *("border.left", "border.right", "border.up", "border.down", "border.reset"),
        *("duel.write", "duel.temperature.down", "duel.temperature.up", "duel.seed"),
        *("duel.prime", "duel.pace", "duel.colour", "duel.leave"),
        *("replay.pause", "replay.next", "replay.back", "replay.forward", "replay.slower"),
        *("replay.faster", "replay.end"),
    }
)
"""Names of the actions that may be done, besides those of `ALLOWED_SCREENS`."""

ALLOWED_SCREENS: Final = ("microscope.", "long-text.")
"""Beginnings of the names of actions on screens that only look."""

WRITING: Final = frozenset({"microscope.export", "long-text.export"})
"""Actions there that write a file all the same."""


class ReadOnlyApp(App[ReturnType], Generic[ReturnType]):
    """An app that can be told to refuse every action that trains, writes or deletes."""

    is_read_only = False

    def allows(self, name: str | None) -> bool:
        """Whether the action of that name may be done; one without a name is Textual's own."""
        if not self.is_read_only or name is None:
            return True
        return name in ALLOWED or (name.startswith(ALLOWED_SCREENS) and name not in WRITING)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action of a key, a click or the palette, where it is allowed."""
        if isinstance(action, str) and self._refuses(action):
            self.notify(REFUSED, severity="warning", markup=False)
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def _check_action_state(self, action: str, default_namespace: DOMNode) -> bool | None:
        """Whether an action is there: footer and palette leave out what is refused."""
        if self._refuses(action):
            return False
        return super()._check_action_state(action, default_namespace)

    def _refuses(self, call: str) -> bool:
        # Asked of every key whenever a footer changes: names are looked for only where it matters.
        return self.is_read_only and not self.allows(self._name_of(call))

    def _name_of(self, call: str) -> str | None:
        """The name of the action with that call, of the screen or the app."""
        call = call.removeprefix("screen.").removesuffix("()")
        for node in (self.screen, self):
            for action in node.actions if isinstance(node, Acting) else ():
                if action.call.removesuffix("()") in (call, call.removeprefix("app.")):
                    return action.name
        return None
