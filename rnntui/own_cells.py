"""Reads cells of people's own from files, and makes them known to the rest of the program.

The only place where such a file is run: one whose path a person gave, one that lies in the folder
`cells/` of the user's data, or one of the package's. What a checkpoint stores is never run.
"""

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from rnntui import places
from rnntui.errors import ConfigError, quoted, reason
from rnntui.nets.cell_time_limit import time_limit
from rnntui.nets.cells import CELLS
from rnntui.nets.cells.cell import RecurrentCell
from rnntui.nets.cells.own import (
    OwnCell,
    failing_line,
    hash_of,
    register,
    said_by,
    wrong_in,
)
from rnntui.plain_files import read_plain

if TYPE_CHECKING:
    from rnntui.nets.cell_lines import CellLines
    from rnntui.tasks.recipes import RecipeFile

SUFFIX: Final = ".py"
LARGEST_BYTES: Final = 100_000
_MOST_GATES: Final = 32
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,23}")
_PART: Final = re.compile(r"[a-z][a-z0-9_]{0,23}")


def load_cell(path: Path) -> OwnCell:
    """Run the file of a cell and make the cell known.

    Raises `ConfigError` for a file that can't be read or run, or has not exactly one cell.
    """
    from rnntui.nets.cell_lines import CellLines

    text = _text_of(path)
    shown, sha256 = str(path), hash_of(text)
    lines = CellLines(text, shown)
    if len(lines.classes) > 1 or len(lines.cells) > 1:
        line = (lines.cells if len(lines.cells) > 1 else lines.classes)[1]
        raise wrong_in(shown, line, "here a second cell begins; a file has one")
    # In `sys.modules`, where dataclasses look for the module that they are made in.
    module = ModuleType(f"rnntui_own_cell_{sha256}")
    module.__file__ = shown
    sys.modules[module.__name__] = module
    with time_limit(shown):
        try:
            exec(compile(text, shown, "exec"), module.__dict__)
        except (Exception, SystemExit) as error:
            raise wrong_in(shown, failing_line(error, shown), said_by(error)) from error
    if not hasattr(module, "CELL"):
        raise wrong_in(shown, lines.last, "there is no cell; end the file with CELL = YourClass()")
    cell = module.CELL
    if isinstance(cell, type) or not callable(getattr(cell, "step", None)):
        what = "CELL is a class" if isinstance(cell, type) else "CELL has no equations, no step"
        line = (lines.cells or [lines.last])[0]
        raise wrong_in(shown, line, f"{what}; write CELL = YourClass()")
    try:
        with time_limit(shown):
            name = _checked_attributes(cell, lines)
    except ConfigError:
        raise
    except Exception as error:  # of a property
        raise wrong_in(shown, failing_line(error, shown), said_by(error)) from error
    return register(OwnCell(name, shown, text, sha256, cell))


def find_by_hash(digits: str) -> OwnCell | None:
    """The cell in the user's folder, or the package's, whose file's hash begins so, loaded."""
    for path in (*cell_files(), *sorted(places.foreign_cells_dir().glob(f"[!_]*{SUFFIX}"))):
        try:
            if hash_of(_text_of(path)).startswith(digits):
                return load_cell(path)
        except ConfigError:
            continue
    return None


def cell_files() -> list[Path]:
    """The files of the user's folder."""
    return sorted(places.user_cells_dir().glob(f"*{SUFFIX}"))


def load_cells_folder() -> Iterator[OwnCell | ConfigError]:
    """Load each cell of the user's folder; what is wrong with one comes in its place."""
    for path in cell_files():
        try:
            yield load_cell(path)
        except ConfigError as error:
            yield error


def named_cell(reference: str | Path, beside: Path = Path()) -> str:
    """The name in settings of the cell that a person named.

    A path, which is read from the folder `beside`, and the name of a file in the user's folder
    are loaded. Any other name is returned as it is. Raises `ConfigError` as `load_cell`.
    """
    named = str(reference)
    if named in CELLS:
        return named
    if named.endswith(SUFFIX) or Path(named).name != named:
        return load_cell(beside / Path(named).expanduser()).name
    own = places.user_cells_dir() / f"{named}{SUFFIX}"
    return load_cell(own).name if _NAME.fullmatch(named) and own.is_file() else named


