"""What a sweep notes in the folder of each of its trials: `trial.toml`, beside `run.toml`.

It says of which study the run is a trial, and suffices for the tables of the study.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import tomli_w

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, reason
from rnntui.runtime.sweep.space import Choices, Range, Swept, Value
from rnntui.toml_files import UnreadableFileError, read_toml
from rnntui.training.checked_values import count, number, text, truth
from rnntui.training.runs.folder import RunFolder

STATES: Final = ("running", "complete", "pruned", "failed")


@dataclass(frozen=True)
class TrialNote:
    """A trial of a study.

    `state` is one of `STATES`, as `running` until it has ended; `loss` the lowest of its
    evaluations, in nats per unit, None before the first. `values` are those of the swept settings,
    which `space` describes.
    """

    study: str
    number: int
    storage: str
    state: str
    loss: float | None
    values: Mapping[str, Value]
    space: Mapping[str, Swept]


def write_note(folder: RunFolder, note: TrialNote) -> None:
    """Write it atomically. Raises `CheckpointError` for a failed write."""
    tables: dict[str, Any] = {
        "study": note.study,
        "number": note.number,
        "storage": note.storage,
        "state": note.state,
        **({} if note.loss is None else {"loss": note.loss}),
        "values": dict(note.values),
        "space": {name: one.as_table() for name, one in note.space.items()},
    }
    try:
        with atomic_write(folder.trial) as file:
            file.write(tomli_w.dumps(tables).encode("utf-8", "replace"))
    except OSError as error:
        raise CheckpointError(f"{folder.trial} can't be written ({reason(error)}).") from error


def read_note(folder: RunFolder) -> TrialNote | None:
    """The note of a run; None for one that is no trial. Raises `CheckpointError` if damaged."""
    if not os.path.lexists(folder.trial):
        return None
    try:
        tables = read_toml(folder.trial, "refused")
        state = text(tables["state"], "state")
        if state not in STATES:
            raise ValueError("its state is unknown")
        space = {str(name): _swept(one) for name, one in dict(tables["space"]).items()}
        values = {name: _value(tables["values"][name]) for name in space}
        return TrialNote(
            text(tables["study"], "study"),
            count(tables["number"], "number"),
            text(tables["storage"], "storage"),
            state,
            number(tables["loss"], "loss") if "loss" in tables else None,
            values,
            space,
        )
    except UnreadableFileError as error:
        raise CheckpointError(f"{folder.trial} can't be read: {error}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder.trial} is damaged ({error}).") from error


def notes_of(folders: Iterable[RunFolder], study: str) -> tuple[tuple[str, TrialNote], ...]:
    """The trials of a study among some runs, with the runs' names, by number.

    A damaged note is left out.
    """
    found = []
    for folder in folders:
        try:
            note = read_note(folder)
        except CheckpointError:
            continue
        if note is not None and note.study == study:
            found.append((folder.name, note))
    return tuple(sorted(found, key=lambda one: one[1].number))


def _value(value: object) -> Value:
    if isinstance(value, str):
        return value
    return number(value, "a value")


def _swept(table: object) -> Swept:
    if isinstance(table, list) and table:
        return Choices(tuple(_value(one) for one in table))
    if not isinstance(table, dict):
        raise ValueError("its space is of the wrong type")
    low, high = number(table["low"], "low"), number(table["high"], "high")
    step = number(table.get("step", 0), "step")
    log = truth(table.get("log", False), "log")
    if not low < high or step < 0 or (log and (low <= 0 or step)):
        raise ValueError("a range of its space is out of bounds")
    return Range(low, high, log, step, all(isinstance(one, int) for one in (low, high, step)))
