"""How a chart is looked at: scale, smoothing, view and what is left out."""

from dataclasses import dataclass, field
from typing import Literal

from rnntui.chart_characters import Characters
from rnntui.tui.widgets.chart.scale import Interval, YScale
from rnntui.tui.widgets.chart.view import Latest, Recent, View, WholeRun, Window


@dataclass(frozen=True)
class Look:
    """How to show the data: everything that isn't data."""

    characters: Characters = "braille"
    """What the curves are drawn with."""
    x_title: str = ""
    y_title: str = ""
    empty_text: str = ""
    scale: YScale = YScale.LINEAR
    smoothing: float = 0.0
    view: View = field(default_factory=WholeRun)
    heights: Interval | None = None
    """A range of heights to show whatever the curves do; None to fit it to them."""
    hidden: frozenset[str] = frozenset()
    pinned: str | None = None
    first: tuple[str, ...] = ()
    """The series that the legend lists before others where it has no room for all."""
    value: Literal["last", "best"] | None = None
    """Which of a series' values the legend gives, in a word; the last one, without it, for None."""


def described(look: Look) -> str:
    """What is special about a look, for its title: log · smoothed 0.9 · last 20%."""
    notes = []
    if look.scale is YScale.LOG:
        notes.append("log")
    if look.smoothing > 0:
        notes.append(f"smoothed {look.smoothing:g}")
    match look.view:
        case Recent(share):
            notes.append(f"last {share:.0%}")
        case Latest() | Window():
            notes.append("zoomed")
        case WholeRun() if look.heights is not None:
            notes.append("zoomed")
    return " · ".join(notes)
