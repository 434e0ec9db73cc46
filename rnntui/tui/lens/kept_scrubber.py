"""A scrubber over the steps at which a run has kept its network, with the newest one at the end.

And the line below it, with what the network generates there.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Click
from textual.message import Message
from textual.widgets import Label, Static

from rnntui.runtime.recorded.kept_networks import KeptNetworks
from rnntui.sparkline import sparkline
from rnntui.text.cells import printable
from rnntui.tui.core.links import LinkPair, fitting_links
from rnntui.tui.lens.actions import microscope_action
from rnntui.tui.lens.kept_units import UnitCurve
from rnntui.tui.lens.styled_lines import Piece, StyledLines

LISTED_EVERY_S: Final = 2.0
"""Seconds between two looks at what a run in progress has kept."""

NONE_KEPT: Final = (
    "This network's run has kept none of its steps; train one with steps at keep every in the"
    " form, or with --keep-every N, to see how it learned."
)
"""Said where there is nothing to go through."""

SCRUB: Final = (
    microscope_action(
        "kept.back",
        "left_square_bracket",
        "kept_step('back')",
        "Earlier",
        "The network as the run kept it one kept step earlier (--keep-every); lens and sample go"
        " along.",
        False,
    ),
    microscope_action(
        "kept.forward",
        "right_square_bracket",
        "kept_step('forward')",
        "Later",
        "The network one kept step later; behind the last one the newest weights.",
        False,
    ),
    microscope_action(
        "kept.first",
        "left_curly_bracket",
        "kept_step('first')",
        "First kept step",
        "The network as the run kept it first.",
        False,
    ),
    microscope_action(
        "kept.newest",
        "right_curly_bracket",
        "kept_step('newest')",
        "Newest weights",
        "The newest weights, and those of a run in progress as it goes on.",
        False,
    ),
)
"""The actions of the scrubber, in the order of footer, help and palette."""

_BEFORE: Final = LinkPair("microscope.kept.first", "", "microscope.kept.back")
_BEHIND: Final = LinkPair("microscope.kept.forward", "", "microscope.kept.newest")
_LINK_CELLS: Final = 12
"""Most cells of two keys."""


class KeptScrubber(Horizontal):
    """A place for each kept step and one for the newest weights, between keys, and where one is.

    It is shown only where there are kept steps. Its screen has the actions of `SCRUB`.
    """

    DEFAULT_CSS = """
    KeptScrubber {
        height: 1;
        padding: 0 1;
        display: none;
        &.-any { display: block; }
        Static { width: auto; padding: 0 1; }
        Label { width: 7; padding: 0; color: $text-muted; }
        .keys { link-style: bold; link-color: $footer-key-foreground; }
        .about { text-style: bold; padding: 0; }
        &.-curve {
            height: 2;
            KeptLine { height: 2; }
            .about { width: 34; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Show nothing yet."""
        super().__init__(id=id)
        self.steps: Sequence[int] = ()
        self._chosen: int | None = None
        self._shown = 0
        self._curve: UnitCurve | None = None
        self._line, self._words = KeptLine(), Static(classes="about", markup=False)

    def compose(self) -> ComposeResult:
        """Keys, the line, keys, and the step in words."""
        yield Label("kept\nunit")
        yield Static(fitting_links(self.app, SCRUB, [_BEFORE], _LINK_CELLS, {}), classes="keys")
        yield self._line
        yield Static(fitting_links(self.app, SCRUB, [_BEHIND], _LINK_CELLS, {}), classes="keys")
        yield self._words

    # What is kept, listed in a thread, as there may be thousands of files.

    def follow(self, kept: KeptNetworks | None) -> None:
        """Show what a run has kept, and what it keeps from now on."""
        self.show_steps(())
        self._list(kept)

    @work(exclusive=True)
    async def _list(self, kept: KeptNetworks | None) -> None:
        while kept is not None:
            steps = await asyncio.to_thread(kept.steps)
            if steps != self.steps:
                self.show_steps(steps)
            await asyncio.sleep(LISTED_EVERY_S)

    def show_steps(self, steps: Sequence[int]) -> None:
        """Show these kept steps."""
        self.steps = steps
        self.set_class(bool(steps), "-any")
        self._draw()

    def show(self, chosen: int | None, shown: int) -> None:
        """Mark the chosen step, None for the newest weights; `shown` is that of the weights."""
        if (chosen, shown) != (self._chosen, self._shown):
            self._chosen, self._shown = chosen, shown
            self._draw()

    def show_curve(self, curve: UnitCurve | None) -> None:
        """Show a unit's curve below the line, or none."""
        if curve != self._curve:
            self._curve = curve
            self.set_class(curve is not None, "-curve")
            self._draw()

    def _draw(self) -> None:
        place, curve = self._place(self._chosen), self._curve
        if curve is None:
            self._line.show(len(self.steps), place)
            self._words.update(self.about)
            return
        values = self._at_places(curve)
        self._line.show(len(self.steps), place, [one and abs(one) for one in values])
        here = values[place] if place < len(values) else None  # the newest weights go on
        self._words.update(f"{self.about}\n{curve.about(here)}")

    def _at_places(self, curve: UnitCurve) -> Sequence[float | None]:
        """The curve at each kept step, or at the measured one that is nearest before it."""
        values: list[float | None] = []
        for step in self.steps:
            values.append(curve.values.get(step, values[-1] if values else None))
        return values

    @property
    def about(self) -> str:
        """Where the line stands, in words."""
        if self._chosen is None:
            return f"newest, step {self._shown:,}"
        return f"step {self._chosen:,}, {self._place(self._chosen) + 1} of {len(self.steps)}"

    def beside(self, chosen: int | None, way: str) -> int | None:
        """The step "back" or "forward" from a chosen one, the "first" one; None for the newest."""
        here, newest = self._place(chosen), len(self.steps)
        return self.at({"back": here - 1, "forward": here + 1, "first": 0}.get(way, newest))

    def at(self, place: int) -> int | None:
        """The kept step at a place of the line, or at its nearest end."""
        place = min(max(place, 0), len(self.steps))
        return self.steps[place] if place < len(self.steps) else None

    def _place(self, chosen: int | None) -> int:
        """The place of a step on the line; that of the newest weights is behind all of them."""
        if chosen is None:
            return len(self.steps)
        return max(sum(step <= chosen for step in self.steps) - 1, 0)


class KeptLine(StyledLines):
    """A line with so many places, of which the last is the newest weights; a click chooses one."""

    class Chosen(Message):
        """A place was clicked."""

        def __init__(self, place: int) -> None:
            """Tell which."""
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        """Make a line without places."""
        super().__init__()
        self._last = self._chosen = 0
        self._sizes: Sequence[float | None] | None = None

    def show(self, last: int, chosen: int, sizes: Sequence[float | None] | None = None) -> None:
        """Show the places from 0 to the last one, and the chosen one.

        `sizes` from 0 to 1, one for each place but the last, are a curve below them.
        """
        self._last, self._chosen, self._sizes = last, chosen, sizes
        self.draw_anew()

    def lines(self) -> Iterator[Iterator[Piece]]:
        """The places, and below them the curve."""
        yield self._pieces()
        if self._sizes:
            yield iter([(self._bars(self._sizes), "$text-accent")])

    def _pieces(self) -> Iterator[Piece]:
        chosen, room = self._column(self._chosen), self.size.width
        places = {self._column(place) for place in range(self._last)}
        for column in range(room):
            if column == chosen:
                yield "●", "$text-accent bold"
            elif column == room - 1:
                yield "◇", "$text-primary"
            else:
                yield ("┼", "$text-primary") if column in places else ("─", "$text-muted")

    def _bars(self, sizes: Sequence[float | None]) -> str:
        """A bar for each column, as large as that of the place there; none for the newest."""
        room = max(self.size.width - 1, 0)
        places = (round(column * self._last / max(room, 1)) for column in range(room))
        return sparkline([sizes[min(place, len(sizes) - 1)] for place in places], room)

    def _column(self, place: int) -> int:
        return round(place * (self.size.width - 1) / max(self._last, 1))

    def on_click(self, event: Click) -> None:
        """Tell which place was clicked."""
        self.post_message(self.Chosen(round(event.x * self._last / max(self.size.width - 1, 1))))


class KeptSample(Horizontal):
    """What the network that is looked at generates, in as many lines as there is room for."""

    DEFAULT_CSS = """
    KeptSample {
        height: 5vh;  /* a line of 24, two of 45 */
        min-height: 1;
        padding: 0 1;
        display: none;
        &.-any { display: block; }
        Label { width: 7; color: $text-muted; }
        #sample { width: 1fr; height: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        """The label and the text."""
        yield Label("sample")
        yield Static(id="sample", markup=False)

    def show(self, text: str) -> None:
        """Show another sample; none where it is empty."""
        self.set_class(bool(text), "-any")
        self.query_one("#sample", Static).update(printable(text.replace("\n", "⏎")), layout=False)
