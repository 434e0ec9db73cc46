"""The placement of a chart's parts, and which are left out when there is little room."""

from dataclasses import dataclass

_TITLES_FROM = 40
_GUTTER_FROM = 16
_FULL_HEIGHT = 8
_LEGEND_HEIGHT = 4
_LABELS_HEIGHT = 5


@dataclass(frozen=True)
class Layout:
    """Rows and columns of the parts, in cells, within `width` × `height`.

    The plot is the area of the curves. `axis_row` and `label_row` are None where there is
    no room for them; `gutter` is the width left of the plot, with the vertical axis as its
    last column, or zero.
    """

    width: int
    height: int
    legend_rows: int
    gutter: int
    plot_height: int
    axis_row: int | None
    label_row: int | None
    titles: bool

    @property
    def plot_top(self) -> int:
        """Row of the plot's first cells."""
        return self.legend_rows

    @property
    def plot_width(self) -> int:
        """Columns of the plot."""
        return self.width - self.gutter


def most_legend_rows(height: int) -> int:
    """Most legend rows of a chart this high."""
    if height < _LEGEND_HEIGHT:
        return 0
    return 1 + (height >= 14) + (height >= 24)


def arrange(width: int, height: int, legend_rows: int, gutter: int) -> Layout:
    """Link the parts: titles are dropped first, then ticks and labels."""
    full = height >= _FULL_HEIGHT
    labels = height >= _LABELS_HEIGHT
    gutter = gutter if width >= _GUTTER_FROM else 0
    legend_rows = min(legend_rows, most_legend_rows(height))
    plot_height = max(1, height - legend_rows - full - labels)
    return Layout(
        width=width,
        height=height,
        legend_rows=legend_rows,
        gutter=gutter,
        plot_height=plot_height,
        axis_row=legend_rows + plot_height if full else None,
        label_row=legend_rows + plot_height + full if labels else None,
        titles=full and width >= _TITLES_FROM,
    )
