"""Display settings of a chart: scale, smoothing, view and hidden series."""

from dataclasses import dataclass, field
from typing import Literal

from rnntui.chart_characters import Characters
from rnntui.tui.widgets.chart.scale import Interval, YScale
from rnntui.tui.widgets.chart.view import Latest, Recent, View, WholeRun, Window


@dataclass(frozen=True)
class Look:
    """The display settings of a chart."""

    characters: Characters = "braille"
    """The characters that curves are drawn with."""
    x_title: str = ""
    y_title: str = ""
    empty_text: str = ""
    scale: YScale = YScale.LINEAR
    smoothing: float = 0.0
    view: View = field(default_factory=WholeRun)
    heights: Interval | None = None
    """A fixed range of heights; None to fit it to the curves."""
    hidden: frozenset[str] = frozenset()
    pinned: str | None = None
    first: tuple[str, ...] = ()
    """The series that the legend lists first where it has no room for all."""
    value: Literal["last", "best"] | None = None
    """Which value of a series the legend shows, with this word; the last one, without, for None."""


def described(look: Look) -> str:
    """The non-default settings, for the title: log · smoothed 0.9 · last 20%."""
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
