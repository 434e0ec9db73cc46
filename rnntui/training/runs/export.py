"""Export of a run as a zip file: its settings, record, samples and checkpoints.

The archive has one folder, named like the run. Beside the run's own files it
holds `metrics.csv`, the record's numbers as a table.
"""

import csv
import io
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, reason
from rnntui.plain_files import is_plain, open_plain
from rnntui.training.events import Evaluated, Step, TrainEvent
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file, kept_steps
from rnntui.training.runs.record import read_events

COLUMNS: Final = (
    "step",
    "elapsed_s",
    "epoch",
    "loss",
    "learning_rate",
    "grad_norm",
    "val_loss",
)
"""Columns of `metrics.csv`; a row is a step, or an evaluation with a `val_loss`."""

_BLOCK_BYTES: Final = 1 << 20

_Number = int | float | str


def export_run(folder: RunFolder, target: Path) -> None:
    """Write the run to a new zip file; checkpoints and samples that don't exist are left out.

    Raises `CheckpointError` for an existing file, a missing run or a failed write.
    """
    if os.path.lexists(target):
        raise CheckpointError(f"There is a file {target} already; choose another name for it.")
    if not is_plain(folder.configuration):
        raise CheckpointError(f"There is no run in {folder.path} to export.")
    try:
        with (
            atomic_write(target) as file,
            zipfile.ZipFile(file, "w", strict_timestamps=False) as archive,
        ):
            _fill(archive, folder)
    except OSError as error:
        raise CheckpointError(
            f"The run '{folder.name}' can't be exported to {target} ({reason(error)});"
            " choose a writable place with enough space."
        ) from error


def _fill(archive: zipfile.ZipFile, folder: RunFolder) -> None:
    for path, method in (
        (folder.configuration, zipfile.ZIP_DEFLATED),
        (folder.trial, zipfile.ZIP_DEFLATED),
        (folder.metrics, zipfile.ZIP_DEFLATED),
        (folder.samples, zipfile.ZIP_DEFLATED),
        # Weights hardly compress: deflating them takes time for nothing.
        (folder.best, zipfile.ZIP_STORED),
        (folder.last, zipfile.ZIP_STORED),
        *((kept_file(folder, step), zipfile.ZIP_STORED) for step in kept_steps(folder)),
    ):
        if os.path.lexists(path):
            within = path.relative_to(folder.path).as_posix()
            _add(archive, path, f"{folder.name}/{within}", method)
    entry = zipfile.ZipInfo(f"{folder.name}/metrics.csv")
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with (
        archive.open(entry, "w", force_zip64=True) as binary,
        io.TextIOWrapper(binary, encoding="ascii", newline="") as text,
    ):
        write_csv(read_events(folder), text)


def _add(archive: zipfile.ZipFile, path: Path, name: str, method: int) -> None:
    with open_plain(path) as file:
        entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        entry.compress_type = method
        with archive.open(entry, "w") as packed:
            shutil.copyfileobj(file, packed, _BLOCK_BYTES)


def write_csv(events: Iterable[TrainEvent], file: TextIO) -> None:
    """Write the numbers of a record as a table with the `COLUMNS`."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_rows(events))


def _rows(events: Iterable[TrainEvent]) -> Iterator[tuple[_Number, ...]]:
    for event in events:
        at = (event.step, event.elapsed_s)
        if isinstance(event, Step):
            yield (*at, event.epoch, event.loss, event.learning_rate, event.grad_norm, "")
        elif isinstance(event, Evaluated) and event.val_loss is not None:
            yield (*at, "", "", "", "", event.val_loss)
