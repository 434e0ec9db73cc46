"""Sampling, character for character: ours beside the plain loop over `nn.LSTM`.

    python benchmarks/sampling.py [--rounds 7]

Ours is `CharacterStreams` with all that the screen shows: weights that may change,
probabilities and the five best candidates. *Steered*, as on the screen, it asks for
its settings before every character; else, as `rnntui sample` does, before every few.
The baseline is what a script has: a batch of one through
`nn.LSTM`, `topk`, `softmax`, `multinomial`. Both at temperature 0.8 with top-k 20.
"""

import argparse
import time
from collections.abc import Callable

import torch
from rows import Row, as_markdown, in_turns
from torch import nn

from rnntui.cli.sample.texts import AHEAD
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import SamplingEngine
from rnntui.sampling.stream import CharacterStreams
from rnntui.text.vocabulary import Vocabulary

SYMBOLS, TEMPERATURE, TOP_K, MANY = 65, 0.8, 20, 32
SIZES = {"S": 128, "L": 512}
CHARACTERS = 400
"""Generated in each round."""


def plain_loop(hidden_size: int) -> Callable[[], float]:
    """Microseconds a character of the plain loop."""
    torch.manual_seed(0)
    embedding = nn.Embedding(SYMBOLS, 128)
    layers = nn.LSTM(128, hidden_size, 2, batch_first=True)
    head = nn.Linear(hidden_size, SYMBOLS)

    def generate() -> float:
        now, state = torch.tensor([[1]]), None
        began = time.perf_counter()
        with torch.inference_mode():
            for _ in range(CHARACTERS):
                hidden, state = layers(embedding(now), state)
                scores, ids = torch.topk(head(hidden[0, -1]) / TEMPERATURE, TOP_K)
                now = ids[torch.multinomial(torch.softmax(scores, -1), 1)][None]
                now.item()
        return (time.perf_counter() - began) / CHARACTERS * 1e6

    generate()
    return generate


def streams(
    hidden_size: int, count: int, engine: SamplingEngine, ahead: int = 1
) -> Callable[[], float]:
    """Microseconds a character of so many streams together."""
    config = ModelConfig(SYMBOLS, "lstm", embedding_size=128, hidden_size=hidden_size)
    model = build_model(config, 0)
    arrays = {name: weight.detach().numpy() for name, weight in model.named_parameters()}
    weights = NetworkWeights(config, arrays, 0)
    spec = SamplingSpec("random", TEMPERATURE, TOP_K)
    vocabulary = Vocabulary(tuple(chr(40 + number) for number in range(SYMBOLS)))
    characters = CharacterStreams(
        lambda: weights, vocabulary, [lambda: spec] * count, "AB", range(count), engine, ahead
    )
    rounds = max(100 // ahead, CHARACTERS // count // ahead) * ahead

    def generate() -> float:
        began = time.perf_counter()
        for _ in range(rounds):
            next(characters)
        return (time.perf_counter() - began) / (rounds * count) * 1e6

    generate()
    return generate


def rows(rounds: int) -> list[Row]:
    """All rows."""
    found = []
    for size, hidden_size in SIZES.items():
        plain, one = plain_loop(hidden_size), streams(hidden_size, 1, "compiled")
        ahead = streams(hidden_size, 1, "compiled", AHEAD)
        many = streams(hidden_size, MANY, "compiled", AHEAD)
        numpy = streams(hidden_size, 1, "numpy")
        for name, ours, baseline, note in (
            ("one stream, steered", one, plain, ""),
            ("one stream", ahead, plain, f"{AHEAD} characters ahead"),
            ("NumPy alone", numpy, plain, ""),
            (f"{MANY} streams", many, ahead, f"against one stream, both {AHEAD} ahead"),
        ):
            row = f"sampling, {size}, {name}"
            found.append(in_turns(row, "µs a character", ours, baseline, rounds, note))
    weights = 4 * (2048 * (128 + 512) + 2048 * 1024 + 65 * 512) / 1e6
    found.append(_reading_once(weights, streams(SIZES["L"], 1, "compiled"), rounds))
    return found


def _reading_once(megabytes: float, one: Callable[[], float], rounds: int) -> Row:
    """L's character beside one reading of as many bytes as its weights from memory."""
    import numpy as np

    size = int(megabytes * 1e6 / 4)
    # Many times the caches, so that each part comes from memory.
    parts = np.ones((40, size), np.float32)
    turn = iter(range(10**9))

    def read() -> float:
        part = parts[next(turn) % len(parts)]
        began = time.perf_counter()
        part.max()
        return (time.perf_counter() - began) * 1e6

    note = f"baseline: reading {megabytes:.1f} MB once from memory"
    return in_turns("sampling, L, one stream", "µs a character", one, read, rounds, note)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    print(as_markdown(rows(parser.parse_args().rounds)), end="")


if __name__ == "__main__":
    main()
