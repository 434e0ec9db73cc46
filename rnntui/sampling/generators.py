"""What computes the characters of streams: NumPy, a stream at a time, or compiled functions.

Both read the same weights and make the same choices, but round differently, so
that two texts may part after many thousand characters. A stream keeps to the
one that it began with.
"""

import os
from collections import deque
from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import SamplingError
from rnntui.nets.kernels import KERNEL_CELLS
from rnntui.nets.numpy_network import NetworkWeights, NumpyNetwork
from rnntui.sampling.choice import Floats, SamplingSpec, best, choose, probabilities
from rnntui.sampling.modes import SamplingEngine

SHARED_STREAMS = 16
"""Streams from which on two threads generate faster than one."""

CANDIDATES = 5
"""How many of the likeliest characters come with each that was generated."""


class Chosen(NamedTuple):
    """What N streams chose in R rounds: ids and their probabilities before filters, `[N * R]`.

    All of one stream, then of the next. `best` and `shares`, `[N * R * K]`, are each
    time the likeliest ids, best first, and their probabilities. Where `finite` is
    false the network's scores were no numbers, as those of a ReLU network may grow out
    of all bounds; the stream then chose nothing. All may be overwritten by what is
    generated next.
    """

    ids: NDArray[np.int64]
    probabilities: Floats
    best: NDArray[np.int64]
    shares: Floats
    finite: NDArray[np.bool_]


class Generator(Protocol):
    """Some streams from one network, side by side; each is generated as it would be alone."""

    def set_weights(self, weights: NetworkWeights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""

    def draw_by(self, noise: Floats) -> None:
        """Draw from here on by these numbers from [0, 1), `[N, M]`, over and over.

        Each round takes one for each stream, whether it draws or not. They are 0 at first.
        """

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, `[1][N]`; for a network on windows a window, `[T][N]`.

        A window is read from zero state.
        """

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read and choose, each stream by its spec; read what was chosen, and so on."""


def generator_for(
    weights: NetworkWeights,
    streams: int,
    engine: SamplingEngine = "auto",
    space: int = -1,
    rounds: int = 1,
) -> Generator:
    """What generates with these weights, in so many rounds at a time; `space` is a space's id.

    `auto` is `compiled` where the compiled functions lie ready on the disk, and
    `numpy` otherwise; `compiled` has them compiled if need be. Raises
    `SamplingError` where they can't be had.
    """
    from rnntui.nets.compiled.preparation import load_compiled, try_to_prepare

    cell = weights.config.cell
    if engine == "compiled" and cell not in KERNEL_CELLS:
        raise SamplingError(f"There are no compiled kernels for {cell}. Take --engine numpy.")
    if engine == "auto" and not (cell in KERNEL_CELLS and load_compiled()):
        engine = "numpy"
    if engine == "numpy":
        return NumpyGenerator(weights, streams, space, rounds)
    if engine == "compiled" and (problem := try_to_prepare()):
        raise SamplingError(f"{problem} Take --engine numpy.")
    return KernelGenerator(weights, streams, space, rounds)


class NumpyGenerator:
    """Generates in NumPy, needing nothing compiled (see `Generator`)."""

    def __init__(
        self, weights: NetworkWeights, streams: int, space: int = -1, rounds: int = 1
    ) -> None:
        """Begin with zero states."""
        self._network = NumpyNetwork(weights.config, weights.arrays)
        self._space, self._rounds = space, rounds
        self.draw_by(np.zeros((streams, 1)))
        self._states = [self._network.zero_state(1) for _ in range(streams)]

    def set_weights(self, weights: NetworkWeights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""
        self._network = NumpyNetwork(weights.config, weights.arrays)

    def draw_by(self, noise: Floats) -> None:
        """Draw from here on by these numbers."""
        self._noise = cycle(noise.T.tolist())

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, or a window of them."""
        # One by one, as a product of several rows would round otherwise than each alone.
        for stream in range(len(self._states)):
            state = self._states[stream]
            if self._network.config.window:
                state = self._network.zero_state(1)
            for now in ids:
                state = self._network.read(np.array([now[stream]]), state)
            self._states[stream] = state

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read and choose, each stream by its spec; read what was chosen, and so on."""
        shape = (len(specs), self._rounds)
        best_shape = (*shape, min(CANDIDATES, self._network.config.vocab_size))
        chosen = Chosen(
            np.zeros(shape, np.int64),
            np.zeros(shape),
            np.zeros(best_shape, np.int64),
            np.zeros(best_shape),
            np.zeros(shape, np.bool_),
        )
        unread = deque(ids, maxlen=len(ids))
        for turn in range(self._rounds):
            self.read(unread)
            for stream, (spec, noise) in enumerate(zip(specs, next(self._noise), strict=True)):
                self._choose(chosen, (stream, turn), spec, unread[-1][stream], noise)
            unread.append(chosen.ids[:, turn].tolist())
        return Chosen(
            chosen.ids.ravel(),
            chosen.probabilities.ravel(),
            chosen.best.ravel(),
            chosen.shares.ravel(),
            chosen.finite.ravel(),
        )

    def _choose(
        self,
        chosen: Chosen,
        place: tuple[int, int],
        spec: SamplingSpec,
        previous: int,
        noise: float,
    ) -> None:
        scores = self._network.scores(self._states[place[0]])[0]
        if not np.isfinite(scores).all():
            return
        probs = probabilities(scores, spec.temperature)
        index = choose(probs, spec, previous == self._space, noise)
        likeliest = best(probs, CANDIDATES)
        chosen.ids[place], chosen.probabilities[place] = index, probs[index]
        chosen.best[place] = [one for one, _ in likeliest]
        chosen.shares[place] = [share for _, share in likeliest]
        chosen.finite[place] = True


class KernelGenerator:
    """Generates with compiled functions (see `Generator`)."""

    def __init__(
        self, weights: NetworkWeights, streams: int, space: int = -1, rounds: int = 1
    ) -> None:
        """Begin with zero states; the functions must be compiled."""
        from rnntui.nets.compiled.generator import CompiledGenerator

        threads = 2 if streams >= SHARED_STREAMS and (os.cpu_count() or 1) > 1 else 1
        self._generator = CompiledGenerator(
            weights.config, weights.arrays, streams, CANDIDATES, threads, rounds, space
        )
        choices = self._generator.choices.ravel()
        self._chosen = Chosen(
            choices["chosen"],
            choices["probability"],
            self._generator.best_ids.ravel(),
            self._generator.best_shares.ravel(),
            choices["finite"],
        )
        self._specs: list[SamplingSpec] = []

    def set_weights(self, weights: NetworkWeights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""
        self._generator.set_weights(weights.arrays)

    def draw_by(self, noise: Floats) -> None:
        """Draw from here on by these numbers."""
        self._generator.draw_by(noise)

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, or a window of them."""
        self._generator.read(ids)

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read and choose, each stream by its spec; read what was chosen, and so on."""
        if specs != self._specs:
            self._take_specs(specs)
        self._generator.generate(ids)
        return self._chosen

    def _take_specs(self, specs: Sequence[SamplingSpec]) -> None:
        self._specs, taken = list(specs), self._generator.specs
        for name in ("temperature", "top_p"):
            taken[name] = [getattr(spec, name) for spec in specs]
        # No vocabulary is larger, and no larger number has room there.
        taken["top_k"] = [min(spec.top_k, np.iinfo(np.int64).max) for spec in specs]
        taken["draws"] = [spec.draws(after_space=False) for spec in specs]
        taken["draws_after_space"] = [spec.draws(after_space=True) for spec in specs]
