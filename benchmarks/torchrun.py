"""Characters a second of two processes of one thread each, beside one of one thread and one of two.

python benchmarks/torchrun.py [--rounds N] [--steps N] [--hidden-size N] [--batch-size N]

All train the same network by the torch engine on the shipped play, each as a program of its own, in
turns. The speed is that of the middle half of the steps, by the record's own clock, so that
neither the start nor the end counts; it is the best of the rounds, as whatever else the machine
does slows the others.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rnntui.training.events import Step
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events

WAYS = {"one process, one thread": (1, 1), "one process, two threads": (1, 2), "two of one": (2, 1)}
"""By its name in the table, how many processes, and how many threads each has."""

SEQ_LENGTH = 64


def characters_a_second(processes: int, threads: int, asked: argparse.Namespace) -> float:
    """The speed of a training run of that kind."""
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    start = ["-m", *launcher, "-m", "rnntui"] if processes > 1 else ["-m", "rnntui"]
    flags = {
        "engine": "torch",
        "device": "cpu",
        "threads": threads,
        "steps": asked.steps,
        "hidden-size": asked.hidden_size,
        "batch-size": asked.batch_size,
        "seq-length": SEQ_LENGTH,
        "eval-every": asked.steps,
        "save-every": 1e6,
        "val-fraction": 0.05,
        "sample-length": 1,
        "name": "measured",
    }
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, *start, "train", "play"]
            + [part for name, value in flags.items() for part in (f"--{name}", str(value))],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        events = read_events(RunFolder(Path(folder) / "checkpoints" / "measured"))
        ends = {event.step: event.elapsed_s for event in events if isinstance(event, Step)}
    first, last = asked.steps // 4, asked.steps * 3 // 4
    characters = (last - first) * asked.batch_size * SEQ_LENGTH
    return characters / (ends[last] - ends[first])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--hidden-size", type=int, default=256)
    parser.add_argument("--batch-size", type=int, default=64)
    asked = parser.parse_args()
    speeds: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    for _ in range(asked.rounds):
        for name, (processes, threads) in WAYS.items():
            speed = characters_a_second(processes, threads, asked)
            speeds[name] = max(speeds[name], speed)
    alone = speeds["one process, one thread"]
    print("| | characters/s | ratio |\n|---|---|---|")
    for name, speed in speeds.items():
        print(f"| {name} | {speed:,.0f} | {speed / alone:.2f} |")


if __name__ == "__main__":
    main()
