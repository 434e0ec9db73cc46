"""Steps a second of the general path, on which cells of one's own train, beside fused layers.

python benchmarks/general_path.py [--rounds N] [--steps N] [--threads N] [--torch-compile]

All train the same network of the default sizes on the same batch, in turns in one process: once
by torch's fused layer for the cell, once by the cell's own equations, one time step after another,
and with `--torch-compile` once by these equations as `torch.compile` makes them, whose compilation
takes minutes and is printed beside them.
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
    parser.add_argument("--torch-compile", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    config = TrainConfig(steps=1)
    fused = dict(recurrent._FUSED)
    shape = (config.batch_size, config.seq_length + 1)
    ids = torch.randint(SYMBOLS, shape, generator=torch.Generator().manual_seed(1))
    paths = ["fused", "general", *(["compiled"] if asked.torch_compile else [])]
    layer, by_equations = recurrent.RecurrentLayer, recurrent.RecurrentLayer._step_by_step
    print(f"| cell | {', steps/s | '.join(paths)}, steps/s | fused / general |")
    print("|---" * (len(paths) + 2) + "|")
    for cell in ("rnn", "lstm", "gru"):
        model = build_model(ModelConfig(**{**vars(config.model(SYMBOLS)), "cell": cell}), seed=1)
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        compiled = torch.compile(by_equations, dynamic=False)
        rates: dict[str, list[float]] = {path: [] for path in paths}
        compilation = 0.0
        for _ in range(asked.rounds):
            for path, seconds in rates.items():
                recurrent._FUSED.clear()
                recurrent._FUSED.update(fused if path == "fused" else {})
                layer._step_by_step = compiled if path == "compiled" else by_equations
                start = time.perf_counter()
                step(model, optimizer, ids)
                if path == "compiled":
                    compilation = max(compilation, time.perf_counter() - start)
                start = time.perf_counter()
                for _ in range(asked.steps):
                    step(model, optimizer, ids)
                seconds.append(asked.steps / (time.perf_counter() - start))
        recurrent._FUSED.update(fused)
        layer._step_by_step = by_equations
        # What else the machine did slowed the other rounds.
        best = [max(rates[path]) for path in paths]
        row = " | ".join(f"{rate:.1f}" for rate in best)
        print(f"| {cell} | {row} | {best[0] / best[1]:.1f} |", flush=True)
        if compilation:
            print(f"  compiling {cell} took {compilation:.0f} s", flush=True)


if __name__ == "__main__":
    main()
