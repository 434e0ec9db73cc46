"""The header of a checkpoint of any task: the common fields, and reading them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final, Generic, TypeVar

from rnntui.errors import CheckpointError, RnntuiError
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.cells.own import OwnCell, UnknownOwnCellError, hash_of, setting_name
from rnntui.training.checked_values import check_numbers, text
from rnntui.training.checkpoint_file import OpenCheckpoint
from rnntui.training.progress import Progress

M = TypeVar("M")
V = TypeVar("V")
P = TypeVar("P")
C = TypeVar("C")

_OWN_CELL: Final = "own_cell"


@dataclass(frozen=True, kw_only=True)
class CheckpointHeader(Generic[M, V, P, C]):
    """All of a checkpoint but its tensors.

    `model` is the network's architecture, `corpus` the provenance of its training data,
    `config` the resolved settings of its run.
    """

    run: str
    model: M
    vocabulary: V
    corpus: P
    config: C
    progress: Progress

    def as_json(self, vocabulary: object, **own: object) -> dict[str, Any]:
        """The parts by name, as values for JSON; `own` are the task's additional ones."""
        return {
            "run": self.run,
            "model": asdict(self.model),  # type: ignore[call-overload]
            "vocabulary": vocabulary,
            **own,
            "corpus": asdict(self.corpus),  # type: ignore[call-overload]
            "config": asdict(self.config),  # type: ignore[call-overload]
            "progress": asdict(self.progress),
            **_own_cell_part(self.model.cell),  # type: ignore[attr-defined]
        }


@contextmanager
def reading_header(file: OpenCheckpoint) -> Iterator[None]:
    """Convert errors from invalid parts of a header to `CheckpointError`."""
    try:
        yield
    except UnknownOwnCellError as error:
        why = str(error)
        raise CheckpointError(
            f"{file.path} can't be used without its cell: {why[0].lower()}{why[1:]}"
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError, RnntuiError) as error:
        raise file.bad(f"its header is damaged ({error})") from error


def fields_alike(parts: Mapping[str, Any], model: type, corpus: type) -> dict[str, Any]:
    """Read the fields common to all tasks from a header's parts, inside `reading_header`.

    `model` and `corpus` are the types of those two.
    """
    check_own_cell(parts)
    alike = {
        "run": text(parts["run"], "run"),
        "model": model(**parts["model"]),
        "corpus": corpus(**parts["corpus"]),
        "progress": Progress(**parts["progress"]),
    }
    check_numbers(alike["corpus"])
    check_numbers(alike["progress"])
    return alike


@dataclass(frozen=True)
class StoredCell:
    """The cell of a person's own that a checkpoint was trained with: a name, and its file.

    It is text: nothing in it is ever run.
    """

    name: str
    sha256: str
    text: str

    def __post_init__(self) -> None:
        for value in (self.name, self.sha256, self.text):
            text(value, "own_cell")
        if hash_of(self.text) != self.sha256:
            raise ValueError("the text of its cell is not the one of its hash")


def stored_cell(file: OpenCheckpoint) -> StoredCell | None:
    """The cell in a checkpoint; None for a built-in one. Raises `CheckpointError`."""
    part = file.part(_OWN_CELL)
    with reading_header(file):
        return None if part is None else StoredCell(**part)


def check_own_cell(parts: Mapping[str, Any]) -> None:
    """Check that a header's cell is a built-in one, or known here by the very file stored.

    Raises `UnknownOwnCellError`, or `ValueError` and `TypeError` for a damaged header.
    """
    name = parts["model"]["cell"]
    if not isinstance(name, str) or name in CELLS:
        return
    known = find_cell(name)
    stored = StoredCell(**parts[_OWN_CELL])
    if name != setting_name(stored.name, stored.sha256):
        raise ValueError("the cell stored is not the one of its network")
    if isinstance(known, OwnCell) and known.sha256 != stored.sha256:
        raise UnknownOwnCellError(
            f"The cell {name} in {known.path} is another one: its SHA-256 is {known.sha256}, not"
            f" {stored.sha256}; give the right file with --cell FILE."
        )


def _own_cell_part(name: str) -> dict[str, Any]:
    """What a header says of a cell: nothing of a built-in one, of a person's own its file."""
    cell = find_cell(name)
    if not isinstance(cell, OwnCell):
        return {}
    return {_OWN_CELL: asdict(StoredCell(cell.plain_name, cell.sha256, cell.text))}
