"""A box to tick whose state is seen without colour."""

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """A checkbox that is empty where it isn't ticked; Textual's own has a paler cross then."""

    def __init__(self, label: str, value: bool, *, id: str, tooltip: str) -> None:
        """Make one of a single line."""
        super().__init__(label, value, id=id, compact=True, tooltip=tooltip)

    def render(self) -> Content:
        """Draw box and label."""
        self.BUTTON_INNER = "X" if self.value else " "
        return super().render()
