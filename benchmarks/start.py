"""How long it takes to start: to the first picture, and to the first step of a training.

    python benchmarks/start.py [--rounds 10]

Alternates, in one run: a bare Textual app with a header, a list and a footer;
`rnntui` to its first picture (the panes' frames) and to the whole playground;
`import torch`; `rnntui train` to its first step; and, in the playground with
torch loaded, from `t` to the first figures of a step on the screen. Prints the
medians and the differences that matter. File caches are warm after the first
round, which is left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(rounds + 1):
            measured = {
                "bare app": picture([sys.executable, "-c", BARE], b"line 4", home),
                "rnntui": picture([RNNTUI], b"Network and training", home),
                "playground whole": picture([RNNTUI], b"places", home),
                "import torch": command([sys.executable, "-c", "import torch"]),
                "train, first step": first_step(home, f"run-{number}"),
                "t, first point": first_point(home),
            }
            if number:
                for name, value in measured.items():
                    seconds.setdefault(name, []).append(value)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, values in seconds.items():
        print(f"{name:18} {medians[name]:.3f} s  ({min(values):.3f} to {max(values):.3f})")
    print(f"first picture over a bare app's: {medians['rnntui'] - medians['bare app']:+.3f} s")
    over = medians["train, first step"] - medians["import torch"]
    print(f"first step over `import torch`: {over:+.3f} s")


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
