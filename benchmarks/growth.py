"""How a training step grows: its time and memory against each of its sizes.

    python benchmarks/growth.py [--pictures docs/pictures]

From two LSTM layers of 128 over 65 symbols, 32 sequences of 64 characters, one
size is changed at a time. Each step is measured in a process of its own, with the
compiled engine and the library's batches: the time of a step, the memory that
the process came to need, and the arithmetic done a second (multiplications and
additions, by `nets/cost.py`), which would stay the same if a step grew as its
arithmetic does. Prints a table for each size and draws each as an SVG picture.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rows import figure

BASE: dict[str, int] = {
    "hidden_size": 128,
    "num_layers": 2,
    "seq_length": 64,
    "batch_size": 32,
    "vocab_size": 65,
    "corpus_kb": 1000,
}

SIZES: dict[str, tuple[int, ...]] = {
    "hidden_size": (32, 64, 128, 256, 512, 1024),
    "num_layers": (1, 2, 4, 8),
    "seq_length": (16, 64, 256, 1024),
    "batch_size": (1, 4, 16, 64, 256),
    "vocab_size": (65, 256, 1000, 4000, 11_172),
    "corpus_kb": (100, 1000, 10_000, 100_000, 1_000_000),
}

SECONDS = 0.6
"""Of steps that are timed, in three parts of which the fastest counts."""


@dataclass(frozen=True)
class Point:
    """What a step came to at one size."""

    size: int
    milliseconds: float
    megabytes: float
    gigaflops: float
    """Billions of operations a second."""


def measured(settings: dict[str, int]) -> Point:
    """Measure in this process."""
    import numpy as np

    from rnntui.nets.compiled.network import CompiledNetwork, Method
    from rnntui.nets.config import ModelConfig
    from rnntui.nets.cost import step_operations
    from rnntui.nets.initial_weights import initial_weights
    from rnntui.text.batches import StreamBatches

    batch, length = settings["batch_size"], settings["seq_length"]
    config = ModelConfig(
        settings["vocab_size"],
        "lstm",
        embedding_size=128,
        hidden_size=settings["hidden_size"],
        num_layers=settings["num_layers"],
    )
    kind = np.uint8 if config.vocab_size <= 256 else np.uint16
    ids = np.resize(np.arange(config.vocab_size, dtype=kind), settings["corpus_kb"] * 1000)
    batches = StreamBatches(ids, batch, length)
    network = CompiledNetwork(
        config, batch, length, 2, initial_weights(config, "torch", 1), Method(clip_norm=5.0)
    )
    state, taken, fastest = None, 0, float("inf")
    for part in range(4):
        began, before = time.perf_counter(), taken
        # The first part only sets things up.
        while taken == before or time.perf_counter() - began < SECONDS / 3 * bool(part):
            now = batches.batch(0, taken % batches.batches_per_epoch)
            state = network.step(now.inputs, now.targets, state, 0, 1e-3).state
            taken += 1
        if part:
            fastest = min(fastest, (time.perf_counter() - began) / (taken - before))
    operations = step_operations(config, batch * length)
    return Point(0, fastest * 1e3, peak_megabytes(), operations / fastest / 1e9)


def peak_megabytes() -> float:
    """The most memory that this process has had, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def point(name: str, size: int) -> Point:
    """Measure in a process of its own."""
    settings = {**BASE, name: size}
    command = [sys.executable, __file__, "--one", json.dumps(settings)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    values: dict[str, Any] = json.loads(out)
    return Point(**{**values, "size": size})


def table(name: str, points: list[Point]) -> str:
    """A Markdown table of how a step grows with one size."""
    lines = [
        f"| {name.replace('_', ' ')} | ms a step | MB | billion operations a second |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {one.size:,} | {figure(one.milliseconds)} | {one.megabytes:,.0f}"
        f" | {figure(one.gigaflops)} |"
        for one in points
    ]
    return "\n".join(lines) + "\n"


def picture(name: str, points: list[Point]) -> str:
    """Time and memory against one size, both axes logarithmic, as SVG."""
    from math import log10

    width, height, margin = 420, 260, 46

    def scaled(values: list[float], low: float, high: float) -> list[float]:
        logs = [log10(value) for value in values]
        first, last = min(logs), max(max(logs), min(logs) + 1e-9)
        return [low + (value - first) / (last - first) * (high - low) for value in logs]

    across = scaled([one.size for one in points], margin, width - margin)
    shapes = []
    for values, colour, unit in (
        ([one.milliseconds for one in points], "#1f77b4", "ms"),
        ([one.megabytes for one in points], "#d95f02", "MB"),
    ):
        up = scaled(values, height - margin, margin)
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
        shapes.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>')
        for x, y, value in zip(across, up, values, strict=True):
            shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            shapes.append(
                f'<text x="{x:.1f}" y="{y - 7:.1f}" fill="{colour}" text-anchor="middle">'
                f"{value:.3g} {unit}</text>"
            )
    for x, one in zip(across, points, strict=True):
        shapes.append(
            f'<text x="{x:.1f}" y="{height - 22}" text-anchor="middle">{one.size:,}</text>'
        )
    title = name.replace("_", " ")
    shapes.append(f'<text x="{width / 2}" y="{height - 6}" text-anchor="middle">{title}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="10">'
        f'<rect width="{width}" height="{height}" fill="white"/>{"".join(shapes)}</svg>\n'
    )


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", help=", ".join(SIZES))
    parser.add_argument("--pictures", type=Path, help="a folder to draw into")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(vars(measured(json.loads(chosen.one)))))
        return
    for name in chosen.sizes or SIZES:
        points = [point(name, size) for size in SIZES[name]]
        print(table(name, points), flush=True)
        if chosen.pictures:
            path = chosen.pictures / f"growth-{name.replace('_', '-')}.svg"
            path.write_text(picture(name, points), encoding="utf-8")


if __name__ == "__main__":
    main()
