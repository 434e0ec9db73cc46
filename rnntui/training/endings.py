"""Why a training run ended early, in the words of both screen and command line."""

from rnntui.training.events import Finished


def why_early(end: Finished) -> str:
    """The reason of a run that ended by patience; empty for any other end."""
    if end.reason != "patience":
        return ""
    if end.best_loss is None:  # a record of an older version
        return "the loss stopped improving"
    evaluations = "evaluation" if end.stale == 1 else "evaluations"
    return (
        f"no better loss in {end.stale:,} {evaluations},"
        f" the best was {end.best_loss:.4f} at step {end.best_step:,}"
    )
