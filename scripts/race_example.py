"""Makes docs/race.md and its picture: four cells race with equally many parameters.

The race is run twice by the real program on tinyshakespeare, the second time with its lanes in the
opposite order, and what the two have in common is measured. RNNTUI_TEST_DATA names the folder of
tinyshakespeare.txt.
"""

import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Final

import tomli_w

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
TEXT: Final = "tinyshakespeare.txt"
CELLS: Final = ("rnn", "lstm", "gru", "mingru")
SETTINGS: Final = {
    "hidden_size": 256,
    "num_layers": 1,
    "forget_bias": 1.0,
    "clip_norm": 1.0,
    "steps": 1500,
    "eval_every": 50,
    "threads": 1,
}
SAMPLED: Final = 160
NO_SETTINGS: Final = ("run", "corpus", "resolved", "versions")
"""Tables of `run.toml` that a recipe doesn't have."""

PAGE: Final = """\
# A race of four cells

Made by `make race` (`scripts/race_example.py`) from what the program wrote; nothing here is typed
by hand.

<!-- not run: `make race` does, on a text from the network -->
```
{command}
```

{parameters} parameters each, as nearly as whole hidden sizes allow, on the {characters} characters
of tinyshakespeare; all lanes see the same batches in the same order.

![Validation loss against steps, seconds of own computing and characters read](pictures/race.svg)

{table}

Losses are in nats per character; *best loss* is of the held-out part, read in full at the end, the
picture's are of the part of it that evaluations in mid-run read. Own
seconds are those in which a lane computed, its evaluations and saves included, on {machine}.
`compiled` are the kernels, `torch` the general path, one time step after another.

## In the opposite order

The same configurations again with the lanes in the opposite order: {same}.

{orders}

Other programs on the machine slow all lanes of a race alike, as their turns alternate; so the
shares say more than the seconds where it was not quiet.

## What they generate

{length} characters of each lane's best network, from the prime `ROMEO:` and one random seed.

{samples}
"""


def main() -> None:
    """Run both races in a temporary folder, and write the page and the picture."""
    data = os.environ.get("RNNTUI_TEST_DATA")
    if not data or not (Path(data) / TEXT).is_file():
        sys.exit(f"RNNTUI_TEST_DATA must name a folder with {TEXT}.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(Path(data) / TEXT, folder / TEXT)
        write_page(folder)


def write_page(folder: Path) -> None:
    """Run both races in `folder`, and write what they came to."""
    flags = [
        part
        for name, value in SETTINGS.items()
        for part in ("--" + name.replace("_", "-"), str(value))
    ]
    words = [TEXT, "--cell", ",".join(CELLS), "--equal-parameters", *flags, "--name", "race"]
    sample = ["--prime", "ROMEO:\\n", "--sample", str(SAMPLED)]
    told = raced(folder, *words, *sample, "--svg", "race.svg", "--csv", "race.csv", "--json")
    rows = table_of(folder / "race.csv")
    recipes = [recipe(folder, row["cell"]) for row in rows]
    raced(folder, TEXT, *recipes[::-1], "--name", "back", "--csv", "back.csv", "--json")
    back = {row["cell"]: row for row in table_of(folder / "back.csv")}
    same = all(
        losses(folder, "race", row["cell"]) == losses(folder, "back", row["cell"]) for row in rows
    )
    shutil.copy(folder / "race.svg", DOCS / "pictures" / "race.svg")
    started = next(event for event in told if event["event"] == "started")
    page = PAGE.format(
        command="rnntui race " + " ".join(words),
        parameters=f"{int(rows[0]['parameters']):,}",
        characters=f"{started['train_chars'] + started['val_chars']:,}",
        table=results(rows),
        machine=machine(),
        same="the losses of all steps and evaluations are the same bit for bit"
        if same
        else "**the losses differ**",
        orders=seconds(rows, back),
        length=SAMPLED,
        samples=samples(told),
    )
    (DOCS / "race.md").write_text(page, encoding="utf-8")


def raced(folder: Path, *arguments: str) -> list[dict[str, object]]:
    """Run `rnntui race` in `folder`; returns its events."""
    environment = {name: value for name, value in os.environ.items() if name != "RNNTUI_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "rnntui", "race", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def recipe(folder: Path, cell: str) -> str:
    """Write the settings of a lane's run as a recipe; returns its file's name."""
    run = folder / "checkpoints" / f"race-{cell}" / "run.toml"
    tables = tomllib.loads(run.read_text(encoding="utf-8"))
    settings = {name: table for name, table in tables.items() if name not in NO_SETTINGS}
    (folder / f"{cell}.toml").write_text(tomli_w.dumps(settings), encoding="utf-8")
    return f"{cell}.toml"


def table_of(path: Path) -> list[dict[str, str]]:
    """The rows of a race's CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def losses(folder: Path, race: str, cell: str) -> list[tuple[object, ...]]:
    """Step and losses of every step and evaluation in a lane's record."""
    record = folder / "checkpoints" / f"{race}-{cell}" / "metrics.jsonl"
    events = [json.loads(line) for line in record.read_text(encoding="ascii").splitlines()]
    kinds = ("loss", "train_loss", "val_loss")
    return [
        (event["step"], *(event.get(kind) for kind in kinds))
        for event in events
        if event["event"] in ("step", "evaluated")
    ]


def results(rows: list[dict[str, str]]) -> str:
    """The table of the race, the lowest loss first."""
    columns = (
        *("cell", "hidden size", "parameters", "engine", "steps", "own seconds"),
        *("best loss", "bits per character"),
    )
    lines = ["| " + " | ".join(columns) + " |", "|---|---:|---:|---|---:|---:|---:|---:|"]
    lines += [
        f"| {row['cell']} | {row['hidden_size']} | {int(row['parameters']):,} | {row['engine']}"
        f" | {int(row['steps']):,} | {float(row['own_seconds']):.1f}"
        f" | {float(row['best_loss']):.4f} | {float(row['bits_per_char']):.3f} |"
        for row in sorted(rows, key=lambda row: float(row["best_loss"]))
    ]
    return "\n".join(lines)


def seconds(rows: list[dict[str, str]], back: dict[str, dict[str, str]]) -> str:
    """Own seconds in either order, by how much they differ, and the same of their shares."""
    columns = ("cell", "own seconds", "in the opposite order", "difference")
    columns_of_shares = ("share of all lanes' seconds", "in the opposite order")
    lines = [f"| {' | '.join((*columns, *columns_of_shares))} |", "|---" + "|---:" * 5 + "|"]
    pairs = {
        row["cell"]: [float(one["own_seconds"]) for one in (row, back[row["cell"]])] for row in rows
    }
    totals = [sum(pair[order] for pair in pairs.values()) for order in (0, 1)]
    for cell, (there, again) in pairs.items():
        lines.append(
            f"| {cell} | {there:.1f} | {again:.1f} | {again / there - 1:+.1%}"
            f" | {there / totals[0]:.1%} | {again / totals[1]:.1%} |"
        )
    return "\n".join(lines)


def samples(told: list[dict[str, object]]) -> str:
    """The samples at the end of a race, as blocks of text."""
    last = [event for event in told if event["event"] == "sampled"][-len(CELLS) :]
    return "\n\n".join(
        f"{str(event['lane']).removeprefix('race-')}:\n\n```\n{event['prime']}{event['text']}\n```"
        for event in last
    )


def machine() -> str:
    """The processors and the library that computed."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} {platform.machine()} processors with torch {version('torch')}, at a load"
        f" of {load:.1f} at the end"
    )


if __name__ == "__main__":
    main()
