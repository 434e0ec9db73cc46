"""The description of a run of any task, from `run.toml` alone."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rnntui.errors import CheckpointError
from rnntui.tasks.kinds import Kind, kind_in
from rnntui.training.checked_values import check_numbers, count
from rnntui.training.resuming import read_rates_given
from rnntui.training.runs.folder import RunFolder, read_configuration
from rnntui.training.settings.tables import from_tables

P = TypeVar("P")
C = TypeVar("C")
D = TypeVar("D")


def read_description(
    folder: RunFolder,
    kind: Kind,
    types: tuple[type[P], type[C]],
    make: Callable[..., D],
    own: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, object]] = lambda *_: {},
) -> D:
    """Read the description of a run of that kind.

    `types` are those of its provenance and configuration; `own` reads the task's additional
    fields from the tables `[run]` and `[resolved]`. Raises `CheckpointError` if `run.toml` is
    damaged or missing, or the run is of another kind.
    """
    tables = read_configuration(folder)
    corpus, config = types
    try:
        about, resolved, _ = (tables.pop(part) for part in ("run", "resolved", "versions"))
        if (found := kind_in(about)) is not kind:
            raise CheckpointError(
                f"The run '{folder.name}' is {found.called}; '{found.train} --resume' resumes it."
            )
        provenance = corpus(**tables.pop("corpus"))
        check_numbers(provenance)
        return make(
            corpus=provenance,
            config=config(**from_tables(tables, str(folder.configuration), config)),
            total_steps=count(resolved["total_steps"], "total_steps"),
            rates_given=read_rates_given(resolved),
            **own(about, resolved),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.configuration} is damaged ({error!r}).") from error
