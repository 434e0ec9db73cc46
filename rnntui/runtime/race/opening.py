"""Opening a race, new or resumed: its runs, and the file that names them.

`<race>.race.toml` beside the runs' folders is all that a race has of its own; each lane is an
ordinary run. docs/file-formats.md describes it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import tomli_w

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, ConfigError, RnntuiError, quoted, reason
from rnntui.runtime.race.entries import MOST_LANES, Entry, check_fair, names_of
from rnntui.runtime.race.turns import Lane
from rnntui.tasks.characters.opening import events_of, new_run, resume_run
from rnntui.tasks.characters.run import Run
from rnntui.tasks.summary import summarise
from rnntui.text.corpus import Corpus
from rnntui.toml_files import UnreadableFileError, read_toml
from rnntui.training.changed_text import AllowOldText, refuse_old_text
from rnntui.training.checked_values import count, text
from rnntui.training.commands import WeightsOutlet
from rnntui.training.loggers.finding import find_loggers
from rnntui.training.runs.changes import remove_run
from rnntui.training.runs.folder import check_new_name, check_run_name, find_run
from rnntui.training.settings.declaring import BUDGETS

SUFFIX = ".race.toml"


@dataclass(frozen=True)
class RaceFile:
    """What a race's file says.

    `lanes` are the names of its runs, `labels` what differs in each; `command` made it.
    """

    name: str
    lanes: tuple[str, ...]
    labels: tuple[str, ...]
    slice_characters: int
    command: str


@dataclass(frozen=True)
class OpenedRace:
    """A race ready to begin; `runs` are those of its lanes that have steps left."""

    file: RaceFile
    runs: tuple[Run, ...]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes for `race`."""
        return self.lanes_publishing({})

    def lanes_publishing(
        self, outlets: Mapping[str, WeightsOutlet], log: Sequence[str] = ()
    ) -> tuple[Lane, ...]:
        """The lanes for `race`, which publish their weights in the outlet of their name.

        Each has loggers of its own, by their names in `log`.
        """
        return tuple(
            Lane(
                run.folder.name,
                run.batches.characters_per_batch,
                partial(_begin, run, outlets.get(run.folder.name), tuple(log)),
            )
            for run in self.runs
        )


def _begin(
    run: Run, outlet: WeightsOutlet | None, log: Sequence[str], inbox: Any, clock: Any
) -> Any:
    return events_of(run, inbox, outlet, clock=clock, loggers=find_loggers(log))


def race_file(parent: Path, name: str) -> Path:
    """The file of a race."""
    return parent / f"{name}{SUFFIX}"


def free_race_name(parent: Path, corpus: str) -> str:
    """`<corpus>-race-` and the first number that no race has."""
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in corpus[:40]).lstrip(".-")
    number = 1
    while os.path.lexists(race_file(parent, f"{stem or 'text'}-race-{number}")):
        number += 1
    return f"{stem or 'text'}-race-{number}"


def new_race(
    parent: Path,
    corpus: Corpus,
    entries: Sequence[Entry],
    name: str | None,
    prime: str,
    slice_characters: int,
    command: str,
    force: bool = False,
) -> OpenedRace:
    """Make a race and the runs of its lanes, all on one text.

    Raises `ConfigError` for lanes that don't compare, `CheckpointError` for a taken name, and as
    `new_run`.
    """
    check_fair(entries)
    race = name or free_race_name(parent, corpus.name)
    check_run_name(race)
    if os.path.lexists(race_file(parent, race)):
        raise CheckpointError(
            f"There is a race called {quoted(race)} already; resume it with --resume {race}, or"
            " give another --name."
        )
    lanes = names_of(race, entries)
    for lane in lanes:
        check_new_name(parent, lane)
    configs = [replace(entry.config, engine=_decided_engine(entry)) for entry in entries]
    file = RaceFile(race, lanes, tuple(e.label for e in entries), slice_characters, command)
    runs: list[Run] = []
    try:
        for lane, config in zip(lanes, configs, strict=True):
            runs.append(new_run(parent, corpus, config, lane, prime, force=force))
        _write(parent, file)
    except RnntuiError:
        # Lanes without a race would only be in the way of the next attempt.
        for run in runs:
            remove_run(parent, run.folder.name)
        raise
    return OpenedRace(file, tuple(runs))


