"""What the lenses cost: reading a text inside out, correlating its units, searching and walking it.

    python benchmarks/lenses.py ~/tinyshakespeare.txt

Of a network with random weights, as the time doesn't depend on them, with two LSTM layers of 128
units by default. Each figure is of processor time in one thread, so that other programs hardly
change it; the least of three (of one for what reads a whole megabyte).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rows import Row
from threadpoolctl import threadpool_limits

from rnntui.lenses.activations import activation_chunks
from rnntui.lenses.influence import influence
from rnntui.lenses.marked_stretch import MOST_UNITS, marked_stretch
from rnntui.lenses.matching_stretches import matches, on_off
from rnntui.lenses.neurons import unit_correlations
from rnntui.lenses.surprise import surprise
from rnntui.lenses.text_features import text_features
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.text.corpus import corpus_from_text

HUNDRED_THOUSAND = 100_000
MEGABYTE = 1_000_000
WALK = 200
MARKED = 12


def seconds(act: Callable[[], object], rounds: int = 3) -> float:
    """Processor time of the fastest of some calls."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        act()
        taken.append(time.process_time() - started)
    return min(taken)


def rows(
    text: Path, cell: str = "lstm", hidden_size: int = 128, num_layers: int = 2
) -> Iterator[Row]:
    """What each lens costs on the first megabyte of a text, each as soon as it is measured."""
    corpus = corpus_from_text("text", text.read_text(encoding="utf-8")[:MEGABYTE])
    config = ModelConfig(
        len(corpus.vocabulary), cell, hidden_size=hidden_size, num_layers=num_layers
    )
    random, bound = np.random.default_rng(1), 1 / np.sqrt(config.hidden_size)
    arrays = {
        name: random.uniform(-bound, bound, shape).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    ids = np.asarray(corpus.ids, np.int64)
    characters = corpus.vocabulary.decode(ids)
    short, whole = ids[:HUNDRED_THOUSAND], f"{len(ids):,} characters"

    def row(what: str, act: Callable[[], object], rounds: int = 3, note: str = "") -> Row:
        return Row(what, "seconds of one processor", seconds(act, rounds), note=note)

    def read(precision: type[np.float64] | type[np.float32]) -> None:
        for _ in activation_chunks(config, arrays, short, precision=precision):
            pass

    with threadpool_limits(limits=1, user_api="blas"):
        yield row(f"gates and states of {len(short):,} characters", lambda: read(np.float64))
        yield row("the same in single precision", lambda: read(np.float32))
        yield row(
            f"influence at {WALK} places",
            lambda: influence(config, arrays, ids[:WALK].tolist(), range(WALK)),
        )
        yield row(
            "influence at one place",
            lambda: influence(config, arrays, ids[:WALK].tolist(), [WALK - 1]),
        )
        yield row(f"features of {whole}", lambda: text_features(characters), 1)
        yield row(
            f"surprise of {whole}, and the n-grams'",
            lambda: surprise(config, arrays, ids, ids, precision=np.float32),
            1,
        )
        features = text_features(characters)
        yield row(
            f"correlations over {whole}",
            lambda: unit_correlations(config, arrays, ids, features, precision=np.float32),
            1,
        )
        # Random weights give small states, so that a unit is on where it is hardly above zero.
        indexed = on_off(config, arrays, ids, threshold=0.05)
        stretch = marked_stretch(indexed, WALK, WALK + MARKED, indexed)
        yield row(
            f"places like a mark in {whole}",
            lambda: marked_stretch(indexed, WALK, WALK + MARKED, indexed),
            note=f"by {stretch.looked_for} of the {len(stretch.units)} units that are on, in an"
            f" index of {indexed.bits.nbytes / 1e6:.0f} MB",
        )
        yield row(
            f"the same by {MOST_UNITS} units",
            lambda: matches(indexed, range(MOST_UNITS), MARKED),
            note="as many as are looked for",
        )


def main() -> None:
    """Measure, and print a line for each lens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--cell", default="lstm")
    parser.add_argument("--hidden-size", type=int, default=128)
    parser.add_argument("--num-layers", type=int, default=2)
    chosen = parser.parse_args()
    for row in rows(chosen.text, chosen.cell, chosen.hidden_size, chosen.num_layers):
        note = f" ({row.note})" if row.note else ""
        print(f"{row.ours:8.3f} s  {row.name}{note}", flush=True)


if __name__ == "__main__":
    main()
