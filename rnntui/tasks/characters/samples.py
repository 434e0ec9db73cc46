"""Samples drawn during a training run: their primes and their sampling settings."""

import numpy as np

from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.run import Run

START_CHARACTERS = 10
"""How much of the text a sample starts from where the network has no window."""


def sample_seed(run: Run, step: int) -> int:
    """Where the randomness of the sample after `step` comes from; it draws from nothing else."""
    return (run.config.seed << 32) ^ step


def sample_start(run: Run, step: int) -> str:
    """What the sample after `step` starts from.

    The run's prime, or some characters from a random place in the text: as
    many as the network's window has.
    """
    if run.config.sample_start == "prime":
        return run.start.text
    ids, length = run.corpus.ids, run.config.window or START_CHARACTERS
    place = np.random.default_rng((sample_seed(run, step), 1)).integers(max(1, len(ids) - length))
    return run.corpus.vocabulary.decode(ids[place : place + length])


def generate_sample(run: Run, weights: NetworkWeights, length: int) -> tuple[str, str]:
    """The start and `length` characters after it, the same for the same run and weights.

    Raises `SamplingError` where the network's numbers are out of all bounds.
    """
    start, seed = sample_start(run, weights.step), sample_seed(run, weights.step)
    spec = SamplingSpec(run.config.sample_mode)
    # By NumPy, so that a resume records the same even where kernels have become ready meanwhile.
    stream = CharacterStream(
        lambda: weights, run.corpus.vocabulary, lambda: spec, start, seed, "numpy"
    )
    return start, "".join(next(stream).symbol for _ in range(length))
