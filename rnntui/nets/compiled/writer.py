"""A character model that writes by compiled functions: some streams side by side.

Each stream is written as it would be alone, bit for bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from rnntui.nets.compiled.buffers import Packings, ThreadBuffers, aligned
from rnntui.nets.compiled.choosing import CHOICE, Floats, Ids
from rnntui.nets.compiled.crew import Crew
from rnntui.nets.compiled.lanes import WIDTH
from rnntui.nets.compiled.layout import Array, Section, packed, sections_of
from rnntui.nets.compiled.products import PANEL
from rnntui.nets.compiled.records import WRITTEN, Records
from rnntui.nets.compiled.scoring import PADDED_SCORE
from rnntui.nets.compiled.writing import read, tabulated, write
from rnntui.nets.config import ModelConfig

MOST_TABLED = 2**22
"""Numbers in a table of gates at most, 16 MB; beyond it gates are computed for each character."""


class CompiledWriter:
    """`streams` texts from one network; a network on windows reads each anew from zero state."""

    def __init__(
        self,
        config: ModelConfig,
        arrays: Mapping[str, Array],
        streams: int,
        candidates: int,
        threads: int = 1,
    ) -> None:
        """Begin with zero states and weights by the names of `weight_shapes`, which are copied.

        So many `candidates`, the likeliest characters, are told of each choice.
        The streams are shared out among `threads`, of which the caller's is one.
        """
        self.config = config
        self.choices = np.zeros(streams, CHOICE)
        """How each stream chooses, and what it chose."""
        self.choices["temperature"] = self.choices["top_p"] = 1.0
        self.best_ids = np.zeros((streams, min(candidates, config.vocab_size)), np.int64)
        self.best_shares = np.zeros(self.best_ids.shape)
        """The likeliest characters of each stream, best first, and their probabilities."""
        self._parts = sections_of(config, WIDTH, PANEL)
        self._weights = aligned(sum(part.size for part in self._parts))
        self._crew = Crew(min(threads, streams))
        ends = [streams * n // self._crew.size for n in range(self._crew.size + 1)]
        packings = Packings(self._parts)
        outcome = (self.choices, self.best_ids, self.best_shares)
        self._shares = [
            _Share(config, self._parts, self._weights, packings, slice(*bounds), outcome)
            for bounds in pairwise(ends)
        ]
        self.set_weights(arrays)

    def close(self) -> None:
        """End the threads; nothing more can be written."""
        self._crew.close()

    def set_weights(self, arrays: Mapping[str, Array]) -> None:
        """Take a copy of other weights; what the streams remember stays."""
        packed(self._parts, arrays, self._weights)
        self._parts[-1].stored(self._weights)[0, self.config.vocab_size :] = PADDED_SCORE
        for share in self._shares:
            share.tabulate()

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        """Read a character of each stream, or a window of characters: `ids` is `[T][N]`."""
        self._crew.do(lambda thread: self._shares[thread].read(ids))

    def write(self, ids: Sequence[Sequence[int]]) -> None:
        """Read, then choose for each stream by its entry of `choices`, and say there what."""
        self._crew.do(lambda thread: self._shares[thread].write(ids))


class _Share:
    """The streams that one thread has."""

    def __init__(
        self,
        config: ModelConfig,
        parts: tuple[Section, ...],
        weights: Array,
        packings: Packings,
        streams: slice,
        outcome: tuple[Records, Ids, Floats],
    ) -> None:
        self._streams, self._count = streams, streams.stop - streams.start
        choices, best_ids, best_shares = outcome
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
        self._buffers.hold(self._count)
        self._unread, self._carries = True, not config.window
        self._room = np.zeros((2, config.vocab_size), np.int64)
        self._record = np.zeros(1, WRITTEN)
        self._address = self._record.ctypes.data
        self._record["part"] = self._buffers.part.ctypes.data
        self._record["layers"] = self._buffers.layers.ctypes.data
        self._record["layer_count"] = config.num_layers
        self._record["rows"], self._record["length"] = self._count, length
        self._record["choices"] = choices[streams].ctypes.data
        self._record["best_ids"] = best_ids[streams].ctypes.data
        self._record["best_shares"] = best_shares[streams].ctypes.data
        self._record["told"] = best_ids.shape[1]
        self._record["order"], self._record["kept"] = (room.ctypes.data for room in self._room)
        # Addresses keep nothing alive.
        self._kept = outcome

    def tabulate(self) -> None:
        tabulated(self._address)

    def read(self, ids: Sequence[Sequence[int]]) -> None:
        self._take_in(ids)
        read(self._address)

    def write(self, ids: Sequence[Sequence[int]]) -> None:
        self._take_in(ids)
        write(self._address)

    def _take_in(self, ids: Sequence[Sequence[int]]) -> None:
        inputs, count = self._buffers.inputs, self._count
        for time, now in enumerate(ids):
            inputs[time * count : (time + 1) * count] = now[self._streams]
        if self._unread:
            self._unread = False
        elif self._carries:
            self._record["carried"], self._carries = 1, False
