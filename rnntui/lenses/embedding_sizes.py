"""One-hot against embedding: their sizes, and that both select the same row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.config import InputEncoding, ModelConfig, parameter_count, weight_shapes

Floats32 = NDArray[np.float32]

BYTES_OF_FLOAT = 4  # float32, of which a one-hot vector has one for each symbol
BYTES_OF_ID = 4  # int32, as ids are mostly handed to a network

TIMED_ROUNDS = 9
"""Rounds that a lookup is timed in; the fastest counts, as others may have been interrupted."""

_SECONDS_PER_ROUND = 0.002

Clock = Callable[[], float]
"""Seconds, from any beginning."""


@dataclass(frozen=True)
class EncodingSizes:
    """The cost of one input encoding over a vocabulary of `symbols`.

    `parameters` are those from the character to the first layer's gates: its
    input weights, and the table of an embedding. `total_parameters` are the
    whole network's. `input_bytes` is what one character takes as it is handed
    in; `multiply_adds` what the way to the gates takes for it if the one-hot
    vector is multiplied out, and a row of a table just read.
    """

    input_encoding: InputEncoding
    symbols: int
    parameters: int
    total_parameters: int
    input_bytes: int
    multiply_adds: int


@dataclass(frozen=True, eq=False)
class Lookup:
    """Rows of a table `[R, C]`, selected in two ways.

    `product` is the one-hot vectors times the table, `rows` the table read at
    `ids`, both `[N, C]`; the seconds are of one such product and one such reading.
    """

    ids: tuple[int, ...]
    table: Floats32
    product: Floats32
    rows: Floats32
    product_s: float
    rows_s: float

    @property
    def largest_difference(self) -> float:
        """Between the two, over all numbers; 0 where they are the same."""
        return float(np.abs(self.product - self.rows).max())


def encoding_sizes(network: ModelConfig, symbols: int) -> tuple[EncodingSizes, EncodingSizes]:
    """Return the sizes for one-hot input and for an embedding.

    `network` says all but these two. Raises `ConfigError` where there are no symbols.
    """
    sizes = []
    encodings: tuple[InputEncoding, InputEncoding] = ("one-hot", "embedding")
    for encoding in encodings:
        config = replace(network, vocab_size=symbols, input_encoding=encoding)
        shapes = weight_shapes(config)
        rows, width = shapes["layers.0.weight_ih"]
        table = symbols * config.embedding_size if encoding == "embedding" else 0
        sizes.append(
            EncodingSizes(
                input_encoding=encoding,
                symbols=symbols,
                parameters=table + rows * width,
                total_parameters=parameter_count(config),
                input_bytes=BYTES_OF_ID if table else BYTES_OF_FLOAT * symbols,
                multiply_adds=rows * width,
            )
        )
    return sizes[0], sizes[1]


def smallest_saving_vocabulary(network: ModelConfig) -> int | None:
    """From how many symbols on an embedding has fewer parameters; None where it never has."""
    config = replace(network, vocab_size=1)
    gates, width = config.gates * config.hidden_size, config.embedding_size
    # V·E + E·G < V·G, or V > E·G / (G - E).
    return None if gates <= width else width * gates // (gates - width) + 1


def random_table(rows: int, columns: int, seed: int) -> Floats32:
    """A table as an embedding has before any training, `[rows, columns]`."""
    return np.random.default_rng(seed).standard_normal((rows, columns), dtype=np.float32)


def look_up(table: Floats32, ids: Sequence[int], clock: Clock) -> Lookup:
    """Select rows by product and by reading, and time each by `clock`.

    The one-hot vectors are there before the clock starts.
    """
    one_hot = np.zeros((len(ids), len(table)), np.float32)
    one_hot[np.arange(len(ids)), ids] = 1
    places = np.asarray(ids)
    product_s = _fastest(lambda: one_hot @ table, clock)
    rows_s = _fastest(lambda: table[places], clock)
    return Lookup(tuple(ids), table, one_hot @ table, table[places], product_s, rows_s)


def _fastest(act: Callable[[], object], clock: Clock) -> float:
    """Seconds that `act` takes, in the fastest round of many calls."""
    started = clock()
    act()
    calls = int(_SECONDS_PER_ROUND / max(clock() - started, 1e-6)) + 1
    rounds = []
    for _ in range(TIMED_ROUNDS):
        started = clock()
        for _ in range(calls):
            act()
        rounds.append((clock() - started) / calls)
    return min(rounds)
