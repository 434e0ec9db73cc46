"""The header of a checkpoint of any task: the common fields, and reading them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from rnntui.errors import RnntuiError
from rnntui.training.checked_values import check_numbers, text
from rnntui.training.checkpoint_file import OpenCheckpoint
from rnntui.training.progress import Progress

M = TypeVar("M")
V = TypeVar("V")
P = TypeVar("P")
C = TypeVar("C")


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
        }


@contextmanager
def reading_header(file: OpenCheckpoint) -> Iterator[None]:
    """Convert errors from invalid parts of a header to `CheckpointError`."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RnntuiError) as error:
        raise file.bad(f"its header is damaged ({error})") from error


def fields_alike(parts: Mapping[str, Any], model: type, corpus: type) -> dict[str, Any]:
    """Read the fields common to all tasks from a header's parts, inside `reading_header`.

    `model` and `corpus` are the types of those two.
    """
    alike = {
        "run": text(parts["run"], "run"),
        "model": model(**parts["model"]),
        "corpus": corpus(**parts["corpus"]),
        "progress": Progress(**parts["progress"]),
    }
    check_numbers(alike["corpus"])
    check_numbers(alike["progress"])
    return alike
