"""Cells of people's own, read from files: one of them, and the registry of those known.

This module never reads a file. The edge of the program (`rnntui/own_cells.py`) does, from paths
that were given to it alone, and registers what it found; `use_finder` gives it the chance to do so
when a cell is looked up that isn't registered yet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Final

from rnntui.errors import ConfigError, shortened
from rnntui.nets.cells.cell import ArrayOrTensor, CellStep, Nonlinearity, Operations, RecurrentCell

HASH_DIGITS: Final = 8
"""Hexadecimal digits of the SHA-256 that follow `@` in the name of a setting."""

_NAME: Final = re.compile(rf"([a-z][a-z0-9_-]*)@([0-9a-f]{{{HASH_DIGITS}}})")
_LONGEST_REASON: Final = 300


class UnknownOwnCellError(ConfigError):
    """A cell of somebody's own whose file isn't known here."""


@dataclass(frozen=True, eq=False)
class OwnCell:
    """A cell from a file, in the form of `RecurrentCell`.

    `plain_name` is the one in its file; `path`, `text` and `sha256` are the file's. Its equations
    are in `cell`, as they were when the file was read.
    """

    plain_name: str
    path: str
    text: str
    sha256: str
    cell: RecurrentCell

    @property
    def name(self) -> str:
        """Name and hash, as in settings and checkpoints: `mine@1a2b3c4d`."""
        return setting_name(self.plain_name, self.sha256)

    @property
    def year(self) -> int:
        """As the file says."""
        return self.cell.year

    @property
    def gate_names(self) -> tuple[str, ...]:
        """As the file says."""
        return self.cell.gate_names

    @property
    def initial_biases(self) -> tuple[float, ...]:
        """As the file says."""
        return self.cell.initial_biases

    @property
    def state_tensors(self) -> tuple[str, ...]:
        """As the file says."""
        return self.cell.state_tensors

    @property
    def keeping_gate(self) -> int | None:
        """As the file says."""
        return self.cell.keeping_gate

    @property
    def is_recurrent(self) -> bool:
        """As the file says."""
        return self.cell.is_recurrent

    def step(
        self,
        ops: Operations,
        from_input: ArrayOrTensor,
        from_hidden: ArrayOrTensor,
        state: tuple[ArrayOrTensor, ...],
        nonlinearity: Nonlinearity,
    ) -> CellStep:
        """One time step. Raises `ConfigError`, naming the line, where the file's equations fail."""
        try:
            return self.cell.step(ops, from_input, from_hidden, state, nonlinearity)
        except Exception as error:
            # Where memory is short, the equations are not to blame.
            if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
                raise
            # A `step` of other arguments fails before its first line.
            begins = getattr(getattr(self.cell.step, "__code__", None), "co_firstlineno", 1)
            raise self.wrong(failing_line(error, self.path, begins), said_by(error)) from error

    def wrong(self, line: int, what: str) -> ConfigError:
        """The error for something wrong in a line of its file."""
        return wrong_in(self.path, line, what)


def wrong_in(path: str, line: int, what: str) -> ConfigError:
    """The error for something wrong in a line of a cell's file."""
    return ConfigError(f"{path}, line {line}: {what}.")


def said_by(error: BaseException) -> str:
    """An exception in words, on one line and without a full stop."""
    said = " ".join(str(error).split()).rstrip(".")
    name = type(error).__name__
    return shortened(f"{name}: {said}" if said else name, _LONGEST_REASON)


def failing_line(error: BaseException, path: str, otherwise: int = 1) -> int:
    """The line of the file at `path` in which an exception arose: the innermost one.

    `otherwise` is the line for one that arose outside it.
    """
    import traceback  # slow to import, and seldom needed

    frames = traceback.extract_tb(error.__traceback__)
    lines = (frame.lineno or 1 for frame in reversed(frames) if frame.filename == path)
    return next(lines, otherwise)


def setting_name(plain_name: str, sha256: str) -> str:
    """The name in settings of the cell called `plain_name` in a file with that hash."""
    return f"{plain_name}@{sha256[:HASH_DIGITS]}"


def hash_of(text: str) -> str:
    """The SHA-256 of a file's text, in hexadecimal digits."""
    import hashlib  # slow to import, and seldom needed

    return hashlib.sha256(text.encode()).hexdigest()


Finder = Callable[[str], OwnCell | None]
"""Finds a cell by the first digits of the hash of its file."""

_registered: Final[dict[str, OwnCell]] = {}
_finders: Final[list[Finder]] = []
# The screen, a training and a stream may look for the same cell at once.
_lock: Final = RLock()


def register(cell: OwnCell) -> OwnCell:
    """Make a cell known, for as long as the process lives; returns the one that is known.

    Raises `ConfigError` for another file whose name and first digits are the same.
    """
    with _lock:
        known = _registered.setdefault(cell.name, cell)
    if known.sha256 != cell.sha256:
        raise ConfigError(f"{cell.path} and {known.path} are both called {cell.name}; rename one.")
    return known


def use_finder(finder: Finder) -> None:
    """Ask `finder` from now on for cells that aren't registered."""
    _finders[:] = [finder]


def own_names() -> tuple[str, ...]:
    """The names of the registered cells, in the order in which they came."""
    return tuple(_registered)


def find_own_cell(name: str) -> OwnCell | None:
    """The cell of that name; None for one that isn't of that form.

    Raises `UnknownOwnCellError` for one that is, but whose file isn't known.
    """
    if (parts := _NAME.fullmatch(name)) is None:
        return None
    with _lock:
        if name not in _registered and _finders and (found := _finders[0](parts[2])):
            register(found)
    if name not in _registered:
        from rnntui import places

        raise UnknownOwnCellError(
            f"The file of the cell {parts[1]} whose SHA-256 begins with {parts[2]} is needed: give"
            f" it with --cell FILE, or put it into {places.user_cells_dir()};"
            " 'rnntui checkpoints show RUN --cell-text' prints it."
        )
    return _registered[name]
