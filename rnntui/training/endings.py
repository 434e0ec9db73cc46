"""Why a training run ended before its time, in words that screen and command line share."""

from rnntui.training.events import Finished


def why_early(end: Finished) -> str:
    """What patience waited for in vain, and what was best; empty for any other end."""
    if end.reason != "patience":
        return ""
    if end.best_loss is None:  # as in a record of an older version
        return "the loss no longer got better"
    evaluations = "evaluation" if end.stale == 1 else "evaluations"
    return (
        f"no better loss in {end.stale:,} {evaluations},"
        f" the best was {end.best_loss:.4f} at step {end.best_step:,}"
    )
