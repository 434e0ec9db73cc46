"""Opening a run of any task: the folder of a new one, the settings of a resumed one."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rnntui.nets.cell_checks import check_before_training
from rnntui.training.optimizing.devices import check_device, check_threads
from rnntui.training.optimizing.memory import check_memory
from rnntui.training.prepared_run import PreparedRun, RunDescription
from rnntui.training.resuming import changed_settings
from rnntui.training.runs.folder import RunFolder, create_run_folder, find_run, free_run_name

B = TypeVar("B", bound=RunDescription[Any, Any])


def folder_for(parent: Path, name: str | None, corpus: str, cell: str) -> RunFolder:
    """The folder of a new run; its default name is made from corpus, cell and a number."""
    return RunFolder(parent / (name or free_run_name(parent, f"{corpus}-{cell}")))


def make_run(run: PreparedRun, force: bool) -> None:
    """Check the memory that a new run needs, unless `force`, and make its folder.

    Raises `ConfigError` and `CheckpointError`.
    """
    check_memory(run.needed_bytes, run.config.device, force)
    create_run_folder(run.folder, run.tables(run.total_steps))


def check_can_train(config: Any) -> None:
    """Raise `ConfigError` for an unavailable device, too many threads, or a cell with a fault."""
    check_before_training(config.cell)
    check_device(config.device)
    check_threads(config.threads)


def reopened(
    parent: Path,
    name: str,
    describe: Callable[[RunFolder], B],
    changes: Mapping[str, object],
    changeable: Collection[str],
) -> tuple[RunFolder, B, Any]:
    """A run to resume: its folder, its description, and its settings with `changes`.

    Only settings in `changeable` may change. Raises `CheckpointError` for an unknown run,
    `ConfigError` for a setting that can't change or an unavailable device.
    """
    folder = find_run(parent, name)
    begun = describe(folder)
    config = begun.config.replaced(changed_settings(changes, begun.config, changeable))
    # Before it is written to run.toml, where it would make every later resume fail.
    check_can_train(config)
    return folder, begun, config
