"""What a lens open beside a training run costs it, and how fast keys are answered meanwhile.

    python benchmarks/lens_open.py [--seconds 8] [--rounds 2] [--keys 15] [--keep-every 0]
        [--lenses NAME...]

Trains the recipe `shakespeare` on the corpus `python` in the playground on a terminal of 140x45,
with kernels that lie ready. In one run, each lens of the Microscope is open for a while between
two whiles without it; the ratio is that of its training speed, while nobody presses a key, to the
mean of both. Then a key that moves on is pressed at random moments, and answered once the figures
of the new place are drawn. With `--keep-every` the run keeps its weights every so many steps, which
gives the Microscope a scrubber, samples, and curves of units to measure.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from ready_kernels import ready_kernels
from responsiveness import RNNTUI, newest
from terminal import Terminal

TEXT = "abcdefghijklmnopqrstuvwxyz"
"""What the network reads: so, the character at the cursor says where the cursor is."""

BOLD = rb"(?:\x1b\[[\d;]*m)*"
LENSES = {
    "strips": ("1", "\x1b[C", rb"character %d of"),
    "neuron": ("2", ".", rb"unit %d:"),
    "influence": ("3", "\x1b[C", rb"behind " + BOLD + rb"%c"),
    "surprise": ("4", "\x1b[C", BOLD + rb"%c" + BOLD + rb": "),
    "map": ("5", "\x1b[C", rb"nearest to " + BOLD + rb"%c"),
    "surgery": ("6", "", b""),
    "flow": ("7", "\x1b[C", rb"behind " + BOLD + rb"%c"),
    "mark": ("2k", "\x1b[C", b"searching|like it in"),
    "long text": ("4w", "\x1b[C", rb"character %d:"),
}
"""The key of each lens, the key that moves on in it, and what is drawn then, with place or name."""

SETTLED = 1.0
"""Seconds left out after each key and each closing."""

OPENED = 4.0
"""Seconds left out once a lens is open: what it finds first, it needs not find again."""


def main() -> None:
    """Measure, and print a line for each lens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keys", type=int, default=15)
    parser.add_argument("--keep-every", type=int, default=0)
    parser.add_argument("--lenses", nargs="*", choices=list(LENSES), default=list(LENSES))
    asked = parser.parse_args()
    environment = dict(ready_kernels())  # compiled meanwhile, they would slow the first whiles
    with tempfile.TemporaryDirectory() as folder:
        # As long as it takes: the recipe itself would be done after a minute.
        recipe = (files("rnntui") / "recipes" / "shakespeare.toml").read_text()
        endless = Path(folder) / "endless.toml"
        endless.write_text(recipe.replace("epochs = 2", "epochs = 2000"))
        if asked.keep_every:
            with endless.open("a") as file:
                file.write(f"keep_every = {asked.keep_every}\n")
        command = [RNNTUI, "--corpus", "python", "--recipe", str(endless)]
        environment["RNNTUI_HOME"] = folder
        with Terminal(command, (140, 45), environment) as terminal:
            terminal.wait_for(b"Network and training", 20)
            terminal.idle(5)
            terminal.press("t")
            terminal.wait_for(rb"step \d", 60)
            terminal.idle(5)
            record = newest(Path(folder)) / "metrics.jsonl"
            while b'"event": "step"' not in record.read_bytes():
                terminal.idle(1)
            for name in asked.lenses:
                ratios, answers = measured(terminal, record, name, asked)
                print(line(name, ratios, answers), flush=True)
            terminal.press("\x11y")  # ctrl+q, yes
            terminal.idle(3)


def measured(
    terminal: Terminal, record: Path, name: str, asked: argparse.Namespace
) -> tuple[list[float], list[float]]:
    """Ratios of the training speed with a lens to that without, and seconds of its answers."""
    ratios, answers = [], []
    before = speed(terminal, record, asked.seconds)
    for _ in range(asked.rounds):
        open_key, _, _ = LENSES[name]
        terminal.press("m")
        terminal.wait_for(b"microscope", 10, len(terminal.output))
        type_text(terminal)
        for one in open_key:
            terminal.press(one)
            terminal.idle(SETTLED)
        if name == "long text":
            terminal.wait_for(rb"bits per character", 60)
        terminal.idle(OPENED)
        shown = speed(terminal, record, asked.seconds)
        answers += pressed(terminal, name, asked.keys)
        for _ in range(2 if name == "long text" else 1):
            terminal.press("\x1b")
            terminal.idle(SETTLED)
        after = speed(terminal, record, asked.seconds)
        ratios.append(2 * shown / (before + after))
        before = after
    return ratios, answers


def type_text(terminal: Terminal) -> None:
    """Have the network read `TEXT`."""
    terminal.idle(SETTLED)
    terminal.press("p")
    terminal.idle(SETTLED)
    start = len(terminal.output)
    terminal.press("\x01\x0b" + TEXT)  # to the beginning, all cut off
    terminal.wait_for(TEXT.encode(), 10, start)
    terminal.press("\r")
    terminal.idle(SETTLED)


def pressed(terminal: Terminal, name: str, keys: int) -> list[float]:
    """Press the lens's key now and then; seconds that each answer took."""
    _, key, drawn = LENSES[name]
    answers = []
    for place in range(2, keys + 2):
        if key:
            terminal.idle(random.uniform(0.2, 0.6))
            start = len(terminal.output)
            terminal.press(key)
            shown = ord(TEXT[place - 1]) if b"%c" in drawn else place
            expected = drawn % shown if b"%" in drawn else drawn
            answers.append(terminal.wait_for(expected, 10, start))
    return answers


def speed(terminal: Terminal, record: Path, seconds: float) -> float:
    """Steps a second of the training over a while from now on."""
    step, began = steps(record), time.perf_counter()
    terminal.idle(seconds)
    return (steps(record) - step) / (time.perf_counter() - began)


def steps(record: Path) -> int:
    """The last step that a record has."""
    lines = record.read_bytes().splitlines()
    events = (json.loads(line) for line in reversed(lines) if line.endswith(b"}"))
    return next((int(event["step"]) for event in events if event["event"] == "step"), 0)


def line(name: str, ratios: list[float], answers: list[float]) -> str:
    """A lens's figures."""
    said = f"{name:<10} training with / without: median {statistics.median(ratios):.3f} ("
    said += ", ".join(f"{ratio:.3f}" for ratio in ratios) + ")"
    if answers:
        answers.sort()
        p50, p95 = (1000 * answers[int(len(answers) * share)] for share in (0.5, 0.95))
        said += f"; {len(answers)} keys: p50 {p50:.1f} ms, p95 {p95:.1f} ms"
    return said


if __name__ == "__main__":
    main()
