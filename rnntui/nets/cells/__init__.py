"""The recurrent cells: each module but `cell` and `own` defines one, as `CELL`.

Needs no NumPy, no torch. Every cell is looked up by `find_cell`, people's own (`own.py`) included.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from rnntui.errors import ConfigError
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.cells.own import find_own_cell, own_names


def _all_cells() -> dict[str, RecurrentCell]:
    names = [module.name for module in iter_modules(__path__) if module.name not in ("cell", "own")]
    cells = [import_module(f"{__name__}.{name}").CELL for name in names]
    return {cell.name: cell for cell in sorted(cells, key=lambda cell: (cell.year, cell.name))}


CELLS: Final = _all_cells()
"""Every built-in cell by its name, the oldest first."""


def known_cells() -> tuple[str, ...]:
    """The names of all cells: the built-in ones, then people's own that are registered."""
    return (*CELLS, *own_names())


def find_cell(name: str) -> RecurrentCell:
    """The cell of that name. Raises `ConfigError` for an unknown one."""
    # A damaged file may hold anything instead of a name.
    if isinstance(name, str):
        if name in CELLS:
            return CELLS[name]
        if (own := find_own_cell(name)) is not None:
            return own
    known = ", ".join(known_cells())
    raise ConfigError(f"--cell {name} is not known; it is one of {known}.")
