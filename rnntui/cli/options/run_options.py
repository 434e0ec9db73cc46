"""Options shared by the commands that train, and opening their run, new or resumed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from rnntui.errors import ConfigError

if TYPE_CHECKING:
    from rnntui.training.changed_text import AllowOldText

R = TypeVar("R")

Recipe = Annotated[
    str | None, typer.Option(help="Settings to start from: a recipe's name or a TOML file.")
]
Name = Annotated[str | None, typer.Option(help="Name of the run.")]
Resume = Annotated[
    str | None, typer.Option(help="Run to resume; a new learning rate or schedule is recorded.")
]
OldText = Annotated[
    bool,
    typer.Option(
        "--old-text", help="Use the training text as it was, though it has changed since."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Train even if free memory seems insufficient.")
]
Log = Annotated[
    list[str] | None,
    typer.Option(
        "--log",
        metavar="LOGGER",
        help="Log to tensorboard, wandb or csv, too, or a logger of another package; repeatable."
        " Files go to logs/ in the run's folder.",
        rich_help_panel="Evaluating, saving, sampling",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")]


def check_old_text(old_text: bool) -> None:
    """Refuse `--old-text` for a new run. Raises `ConfigError`."""
    if old_text:
        raise ConfigError("--old-text goes with --resume, for a text that has changed since.")


def allowance(old_text: bool) -> "AllowOldText":
    """Return the policy for a changed text: use the old one, or refuse."""
    from rnntui.training.changed_text import allow_old_text, refuse_old_text

    return allow_old_text if old_text else refuse_old_text


def open_run(
    resumed: str | None,
    old_text: bool,
    only_new: Mapping[str, str | None],
    make: Callable[[Path], R],
    resume: Callable[[Path, str, "AllowOldText"], R],
) -> R:
    """Make a run in the folder of runs, or resume the one called `resumed`.

    `only_new` are the values of options for new runs only. Raises `ConfigError` for one of
    them given with `--resume`, and for `--old-text` without it.
    """
    from rnntui import places

    parent = places.checkpoints_dir()
    if resumed is None:
        check_old_text(old_text)
        return make(parent)
    for option, value in only_new.items():
        if value is not None:
            raise ConfigError(f"{option} can't go with --resume: the run has its own already.")
    return resume(parent, resumed, allowance(old_text))
