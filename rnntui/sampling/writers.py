"""What computes the characters of streams: NumPy, a stream at a time, or compiled functions.

Both read the same weights and make the same choices, but round differently, so
that two texts may part after many thousand characters. A stream keeps to the
one that it began with.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from rnntui.errors import SamplingError
from rnntui.sampling.choice import SamplingSpec, best, choose, probabilities
from rnntui.sampling.fast_step import FastNetwork, Weights
from rnntui.sampling.modes import WritingEngine

SHARED_STREAMS = 16
"""Streams from which on two threads write faster than one."""

CANDIDATES = 5
"""How many of the likeliest characters come with each that was written."""


class Chosen(NamedTuple):
    """What N streams chose: ids and their probabilities before filters, `[N]`.

    `best` and `shares`, `[N][K]`, are the likeliest ids, best first, and their probabilities.
    Where `finite` is false the network's scores were no numbers, as those of a ReLU
    network may grow out of all bounds; the stream then chose nothing.
    """

    ids: list[int]
    probabilities: list[float]
    best: list[list[int]]
    shares: list[list[float]]
    finite: list[bool]


class Writer(Protocol):
    """Some streams from one network, side by side; each is written as it would be alone."""

    def set_weights(self, weights: Weights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, `[1][N]`; for a network on windows a window, `[T][N]`.

        A window is read from zero state.
        """

    def write(
        self,
        ids: Sequence[Sequence[int]],
        specs: Sequence[SamplingSpec],
        after_space: Sequence[bool],
        noise: Sequence[float],
    ) -> Chosen:
        """Read, then choose each stream's next character.

        All but `ids` are `[N]`; `after_space` says whether a stream's last
        character is a space, `noise` is from [0, 1).
        """


def writer_of(weights: Weights, streams: int, engine: WritingEngine = "auto") -> Writer:
    """What writes with these weights.

    `auto` is `compiled` where the compiled functions lie ready on the disk, and
    `numpy` otherwise; `compiled` has them compiled if need be. Raises
    `SamplingError` where they can't be had.
    """
    from rnntui.nets.compiled.preparation import load_compiled, try_to_prepare

    if engine == "numpy" or (engine == "auto" and not load_compiled()):
        return NumpyWriter(weights, streams)
    if engine == "compiled" and (problem := try_to_prepare()):
        raise SamplingError(f"{problem} Take --engine numpy.")
    return KernelWriter(weights, streams)


class NumpyWriter:
    """Writes in NumPy, needing nothing compiled (see `Writer`)."""

    def __init__(self, weights: Weights, streams: int) -> None:
        """Begin with zero states."""
        self._network = FastNetwork(weights)
        self._states = [self._network.zero_state(1) for _ in range(streams)]

    def set_weights(self, weights: Weights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""
        self._network = FastNetwork(weights)

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

    def write(
        self,
        ids: Sequence[Sequence[int]],
        specs: Sequence[SamplingSpec],
        after_space: Sequence[bool],
        noise: Sequence[float],
    ) -> Chosen:
        """Read, then choose each stream's next character."""
        self.read(ids)
        told = Chosen([], [], [], [], [])
        for state, spec, after, drawn in zip(self._states, specs, after_space, noise, strict=True):
            scores = self._network.scores(state)[0]
            finite = bool(np.isfinite(scores).all())
            if not finite:
                scores = np.zeros_like(scores)
            probs = probabilities(scores, spec.temperature)
            chosen = choose(probs, spec, after, drawn)
            likeliest = best(probs, CANDIDATES)
            told.ids.append(chosen)
            told.probabilities.append(float(probs[chosen]))
            told.best.append([index for index, _ in likeliest])
            told.shares.append([share for _, share in likeliest])
            told.finite.append(finite)
        return told


class KernelWriter:
    """Writes with compiled functions (see `Writer`)."""

    def __init__(self, weights: Weights, streams: int) -> None:
        """Begin with zero states; the functions must be compiled."""
        from rnntui.nets.compiled.writer import CompiledWriter

        threads = 2 if streams >= SHARED_STREAMS and (os.cpu_count() or 1) > 1 else 1
        self._writer = CompiledWriter(weights.config, weights.arrays, streams, CANDIDATES, threads)
        choices = self._writer.choices
        self._noise, self._draws, self._chosen, self._finite, self._probability = (
            choices[name] for name in ("noise", "draws", "chosen", "finite", "probability")
        )
        self._specs: list[SamplingSpec] = []
        self._changing = False
        """Whether some stream draws after some characters and not after others."""

    def set_weights(self, weights: Weights) -> None:
        """Take other weights of the same shapes; what the streams remember stays."""
        self._writer.set_weights(weights.arrays)

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, or a window of them."""
        self._writer.read(ids)

    def write(
        self,
        ids: Sequence[Sequence[int]],
        specs: Sequence[SamplingSpec],
        after_space: Sequence[bool],
        noise: Sequence[float],
    ) -> Chosen:
        """Read, then choose each stream's next character."""
        if specs != self._specs:
            self._take_specs(specs)
        self._noise[:] = noise
        if self._changing:
            pairs = zip(specs, after_space, strict=True)
            self._draws[:] = [spec.draws(after) for spec, after in pairs]
        writer = self._writer
        writer.write(ids)
        return Chosen(
            self._chosen.tolist(),
            self._probability.tolist(),
            writer.best_ids.tolist(),
            writer.best_shares.tolist(),
            self._finite.tolist(),
        )

    def _take_specs(self, specs: Sequence[SamplingSpec]) -> None:
        self._specs = list(specs)
        choices = self._writer.choices
        for name in ("temperature", "top_k", "top_p"):
            choices[name] = [getattr(spec, name) for spec in specs]
        choices["draws"] = [spec.draws(after_space=False) for spec in specs]
        self._changing = any(spec.mode == "hybrid" for spec in specs)