def with_own_cell(file: "RecipeFile", reference: str) -> "RecipeFile":
    """A recipe with the cell that it names by a path, if it does, loaded.

    The path is read from the folder of the recipe, `reference`, if a person gave that as a file.
    """
    network = file.tables.get("network")
    if not isinstance(network, dict) or not isinstance(cell := network.get("cell"), str):
        return file
    if not Path(reference).is_file():
        return file
    named = named_cell(cell, Path(reference).parent)
    return replace(file, tables={**file.tables, "network": {**network, "cell": named}})


def check_new_cell_name(name: str) -> None:
    """Raise `ConfigError` unless a cell of one's own can be called that."""
    if complaint := _wrong_name(name):
        raise ConfigError(f"A cell can't be called {quoted(name)}: {complaint}.")


def _text_of(path: Path) -> str:
    try:
        return read_plain(path, LARGEST_BYTES, "followed").decode()
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no file {path}; 'rnntui cells new NAME' writes a cell to begin with."
        ) from error
    except OSError as error:
        raise ConfigError(f"The cell {path} can't be read ({reason(error)}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise wrong_in(str(path), line, "it isn't UTF-8") from error


def _wrong_name(name: object) -> str:
    """What is wrong with the name of a cell; empty if nothing is."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "a name has up to 24 small letters, digits, - and _, a letter first"
    return "a built-in cell has that name; choose another" if name in CELLS else ""


def _checked_attributes(cell: Any, lines: "CellLines") -> str:
    """The name of a cell, whose attributes are checked. Raises `ConfigError`."""

    def wrong(attribute: str, what: str) -> ConfigError:
        return wrong_in(lines.path, lines.attribute(attribute), what)

    def names(attribute: str) -> tuple[str, ...]:
        found = getattr(cell, attribute)
        if not isinstance(found, tuple) or not all(isinstance(name, str) for name in found):
            raise wrong(attribute, f"{attribute} must be a tuple of names, such as ('new',)")
        if bad := [name for name in found if not _PART.fullmatch(name)]:
            what = "a name there has small letters, digits and _, a letter first"
            raise wrong(attribute, f"{attribute} has the name {quoted(bad[0])}; {what}")
        if not 1 <= len(set(found)) == len(found) <= _MOST_GATES:
            raise wrong(attribute, f"{attribute} must have 1 to {_MOST_GATES} different names")
        return found

    for attribute in _attributes():
        if not hasattr(cell, attribute):
            raise wrong(attribute, f"the cell has no {attribute}")
    if complaint := _wrong_name(cell.name):
        raise wrong("name", f"name is {quoted(cell.name)}; {complaint}")
    gates, biases = names("gate_names"), cell.initial_biases
    if names("state_tensors")[0] != "h":
        raise wrong("state_tensors", "the first of state_tensors must be 'h', the hidden state")
    if not isinstance(biases, tuple) or not all(_is_number(bias) for bias in biases):
        raise wrong("initial_biases", "initial_biases must be a tuple of numbers")
    if len(biases) != len(gates):
        what = f"initial_biases has {len(biases)} numbers for {len(gates)} gates"
        raise wrong("initial_biases", what)
    if not isinstance(cell.year, int) or not 0 <= cell.year <= 9999:
        raise wrong("year", "year must be a whole number, such as 2026")
    keeps = cell.keeping_gate
    if keeps is not None and (type(keeps) is not int or not 0 <= keeps < len(gates)):
        raise wrong("keeping_gate", f"keeping_gate must be None or one of 0 to {len(gates) - 1}")
    if not isinstance(cell.is_recurrent, bool):
        raise wrong("is_recurrent", "is_recurrent must be True or False")
    return str(cell.name)


def _attributes() -> tuple[str, ...]:
    return tuple(name for name, value in vars(RecurrentCell).items() if isinstance(value, property))


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(float(value))  # type: ignore[arg-type]
