"""The entry point: the commands, and the exit codes of errors and interruptions."""

import io
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Annotated

import typer

import rnntui
from rnntui.cli.completion.protocol import is_completing, prepare
from rnntui.cli.lazy_commands import LONGEST_COMPLAINT, LazyGroup
from rnntui.cli.options.cell_option import CellFile
from rnntui.cli.options.opening_options import (
    OpenedCheckpoint,
    OpenedCorpus,
    OpenedRecipe,
    ReadOnly,
    Replayed,
)
from rnntui.cli.output.terminal import ReaderGoneError, leave_streams, notify, open_closed_streams
from rnntui.cli.torchrun import be_silent_unless_first, check_command
from rnntui.errors import RnntuiError, reason, shortened
from rnntui.nets.cells.own import use_finder
from rnntui.own_cells import cell_files, find_by_hash, load_cells_folder
from rnntui.runtime.signals import EXIT_CODE_BASE, leaving_signals
from rnntui.training.launched import launched_by_torchrun

app = typer.Typer(
    name="rnntui",
    cls=LazyGroup,
    help="A terminal playground for character-level recurrent networks.",
    epilog="With no command the playground opens. Documentation: README.md.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rnntui {rnntui.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def playground(
    context: typer.Context,
    corpus: OpenedCorpus = None,
    checkpoint: OpenedCheckpoint = None,
    recipe: OpenedRecipe = None,
    replay: Replayed = None,
    read_only: ReadOnly = False,
    cell: CellFile = None,  # noqa: ARG001
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A terminal playground for character-level recurrent networks."""
    if context.invoked_subcommand is not None:
        check_command(launched_by_torchrun(), context.invoked_subcommand)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and "TEXTUAL_DRIVER" not in os.environ:
        raise RnntuiError(
            "The playground needs a terminal; without one use 'rnntui train' and 'rnntui sample'."
        )
    from rnntui.tui.app import open_playground

    if cell_files():
        # For the form; 'rnntui cells list' says what is wrong with one that isn't there.
        list(load_cells_folder())

    raise typer.Exit(open_playground(corpus, checkpoint, recipe, replay, read_only))


def main() -> None:
    """Run the program and leave with its exit code.

    0 done, 1 a stated error, 2 wrong usage, 129, 130 and 143 interrupted.
    """
    # torch's threads wait for each other by spinning. If another process, or our own
    # screen, needs a processor, they spin for a thread that is not running, and training
    # becomes many times slower; so they spin only briefly.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    if is_completing():
        prepare(os.environ, sys.modules)
    open_closed_streams()
    be_silent_unless_first(launched_by_torchrun())
    use_finder(find_by_hash)
    for number in leaving_signals():
        signal.signal(number, _leave)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Characters that standard output can't encode are written as escapes.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not from `sys.argv`, where `python -m rnntui` has another name.
        app(prog_name="rnntui")
    except RnntuiError as error:
        notify(str(error))
        sys.exit(1)
    except ReaderGoneError:
        sys.exit(0)
    except OSError as error:
        # Any other refusal by the file system.
        place = "" if error.filename is None else f"{error.filename}: "
        notify(shortened(f"{place}{reason(error)}.", LONGEST_COMPLAINT))
        sys.exit(1)
    finally:
        leave_streams()


def run() -> None:
    """Run `main` as the program, and end the process with it.

    Threads that prepare torch or the compiled kernels may still be running. Python's own exit
    would stop them inside foreign code, which can abort the process, as can the threads of a
    process group under torchrun; everything is saved and written by then, so the process exits
    without waiting for them.
    """
    try:
        main()
    except SystemExit as leaving:
        at_work = [thread for thread in threading.enumerate() if thread.daemon]
        foreign = bool(at_work) or launched_by_torchrun() is not None
        if not foreign or not isinstance(leaving.code, int | None):
            raise
        logging.shutdown()
        os._exit(leaving.code or 0)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(EXIT_CODE_BASE + number)
