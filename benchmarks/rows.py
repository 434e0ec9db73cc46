"""A row of a table of measurements, and tables as Markdown and JSON."""

import json
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

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
    facts = {"processor": _processor(), "python": platform.python_version()}
    for package in VERSIONED:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def _processor() -> str:
    import os

    from rnntui.nets.compiled.compiling import processor

    name, _, features = processor().partition(" ")
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


def save_json(path: Path, tables: dict[str, Sequence[Row]], growths: str) -> None:
    """Write tables by title, the page about growth, and the machine."""
    content = {
        "machine": machine(),
        "tables": {title: [asdict(row) for row in rows] for title, rows in tables.items()},
        "growth": growths,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load_json(path: Path) -> tuple[dict[str, Sequence[Row]], str]:
    """What `save_json` wrote: tables by title, and the page about growth; empty without it."""
    if not path.exists():
        return {}, ""
    content = json.loads(path.read_text(encoding="utf-8"))
    tables = {title: [Row(**row) for row in rows] for title, rows in content["tables"].items()}
    return tables, content["growth"]
