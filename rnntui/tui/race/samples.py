"""What the lanes of a race generate, side by side."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from rnntui.runtime.race.session import Round
from rnntui.sampling.stream import Character
from rnntui.text.cells import printable
from rnntui.tui.race.table import LaneMark
from rnntui.tui.widgets.stream.text import StreamText


class LaneSample(Vertical):
    """The sample of one lane."""

    def compose(self) -> ComposeResult:
        """The text."""
        text = StreamText()
        text.underlining = False  # nothing is compared with the learned text here
        yield text

    def show_mark(self, mark: LaneMark) -> None:
        """Name the lane, with its sign in the chart."""
        name = printable(mark.name.replace("\n", "⏎"))
        self.border_title = Content.assemble(f"{mark.sign} ", name)

    def begin(self, prime: str) -> None:
        """Begin a new text, after `prime`."""
        stream = self.query_one(StreamText)
        stream.clear()
        if prime:
            stream.append(prime, [None] * len(prime))

    def show(self, characters: Sequence[Character]) -> None:
        """Add the newest characters."""
        text = "".join(character.symbol for character in characters)
        likely = [c.probability for c in characters for _ in c.symbol]
        self.query_one(StreamText).append(text, likely)


class LaneSamples(Horizontal):
    """A column for each lane, in the order of the race."""

    def __init__(self) -> None:
        """Create no column."""
        super().__init__(id="samples")

    async def set_lanes(self, marks: Sequence[LaneMark]) -> None:
        """Make a column for each lane, unless they are there already."""
        if len(self.query(LaneSample)) != len(marks):
            await self.remove_children()
            await self.mount_all(LaneSample() for _ in marks)
        for column, mark in zip(self.query(LaneSample), marks, strict=True):
            column.show_mark(mark)

    def begin(self, prime: str) -> None:
        """Begin new texts, after `prime`."""
        for column in self.query(LaneSample):
            column.begin(prime)

    def show(self, rounds: Sequence[Round]) -> None:
        """Add the newest characters of all lanes."""
        if rounds:
            for column, characters in zip(
                self.query(LaneSample), zip(*rounds, strict=True), strict=True
            ):
                column.show(characters)
