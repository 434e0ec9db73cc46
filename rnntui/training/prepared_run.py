"""What the runs of every task have alike: how they end, how they go on, what they write down.

What was asked for stands in `run.toml` before the first step is taken, what is in effect in
the checkpoint; the difference is what a resume brings about. So a run that was killed before
its next save is brought up to the same settings when it is resumed again, at the same step.
"""

import platform
from collections.abc import Collection, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Protocol

import rnntui
from rnntui.errors import CheckpointError, ConfigError
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.progress import Progress
from rnntui.training.resuming import RATE_SETTINGS, Change
from rnntui.training.run_folder import RunFolder, write_configuration
from rnntui.training.run_lock import check_idle


class Begun(Protocol):
    """What a run was begun with, as `run.toml` has it."""

    @property
    def config(self) -> Any:
        """Its settings."""

    @property
    def total_steps(self) -> int:
        """Steps of the whole training; 0 where they were still to be measured."""

    @property
    def rates_given(self) -> int:
        """How many learning rates resumes were given."""


class PreparedRun:
    """A run made ready, new or to go on with (see `Training`).

    A task's run has these fields, and more of its own: `resume_from` is the checkpoint to go
    on from, if any, and `rates_given` counts the learning rates that resumes were given.
    """

    folder: RunFolder
    config: Any
    notices: tuple[str, ...]
    resume_from: Any
    rates_given: int

    @property
    def batches(self) -> Any:
        """The part to learn from, cut as configured."""
        raise NotImplementedError

    @property
    def needed_bytes(self) -> tuple[int, int]:
        """Memory that a step takes, and what saving takes beside (see `check_memory`)."""
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
        """Steps of the whole training; 0 for minutes, whose steps must be measured."""
        return self.loop_settings.total_steps(self.batches.batches_per_epoch)

    @property
    def resumed_at(self) -> Progress | None:
        """How far its checkpoint is, brought up to the settings as they are now.

        Without a number of steps that came of other minutes, and without a factor set
        by hand on a learning rate that has been given anew since: the last word counts.
        None for a run without a checkpoint.
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
        """What a resume changes of the learning rate, to be recorded as it begins."""
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
        """Raise where the checkpoint is another network's, or all its steps are taken.

        `before` is the configuration that the run was begun with, of which a resume may
        change `changeable`; `same_data` says whether the checkpoint's vocabulary, and
        whatever else the task reads out of its data, is the run's. Raises
        `CheckpointError` and `ConfigError`.
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
                f"{self.folder.last} is not a checkpoint of what {self.folder.configuration}"
                " describes; bring back the right file."
            )
        asked = self.total_steps
        if not asked and self.config.minutes == before.minutes:
            asked = progress.total_steps
        if 0 < asked <= progress.step:
            raise ConfigError(
                f"The run '{self.folder.name}' has taken all its {progress.step} steps; to train"
                " it further give more with --epochs, --steps or --minutes."
            )

    def write_what_changed(self, begun: Begun) -> None:
        """Write `run.toml` anew where a resume gives a run other settings than it was begun with.

        Raises `CheckpointError` where another process trains it: that one goes on as it began.
        """
        if self.config == begun.config and self.rates_given == begun.rates_given:
            return
        check_idle(self.folder, "resumed")
        steps = self.total_steps
        if not steps and self.config.minutes == begun.config.minutes:
            steps = begun.total_steps
        write_configuration(self.folder, self.tables(steps))


def versions() -> Mapping[str, str]:
    """The versions of what a run was begun with, for `run.toml`."""
    return {
        "rnntui": rnntui.__version__,
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
    }
