"""Makes docs/neurons.md and its picture: units of a trained network that track parts of a text.

The network is trained and looked into by the real program on tinyshakespeare. RNNTUI_TEST_DATA
names the folder of tinyshakespeare.txt.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from race_example import machine

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
TEXT: Final = "tinyshakespeare.txt"
TRAIN: Final = (
    *("rnntui", "train", TEXT, "--recipe", "shakespeare", "--epochs", "16", "--seed", "3"),
    *("--threads", "1", "--name", "shakespeare"),
)
READ: Final = "read.txt"
NEURONS: Final = (
    *("rnntui", "trace", "--neurons", "--checkpoint", "shakespeare", "--file", READ),
    *("--units", "1", "--svg", "neurons.svg"),
)

PAGE: Final = """\
# Units that keep track of something

Made by `make neurons` (`scripts/neurons_example.py`) from what the program wrote; nothing here is
typed by hand.

<!-- not run: `make neurons` does, on a text from the network -->
```
{train}
{neurons}
```

Two LSTM layers of 128 units, trained for {seconds:.0f} seconds ({steps:,} steps, {machine}).
`{read}` is the text from its first speaker in capitals on, {characters:,} characters. For each
feature, the unit whose value goes with it most, by Pearson's correlation; `h` is the hidden state,
`c` the cell state.

{table}

Nobody told the network of lines, speakers or words: to predict the next character, it had to count.

![The units over the first lines, each a strip of bars below the text](pictures/neurons.svg)
"""


def main() -> None:
    """Train, measure, and write the page."""
    data = os.environ.get("RNNTUI_TEST_DATA")
    if not data or not (Path(data) / TEXT).is_file():
        sys.exit(f"RNNTUI_TEST_DATA must name a folder with {TEXT}.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(Path(data) / TEXT, folder / TEXT)
        write_page(folder)


def write_page(folder: Path) -> None:
    """Run the commands in `folder`, and write what they came to."""
    told = [json.loads(line) for line in run(folder, *TRAIN, "--json").splitlines()]
    finished = next(event for event in told if event["event"] == "finished")
    text = (folder / TEXT).read_text(encoding="utf-8")
    speaker = re.search(r"^[A-Z]{2,}[A-Z ]*:$", text, re.MULTILINE)
    assert speaker is not None
    read = text[speaker.start() :]
    (folder / READ).write_text(read, encoding="utf-8")
    units = [json.loads(line) for line in run(folder, *NEURONS, "--json").splitlines()]
    units = [unit for unit in units if "unit" in unit]
    shutil.copy(folder / "neurons.svg", DOCS / "pictures")
    page = PAGE.format(
        train=shlex.join(TRAIN),
        neurons=shlex.join(NEURONS),
        seconds=finished["elapsed_s"],
        steps=finished["step"],
        machine=machine(),
        read=READ,
        characters=len(read),
        table=table(units),
    )
    (DOCS / "neurons.md").write_text(page, encoding="utf-8")


def run(folder: Path, *words: str) -> str:
    """Run a command of rnntui in `folder`; returns what it wrote."""
    environment = {name: value for name, value in os.environ.items() if name != "RNNTUI_HOME"}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def best(units: list[dict[str, Any]], feature: str) -> dict[str, Any]:
    """The unit that tracks a feature most."""
    return max(units, key=lambda unit: abs(unit[feature] or 0.0))


def named(unit: dict[str, Any]) -> str:
    """A unit as the table names it."""
    return f"layer {unit['layer']}, {unit['state']} {unit['unit']}"


def table(units: list[dict[str, Any]]) -> str:
    """Each feature that the text has, and the unit that tracks it most."""
    lines = ["| feature | unit | correlation |", "|---|---|---:|"]
    features = [name for name in units[0] if name not in ("layer", "state", "unit")]
    for feature in features:
        if any(unit[feature] is not None for unit in units):
            unit = best(units, feature)
            lines.append(f"| {feature} | {named(unit)} | {unit[feature]:+.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
