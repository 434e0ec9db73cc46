"""What a classifier's run says of itself: its texts and settings, from `run.toml` alone.

Needs neither the texts nor a checkpoint; as `characters/description.py`.
"""

from dataclasses import dataclass

from rnntui.errors import CheckpointError
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledProvenance
from rnntui.training.checked_values import check_numbers, count
from rnntui.training.resuming import read_rates_given
from rnntui.training.run_folder import RunFolder, read_configuration
from rnntui.training.settings.tables import from_tables


@dataclass(frozen=True)
class ClassifyDescription:
    """What a classifier's run was begun with; see `RunDescription`."""

    corpus: LabelledProvenance
    config: ClassifyConfig
    total_steps: int
    rates_given: int


def describe_classify_run(folder: RunFolder) -> ClassifyDescription:
    """Read what a classifier's run was begun with.

    Raises `CheckpointError` where `run.toml` is damaged or gone, or another kind of run's.
    """
    tables = read_configuration(folder)
    try:
        about, resolved, _ = (tables.pop(part) for part in ("run", "resolved", "versions"))
        if about.get("kind") != "classifier":
            raise CheckpointError(
                f"The run '{folder.name}' is a character network; 'rnntui train --resume'"
                " goes on with it."
            )
        note = LabelledProvenance(**tables.pop("corpus"))
        check_numbers(note)
        return ClassifyDescription(
            corpus=note,
            config=ClassifyConfig(**from_tables(tables, str(folder.configuration), ClassifyConfig)),
            total_steps=count(resolved["total_steps"], "total_steps"),
            rates_given=read_rates_given(resolved),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.configuration} is damaged ({error!r}).") from error
