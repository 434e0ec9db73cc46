"""Settings that a resume may change, and the count of learning rates given by resumes."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from rnntui.errors import ConfigError
from rnntui.training.checked_values import count
from rnntui.training.progress import Progress
from rnntui.training.settings.declaring import flag

RATE_SETTINGS: Final = (
    "learning_rate",
    "schedule",
    "warmup_steps",
    "decay_factor",
    "decay_epochs",
    "final_learning_rate",
)
"""The settings that decide a step's learning rate; a resume records their changes.

A schedule is a function of the step, counted from the run's start, whenever it is chosen.
"""

MAX_RESUMES: Final = 1_000_000_000
"""Larger counts in a file are rejected."""

Change = tuple[str, float | str, float | str]
"""A setting's name, its value in the checkpoint, and its new value."""


def changed_settings(
    changes: Mapping[str, object], before: Any, changeable: Collection[str]
) -> dict[str, object]:
    """The `changes` that differ from the configuration `before`.

    Raises `ConfigError` for a setting that a resume can't change.
    """
    real = {name: value for name, value in changes.items() if getattr(before, name) != value}
    for name in real:
        if name not in changeable:
            raise ConfigError(
                f"{flag(name)} can't change in a resumed run; start a new one for that."
            )
    return real


def read_rates_given(resolved: Mapping[str, Any]) -> int:
    """The count of learning rates given by resumes, from `run.toml`; 0 in older files.

    Raises `ValueError` for an invalid count.
    """
    given = count(resolved.get("rates_given", 0), "rates_given")
    if given > MAX_RESUMES:
        raise ValueError("rates_given is out of bounds")
    return given


def count_rates_given(before: int, changes: Mapping[str, object], was: Any, saved: Progress) -> int:
    """The count after a resume with `changes` to the configuration `was`.

    Giving the run's own learning rate counts, too, if it was scaled by hand.
    """
    if "learning_rate" not in changes:
        return before
    is_another = changes["learning_rate"] != was.learning_rate or saved.rate_scale != 1
    return before + is_another
