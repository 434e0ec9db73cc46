"""A character model that generates by compiled functions: some streams side by side.

Each stream is generated as it would be alone, bit for bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from rnntui.nets.arrays import Floats32
from rnntui.nets.compiled.buffers import Packings, ThreadBuffers, aligned
from rnntui.nets.compiled.choosing import CHOICE, SPEC, Floats
from rnntui.nets.compiled.generation import generate, read, tabulate_gates
from rnntui.nets.compiled.lanes import WIDTH
from rnntui.nets.compiled.layout import PackedBlock, pack_weights, packed_blocks
from rnntui.nets.compiled.products import PANEL
from rnntui.nets.compiled.records import GENERATION, Records
from rnntui.nets.compiled.scoring import PADDED_SCORE
from rnntui.nets.compiled.thread_pool import ThreadPool
from rnntui.nets.config import ModelConfig
from rnntui.text.vocabulary import Ids

MOST_TABLED = 2**22
"""Numbers in a table of gates at most, 16 MB; beyond it gates are computed for each character."""


class CompiledGenerator:
    """`streams` texts from one network; a network on windows reads each anew from zero state."""

    def __init__(
        self,
        config: ModelConfig,
        arrays: Mapping[str, Floats32],
        streams: int,
        candidates: int,
        threads: int = 1,
        rounds: int = 1,
        space: int = -1,
    ) -> None:
        """Start from zero states; weights by the names of `weight_shapes` are copied.

        Each choice comes with the `candidates` likeliest characters. The streams are shared
        among `threads`, the caller's included; each generates `rounds` characters per call.
        `space` is the id of a space, -1 where there is none.
        """
        self.config = config
        self.specs = np.zeros(streams, SPEC)
        """Each stream's sampling specification."""
        self.specs["temperature"] = self.specs["top_p"] = 1.0
        self.choices = np.zeros((streams, rounds), CHOICE)
        """The outcome of each choice."""
        candidates = min(candidates, config.vocab_size)
        self.best_ids = np.zeros((streams, rounds, candidates), np.int64)
        self.best_shares = np.zeros((streams, rounds, candidates))
        """The likeliest characters of each choice, best first, and their probabilities."""
        self._parts = packed_blocks(config, WIDTH, PANEL)
        self._weights = aligned(sum(part.size for part in self._parts))
        self._pool = ThreadPool(min(threads, streams))
        ends = [streams * n // self._pool.size for n in range(self._pool.size + 1)]
        packings = Packings(self._parts)
        outcome = (self.specs, self.choices, self.best_ids, self.best_shares)
        self._shares = [
            _Share(config, self._parts, self._weights, packings, slice(*bounds), outcome, space)
            for bounds in pairwise(ends)
        ]
        self.set_weights(arrays)
        self.draw_by(np.zeros((streams, 1)))

    def close(self) -> None:
        """End the threads; the generator can't be used afterwards."""
        self._pool.close()

    def set_weights(self, arrays: Mapping[str, Floats32]) -> None:
        """Copy in new weights; the streams keep their states."""
        pack_weights(self._parts, arrays, self._weights)
        self._parts[-1].stored(self._weights)[0, self.config.vocab_size :] = PADDED_SCORE
        for share in self._shares:
            share.tabulate()

    def draw_by(self, noise: Floats) -> None:
        """Draw by these numbers from [0, 1) from now on, `[N, M]`, in a cycle."""
        for share in self._shares:
            share.draw_by(noise)

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character per stream, or a window of them: `ids` is `[T][N]`."""
        self._pool.do(lambda thread: self._shares[thread].read(ids))

    def generate(self, ids: Sequence[Sequence[int]]) -> None:
        """Read `ids`, choose, read the choice, and so on; each stream by its entry of `specs`.

        Results are in `choices`, `best_ids` and `best_shares`.
        """
        self._pool.do(lambda thread: self._shares[thread].generate(ids))

    def take_back(self) -> None:
        """Undo the last `generate` of one round: its reading, and the numbers it used up."""
        for share in self._shares:
            share.take_back()


class _Share:
    """The streams of one thread."""

    def __init__(
        self,
        config: ModelConfig,
        parts: tuple[PackedBlock, ...],
        weights: Floats32,
        packings: Packings,
        streams: slice,
        outcome: tuple[Records, Records, Ids, Floats],
        space: int,
    ) -> None:
        self._streams, self._count = streams, streams.stop - streams.start
        specs, choices, best_ids, best_shares = outcome
        length = config.window or 1
        tabled = config.vocab_size * config.gates * config.hidden_size <= MOST_TABLED
        self._buffers = ThreadBuffers(
            replace(config, dropout=0.0, embedding_dropout=0.0),
            self._count,
            length,
            parts,
            weights,
            packings,
            tabled=tabled,
        )
        self._buffers.set_row_count(self._count)
        self._room = np.zeros((2, config.vocab_size), np.int64)
        self._record = np.zeros(1, GENERATION)
        self._address = self._record.ctypes.data
        self._record["part"] = self._buffers.part.ctypes.data
        self._record["layers"] = self._buffers.layers.ctypes.data
        self._record["layer_count"] = config.num_layers
        self._record["rows"], self._record["length"] = self._count, length
        self._record["carries"], self._record["space"] = not config.window, space
        self._record["specs"] = specs[streams].ctypes.data
        self._record["choices"] = choices[streams].ctypes.data
        self._record["best_ids"] = best_ids[streams].ctypes.data
        self._record["best_shares"] = best_shares[streams].ctypes.data
        _, self._record["rounds"], self._record["candidates"] = best_ids.shape
        self._record["order"], self._record["kept"] = (room.ctypes.data for room in self._room)
        # Addresses keep nothing alive.
        self._kept = outcome

    def tabulate(self) -> None:
        tabulate_gates(self._address)

    def draw_by(self, noise: Floats) -> None:
        self._noise = noise[self._streams].copy()
        self._record["noise"], self._record["drawn"] = self._noise.ctypes.data, noise.shape[1]
        self._record["used"] = 0

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        self._load_inputs(ids)
        read(self._address)

    def generate(self, ids: Sequence[Sequence[int]]) -> None:
        self._load_inputs(ids)
        generate(self._address)

    def take_back(self) -> None:
        # The states before a reading are kept until the next one carries those after it over.
        self._record["carried"] = False
        self._record["used"] = (self._record["used"] - 1) % self._record["drawn"]

    def _load_inputs(self, ids: Sequence[Sequence[int]]) -> None:
        inputs, count = self._buffers.inputs, self._count
        for time, now in enumerate(ids):
            inputs[time * count : (time + 1) * count] = now[self._streams]
