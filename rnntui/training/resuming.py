"""What a resume may change, and how a changed learning rate takes effect exactly once.

Both kinds of run share it; the protocols have what they have alike. What was asked
for stands in `run.toml` before the first step is taken, what is in effect in the
checkpoint; the difference is what a resume brings about. So a run that was killed
before its next save is brought up to the same settings when it is resumed again,
at the same step.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from rnntui.errors import ConfigError
from rnntui.training.checked_values import count
from rnntui.training.progress import Progress
from rnntui.training.run_folder import RunFolder, check_idle, write_configuration
from rnntui.training.settings import flag

RATE_SETTINGS: Final = (
    "learning_rate",
    "schedule",
    "warmup_steps",
    "decay_factor",
    "decay_epochs",
    "final_learning_rate",
)
"""The settings that decide the learning rate of a step; a resume records a new one as a change.

A schedule is a function of the step, counted from the run's start, whenever it is chosen.
"""

MAX_RESUMES: Final = 1_000_000_000
"""Beyond it a count in a file is not one."""

Change = tuple[str, float | str, float | str]
"""A setting, what it was in the checkpoint, and what it is from then on."""


class _Header(Protocol):
    @property
    def config(self) -> Any: ...
    @property
    def progress(self) -> Progress: ...


class _Saved(Protocol):
    @property
    def header(self) -> _Header: ...


class _Begun(Protocol):
    @property
    def config(self) -> Any: ...
    @property
    def total_steps(self) -> int: ...
    @property
    def rates_given(self) -> int: ...


class _Resumable(_Begun, Protocol):
    @property
    def folder(self) -> RunFolder: ...
    @property
    def resume_from(self) -> _Saved | None: ...
    def tables(self, total_steps: int) -> Mapping[str, Any]: ...


def allowed(
    changes: Mapping[str, object], before: Any, changeable: Collection[str]
) -> dict[str, object]:
    """The settings among `changes` that differ from the configuration `before`.

    Raises `ConfigError` for one that a resume can't change.
    """
    real = {name: value for name, value in changes.items() if getattr(before, name) != value}
    for name in real:
        if name not in changeable:
            raise ConfigError(
                f"{flag(name)} can't change in a resumed run; start a new one for that."
            )
    return real


def read_rates_given(resolved: Mapping[str, Any]) -> int:
    """The count of learning rates that resumes were given, from `run.toml`; older ones have none.

    Raises `ValueError` where it is not a count.
    """
    given = count(resolved.get("rates_given", 0), "rates_given")
    if given > MAX_RESUMES:
        raise ValueError("rates_given is out of bounds")
    return given


def count_rates_given(before: int, changes: Mapping[str, object], was: Any, saved: Progress) -> int:
    """The count with these changes, which are made to the configuration `was`.

    A learning rate that is the run's own counts where another one was set by hand.
    """
    if "learning_rate" not in changes:
        return before
    is_another = changes["learning_rate"] != was.learning_rate or saved.rate_scale != 1
    return before + is_another


def progress_to_resume(run: _Resumable) -> Progress | None:
    """How far a run's checkpoint is, brought up to its settings as they are now.

    Without a number of steps that came of other minutes, and without a factor set
    by hand on a learning rate that has been given anew since: the last word counts.
    None for a run without a checkpoint.
    """
    if run.resume_from is None:
        return None
    was, saved = run.resume_from.header.config, run.resume_from.header.progress
    if was.minutes != run.config.minutes:
        saved = saved.to_be_timed()
    if run.rates_given == saved.rates_given:
        return saved
    return replace(saved, rate_scale=1.0, rates_given=run.rates_given)


def rate_changes(run: _Resumable) -> tuple[Change, ...]:
    """What a resume changes of the learning rate, to be recorded as it begins."""
    if run.resume_from is None:
        return ()
    was, saved = run.resume_from.header.config, run.resume_from.header.progress
    changes: list[Change] = []
    for name in RATE_SETTINGS:
        old, new = getattr(was, name), getattr(run.config, name)
        if name == "learning_rate" and run.rates_given != saved.rates_given:
            old = old * saved.rate_scale
        if old != new:
            changes.append((name, old, new))
    return tuple(changes)


def write_what_changed(run: _Resumable, begun: _Begun) -> None:
    """Write `run.toml` anew where a resume gives a run other settings than it was begun with.

    Raises `CheckpointError` where another process trains it: that one goes on as it began.
    """
    if run.config == begun.config and run.rates_given == begun.rates_given:
        return
    check_idle(run.folder, "resumed")
    steps = run.total_steps
    if not steps and run.config.minutes == begun.config.minutes:
        steps = begun.total_steps
    write_configuration(run.folder, run.tables(steps))
