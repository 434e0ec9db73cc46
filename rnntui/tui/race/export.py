"""Saving what a race has come to: its chart as a picture, its curves as numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rnntui.csv_tables import table_text
from rnntui.runtime.race.opening import RaceFile
from rnntui.runtime.race.picture import race_picture
from rnntui.runtime.race.results import LaneResult, lane_result
from rnntui.training.runs.folder import RunFolder
from rnntui.tui.core.new_files import write_new

COLUMNS: Final = ("lane", "differs", "parameters", "step", "own_seconds", "characters", "loss")
"""Columns of the CSV file, a row for each evaluation; losses in nats per character."""


def export_race(parent: Path, file: RaceFile, folder: Path) -> tuple[Path, Path]:
    """Write picture and table into `folder`; returns their paths.

    Raises `RnntuiError` for a lane that can't be read, and `OSError`.
    """
    results = [
        lane_result(RunFolder(parent / lane), label)
        for lane, label in zip(file.lanes, file.labels, strict=True)
    ]
    title = f"{file.name}: {len(results)} lanes on {results[0].corpus}"
    picture = write_new(folder, file.name, ".svg", race_picture(results, title, file.command))
    table = curves_csv(results, [f"race: {title}", f"command: {file.command}"])
    return picture, write_new(folder, file.name, ".csv", table)


def curves_csv(results: list[LaneResult], about: Sequence[str]) -> str:
    """The points of all lanes' curves as a table, below the lines `about` it."""
    rows: list[Sequence[object]] = [COLUMNS]
    for result in results:
        lane = result.name, result.label, result.parameters
        rows += [
            (*lane, point.step, point.seconds, point.characters, point.loss)
            for point in result.points
        ]
    return table_text(about, rows)
