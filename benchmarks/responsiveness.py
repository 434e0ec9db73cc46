"""How fast keys are answered while a network trains flat out, and what the screen costs it.

    python benchmarks/responsiveness.py [--keys 500] [--rounds 3] [--seconds 25]

Trains the recipe `shakespeare` on the corpus `python`, alternating in one hour:
headless, then in the playground on a terminal of 140x45 with a stream running,
both with compiled kernels that lie ready as they do from the second start on.
Presses `[` and `]` at random moments and waits for the new temperature to be
drawn. Prints percentiles of the answers and the ratio of training speeds.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from ready_kernels import ready_kernels
from terminal import Terminal

RNNTUI = str(Path(sys.executable).with_name("rnntui"))
SKIPPED_SECONDS = 5.0
"""Training time that is left out at the start of each round."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--full-pace", action="store_true", help="stream as fast as possible")
    arguments = parser.parse_args()
    ready_kernels()  # compiled meanwhile, they would slow the first part of each round
    answers: list[float] = []
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            # A home for each round, as the playground remembers its settings.
            home = Path(folder) / str(number)
            alone = headless(home, "alone", arguments.seconds)
            keys = -(-arguments.keys // arguments.rounds)
            answers += playground(home, keys, arguments.seconds, arguments.full_pace)
            shown = speed(newest(home))
            ratios.append(shown / alone)
            print(
                f"round {number + 1}: headless {alone:,.0f} char/s, on screen {shown:,.0f} char/s,"
                f" ratio {shown / alone:.3f}",
                flush=True,
            )
    answers.sort()
    p50, p95, p99 = (1000 * answers[int(len(answers) * share)] for share in (0.5, 0.95, 0.99))
    print(f"{len(answers)} keys: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")
    print(f"largest {1000 * answers[-1]:.1f} ms")
    print(f"training on screen / headless: median {statistics.median(ratios):.3f}")


def headless(home: Path, name: str, seconds: float) -> float:
    """Train without a screen for a while; characters a second."""
    command = [RNNTUI, "train", "python", "--recipe", "shakespeare", "--name", name, "--json"]
    environment = {**os.environ, **ready_kernels(), "RNNTUI_HOME": str(home)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
    return speed(home / "checkpoints" / name)


def playground(home: Path, keys: int, seconds: float, full_pace: bool) -> list[float]:
    """Train and stream on screen, pressing keys; seconds that each took to be answered."""
    command = [RNNTUI, "--corpus", "python", "--recipe", "shakespeare"]
    answers = []
    environment = {**ready_kernels(), "RNNTUI_HOME": str(home)}
    with Terminal(command, (140, 45), environment) as terminal:
        terminal.wait_for(b"Network and training", 20)
        terminal.idle(5)
        terminal.press("t")
        terminal.wait_for(rb"step \d", 60)
        terminal.press("ga" if full_pace else "g")
        terminal.idle(3)
        temperature, way = 1.0, 1
        for _ in range(keys):
            terminal.idle(seconds / keys * random.uniform(0.5, 1.5))
            if not 0.3 < temperature < 3.0:
                way = -way
            temperature = round(temperature + 0.1 * way, 1)
            start = len(terminal.output)
            terminal.press("]" if way > 0 else "[")
            answer = rb"%.2f [^\n]{0,80}?\xe2\x96\xb8" % temperature
            answers.append(terminal.wait_for(answer, 10, start))
        terminal.press("\x11y")  # ctrl+q, yes
        terminal.idle(3)
    return answers


def newest(home: Path) -> Path:
    """The run that was made last."""
    return max((home / "checkpoints").iterdir(), key=lambda path: path.stat().st_mtime)


def speed(run: Path) -> float:
    """Characters a second of a run's record, its start left out."""
    events = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    steps = [event for event in events if event["event"] == "step"]
    first = next(event for event in steps if event["elapsed_s"] > SKIPPED_SECONDS)
    last = steps[-1]
    done = last["step"] - first["step"]
    return done * 2500 / (last["elapsed_s"] - first["elapsed_s"])


if __name__ == "__main__":
    main()
