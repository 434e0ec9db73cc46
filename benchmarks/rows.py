"""Rows of measurements, and tables of them as Markdown and JSON."""

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from rnntui.nets.compiled import compiling

VERSIONED = ("numba", "numpy", "textual", "torch")


@dataclass(frozen=True)
class Row:
    """What was measured of ours and of a baseline in turns, each as its median in `unit`.

    `ratio` is the median over the rounds of how many times ours is better,
    `lowest` and `highest` its spread. A row without a baseline has 0 for all of
    these; `note` then says what to hold it against. `digits` of its figures count.
    """

    name: str
    unit: str
    ours: float
    baseline: float = 0.0
    ratio: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    note: str = ""
    digits: int = 3


@dataclass(frozen=True)
class Table:
    """Rows, or `text` that holds tables of its own, and what they were measured on and with."""

    machine: dict[str, str]
    rows: Sequence[Row] = ()
    text: str = ""

    def as_markdown(self) -> str:
        """The table, and the machine below it."""
        facts = ", ".join(f"{name} {value}" for name, value in self.machine.items())
        return f"{self.text or as_markdown(self.rows)}\n*{facts}*\n"


def in_turns(
    name: str,
    unit: str,
    ours: Callable[[], float],
    baseline: Callable[[], float],
    rounds: int,
    note: str = "",
) -> Row:
    """Measure both in turns, so that what else the machine does falls on both; less is better."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        for place in (0, 1) if turn % 2 else (1, 0):
            taken[place].append((ours, baseline)[place]())
    ratios = [theirs / mine for mine, theirs in zip(*taken, strict=True)]
    return Row(name, unit, *map(median, taken), median(ratios), min(ratios), max(ratios), note)


def machine() -> dict[str, str]:
    """What the measurements were taken on and with."""
    facts = {"processor": processor(), "python": platform.python_version()}
    for package in VERSIONED:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def processor() -> str:
    """The processor's name, what it computes with, and its cores."""
    name, _, features = compiling.processor().partition(" ")
    known = [one for one in ("avx2", "avx512f", "amx-bf16", "neon") if f"+{one}" in features]
    return f"{name} ({', '.join(known)}), {os.cpu_count()} cores"


def figure(value: float, digits: int = 3) -> str:
    """As many figures as count."""
    if value == 0:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{digits}g}"


def as_markdown(rows: Iterable[Row]) -> str:
    """A table with a line for each row."""
    lines = [
        "| what | unit | rnntui | baseline | times better | spread | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        spread = f"{figure(row.lowest)} to {figure(row.highest)}" if row.ratio else ""
        cells = (
            row.name,
            row.unit,
            figure(row.ours, row.digits),
            figure(row.baseline, row.digits),
            figure(row.ratio),
            spread,
            row.note,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def save_json(path: Path, tables: dict[str, Table]) -> None:
    """Write tables by title."""
    content = {title: asdict(table) for title, table in tables.items()}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load_json(path: Path) -> dict[str, Table]:
    """What `save_json` wrote: tables by title; empty without it."""
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {
        title: Table(table["machine"], [Row(**row) for row in table["rows"]], table["text"])
        for title, table in content.items()
    }
