"""Toasts about a training run."""

from rnntui.training.endings import why_early
from rnntui.training.events import Finished


def end_sentence(end: Finished, what_follows: str) -> str:
    """Return how a training run ended, and what `t` does now unless `what_follows` is empty."""
    if why := why_early(end):
        return f"Stopped early at step {end.step:,}: {why}."
    how = "Stopped" if end.reason == "stopped" else "Training finished"
    return f"{how} at step {end.step:,}" + (f"; {what_follows}." if what_follows else ".")


def change_sentence(setting: str, new: float | str) -> str:
    """Return a sentence about a setting changed during the run."""
    value = new if isinstance(new, str) else f"{new:.3g}"
    if setting == "sample_length" and not isinstance(new, str):
        return f"Samples have {new:,.0f} characters from now on."
    return f"The {setting.replace('_', ' ')} is {value} from now on."
