"""The legend: each series' sign, name and value, in as many rows as it may take."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnntui.tui.widgets.chart.cells import Cells, cell_width, shortened_inside
from rnntui.tui.widgets.chart.inks import Ink, dashes, line_ink, sign
from rnntui.tui.widgets.chart.series import Series, SeriesStyle

_GAP = 3
_LONGEST_NAME = 32
_SHORTER_NAME = 16


@dataclass(frozen=True)
class Entry:
    """One series in the legend."""

    sample: str
    name: str
    value: str
    ink: int

    @property
    def width(self) -> int:
        """Width of the entry in cells."""
        return (
            sum(cell_width(part) + 1 for part in (self.sample, self.name, self.value) if part) - 1
        )


def entry(series: Series, value: str) -> Entry:
    """The legend entry of a series with its value."""
    line = "" if series.style is SeriesStyle.POINTS else dashes(series.slot).sample
    sample = line[:1] + sign(series.slot)
    return Entry(sample, shortened_inside(series.name, _LONGEST_NAME), value, line_ink(series.slot))


def legend_lines(
    entries: Sequence[Entry], width: int, most_rows: int, first: Sequence[int] = ()
) -> list[list[Entry]]:
    """Entries by row, in the fullest form that fits into `most_rows` of `width`.

    Values are dropped first. Where not all names fit, those of the places in `first` are
    listed in full, others as far as there is room, and the rest are counted: names cut
    to a few letters look alike.
    """
    if not entries or most_rows < 1:
        return []
    brief = [Entry(e.sample, e.name, "", e.ink) for e in entries]
    for form in (list(entries), brief):
        rows = _flowed(form, width)
        if len(rows) <= most_rows:
            return rows
    order = [*first, *(place for place in range(len(entries)) if place not in first)]
    shorter = [Entry(e.sample, shortened_inside(e.name, _SHORTER_NAME), "", e.ink) for e in brief]
    forms = [[form[place] for place in order] for form in (entries, brief, shorter)]
    most = len(entries) - 1
    for least in (min(max(len(first), 1), most), 1):
        for form in forms:
            for kept in range(most, least - 1, -1):
                more = Entry("", f"+{len(entries) - kept} more", "", Ink.TICK_LABEL)
                rows = _flowed([*form[:kept], more], width)
                if len(rows) <= most_rows:
                    return rows
    rows = _flowed([Entry("", f"{len(entries)} curves", "", Ink.TICK_LABEL)], width)
    return rows if row_width(rows[0]) <= width else []


def put_legend(cells: Cells, lines: Sequence[Sequence[Entry]]) -> None:
    """Write the rows of a legend at the top of `cells`, right-aligned."""
    for row, line in enumerate(lines):
        column = cells.width - row_width(line)
        for item in line:
            if item.sample:
                column = cells.put(row, column, item.sample, item.ink) + 1
            ink = Ink.PLAIN if item.sample else item.ink
            column = cells.put(row, column, item.name, ink)
            if item.value:
                column = cells.put(row, column + 1, item.value, item.ink)
            column += _GAP


def row_width(line: Sequence[Entry]) -> int:
    """Width of one row of entries in cells."""
    return sum(item.width + _GAP for item in line) - _GAP


def _flowed(entries: Sequence[Entry], width: int) -> list[list[Entry]]:
    """Entries in rows of at most `width`; a wider one gets a row of its own."""
    rows: list[list[Entry]] = []
    for item in entries:
        if rows and row_width([*rows[-1], item]) <= width:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows
