"""Training, step for step: the compiled engine beside plain PyTorch.

    python benchmarks/training.py                    all workloads, about two minutes
    python benchmarks/training.py S-lstm W --rounds 9
    python benchmarks/training.py --text corpora/tinyshakespeare.txt --threads 2

Both take the same batches of the same text in one process, in turns, so that
what else the machine does falls on both. The baseline is what a script has:
`nn.LSTM`, `nn.GRU` or `nn.RNN` over `nn.Embedding` or one-hot vectors,
`cross_entropy`, `clip_grad_norm_` and Adam; its windows come from a
`DataLoader`. Ours are the library's batches and `CompiledNetwork`. The ratio is
the median over the rounds of the baseline's time for a step by ours, with the
smallest and the largest.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rows import Row, as_markdown, in_turns
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from rnntui.nets.char_model import build_model
from rnntui.nets.compiled.network import CompiledNetwork, Method
from rnntui.nets.compiled.preparation import prepare
from rnntui.nets.config import ModelConfig
from rnntui.text.batches import StreamBatches, WindowBatches

RATE, CLIP_NORM = 2e-3, 5.0
SYMBOLS = 65

Step = Callable[[], float]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Workload:
    """A network and the shape of its batches."""

    config: ModelConfig
    batch_size: int
    seq_length: int


def workloads() -> dict[str, Workload]:
    """All workloads by name."""
    made = {}
    for cell in ("lstm", "gru", "rnn"):
        made[f"S-{cell}"] = Workload(ModelConfig(SYMBOLS, cell), 50, 50)
    window = ModelConfig(
        SYMBOLS, "rnn", input_encoding="one-hot", hidden_size=128, num_layers=1, window=10
    )
    made["W"] = Workload(window, 128, 10)
    for cell in ("lstm", "gru"):
        made[f"L-{cell}"] = Workload(ModelConfig(SYMBOLS, cell, hidden_size=512), 50, 100)
    return made


class PlainNetwork(nn.Module):
    """The network as a script has it."""

    def __init__(self, config: ModelConfig) -> None:
        """Make torch's own layers."""
        super().__init__()
        self.config = config
        if config.input_encoding == "embedding":
            self.embedding = nn.Embedding(config.vocab_size, config.embedding_size)
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[config.cell]
        self.layers = kind(
            config.input_size, config.hidden_size, config.num_layers, batch_first=True
        )
        self.head = nn.Linear(config.hidden_size, config.vocab_size)

    def forward(self, ids: Tensor, state: object) -> tuple[Tensor, object]:
        """Scores at every position of streams and at the last one of windows; new state."""
        if self.config.input_encoding == "embedding":
            x = self.embedding(ids)
        else:
            x = functional.one_hot(ids, self.config.vocab_size).float()
        hidden, state = self.layers(x, state)
        if self.config.window:
            hidden = hidden[:, -1:]
        return self.head(hidden), state


class Windows(Dataset[tuple[Tensor, Tensor]]):
    """Every window of a text, and the character after it."""

    def __init__(self, ids: Tensor, window: int) -> None:
        """Keep the text; windows are cut when asked for."""
        self.ids, self.window = ids, window

    def __len__(self) -> int:
        """How many windows have a character after them."""
        return len(self.ids) - self.window

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        """One window, `[T]`, and its target, `[1]`."""
        end = place + self.window
        return self.ids[place:end], self.ids[end : end + 1]


def plain_batches(workload: Workload, ids: Ids, device: str) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end, as a script would make them."""
    text, batch, length = torch.from_numpy(ids), workload.batch_size, workload.seq_length
    text = text.to(device)
    if workload.config.window:
        loader = DataLoader(Windows(text, length), batch, shuffle=True, drop_last=True)
        while True:
            yield from loader
    streams = (len(text) - 1) // batch
    inputs = text[: batch * streams].view(batch, streams)
    targets = text[1 : batch * streams + 1].view(batch, streams)
    while True:
        for first in range(0, streams - length + 1, length):
            yield inputs[:, first : first + length], targets[:, first : first + length]


def plain_step(workload: Workload, ids: Ids, device: str = "cpu") -> Step:
    """A step of the baseline."""
    torch.manual_seed(0)
    model = PlainNetwork(workload.config).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    batches = plain_batches(workload, ids, device)
    state: object = None

    def step() -> float:
        nonlocal state
        inputs, targets = next(batches)
        optimizer.zero_grad()
        logits, after = model(inputs, state)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        if not workload.config.window:
            state = tuple(h.detach() for h in after) if isinstance(after, tuple) else after.detach()
        return loss.item()

    return step


def our_step(workload: Workload, ids: Ids, threads: int) -> Step:
    """A step of the compiled engine, with the library's batches."""
    config, batch, length = workload.config, workload.batch_size, workload.seq_length
    weights = {
        name: weight.detach().numpy() for name, weight in build_model(config, 0).named_parameters()
    }
    network = CompiledNetwork(config, batch, length, threads, weights, Method(clip_norm=CLIP_NORM))
    cut = (
        WindowBatches(ids, batch, length, seed=0)
        if config.window
        else StreamBatches(ids, batch, length)
    )
    places, state = count(), None

    def step() -> float:
        nonlocal state
        epoch, place = divmod(next(places), len(ids) // cut.characters_per_batch - 1)
        now = cut.batch(epoch, place)
        outcome = network.step(now.inputs, now.targets, state, 0, RATE)
        state = None if config.window else outcome.state
        return outcome.loss

    return step


def seconds_per_step(step: Step, steps: int) -> float:
    """Take some steps; how long one took."""
    began = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - began) / steps


def measure(name: str, ids: Ids, threads: int, rounds: int, seconds: float) -> Row:
    """Alternate the two for some rounds, each for about so many seconds a round."""
    workload = workloads()[name]

    def timed(step: Step) -> Callable[[], float]:
        seconds_per_step(step, 2)
        steps = max(1, round(seconds / seconds_per_step(step, 1)))
        return lambda: seconds_per_step(step, steps) * 1e3

    ours, plain = timed(our_step(workload, ids, threads)), timed(plain_step(workload, ids))
    row = in_turns(f"training, {name}", "ms a step", ours, plain, rounds)
    characters = workload.batch_size * (1 if workload.config.window else workload.seq_length)
    return replace(row, note=f"{characters / row.ours * 1e3:,.0f} predictions a second")


def rows(rounds: int, seconds: float, text: Path | None = None) -> list[Row]:
    """All workloads, with as many threads as torch takes."""
    prepare()
    ids = text_ids(text)
    return [measure(name, ids, torch.get_num_threads(), rounds, seconds) for name in workloads()]


def text_ids(path: Path | None) -> Ids:
    """The characters of a text as ids below `SYMBOLS`; without one, drawn at random."""
    if path is None:
        generator = random.Random(0)
        return np.array([generator.randrange(SYMBOLS) for _ in range(1_000_000)], np.int64)
    _, ids = np.unique(np.frombuffer(path.read_bytes(), np.uint8), return_inverse=True)
    return ids % SYMBOLS


def main() -> None:
    """Measure the workloads asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("workloads", nargs="*", help=", ".join(workloads()))
    parser.add_argument("--text", type=Path, help="learn from this file")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each side in each round")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    prepare()
    ids = text_ids(chosen.text)
    found = [
        measure(name, ids, chosen.threads, chosen.rounds, chosen.seconds)
        for name in chosen.workloads or workloads()
    ]
    print(as_markdown(found), end="")


if __name__ == "__main__":
    main()
