"""Steps a second of the general path, on which cells of one's own train, beside fused layers.

python benchmarks/general_path.py [--rounds N] [--steps N] [--threads N]

Both train the same network of the default sizes on the same batch, in turns in one process: once
by torch's fused layer for the cell, once by the cell's own equations, one time step after another.
"""

import argparse
import time

import torch

from rnntui.nets import recurrent
from rnntui.nets.char_model import CharModel, build_model
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.config import TrainConfig

SYMBOLS = 65


def step(model: CharModel, optimizer: torch.optim.Optimizer, ids: torch.Tensor) -> None:
    """One step of training on ids `[B, T + 1]`."""
    scores, _ = model(ids[:, :-1], model.zero_state(len(ids)))
    loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    config = TrainConfig(steps=1)
    fused = dict(recurrent._FUSED)
    shape = (config.batch_size, config.seq_length + 1)
    ids = torch.randint(SYMBOLS, shape, generator=torch.Generator().manual_seed(1))
    print("| cell | fused, steps/s | general path, steps/s | ratio |\n|---|---|---|---|")
    for cell in ("rnn", "lstm", "gru"):
        model = build_model(ModelConfig(**{**vars(config.model(SYMBOLS)), "cell": cell}), seed=1)
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        rates: dict[str, list[float]] = {"fused": [], "general": []}
        for _ in range(asked.rounds):
            for path, seconds in rates.items():
                recurrent._FUSED.clear()
                recurrent._FUSED.update(fused if path == "fused" else {})
                step(model, optimizer, ids)
                start = time.perf_counter()
                for _ in range(asked.steps):
                    step(model, optimizer, ids)
                seconds.append(asked.steps / (time.perf_counter() - start))
        recurrent._FUSED.update(fused)
        # What else the machine did slowed the other rounds.
        one, other = (max(rates[path]) for path in rates)
        print(f"| {cell} | {one:.1f} | {other:.1f} | {one / other:.1f} |", flush=True)


if __name__ == "__main__":
    main()
