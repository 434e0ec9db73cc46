"""The writing pane: what the network writes, how it chooses, and how much of it is copied."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from rnntui.sampling.stream import Character
from rnntui.tui.widgets.candidates import CandidateBars
from rnntui.tui.widgets.sampler_bar import SamplerBar
from rnntui.tui.widgets.stream_text import StreamText


class WritingPane(Vertical):
    """A stream with the bar that steers it, its prime, and the candidates for what comes next."""

    def __init__(self) -> None:
        """Make a pane in which nothing has been written."""
        super().__init__(id="writing", classes="pane")
        self.border_title = "Writing"

    def compose(self) -> ComposeResult:
        """Bar and prime above the text and the candidates; the legend below."""
        yield SamplerBar()
        with Horizontal(id="prime-row"):
            yield Label("prime")
            yield Input(placeholder="what the writing starts from (p)", id="prime", compact=True)
        with Horizontal(id="text-row"):
            yield StreamText(id="stream")
            yield CandidateBars(id="candidates")
        yield Static(id="legend")

    def on_mount(self) -> None:
        """Say what the colours mean, in those of each theme."""
        self.call_after_refresh(self._show_legend)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_legend())

    @property
    def stream(self) -> StreamText:
        """The text."""
        return self.query_one(StreamText)

    @property
    def bar(self) -> SamplerBar:
        """The line that says how characters are chosen."""
        return self.query_one(SamplerBar)

    def begin(self, prime: str) -> None:
        """Begin a new text, after `prime`."""
        self.stream.clear()
        if prime:
            self.stream.append(prime, [None] * len(prime))

    def show(self, characters: Sequence[Character]) -> None:
        """Add what was written, once for all of it."""
        text = "".join(character.symbol for character in characters)
        probabilities = [
            character.probability for character in characters for _ in character.symbol
        ]
        self.stream.append(text, probabilities)
        last = characters[-1]
        self.query_one(CandidateBars).update_candidates(last.candidates, last.symbol)

    def toggle_colour(self) -> None:
        """Colour by probability, or not."""
        self.stream.coloured = not self.stream.coloured
        self._show_legend()

    def _show_legend(self) -> None:
        legend = Content("how likely each was: ") + self.stream.legend()
        self.query_one("#legend", Static).update(legend if self.stream.coloured else "")
