"""The recurrent cells: each module but `cell` defines one, as `CELL`. Needs no NumPy, no torch."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from rnntui.errors import ConfigError
from rnntui.nets.cells.cell import RecurrentCell


def _all_cells() -> dict[str, RecurrentCell]:
    names = [module.name for module in iter_modules(__path__) if module.name != "cell"]
    cells = [import_module(f"{__name__}.{name}").CELL for name in names]
    return {cell.name: cell for cell in sorted(cells, key=lambda cell: (cell.year, cell.name))}


CELLS: Final = _all_cells()
"""Every cell by its name, the oldest first."""


def find_cell(name: str) -> RecurrentCell:
    """The cell of that name. Raises `ConfigError` for an unknown one."""
    # A damaged file may hold anything instead of a name.
    if not isinstance(name, str) or name not in CELLS:
        known = ", ".join(CELLS)
        raise ConfigError(f"--cell {name} is not known; it is one of {known}.")
    return CELLS[name]
