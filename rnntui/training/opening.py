"""What opening a run takes whatever its task: a new one's folder, and one that goes on."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rnntui.training.optimizing.devices import check_device, check_threads
from rnntui.training.optimizing.memory import check_memory
from rnntui.training.prepared_run import Begun, PreparedRun
from rnntui.training.resuming import allowed
from rnntui.training.run_folder import RunFolder, create_run_folder, find_run, free_run_name

B = TypeVar("B", bound=Begun)


def folder_for(parent: Path, name: str | None, corpus: str, cell: str) -> RunFolder:
    """The folder of a new run; with no name, one from corpus, cell and a number."""
    return RunFolder(parent / (name or free_run_name(parent, f"{corpus}-{cell}")))


def make_run(run: PreparedRun, force: bool) -> None:
    """Make a new run's folder, unless it takes more memory than is left and `force` is not given.

    Raises `ConfigError` for that, and `CheckpointError` where the folder can't be made.
    """
    check_memory(run.needed_bytes, run.config.device, force)
    create_run_folder(run.folder, run.tables(run.total_steps))


def check_machine(config: Any) -> None:
    """Raise `ConfigError` where the device is not there, or has not so many threads."""
    check_device(config.device)
    check_threads(config.threads)


def reopened(
    parent: Path,
    name: str,
    describe: Callable[[RunFolder], B],
    changes: Mapping[str, object],
    changeable: Collection[str],
) -> tuple[RunFolder, B, Any]:
    """A run to go on with: its folder, what it was begun with, and its settings from now on.

    `changes` are settings to change, of those in `changeable`. Raises `CheckpointError` for
    a run that is not there, and `ConfigError` for a setting that can't change or a device that
    is not there.
    """
    folder = find_run(parent, name)
    begun = describe(folder)
    config = begun.config.replaced(allowed(changes, begun.config, changeable))
    # Before it is written to run.toml, where it would stand in every later resume's way.
    check_machine(config)
    return folder, begun, config