def resume_race(
    parent: Path,
    name: str,
    changes: Mapping[str, object],
    allow: AllowOldText = refuse_old_text,
    force: bool = False,
) -> OpenedRace:
    """Open a race to go on with all its lanes but those that have taken all their steps.

    Raises as `read_race` and `resume_run`, and `ConfigError` if no lane has steps left.
    """
    file = read_race(parent, name)
    longer = any(changes.get(budget) for budget in BUDGETS)
    folders = [find_run(parent, lane) for lane in file.lanes]
    left = [folder.name for folder in folders if longer or summarise(folder).state != "finished"]
    if not left:
        raise ConfigError(
            f"All lanes of the race '{name}' have taken all their steps; to train them further,"
            " raise --epochs, --steps or --minutes."
        )
    runs = (resume_run(parent, lane, changes, allow=allow, force=force) for lane in left)
    return OpenedRace(file, tuple(runs))


def read_race(parent: Path, name: str) -> RaceFile:
    """Read a race's file. Raises `CheckpointError` if it is missing or damaged."""
    check_run_name(name)
    path = race_file(parent, name)
    if not os.path.lexists(path):
        known = sorted(file.name.removesuffix(SUFFIX) for file in parent.glob(f"*{SUFFIX}"))
        there = f"there are {', '.join(known[:5])}" if known else "'rnntui race' makes one"
        raise CheckpointError(f"There is no race called {quoted(name)} in {parent}; {there}.")
    try:
        tables = read_toml(path, "refused")
        lanes, labels = tables["lanes"], tables["labels"]
        if not (isinstance(lanes, list) and isinstance(labels, list) and len(lanes) == len(labels)):
            raise ValueError("its lanes and their labels differ in number")
        if not 1 <= len(lanes) <= MOST_LANES:
            raise ValueError("it has too many lanes, or none")
        file = RaceFile(
            name=name,
            lanes=tuple(text(lane, "lane") for lane in lanes),
            labels=tuple(text(label, "label") for label in labels),
            slice_characters=max(1, count(tables["slice_characters"], "slice_characters")),
            command=text(tables["command"], "command"),
        )
    except UnreadableFileError as error:
        raise CheckpointError(f"{path} can't be read: {error}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged ({error}).") from error
    for lane in file.lanes:
        check_run_name(lane)
    return file


def _write(parent: Path, file: RaceFile) -> None:
    values = {name: value for name, value in asdict(file).items() if name != "name"}
    content = tomli_w.dumps(values).encode("utf-8", "replace")
    path = race_file(parent, file.name)
    try:
        with atomic_write(path) as target:
            target.write(content)
    except OSError as error:
        raise CheckpointError(
            f"The race's file {path} can't be written ({reason(error)}); choose a writable place."
        ) from error


def _decided_engine(entry: Entry) -> Any:
    """The engine of a lane: `auto` is decided before the start, once kernels are ready.

    Otherwise it would change over at a step that depends on the clock.
    """
    from rnntui.tasks.characters.engines import why_not_compiled
    from rnntui.tasks.characters.learners import preparation
    from rnntui.training.optimizing.devices import check_device, device_for

    config = entry.config
    if config.engine != "auto":
        return config.engine
    check_device(config.device)
    if why_not_compiled(config) or device_for("auto", config.device).type != "cpu":
        return "torch"
    return "compiled" if preparation().wait() else "torch"


def load_shared_parts(runs: Sequence[Run]) -> None:
    """Load what lanes share, so that the first to begin doesn't spend its own seconds on it."""
    import torch

    from rnntui.tasks.characters.learners import preparation

    if any(run.config.engine == "compiled" for run in runs):
        # What fails here is told by the lane that needs it.
        preparation().wait()
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([weight])
    weight.sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
