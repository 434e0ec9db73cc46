"""The candidates for the next character, of which one is chosen while the output is paused."""

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from rnntui.runtime.generating.steered_stream import CHOICES
from rnntui.sampling.stream import Character
from rnntui.tui.widgets.candidates import CandidateBars

_RANK_CELLS: Final = 2


class NextCharacter(CandidateBars, can_focus=False):
    """Shows the likeliest characters; in a pause one of them is taken by its number or a click.

    The character that the network would take itself is marked. Digits act while the focus is here,
    where a pause puts it unless something else has it.
    """

    ROWS: ClassVar[int] = CHOICES
    DEFAULT_CSS = """
    NextCharacter.-choosing { height: 1fr; max-height: 9; }
    """
    BINDING_GROUP_TITLE = "Next character"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Choose",
            tooltip="Continue the paused output with the candidate under the cursor.",
            id="next-character.choose",
        ),
        Binding(
            "up",
            "move(-1)",
            "Up",
            show=False,
            tooltip="Move the cursor to the likelier candidate.",
            id="next-character.up",
        ),
        Binding(
            "down",
            "move(1)",
            "Down",
            show=False,
            tooltip="Move the cursor to the less likely candidate.",
            id="next-character.down",
        ),
        *(
            Binding(
                str(rank),
                f"choose({rank})",
                f"Choose candidate {rank}",
                show=False,
                tooltip=f"Continue the paused output with candidate {rank}.",
                id=f"next-character.{rank}",
            )
            for rank in range(1, CHOICES + 1)
        ),
    ]

    choosing: reactive[bool] = reactive(False)
    """Whether a candidate can be chosen: the output is paused."""
    cursor: reactive[int] = reactive(0)
    """Rank of the candidate under the cursor, from 0."""

    class Chosen(Message):
        """A candidate was chosen."""

        def __init__(self, symbol: str) -> None:
            """Hold the character."""
            super().__init__()
            self.symbol = symbol

    def predict(self, prediction: Character, *, is_new: bool) -> None:
        """Show what comes next in a paused output.

        The cursor goes to the network's own choice where this `is_new`; else, as weights or
        settings have changed, it stays on its character.
        """
        under_cursor = [prediction.symbol] if is_new else []
        under_cursor += [symbol for symbol, _ in self._candidates[self.cursor :][:1]]
        self.update_candidates(prediction.candidates, prediction.symbol)
        ranks = {symbol: rank for rank, (symbol, _) in enumerate(self._candidates)}
        self.cursor = next((ranks[one] for one in under_cursor if one in ranks), 0)

    def watch_choosing(self, choosing: bool) -> None:
        """Take the keys during a pause, and give them back after it."""
        self.can_focus = choosing
        self.set_class(choosing, "-choosing")
        if choosing and self.screen.focused is None:
            self.focus()
        elif not choosing and self.has_focus:
            self.screen.set_focus(None)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + by, 0), max(len(self._candidates) - 1, 0))

    def action_choose(self, number: int = 0) -> None:
        """Take the candidate of a number, or the one under the cursor."""
        self._take(number - 1 if number else self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Take the candidate that is clicked."""
        if self.choosing:
            self._take(event.y + self._top)

    def _take(self, rank: int) -> None:
        if self.choosing and rank < len(self._candidates):
            self.post_message(self.Chosen(self._candidates[rank][0]))

    @property
    def _top(self) -> int:
        """Rank of the first row, such that the cursor is in view."""
        return max(self.cursor - self.size.height + 1, 0) if self.choosing else 0

    def render_line(self, y: int) -> Strip:
        """Draw a candidate; in a pause with its number, and a cursor."""
        if not self.choosing:
            return super().render_line(y)
        rank, width, ground = y + self._top, self.size.width, self.rich_style
        if rank >= len(self._candidates):
            return Strip.blank(width, ground)
        number = Segment(f"{rank + 1} " if self.has_focus else "  ", self._style("percent"))
        mark, character, *rest = self._row(rank, width - _RANK_CELLS)
        at_cursor = [number, mark, character]
        if rank == self.cursor and self.has_focus:
            # Not the bar: reversed, it would say the opposite.
            reverse = Style(reverse=True)
            at_cursor = [Segment(one.text, (one.style or ground) + reverse) for one in at_cursor]
        return Strip([*at_cursor, *rest]).adjust_cell_length(width, ground)
