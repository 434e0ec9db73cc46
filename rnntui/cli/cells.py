"""`rnntui cells`: the recurrent cells, and people's own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_line
from rnntui.errors import ConfigError, reason

if TYPE_CHECKING:
    from rnntui.nets.cells.cell import RecurrentCell

app = typer.Typer(
    help=(
        "The recurrent cells, and cells of your own.\n\n'rnntui cells new mine' writes mine.py;"
        " change its equations, test it with 'rnntui cells check mine.py', then 'rnntui train"
        " --cell mine.py --name first' and 'rnntui sample first --cell mine.py'."
        " docs/own-cells.md has the rules."
    ),
    no_args_is_help=True,
)


@app.command("list")
def list_() -> None:
    """Show all cells, one a line: the built-in ones, then those of your own in your folder.

    A cell has a faster path where torch or the compiled kernels compute it; others train on the
    general path, one time step after another.
    """
    from rnntui import places
    from rnntui.nets.cells import CELLS
    from rnntui.nets.kernels import KERNEL_CELLS
    from rnntui.own_cells import load_cells_folder

    rows = [
        _row(name, cell, "yes" if name in KERNEL_CELLS else "no", "built in")
        for name, cell in CELLS.items()
    ]
    for found in load_cells_folder():
        if isinstance(found, ConfigError):
            notify(str(found))
        else:
            rows.append(_row(found.name, found, "no", found.path))
    print_table(("name", "gates", "states", ">year", "faster path", "file"), rows)
    notify(f"Cells of your own are looked for in {places.user_cells_dir()}.")


@app.command()
def new(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of the cell: up to 24 small letters, digits, - and _, a letter first."
        ),
    ],
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder to write NAME.py into.")
    ] = Path(),
) -> None:
    """Write a commented file to begin from: a cell equal to a GRU, in NAME.py.

    A file that is there is never overwritten. Of a cell in the folder that 'rnntui cells list'
    names, the runs open without --cell FILE.
    """
    from rnntui.cli.cell_template import template_for
    from rnntui.own_cells import SUFFIX, check_new_cell_name

    check_new_cell_name(name)
    path = folder / f"{name}{SUFFIX}"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(f"The folder {folder} can't be made ({reason(error)}).") from error
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(template_for(name, str(path)))
    except FileExistsError as error:
        raise ConfigError(f"There is a file {path} already; choose another name.") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be written ({reason(error)}).") from error
    notify(f"Wrote {path}; 'rnntui cells check {path}' tests it.")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of a cell.")],
) -> None:
    """Test a cell of your own, and say in one sentence what is wrong and in which line.

    Its names, the number and shapes of gates and states, finite values, no change of inputs in
    place, NumPy against torch in float64, and gradients against finite differences; a loop that
    never ends is broken off after ten seconds.
    """
    from rnntui.nets.cell_checks import check_cell
    from rnntui.own_cells import load_cell

    cell = load_cell(file)
    report = check_cell(cell)
    write_line(
        f"{cell.path}: the cell {cell.plain_name} works. Gates: {', '.join(cell.gate_names)};"
        f" states: {', '.join(cell.state_tensors)}. NumPy and torch differ by at most"
        f" {report.numpy_torch:.1e}, gradients and finite differences by {report.gradients:.1e}.",
        sys.stdout,
    )


def _row(name: str, cell: "RecurrentCell", fast: str, file: str) -> tuple[str, ...]:
    gates, states = ", ".join(cell.gate_names), ", ".join(cell.state_tensors)
    return name, gates, states, str(cell.year), fast, file
