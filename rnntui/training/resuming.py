"""What a resume may change of a run's settings, and how new learning rates are counted."""

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
"""The settings that decide the learning rate of a step; a resume records a new one as a change.

A schedule is a function of the step, counted from the run's start, whenever it is chosen.
"""

MAX_RESUMES: Final = 1_000_000_000
"""Beyond it a count in a file is not one."""

Change = tuple[str, float | str, float | str]
"""A setting, what it was in the checkpoint, and what it is from then on."""


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
