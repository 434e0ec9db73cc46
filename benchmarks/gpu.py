"""Training on a CUDA device: ours beside plain PyTorch, and what a recorded step is worth.

    python benchmarks/gpu.py TEXT [--rounds 5]

Each row is a step of the run that `rnntui train --device cuda` would take: the
library's batches, the network, clipping, AdamW, losses read back each step. The
baseline is the same network in plain PyTorch on the same device (without the
dropout and the residual connections of recipes). Before that it says whether a
recorded step computes what the same step computes unrecorded, bit for bit.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from rows import Row, as_markdown, in_turns
from training import Step, Workload, plain_step, seconds_per_step, text_ids, workloads

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.opening import new_run
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.characters.torch_learner import TorchLearner
from rnntui.text.corpus import load_corpus
from rnntui.training.progress import Progress

STEPS = 30
"""In each round, and in the comparison."""


def configurations() -> dict[str, TrainConfig]:
    """What is trained, by name; float32 is asked for where the name says so."""
    found = {}
    for name in ("S-lstm", "L-lstm"):
        workload = workloads()[name]
        found[name] = TrainConfig(
            embedding_size=workload.config.embedding_size,
            hidden_size=workload.config.hidden_size,
            batch_size=workload.batch_size,
            seq_length=workload.seq_length,
            steps=1_000_000,
        )
    for name in ("minute", "quarter-hour"):
        found[name] = find_recipe(name).config.replaced({"steps": 1_000_000})
    on_cuda = {name: config.replaced({"device": "cuda"}) for name, config in found.items()}
    exact = {
        f"{name}, float32": config.replaced({"precision": "float32"})
        for name, config in on_cuda.items()
    }
    return {**on_cuda, **exact}


def learner_of(config: TrainConfig, text: Path, folder: Path) -> TorchLearner:
    """What a training with this configuration would begin with."""
    name = f"run-{len(list(folder.iterdir()))}"
    return TorchLearner(new_run(folder, load_corpus(text), config, name, ""))


def our_step(learner: TorchLearner) -> Step:
    """A step of the program."""
    progress = Progress(total_steps=1_000_000)

    def step() -> float:
        nonlocal progress
        loss = learner.step(progress, 1e-3).loss
        progress = progress.after_step(loss, "torch", learner.info.batches_per_epoch)
        return loss

    return step


def same_unrecorded(config: TrainConfig, text: Path, folder: Path) -> bool:
    """Whether as many losses come out bit for bit as without a recording."""
    recorded, plain = (learner_of(config, text, folder) for _ in range(2))
    plain._ways[0] = plain._ways[0].work
    steps = our_step(recorded), our_step(plain)
    losses = [[step() for _ in range(STEPS)] for step in steps]
    print(f"   {losses[0][0]:.6f} to {losses[0][-1]:.6f}, plain to {losses[1][-1]:.6f}")
    return losses[0] == losses[1]


def measure(name: str, config: TrainConfig, text: Path, folder: Path, rounds: int) -> Row:
    """A row: ours beside the plain network."""
    workload = Workload(config.model(65), config.batch_size, config.seq_length)

    def timed(step: Step) -> Callable[[], float]:
        seconds_per_step(step, STEPS)
        return lambda: seconds_per_step(step, STEPS) * 1e3

    ours = timed(our_step(learner_of(config, text, folder)))
    plain = timed(plain_step(workload, text_ids(text), "cuda"))
    row = in_turns(f"training, {name}", "ms a step", ours, plain, rounds)
    characters = config.batch_size * config.seq_length
    return replace(row, note=f"{characters / row.ours * 1e3:,.0f} characters a second")


def main() -> None:
    """Compare, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print(torch.cuda.get_device_name(), torch.__version__)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        for name, config in configurations().items():
            same = same_unrecorded(config, chosen.text, folder)
            print(f"{name}: recorded {'as' if same else 'NOT as'} unrecorded", flush=True)
        rows = [
            measure(name, config, chosen.text, folder, chosen.rounds)
            for name, config in configurations().items()
        ]
    print(as_markdown(rows), end="")


if __name__ == "__main__":
    main()
