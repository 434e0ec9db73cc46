"""How long it takes to start: to the first picture, and to the first step of a training.

    python benchmarks/start.py [--rounds 10]

Alternates, in one run: a bare Textual app with a header, a list and a footer;
`rnntui` to its first picture (the panes' frames) and to the whole playground;
`import torch`; `rnntui train` to its first step, with kernels that lie ready and at
a very first start, which has to go without them; and, in the playground with torch
loaded, from `t` to the first figures of a step on the screen. Prints medians, ratios
and differences. File caches are warm after the first round, which is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from ready_kernels import ready_kernels
from rows import Row, as_markdown, in_turns
from terminal import Terminal

RNNTUI = str(Path(sys.executable).with_name("rnntui"))
SIZE = (140, 45)
APP, TORCH = "a bare Textual app", "`import torch`"

BARE = """
from textual.app import App
from textual.widgets import Footer, Header, Label, ListItem, ListView

class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self):
        yield Header()
        yield ListView(*(ListItem(Label(f"line {n}")) for n in range(5)))
        yield Footer()

Bare().run()
"""


def rows(rounds: int) -> list[Row]:
    """Ours beside what it stands on, in turns."""
    ready_kernels()  # before the first of them is timed
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        numbers = count()

        def bare() -> float:
            return picture([sys.executable, "-c", BARE], b"line 4", home)

        def torch_alone() -> float:
            return command([sys.executable, "-c", "import torch"])

        def training() -> float:
            return first_step(home / "warm", f"run-{next(numbers)}", ready_kernels())

        def training_at_first() -> float:
            return first_step(home / str(next(numbers)), "run", {})

        found = []
        for name, measure, baseline, against in (
            ("first picture", partial(picture, [RNNTUI], b"Network and training", home), bare, APP),
            ("the whole playground", partial(picture, [RNNTUI], b"places", home), bare, APP),
            ("first step of `rnntui train`", training, torch_alone, TORCH),
            ("the same at the very first start", training_at_first, torch_alone, TORCH),
        ):
            measure(), baseline()  # the first round only warms the caches
            row = in_turns(f"start, {name}", "s", measure, baseline, rounds)
            note = f"{row.ours - row.baseline:+.3f} s over {against}"
            found.append(replace(row, note=note))
        first_point(home)
        points = [first_point(home) for _ in range(rounds)]
        note = f"{min(points):.2f} to {max(points):.2f}, torch being loaded"
        found.append(Row("from `t` to the first point", "s", median(points), note=note))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    print(as_markdown(rows(parser.parse_args().rounds)), end="")


def picture(command: list[str], drawn: bytes, home: Path) -> float:
    """Seconds until a program on a terminal has drawn something."""
    with Terminal(command, SIZE, {"RNNTUI_HOME": str(home), **ready_kernels()}) as terminal:
        terminal.wait_for(drawn, 20)
        return time.perf_counter() - terminal.started


def command(line: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(line, check=True)
    return time.perf_counter() - began


def first_step(home: Path, name: str, more: dict[str, str]) -> float:
    """Seconds from `rnntui train` to the line of its first step, with `more` around it."""
    line = [RNNTUI, "train", "play", "--recipe", "shakespeare", "--name", name, "--json"]
    environment = {**os.environ, "RNNTUI_HOME": str(home), **more}
    began = time.perf_counter()
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for event in map(json.loads, process.stdout):
            if event["event"] == "step":
                break
        took = time.perf_counter() - began
        # What it has begun to compile would go on beside what is measured next.
        subprocess.run(["pkill", "-P", str(process.pid)], check=False)
        process.kill()
    return took


def first_point(home: Path) -> float:
    """Seconds from the key `t` to a step's figures, torch being loaded."""
    environment = {"RNNTUI_HOME": str(home), **ready_kernels()}
    with Terminal([RNNTUI, "--recipe", "shakespeare"], SIZE, environment) as screen:
        screen.wait_for(b"an epoch", 60)  # which is estimated once torch is loaded
        screen.idle(1)
        screen.press("t")
        return screen.wait_for(rb"step \d", 30)


if __name__ == "__main__":
    main()
