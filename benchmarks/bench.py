"""The tables of docs/performance.md: all that is measured, in one command.

    python benchmarks/bench.py [--text TINYSHAKESPEARE] [--out FOLDER]          under five minutes
    python benchmarks/bench.py --full --text TINYSHAKESPEARE [--out FOLDER]     some four hours
    python benchmarks/bench.py --full --text TINYSHAKESPEARE --only Sampling     this table anew

Prints each table as soon as it is there, and writes it to `quick.json` or `full.json`
in the folder (`benchmarks/results` where none is named), where the others stay what
they were until they are measured anew, so that a long measurement may be taken in
parts; each says what it was measured on. Beside it `quick.md` or `full.md` is made of
them; with `--full` and no folder that is `docs/performance.md`. The text is for what is
learned of it; without one those rows are left out, and said to be. What `learning.py`
has recorded is not learned again.
"""

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import mean

import encoding
import growth
import learning
import lenses
import peers
import sampling
import start
import training
from rows import Row, Table, load_json, machine, save_json

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "performance.md"
METHOD = HERE / "method.md"
"""What stands above the tables: how they are measured, and what they mean."""

SEEDS = (1, 2, 3)

Tables = dict[str, Callable[[], Table]]
"""What measures each table, by its title."""


def quick(text: Path | None) -> Tables:
    """The tables that take a few minutes."""
    measured = {
        "Training": partial(training.rows, rounds=5, seconds=0.3),
        "Sampling": partial(sampling.rows, rounds=5),
        "Start": partial(start.rows, rounds=3),
        "Texts": partial(encoding.rows, megabytes=100, opening=300),
    }
    if text is not None:
        measured["Lenses"] = lambda: list(lenses.rows(text))
        measured["Learning"] = partial(learned, text, [("minute", 0.14)], SEEDS[:1], None)
    return {title: partial(of_rows, rows) for title, rows in measured.items()}


def full(text: Path, pictures: Path) -> Tables:
    """All tables; what grows is drawn in that folder, too."""
    budgets = [("minute", 0.14), ("minute", 1.0), ("quarter-hour", 15.0)]
    longer = [("quarter-hour", 26.0)]
    measured = {
        "Training": partial(training.rows, rounds=15, seconds=0.5),
        "Sampling": partial(sampling.rows, rounds=15),
        "Start": partial(start.rows, rounds=10),
        "Texts": partial(encoding.rows, megabytes=200, opening=1000),
        "Lenses": lambda: list(lenses.rows(text)),
        "Learning": partial(learned, text, budgets, SEEDS, learning.RECORD),
        "Learning for longer": partial(learned, text, longer, SEEDS, learning.RECORD),
        "Others": partial(peer_rows, text),
    }
    tables = {title: partial(of_rows, rows) for title, rows in measured.items()}
    return {**tables, "Growth": partial(growth_tables, pictures)}


def of_rows(measure: Callable[[], Sequence[Row]]) -> Table:
    """The table of what is measured now."""
    return Table(machine(), measure())


def learned(
    text: Path, budgets: Sequence[tuple[str, float]], seeds: Sequence[int], record: Path | None
) -> list[Row]:
    """What recipes come to within so many minutes, means over the seeds."""
    found = []
    for recipe, minutes in budgets:
        runs = [learning.learned(text, recipe, minutes, seed, record) for seed in seeds]
        seconds = mean(run.seconds for run in runs)
        for way, losses in (
            ("state carried", [run.carried for run in runs]),
            (f"context {learning.CONTEXT}", [run.in_context for run in runs]),
        ):
            note = f"{seconds:.1f} s, {len(runs)} seeds: {min(losses):.4f} to {max(losses):.4f}"
            name = f"`{recipe}`, {minutes * 60:.0f} s, {way}"
            found.append(Row(name, "nats a character", mean(losses), note=note, digits=5))
    return found


def peer_rows(text: Path) -> list[Row]:
    """What others come to on this machine."""
    content = text.read_text(encoding="utf-8")
    found = peers.transformer(content)
    note = f"{found.seconds:.0f} s: 4 layers of 128, 2,000 iterations, context 64"
    name = "nanoGPT's recipe for a processor"
    rows = [Row(name, "nats a character", found.loss, note=note, digits=5)]
    with suppress(ImportError):  # without Keras
        import keras

        found = peers.alice(content)
        note = f"{found.seconds:.0f} s: an RNN of 128 on one-hot windows of 10, its training loss"
        note += f"; Keras {keras.__version__} on {keras.backend.backend()}"
        name = "the Keras network, one epoch"
        rows.append(Row(name, "nats a character", found.loss, note=note, digits=5))
    return rows


def growth_tables(pictures: Path) -> Table:
    """How a step grows, each size as a table and a picture in that folder."""
    pictures.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, sizes in growth.SIZES.items():
        points = [growth.point(name, size) for size in sizes]
        path = pictures / f"growth-{name.replace('_', '-')}.svg"
        path.write_text(growth.picture(name, points), encoding="utf-8")
        title = name.replace("_", " ")
        parts.append(f"{growth.table(name, points)}\n![{title}]({pictures.name}/{path.name})\n")
    return Table(machine(), text="\n".join(parts))


def document(tables: dict[str, Table]) -> str:
    """The whole page."""
    parts = [f"## {title}\n\n{table.as_markdown()}" for title, table in tables.items()]
    return "\n".join([METHOD.read_text(encoding="utf-8"), *parts])


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--text", type=Path, help="tinyshakespeare, to learn from")
    parser.add_argument("--out", type=Path, help="a folder for the results")
    parser.add_argument("--only", nargs="+", metavar="TITLE", help="the tables to measure anew")
    chosen = parser.parse_args()
    if chosen.full and chosen.text is None:
        parser.error("--full measures what is learned of a text, too; name it with --text.")
    out = chosen.out or HERE / "results"
    out.mkdir(parents=True, exist_ok=True)
    name = "full" if chosen.full else "quick"
    page = DOCUMENT if chosen.full and chosen.out is None else out / f"{name}.md"
    measures = full(chosen.text, page.parent / "pictures") if chosen.full else quick(chosen.text)
    if unknown := sorted(set(chosen.only or []) - set(measures)):
        parser.error(f"There is no table {unknown[0]}; there are {', '.join(measures)}.")
    kept = load_json(out / f"{name}.json")
    for title in chosen.only or measures:
        kept[title] = measures[title]()
        print(f"{title}\n\n{kept[title].as_markdown()}", flush=True)
        tables = {title: kept[title] for title in measures if title in kept}
        save_json(out / f"{name}.json", tables)
        page.write_text(document(tables), encoding="utf-8")
    if chosen.text is None:
        print("Nothing was learned: name tinyshakespeare's file with --text.")


if __name__ == "__main__":
    main()
