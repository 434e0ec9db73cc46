"""The probability of every class as a bar."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from rnntui.tui.core.sentences import one_line
from rnntui.tui.widgets.candidates import bar, percent

_LONGEST_NAME = 24
_MARK = "▸ "


class ClassBars(Widget):
    """A row for each class: name, bar, per cent; the likeliest is marked.

    The order is fixed, so that rows stay in place while a sentence is typed.
    """

    DEFAULT_CSS = """
    ClassBars { height: auto; width: 1fr; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty list."""
        super().__init__(id=id)
        self.probabilities: Sequence[tuple[str, float]] = ()

    def show(self, probabilities: Sequence[tuple[str, float]]) -> None:
        """Show each class with its probability, 0 to 1."""
        grows = len(probabilities) != len(self.probabilities)
        self.probabilities = tuple(probabilities)
        self.refresh(layout=grows)

    def render(self) -> Content:
        """The rows."""
        if not self.probabilities:
            return Content("")
        names = [Content(one_line(name)) for name, _ in self.probabilities]
        cells = min(max(name.cell_length for name in names), _LONGEST_NAME)
        room = max(self.size.width - len(_MARK) - cells - 1 - 5, 1)
        best = max(probability for _, probability in self.probabilities)
        rows = []
        for name, (_, probability) in zip(names, self.probabilities, strict=True):
            is_best = probability == best
            row = Content.assemble(
                (_MARK, "$text-accent bold") if is_best else " " * len(_MARK),
                name.truncate(cells, ellipsis=True, pad=True),
                " ",
                (bar(probability, room), "$primary" if is_best else "$foreground 40%"),
                (f" {percent(probability)}", "bold" if is_best else "$text-muted"),
            )
            rows.append(row)
        return Content("\n").join(rows)
