"""Samples drawn during a training run."""

import numpy as np

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.run import Run

START_CHARACTERS = 10
"""Characters of a prime taken from the text, for a network on streams."""


def sample_seed(run: Run, step: int) -> int:
    """Random seed of the sample after `step`."""
    return (run.config.seed << 32) ^ step


def sample_start(run: Run, step: int) -> str:
    """The prime of the sample after `step`: the run's, or from a random place in the text.

    Of the text it takes as many characters as the network's window has.
    """
    if run.config.sample_start == "prime":
        return run.start.text
    ids, length = run.corpus.ids, run.config.window or START_CHARACTERS
    place = np.random.default_rng((sample_seed(run, step), 1)).integers(max(1, len(ids) - length))
    return run.corpus.vocabulary.decode(ids[place : place + length])


def generate_sample(run: Run, weights: NetworkWeights, length: int) -> tuple[str, str]:
    """Generate a sample: its prime and `length` characters, determined by run and weights.

    Raises `SamplingError` if the network's outputs are not finite.
    """
    start, seed = sample_start(run, weights.step), sample_seed(run, weights.step)
    spec = SamplingSpec(run.config.sample_mode)
    # By NumPy, so that a resume records the same, whether or not kernels are ready.
    stream = CharacterStream(
        lambda: weights, run.corpus.vocabulary, lambda: spec, start, seed, "numpy"
    )
    return start, "".join(next(stream).symbol for _ in range(length))
