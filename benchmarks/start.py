"""How long it takes to start: to the first picture, and to the first step of a training.

    python benchmarks/start.py [--rounds 10]

Alternates, in one run: a bare Textual app with a header, a list and a footer;
`rnntui` to its first picture (the panes' frames) and to the whole playground;
`import torch`; `rnntui train` to its first step; and, in the playground with
torch loaded, from `t` to the first figures of a step on the screen. Prints
medians, ratios and differences. File caches are warm after the first round,
which is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median

from rows import Row, as_markdown, in_turns
from terminal import Terminal

RNNTUI = str(Path(sys.executable).with_name("rnntui"))
SIZE = (140, 45)

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
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        names = (f"run-{number}" for number in count())
        ours = {
            "first picture": lambda: picture([RNNTUI], b"Network and training", home),
            "the whole playground": lambda: picture([RNNTUI], b"places", home),
            "first step of `rnntui train`": lambda: first_step(home, next(names)),
        }

        def bare() -> float:
            return picture([sys.executable, "-c", BARE], b"line 4", home)

        def torch_alone() -> float:
            return command([sys.executable, "-c", "import torch"])

        found = []
        for name, measure in ours.items():
            is_step = name.startswith("first step")
            baseline = torch_alone if is_step else bare
            measure(), baseline()  # the first round only warms the caches
            row = in_turns(f"start, {name}", "s", measure, baseline, rounds)
            against = "`import torch`" if is_step else "a bare Textual app"
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
    with Terminal(command, SIZE, {"RNNTUI_HOME": str(home)}) as terminal:
        terminal.wait_for(drawn, 20)
        return time.perf_counter() - terminal.started


def command(line: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(line, check=True)
    return time.perf_counter() - began


def first_step(home: Path, name: str) -> float:
    """Seconds from `rnntui train` to the line of its first step."""
    line = [RNNTUI, "train", "play", "--recipe", "shakespeare", "--name", name, "--json"]
    environment = {**os.environ, "RNNTUI_HOME": str(home)}
    began = time.perf_counter()
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for event in map(json.loads, process.stdout):
            if event["event"] == "step":
                break
        took = time.perf_counter() - began
        process.kill()
    return took


def first_point(home: Path) -> float:
    """Seconds from the key `t` to a step's figures, torch being loaded."""
    with Terminal([RNNTUI, "--recipe", "shakespeare"], SIZE, {"RNNTUI_HOME": str(home)}) as screen:
        screen.wait_for(b"Network and training", 20)
        screen.idle(6)
        screen.press("t")
        return screen.wait_for(rb"step \d", 30)


if __name__ == "__main__":
    main()
