"""Generators compute the characters of streams: in NumPy, or by compiled functions.

Both use the same weights and make the same choices, but round differently, so that two texts may
diverge after many thousand characters. A stream keeps its generator.
"""

import os
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import SamplingError
from rnntui.nets.kernels import KERNEL_CELLS
from rnntui.nets.numpy_network import NetworkWeights, NumpyNetwork
from rnntui.sampling.choice import Floats, SamplingSpec, best, choose, probabilities
from rnntui.sampling.modes import SamplingEngine

SHARED_STREAMS = 16
"""Number of streams from which on two threads are faster than one."""

CANDIDATES = 5
"""Default number of likeliest characters returned with each generated one."""


class Chosen(NamedTuple):
    """The choices of N streams in R rounds: ids and probabilities before filters, `[N * R]`.

    Stream by stream. `best` and `shares`, `[N * R * K]`, are the K likeliest ids of each round,
    best first, and their probabilities. Where `finite` is False the scores were not finite, as a
    ReLU network's may become, and nothing was chosen. The next call may overwrite all of it.
    """

    ids: NDArray[np.int64]
    probabilities: Floats
    best: NDArray[np.int64]
    shares: Floats
    finite: NDArray[np.bool_]


class Generator(Protocol):
    """Several streams from one network; each is the same as it would be alone."""

    def set_weights(self, weights: NetworkWeights) -> None:
        """Use new weights of the same shapes; the streams keep their states."""

    def draw_by(self, noise: Floats) -> None:
        """Draw by these numbers from [0, 1) from now on, `[N, M]`, in a cycle.

        Each round uses up one per stream, whether it draws or not. Initially all are 0.
        """

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character per stream, `[1][N]`; for a network on windows a window, `[T][N]`.

        A window is read from zero state.
        """

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read `ids`, choose, read the choice, and so on; each stream by its spec."""

    def take_back(self) -> None:
        """Undo the last `generate` of one round: its reading, and the numbers it used up."""


def generator_for(
    weights: NetworkWeights,
    streams: int,
    engine: SamplingEngine = "auto",
    space: int = -1,
    rounds: int = 1,
    candidates: int = CANDIDATES,
) -> Generator:
    """A generator of `rounds` characters per call; `space` is the id of a space, -1 for none.

    Each choice comes with the `candidates` likeliest characters.

    `auto` is `compiled` if the compiled functions are in the cache, else `numpy`; `compiled`
    compiles them if need be. Raises `SamplingError` where that is impossible.
    """
    from rnntui.nets.compiled.preparation import load_compiled, try_to_prepare

    cell = weights.config.cell
    if engine == "compiled" and cell not in KERNEL_CELLS:
        raise SamplingError(f"There are no compiled kernels for {cell}. Use --engine numpy.")
    if engine == "compiled" and weights.cells is not None:
        raise SamplingError(
            "There are no compiled kernels for an operated network. Use --engine numpy."
        )
    if engine == "auto" and not (
        cell in KERNEL_CELLS and weights.cells is None and load_compiled()
    ):
        engine = "numpy"
    if engine == "numpy":
        return NumpyGenerator(weights, streams, space, rounds, candidates)
    if engine == "compiled" and (problem := try_to_prepare()):
        raise SamplingError(f"{problem} Use --engine numpy.")
    return KernelGenerator(weights, streams, space, rounds, candidates)


