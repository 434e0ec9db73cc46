"""The option `--cell`: a setting of commands that train, elsewhere the file of a cell."""

from collections.abc import Iterable
from typing import Annotated

import typer

from rnntui.cli.output.terminal import notify


def _setting(value: str | None) -> str | None:
    """The name of the cell in settings. Raises `BadParameter` for an unknown one."""
    from rnntui.errors import ConfigError
    from rnntui.nets.cells import find_cell
    from rnntui.nets.cells.own import UnknownOwnCellError
    from rnntui.own_cells import named_cell

    if value is None:
        return None
    name = named_cell(value)
    try:
        find_cell(name)
    except UnknownOwnCellError:
        raise
    except ConfigError as error:
        raise typer.BadParameter(str(error).removeprefix("--cell ")) from error
    return name


def _given_file(value: str | None) -> str | None:
    """Make the cell in a file known."""
    from pathlib import Path

    from rnntui.own_cells import load_cell

    return None if value is None else load_cell(Path(value)).name


def say_unless_used(cell: str | None, used: Iterable[str]) -> None:
    """Say so where a file given as `--cell` is not that of the networks' cells `used`."""
    if cell is None or cell in (cells := set(used)):
        return
    notify(f"The file given as --cell isn't used: this network's cell is {', '.join(cells)}.")


def cell_setting(known: tuple[str, ...], about: str, panel: str) -> object:
    """The annotation of the setting, whose built-in values are `known`."""
    option = typer.Option(
        "--cell",
        metavar=f"[{'|'.join(known)}|FILE]",
        help=about,
        rich_help_panel=panel,
        callback=_setting,
    )
    return Annotated[str | None, option]


CellFile = Annotated[
    str | None,
    typer.Option(
        "--cell",
        metavar="FILE",
        help="File of the network's cell, if it is one of your own (see 'rnntui cells').",
        callback=_given_file,
    ),
]
