"""One-hot input against an embedding: sizes, and a demonstration that both select a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnntui.clock import Clock
from rnntui.nets.arrays import Floats32
from rnntui.nets.config import InputEncoding, ModelConfig, parameter_count, weight_shapes

BYTES_OF_FLOAT = 4  # float32; a one-hot vector has one per symbol
BYTES_OF_ID = 4  # int32, the usual type of ids

TIMED_ROUNDS = 9
"""Timed rounds of a lookup; the fastest counts, as others may have been interrupted."""

_SECONDS_PER_ROUND = 0.002

"""Seconds since any fixed time."""


@dataclass(frozen=True)
class EncodingSizes:
    """The cost of one input encoding over a vocabulary of `symbols`.

    `parameters` counts those between character and first gates: the input weights and, if any, the
    embedding's table. `total_parameters` is the whole network's. `input_bytes` is the size of one
    character's input; `multiply_adds` is the cost of its gates when a one-hot vector is multiplied
    out and a row of an embedding is only read.
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

    `product` is the product of one-hot vectors and the table, `rows` the table indexed by `ids`,
    both `[N, C]`; `product_s` and `rows_s` are the seconds of one such product and indexing.
    """

    ids: tuple[int, ...]
    table: Floats32
    product: Floats32
    rows: Floats32
    product_s: float
    rows_s: float

    @property
    def largest_difference(self) -> float:
        """The largest absolute difference of the two."""
        return float(np.abs(self.product - self.rows).max())


def encoding_sizes(network: ModelConfig, symbols: int) -> tuple[EncodingSizes, EncodingSizes]:
    """The sizes for one-hot input and for an embedding of `network`.

    Its `vocab_size` and `input_encoding` are ignored. Raises `ConfigError` for no symbols.
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
    """The fewest symbols with which an embedding has fewer parameters; None if it never has."""
    config = replace(network, vocab_size=1)
    gates, width = config.gates * config.hidden_size, config.embedding_size
    # V·E + E·G < V·G, or V > E·G / (G - E).
    return None if gates <= width else width * gates // (gates - width) + 1


def random_table(rows: int, columns: int, seed: int) -> Floats32:
    """A standard normal table `[rows, columns]`, like an untrained embedding's."""
    return np.random.default_rng(seed).standard_normal((rows, columns), dtype=np.float32)


def look_up(table: Floats32, ids: Sequence[int], clock: Clock) -> Lookup:
    """Select rows by product and by indexing, each timed by `clock`.

    The one-hot vectors are made before the clock starts.
    """
    one_hot = np.zeros((len(ids), len(table)), np.float32)
    one_hot[np.arange(len(ids)), ids] = 1
    places = np.asarray(ids)
    product_s = _fastest(lambda: one_hot @ table, clock)
    rows_s = _fastest(lambda: table[places], clock)
    return Lookup(tuple(ids), table, one_hot @ table, table[places], product_s, rows_s)


def _fastest(act: Callable[[], object], clock: Clock) -> float:
    """Seconds per call of `act` in the fastest round of many calls."""
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
