"""Makes the learner of a run, by the engine that its settings ask for."""

from functools import cache
from typing import TYPE_CHECKING

from rnntui.tasks.characters.engines import why_not_compiled
from rnntui.tasks.characters.run import Run
from rnntui.training.learner import Learner
from rnntui.training.optimizing.devices import device_for

if TYPE_CHECKING:
    from rnntui.nets.compiled.preparation import Preparation


def learner_for(run: Run) -> Learner:
    """The learner that the run's `engine` asks for. Loads what that needs."""
    config = run.config
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
    """The loading of the compiled functions, begun in the background by the first who asks."""
    from rnntui.nets.compiled.preparation import Preparation

    return Preparation()
