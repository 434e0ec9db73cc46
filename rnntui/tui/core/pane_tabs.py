"""The row of tabs of a screen that shows one pane at a time where there is little room."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Tab, Tabs

from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_groups import keys_of


@dataclass(frozen=True)
class PaneTab:
    """One tab: its pane's name, its label, and the action that opens it."""

    name: str
    label: str
    action: Action


class PaneTabs(Tabs):
    """Tabs in one row, each with its key, shown where there is little room."""

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
        """Start on the first of `tabs`."""
        super().__init__(*(Tab(tab.label, id=f"tab-{tab.name}") for tab in tabs), id="tabs")
        self._pane_tabs = tabs

    def on_mount(self) -> None:
        """Label the tabs with their current keys."""
        for tab in self._pane_tabs:
            keys = keys_of(tab.action, self.app)
            drawn = self.query_one(f"#tab-{tab.name}", Tab)
            drawn.label = Content(f"{keys[0]} {tab.label}" if keys else tab.label)
            drawn.tooltip = tab.action.tooltip

    @property
    def shown(self) -> str:
        """The name of the active tab."""
        return self.active.removeprefix("tab-")

    def turn_to(self, *names: str) -> None:
        """Activate the first of `names`, unless one of them is active already."""
        if self.shown not in names:
            self.active = f"tab-{names[0]}"
