"""`rnntui checkpoints`: the runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import Checkpoint, checkpoint_path
from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_text
from rnntui.errors import ConfigError, RnntuiError

if TYPE_CHECKING:
    from rnntui.training.runs.folder import RunFolder

app = typer.Typer(help="The runs and their checkpoints.", no_args_is_help=True)

NAMED_STEPS = 8
"""Steps of kept checkpoints that are named at most; the middle ones are left out."""

EXPORT_FORMATS = ("zip", "onnx", "torch", "safetensors", "npz", "html")
"""What a run is exported to: `zip`, and the names of `FORMATS`, which would load NumPy here."""

_Name = Annotated[str, typer.Argument(help="A run's name.")]


@app.command("list")
def list_() -> None:
    """Show all runs, one a line.

    The state is training, paused or quiet (no new events) while a process holds the
    run; otherwise finished, stopped, failed, or new (without a checkpoint).
    """
    from rnntui import places
    from rnntui.tasks.summary import summarise
    from rnntui.training.runs.folder import list_runs

    parent = places.checkpoints_dir()
    rows, folders = [], list_runs(parent)
    for folder in folders:
        try:
            run = summarise(folder)
        except RnntuiError as error:
            notify(str(error))
            continue
        about = (folder.name, run.kind.name, run.corpus, run.cell, run.size, run.figure)
        rows.append((*about, f"{run.step:,}", f"{run.elapsed_s:,.0f}", run.state))
    columns = (
        "name",
        "kind",
        "corpus",
        "cell",
        "size",
        ">best",
        ">steps",
        ">seconds",
        "state",
    )
    if rows:
        print_table(columns, rows)
    elif not folders:
        notify(f"There are no runs in {parent} yet; 'rnntui train' makes one.")


@app.command()
def show(
    checkpoint: Checkpoint,
    cell: CellFile = None,
    cell_text: Annotated[
        bool,
        typer.Option("--cell-text", help="Print the file of a cell of one's own alone, as text."),
    ] = False,
) -> None:
    """Show a checkpoint: its training data, progress and layers.

    Of a cell of one's own, the file with which it was trained is shown, too. It is text here:
    nothing that a checkpoint holds is ever run.
    """
    from rnntui import places
    from rnntui.cli.output.layers import print_layers
    from rnntui.nets.cells.own import UnknownOwnCellError, find_own_cell, setting_name
    from rnntui.tasks.checkpoint_header import stored_cell
    from rnntui.tasks.kinds import kind_of_checkpoint
    from rnntui.tasks.table import task_of
    from rnntui.training.checkpoint_file import open_checkpoint
    from rnntui.training.runs.folder import run_of

    path = checkpoint_path(checkpoint)
    with open_checkpoint(path) as file:
        stored = stored_cell(file)
    if cell_text:
        if stored is None:
            raise ConfigError(f"{path} has a built-in cell; there is no file to print.")
        write_text(stored.text, sys.stdout)
        return
    if stored is not None:
        about = [("cell", stored.name), ("SHA-256", stored.sha256)]
        print_table(("", ""), [("file", str(path)), *about])
        write_text(stored.text, sys.stdout)
        try:
            find_own_cell(setting_name(stored.name, stored.sha256))
        except UnknownOwnCellError as error:
            notify(str(error))
            return
    folder = run_of(places.checkpoints_dir(), path)
    task = task_of(kind_of_checkpoint(path))
    header = task.load(path).header
    say_unless_used(cell, [header.model.cell])
    progress = header.progress
    best = "none yet" if progress.best_loss is None else f"{progress.best_loss:.4f}"
    print_table(
        ("", ""),
        [
            ("file", str(path)),
            # A renamed run has the name of its folder.
            ("run", folder.name if folder else header.run),
            *task.about(header),
            ("step", f"{progress.step:,} of {progress.total_steps:,}"),
            ("training time", f"{progress.elapsed_s:,.1f} s"),
            ("best loss", f"{best} at step {progress.best_step:,}"),
            *_kept(folder),
        ],
    )
    print_layers(task.layers(header))


def _kept(folder: "RunFolder | None") -> list[tuple[str, str]]:
    """The row of a run's kept checkpoints, if there are any."""
    from rnntui.training.runs.kept import kept_steps

    steps = kept_steps(folder) if folder else ()
    if not steps:
        return []
    named = [f"{step:,}" for step in steps]
    if len(named) > NAMED_STEPS:
        named[NAMED_STEPS - 1 : -1] = ["…"]
    return [("kept", f"{len(steps)}, after the steps {'; '.join(named)}")]