class NumpyGenerator:
    """Generates in NumPy, one stream after another (see `Generator`)."""

    def __init__(
        self,
        weights: NetworkWeights,
        streams: int,
        space: int = -1,
        rounds: int = 1,
        candidates: int = CANDIDATES,
    ) -> None:
        """Start from zero states."""
        self._network = NumpyNetwork(weights.config, weights.arrays, weights.cells)
        self._space, self._rounds, self._candidates = space, rounds, candidates
        self.draw_by(np.zeros((streams, 1)))
        self._states = [self._network.zero_state(1) for _ in range(streams)]
        self._states_before = list(self._states)

    def set_weights(self, weights: NetworkWeights) -> None:
        """Use new weights of the same shapes; the streams keep their states."""
        self._network = NumpyNetwork(weights.config, weights.arrays, weights.cells)

    def draw_by(self, noise: Floats) -> None:
        """Draw by these numbers from now on."""
        self._noise, self._used = noise.T.tolist(), 0

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character per stream, or a window."""
        # One by one, as a product of several rows rounds differently from each alone.
        for stream in range(len(self._states)):
            state = self._states[stream]
            if self._network.config.window:
                state = self._network.zero_state(1)
            for now in ids:
                state = self._network.read(np.array([now[stream]]), state)
            self._states[stream] = state

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read `ids`, choose, read the choice, and so on; each stream by its spec."""
        shape = (len(specs), self._rounds)
        best_shape = (*shape, min(self._candidates, self._network.config.vocab_size))
        chosen = Chosen(
            np.zeros(shape, np.int64),
            np.zeros(shape),
            np.zeros(best_shape, np.int64),
            np.zeros(best_shape),
            np.zeros(shape, np.bool_),
        )
        unread = deque(ids, maxlen=len(ids))
        self._states_before = list(self._states)
        for turn in range(self._rounds):
            self.read(unread)
            numbers = self._noise[self._used]
            self._used = (self._used + 1) % len(self._noise)
            for stream, (spec, noise) in enumerate(zip(specs, numbers, strict=True)):
                self._choose(chosen, (stream, turn), spec, unread[-1][stream], noise)
            unread.append(chosen.ids[:, turn].tolist())
        return Chosen(
            chosen.ids.ravel(),
            chosen.probabilities.ravel(),
            chosen.best.ravel(),
            chosen.shares.ravel(),
            chosen.finite.ravel(),
        )

    def take_back(self) -> None:
        """Undo the last `generate`."""
        self._states = list(self._states_before)
        self._used = (self._used - 1) % len(self._noise)

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
        likeliest = best(probs, self._candidates)
        chosen.ids[place], chosen.probabilities[place] = index, probs[index]
        chosen.best[place] = [one for one, _ in likeliest]
        chosen.shares[place] = [share for _, share in likeliest]
        chosen.finite[place] = True


class KernelGenerator:
    """Generates with compiled functions (see `Generator`)."""

    def __init__(
        self,
        weights: NetworkWeights,
        streams: int,
        space: int = -1,
        rounds: int = 1,
        candidates: int = CANDIDATES,
    ) -> None:
        """Start from zero states; the functions must be loaded."""
        from rnntui.nets.compiled.generator import CompiledGenerator

        threads = 2 if streams >= SHARED_STREAMS and (os.cpu_count() or 1) > 1 else 1
        self._generator = CompiledGenerator(
            weights.config, weights.arrays, streams, candidates, threads, rounds, space
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
        """Use new weights of the same shapes; the streams keep their states."""
        self._generator.set_weights(weights.arrays)

    def draw_by(self, noise: Floats) -> None:
        """Draw by these numbers from now on."""
        self._generator.draw_by(noise)

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character per stream, or a window."""
        self._generator.read(ids)

    def generate(self, ids: Sequence[Sequence[int]], specs: Sequence[SamplingSpec]) -> Chosen:
        """Read `ids`, choose, read the choice, and so on; each stream by its spec."""
        if specs != self._specs:
            self._take_specs(specs)
        self._generator.generate(ids)
        return self._chosen

    def take_back(self) -> None:
        """Undo the last `generate`."""
        self._generator.take_back()

    def _take_specs(self, specs: Sequence[SamplingSpec]) -> None:
        self._specs, taken = list(specs), self._generator.specs
        for name in ("temperature", "top_p"):
            taken[name] = [getattr(spec, name) for spec in specs]
        # No vocabulary is larger, and no larger number has room there.
        taken["top_k"] = [min(spec.top_k, np.iinfo(np.int64).max) for spec in specs]
        taken["draws"] = [spec.draws(after_space=False) for spec in specs]
        taken["draws_after_space"] = [spec.draws(after_space=True) for spec in specs]
