"""The curves of several runs in one chart, against steps, seconds, characters or parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

import numpy as np

from rnntui.runtime.curves import Curves, NewCurves, Points
from rnntui.tui.widgets.chart import Chart, Look, SeriesStyle, WholeRun

Axis = Literal["steps", "seconds", "characters", "parameters"]
AXES: Final[tuple[Axis, ...]] = get_args(Axis)
"""Against parameters each run is a point: its lowest validation loss, or its training loss."""
CURVE_AXES: Final[tuple[Axis, ...]] = ("steps", "seconds", "characters")
Kind = Literal["validation", "training"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

CAPACITY: Final = 4_096
"""Points kept of each curve; beyond that neighbours are merged."""

_SMOOTHING: Final = 0.9
"""Initial smoothing of training curves; validation is never smoothed."""

_LATEST: Final = 50
"""Steps whose mean is a run's training loss against parameters."""

_NO_VALIDATION: Final = " (training)"
_STYLES: Final = {"validation": SeriesStyle.MARKED, "training": SeriesStyle.LINE}
_TITLES: Final[dict[Axis, str]] = {
    "steps": "steps",
    "seconds": "seconds",
    "characters": "characters read",
    "parameters": "parameters",
}


@dataclass(frozen=True)
class Charted:
    """What the chart needs of a run; `slot` determines its colour and sign."""

    slot: int
    characters_per_step: int
    parameters: int = 0


@dataclass
class _Run:
    """A run's curves and their display."""

    about: Charted
    curves: Curves = field(default_factory=Curves)
    series: str = ""
    """Its name in the chart; empty while it is not drawn."""


class RunChart(Chart):
    """One curve per run: validation, or training where it is chosen or there is no other."""

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty chart of validation against steps."""
        super().__init__(Look(smoothing=_SMOOTHING), capacity=CAPACITY, id=id)
        self.axis: Axis = "steps"
        self.kind: Kind = "validation"
        self._runs: dict[str, _Run] = {}
        self._shown: frozenset[str] = frozenset()
        self._pinned: str | None = None
        self._first: str | None = None

    def show_runs(
        self,
        runs: Mapping[str, Charted],
        shown: Iterable[str],
        pinned: str | None,
        empty_text: str,
    ) -> None:
        """Set the runs, by name.

        The curves of those in `shown` are drawn, `pinned` on top.
        """
        for name in self._runs.keys() - runs.keys():
            self.remove_series(self._runs.pop(name).series)
        for name, about in runs.items():
            run = self._runs.setdefault(name, _Run(about))
            if run.about != about:
                run.about = about
                self._redraw_run(name, run)
        self._shown, self._pinned = frozenset(shown), pinned
        self._set_look(empty_text)

    def list_first(self, name: str | None) -> None:
        """List this run first in the legend, after the pinned one."""
        self._first = name
        if self._listed_first() != self.look.first:
            self.look = replace(self.look, first=self._listed_first())

    def _listed_first(self) -> tuple[str, ...]:
        run = self._runs.get(self._first or "")
        return (run.series,) if run and run.series else ()

    def add_points(self, name: str, news: NewCurves) -> None:
        """Append to a run's curves, or restart them."""
        run = self._runs.get(name)
        if run is None:
            return
        if news.rewound:
            run.curves = Curves()
        run.curves.add(news.curves)
        if news.rewound or self._series_of(name, run) != run.series:
            self._redraw_run(name, run)
            self._set_look(self.look.empty_text)
        elif self.axis == "parameters":
            self._redraw_run(name, run)
        else:
            self._append(run, self._points(news.curves, run))

    def set_axis(self, axis: Axis) -> None:
        """Draw all curves against another quantity."""
        self.axis = axis
        self._redraw_all()

    def set_kind(self, kind: Kind) -> None:
        """Draw validation or training curves."""
        self.kind = kind
        self._redraw_all()

    def _redraw_all(self) -> None:
        for name, run in self._runs.items():
            self._redraw_run(name, run)
        # A zoomed range is meaningless on the new axis.
        self.crosshair_x = None
        self.look = replace(self.look, view=WholeRun(), heights=None)
        self._set_look(self.look.empty_text)

    def _redraw_run(self, name: str, run: _Run) -> None:
        self.remove_series(run.series)
        run.series = self._series_of(name, run)
        if run.series:
            is_point = self.axis == "parameters"
            style = SeriesStyle.POINTS if is_point else _STYLES[self._kind_of(run)]
            self.add_series(run.series, style, run.about.slot)
            points = self._points(run.curves, run)
            if is_point:
                self.append(run.series, [run.about.parameters], [self._summed_up(points, run)])
            else:
                self._append(run, points)

    def _summed_up(self, points: Points, run: _Run) -> float:
        """The one figure of a curve with points: see `AXES`."""
        bits = points.bits_per_char
        if self._kind_of(run) == "validation":
            return min(bits)
        return float(np.mean(bits[-_LATEST:]))

    def _append(self, run: _Run, points: Points) -> None:
        if not points.steps:
            return
        xs = np.array(points.seconds if self.axis == "seconds" else points.steps)
        if self.axis == "characters":
            xs = xs * run.about.characters_per_step
        self.append(run.series, xs, points.bits_per_char)

    def _points(self, curves: Curves, run: _Run) -> Points:
        return curves.validation if self._kind_of(run) == "validation" else curves.training

    def _kind_of(self, run: _Run) -> Kind:
        has_validation = bool(run.curves.validation.steps)
        return "validation" if self.kind == "validation" and has_validation else "training"

    def _series_of(self, name: str, run: _Run) -> str:
        """The name of a run's curve; empty while there is none."""
        if not self._points(run.curves, run).steps:
            return ""
        return name if self._kind_of(run) == self.kind else name + _NO_VALIDATION

    def _set_look(self, empty_text: str) -> None:
        hidden = {run.series for name, run in self._runs.items() if name not in self._shown}
        pinned = self._runs.get(self._pinned or "")
        self.look = replace(
            self.look,
            x_title=_TITLES[self.axis],
            y_title="bits/char",
            value="best" if self.kind == "validation" else "last",
            hidden=frozenset(hidden - {""}),
            pinned=pinned.series if pinned else None,
            first=self._listed_first(),
            empty_text=empty_text,
        )
