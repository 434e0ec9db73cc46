"""Making the learner of a run by its engine."""

from functools import cache
from typing import TYPE_CHECKING

from rnntui.tasks.characters.engines import why_not_compiled
from rnntui.tasks.characters.run import Run
from rnntui.training.learner import Learner
from rnntui.training.optimizing.devices import device_for

if TYPE_CHECKING:
    from rnntui.nets.compiled.preparation import Preparation
    from rnntui.training.optimizing.process_group import Together


def learner_for(run: Run, group: "Together | None" = None) -> Learner:
    """Make the learner for the run's `engine`, loading what that needs.

    With a `group` this is its rank 0, and the others begin with it. Raises `ConfigError`.
    """
    config = run.config
    if group is not None:
        from rnntui.tasks.characters.data_parallel import begin

        return begin(run, group)
    if config.engine == "numpy":
        from rnntui.tasks.characters.numpy_learner import NumpyLearner

        return NumpyLearner(run)
    if config.engine != "torch" and not why_not_compiled(config):
        preparing = preparation()
        if device_for(config.engine, config.device).type == "cpu":
            from rnntui.tasks.characters.compiled_learner import CompiledLearner

            return CompiledLearner(run, preparing)
    from rnntui.tasks.characters.torch_learner import TorchLearner

    return TorchLearner(run)


@cache
def preparation() -> "Preparation":
    """The loading of the compiled kernels, started in the background by the first call."""
    from rnntui.nets.compiled.preparation import Preparation

    return Preparation()
