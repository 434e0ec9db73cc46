"""How important each swept setting was, by Optuna's PED-ANOVA, from the notes of the runs."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rnntui.errors import CheckpointError
from rnntui.extras import import_extra
from rnntui.runtime.sweep.notes import TrialNote
from rnntui.runtime.sweep.space import Choices, Swept

LEAST_COMPLETE: Final = 4
"""Fewer complete trials say nothing: the best two are compared with all."""

TOP_SHARE: Final = 0.25
"""The share of best trials whose values are compared with those of all."""


def importances(notes: Sequence[TrialNote]) -> Mapping[str, float]:
    """The settings by importance, the largest first; the values add up to 1.

    A setting is important if its values in the best quarter of the complete trials are spread
    otherwise than in all (Watanabe et al., "PED-ANOVA: Efficiently Quantifying Hyperparameter
    Importance in Arbitrary Subspaces", 2023). Empty with fewer than `LEAST_COMPLETE`. Raises
    `MissingExtraError` without Optuna, `CheckpointError` for notes that contradict each other.
    """
    complete = [note for note in notes if note.state == "complete" and note.loss is not None]
    if len(complete) < LEAST_COMPLETE:
        return {}
    optuna = import_extra("sweep", "The importance of settings")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study = optuna.create_study()
            study.add_trials([_trial(optuna, note) for note in complete])
            evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=TOP_SHARE)
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise CheckpointError(
            f"The trials of '{complete[0].study}' don't agree on their space, so that no importance"
            " is known; was a trial.toml edited?"
        ) from error
    return {name: float(share) for name, share in found.items()}


def _trial(optuna: Any, note: TrialNote) -> Any:
    distributions = {name: _distribution(optuna, one) for name, one in note.space.items()}
    return optuna.create_trial(
        params=dict(note.values), distributions=distributions, value=note.loss
    )


def _distribution(optuna: Any, one: Swept) -> Any:
    kinds = optuna.distributions
    if isinstance(one, Choices):
        return kinds.CategoricalDistribution(one.values)
    if one.whole:
        step = int(one.step or 1)
        return kinds.IntDistribution(int(one.low), int(one.high), log=one.log, step=step)
    return kinds.FloatDistribution(one.low, one.high, log=one.log, step=one.step or None)