@app.command()
def rename(name: _Name, new_name: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Rename a run."""
    from rnntui import places
    from rnntui.training.runs.changes import rename_run

    rename_run(places.checkpoints_dir(), name, new_name)
    notify(f"Renamed the run '{name}' to '{new_name}'.")


@app.command()
def remove(
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
) -> None:
    """Delete a run and its files, after a confirmation.

    Other files in its folder stay, and so does the folder then. Where the folder is a
    symbolic link, only the link is deleted.
    """
    from rnntui import places
    from rnntui.training.runs.changes import remove_run, resting_run

    parent = places.checkpoints_dir()
    folder = resting_run(parent, name)
    if not yes:
        typer.confirm(f"Delete {folder.path} with its checkpoints?", abort=True, err=True)
    notify(remove_run(parent, name).sentence)


@app.command()
def export(
    name: Annotated[
        str,
        typer.Argument(
            help="A run's name; for a network also NAME:last, or a .safetensors file.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "--to",
            metavar="FILE",
            help="File to write (default: the run's name in this folder).",
        ),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar=f"[{'|'.join(EXPORT_FORMATS)}]",
            help="zip is the whole run. The others have its network alone: onnx one time step for"
            " ONNX Runtime; torch a state dict for torch.nn.LSTM, GRU or RNN; safetensors and npz"
            " its weights by name; html a page in which it generates, without any network access.",
        ),
    ] = "zip",
    cell: CellFile = None,
) -> None:
    """Write a run to a zip file, or its network in a format of other programs.

    The zip has settings, record (also as CSV), samples, checkpoints. A network's file
    has its vocabulary, too; torch's, which has tensors alone, gets a file beside it.
    """
    from rnntui import places
    from rnntui.training.runs.export import export_run
    from rnntui.training.runs.folder import find_run

    if format_ not in EXPORT_FORMATS:
        raise typer.BadParameter(
            f"{format_!r} is not one of {', '.join(EXPORT_FORMATS)}.", param_hint="'--format'"
        )
    if format_ != "zip":
        _export_network(name, output, format_, cell)
        return
    folder = find_run(places.checkpoints_dir(), name)
    target = output or Path(f"{folder.name}.zip")
    export_run(folder, target)
    notify(f"Exported '{folder.name}' to {target}.")


def _export_network(checkpoint: str, output: Path | None, format_: str, cell: str | None) -> None:
    """Write the network of a checkpoint."""
    from rnntui.tasks.characters.export.network import exported_network
    from rnntui.tasks.characters.export.table import FORMATS
    from rnntui.tasks.characters.export.writing import export_network
    from rnntui.training.runs.folder import BEST, LAST

    path, chosen = checkpoint_path(checkpoint), FORMATS[format_]
    network = exported_network(path)
    say_unless_used(cell, [network.config.cell])
    # Not the name in the file, which may be anything.
    name = path.parent.name if path.name in (BEST, LAST) else path.stem
    target = output or Path(f"{name}{chosen.suffix}")
    for written in export_network(network, chosen, target):
        notify(f"Wrote {written}.")


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A state dict of torch (.pt, .pth, .bin, .safetensors), a model of Keras (.keras,"
            " .h5), or an export (.safetensors, .npz).",
            metavar="FILE",
        ),
    ],
    vocabulary: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|CORPUS",
            help="Which symbol each id is: a JSON list of them in the order of their ids, a JSON"
            " object from symbols to ids, or the text that the network learned, whose characters"
            " are then numbered as by sorted(set(text)). Not needed where the file has it.",
        ),
    ] = None,
    normalise: Annotated[
        list[str] | None,
        typer.Option(
            help="Text normalisation that the network was trained with, as of 'rnntui train'; may"
            " be repeated.",
        ),
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Characters that the network reads from a zero state for each prediction; 0 for"
            " one whose state is carried on. A state dict says nothing of it.",
        ),
    ] = None,
    nonlinearity: Annotated[
        Literal["tanh", "relu"] | None,
        typer.Option(help="Activation of a vanilla RNN; a state dict says nothing of it."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the run (default: the file's, and a number).")
    ] = None,
    cell: CellFile = None,
) -> None:
    """Make a run of a network that another program trained.

    It then generates, is evaluated, looked into and resumed like any other; 'rnntui train
    TEXT --init-from RUN' trains it on another text. Nothing in the file is ever run.
    """
    from rnntui import places
    from rnntui.tasks.characters.imports.run import import_network, reading_of, with_settings
    from rnntui.tasks.characters.imports.table import format_of

    foreign = format_of(file).read(file)
    say_unless_used(cell, [foreign.model.cell])
    foreign = with_settings(file, foreign, {"window": window, "nonlinearity": nonlinearity})
    steps = None if normalise is None else tuple(normalise)
    reading = reading_of(file, foreign, vocabulary, steps)
    folder = import_network(places.checkpoints_dir(), file, foreign, reading, name)
    notify(f"Imported {file} as the run '{folder.name}'.")
