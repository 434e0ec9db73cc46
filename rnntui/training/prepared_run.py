"""A run of any task, ready to be trained: its budget, what a resume changes, its `run.toml`.

`run.toml` has the settings asked for, written before the first step; the checkpoint has those in
effect. The difference is what a resume changes, so a run killed before its next save gets the
same changes, at the same step, when it is resumed again.
"""

import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Generic, TypeVar

import rnntui
from rnntui.errors import CheckpointError, ConfigError
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.progress import Progress
from rnntui.training.resuming import RATE_SETTINGS, Change
from rnntui.training.runs.folder import RunFolder, write_configuration
from rnntui.training.runs.lock import check_idle

P = TypeVar("P")
C = TypeVar("C")


@dataclass(frozen=True, kw_only=True)
class RunDescription(Generic[P, C]):
    """What `run.toml` says of a run.

    `corpus` is the provenance of its training data; `total_steps` is 0 until measured;
    `rates_given` counts the learning rates given by resumes.
    """

    corpus: P
    config: C
    total_steps: int
    rates_given: int


class PreparedRun:
    """A run ready to be trained, new or resumed.

    A task's run adds fields of its own. `resume_from` is the checkpoint to resume from, if
    any; `rates_given` counts the learning rates given by resumes.
    """

    folder: RunFolder
    config: Any
    notices: tuple[str, ...]
    resume_from: Any
    rates_given: int

    @property
    def batches(self) -> Any:
        """The training data in batches."""
        raise NotImplementedError

    @property
    def needed_bytes(self) -> tuple[int, int]:
        """Bytes needed by a step, and in addition by a save (see `check_memory`)."""
        raise NotImplementedError

    def tables(self, total_steps: int) -> dict[str, Any]:
        """The content of `run.toml`."""
        raise NotImplementedError

    @property
    def loop_settings(self) -> LoopSettings:
        """When it ends, evaluates, saves and samples."""
        return LoopSettings.of(self.config)

    @property
    def total_steps(self) -> int:
        """Total steps; 0 for a budget in minutes, which must be measured first."""
        return self.loop_settings.total_steps(self.batches.batches_per_epoch)

    @property
    def resumed_at(self) -> Progress | None:
        """Progress of its checkpoint, adapted to the current settings; None without one.

        Other minutes discard the number of steps converted from the old ones; a new learning
        rate discards the factor set by hand on the old one.
        """
        if self.resume_from is None:
            return None
        was = self.resume_from.header.config
        saved: Progress = self.resume_from.header.progress
        if was.minutes != self.config.minutes:
            saved = saved.to_be_timed()
        if self.rates_given == saved.rates_given:
            return saved
        return replace(saved, rate_scale=1.0, rates_given=self.rates_given)

    @property
    def rate_changes(self) -> tuple[Change, ...]:
        """Changes of the learning rate by this resume, to be recorded when it begins."""
        if self.resume_from is None:
            return ()
        was, saved = self.resume_from.header.config, self.resume_from.header.progress
        changes: list[Change] = []
        for name in RATE_SETTINGS:
            old, new = getattr(was, name), getattr(self.config, name)
            if name == "learning_rate" and self.rates_given != saved.rates_given:
                old = old * saved.rate_scale
            if old != new:
                changes.append((name, old, new))
        return tuple(changes)

    def check_resumable(self, before: Any, changeable: Collection[str], same_data: bool) -> None:
        """Raise `CheckpointError` for another network's checkpoint, `ConfigError` if none is left.

        `before` is the configuration in `run.toml`, of which a resume may change `changeable`;
        `same_data`: the vocabulary, and whatever else the task derives from its data, is the
        checkpoint's.
        """
        header = self.resume_from.header
        progress, per_epoch = header.progress, self.batches.batches_per_epoch
        as_before = {name: getattr(before, name) for name in changeable}
        if (
            not same_data
            or replace(header.config, **as_before) != before
            or divmod(progress.step, per_epoch) != (progress.epoch, progress.batch)
        ):
            raise CheckpointError(
                f"{self.folder.last} is not a checkpoint of the run that"
                f" {self.folder.configuration} describes; restore the right file."
            )
        asked = self.total_steps
        if not asked and self.config.minutes == before.minutes:
            asked = progress.total_steps
        if 0 < asked <= progress.step:
            raise ConfigError(
                f"The run '{self.folder.name}' has taken all its {progress.step} steps; to train"
                " it further, raise --epochs, --steps or --minutes."
            )

    def update_configuration(self, begun: RunDescription[Any, Any]) -> None:
        """Rewrite `run.toml` if a resume changes settings.

        Raises `CheckpointError` if another process trains the run: its settings stay.
        """
        if self.config == begun.config and self.rates_given == begun.rates_given:
            return
        check_idle(self.folder, "resumed")
        steps = self.total_steps
        if not steps and self.config.minutes == begun.config.minutes:
            steps = begun.total_steps
        write_configuration(self.folder, self.tables(steps))


def versions() -> Mapping[str, str]:
    """Versions of Python and the packages, for `run.toml`."""
    return {
        "rnntui": rnntui.__version__,
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
    }
