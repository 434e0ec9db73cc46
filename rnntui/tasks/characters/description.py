"""What a character network's run says of itself: its text and settings, from `run.toml` alone.

Needs neither the text nor a checkpoint.
"""

from dataclasses import dataclass

from rnntui.errors import CheckpointError, ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.provenance import CorpusProvenance
from rnntui.training.checked_values import check_numbers, count, text
from rnntui.training.resuming import read_rates_given
from rnntui.training.run_folder import RunFolder, read_configuration
from rnntui.training.settings.tables import from_tables


@dataclass(frozen=True)
class RunDescription:
    """What a run was begun with.

    `prime` is what its samples start from, `init_from` the checkpoint that its
    weights came from or empty; `eval_chars` and `total_steps` are what was chosen
    and measured for it, `rates_given` counts the learning rates that resumes were given.
    """

    corpus: CorpusProvenance
    config: TrainConfig
    prime: str
    init_from: str
    eval_chars: int
    total_steps: int
    rates_given: int


def describe_run(folder: RunFolder) -> RunDescription:
    """Read what a run was begun with.

    Raises `CheckpointError` where `run.toml` is damaged or gone, `ConfigError`
    where the run is a classifier's.
    """
    tables = read_configuration(folder)
    try:
        about, resolved, _ = (tables.pop(part) for part in ("run", "resolved", "versions"))
        if about.get("kind") == "classifier":
            raise ConfigError(
                f"The run '{folder.name}' is a classifier;"
                " 'rnntui classify train --resume' goes on with it."
            )
        if about.get("kind", "characters") != "characters":
            raise ValueError("its kind is not known")
        note = CorpusProvenance(**tables.pop("corpus"))
        check_numbers(note)
        return RunDescription(
            corpus=note,
            prime=text(about["prime"], "prime"),
            init_from=text(about["init_from"], "init_from"),
            eval_chars=count(resolved["eval_chars"], "eval_chars"),
            total_steps=count(resolved["total_steps"], "total_steps"),
            rates_given=read_rates_given(resolved),
            config=TrainConfig(**from_tables(tables, str(folder.configuration), TrainConfig)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder.configuration} is damaged ({error!r}).") from error
