"""The picture of a race: loss against steps, own seconds and characters read, as SVG."""

from collections.abc import Callable, Sequence

from rnntui.runtime.race.results import LaneResult, Point
from rnntui.svg.chart import Curve, Panel, chart_svg

_AXES: tuple[tuple[str, Callable[[Point], float]], ...] = (
    ("steps", lambda point: point.step),
    ("seconds of own computing", lambda point: point.seconds),
    ("characters read", lambda point: point.characters),
)


def race_picture(results: Sequence[LaneResult], title: str, command: str) -> str:
    """The SVG text for the results of all lanes, with the command that repeats the race."""
    held_out = all(result.val_loss is not None for result in results)
    loss = "validation loss" if held_out else "loss"
    panels = [
        Panel(
            label,
            f"{loss} (nats per character)",
            [
                Curve(
                    f"{result.label} ({result.parameters:,} parameters)",
                    [(of(point), point.loss) for point in result.points],
                )
                for result in results
            ],
        )
        for label, of in _AXES
    ]
    return chart_svg(title, panels, command)
