"""A checkbox whose state is visible without colour."""

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """A checkbox that is empty when unticked; Textual's own has a paler cross then."""

    def __init__(self, label: str, value: bool, *, id: str, tooltip: str) -> None:
        """Create a one-line checkbox."""
        super().__init__(label, value, id=id, compact=True, tooltip=tooltip)

    def render(self) -> Content:
        """Draw box and label."""
        self.BUTTON_INNER = "X" if self.value else " "
        return super().render()
