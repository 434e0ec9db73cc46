"""The row of tabs of a screen whose panes take turns where there is little room."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Tab, Tabs

from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_groups import keys_of


@dataclass(frozen=True)
class PaneTab:
    """One tab: what it shows, and the action that turns to it."""

    name: str
    label: str
    action: Action


class PaneTabs(Tabs):
    """Tabs in one row, each with its key, for screens to show where there is little room."""

    DEFAULT_CSS = """
    PaneTabs {
        display: none;
        height: 1;
        background: $panel;
        Underline { display: none; }
        Tab {
            color: $foreground;
            &.-active {
                background: $primary;
                color: auto;
                text-style: bold;
            }
        }
    }
    """

    def __init__(self, tabs: Sequence[PaneTab]) -> None:
        """Begin with the first of `tabs`."""
        super().__init__(*(Tab(tab.label, id=f"tab-{tab.name}") for tab in tabs), id="tabs")
        self._pane_tabs = tabs

    def on_mount(self) -> None:
        """Name the keys as they are now."""
        for tab in self._pane_tabs:
            keys = keys_of(tab.action, self.app)
            drawn = self.query_one(f"#tab-{tab.name}", Tab)
            drawn.label = Content(f"{keys[0]} {tab.label}" if keys else tab.label)
            drawn.tooltip = tab.action.tooltip

    @property
    def shown(self) -> str:
        """The name of the tab that is turned to."""
        return self.active.removeprefix("tab-")

    def turn_to(self, *names: str) -> None:
        """Turn to the first of `names`, unless one of them is turned to already."""
        if self.shown not in names:
            self.active = f"tab-{names[0]}"
