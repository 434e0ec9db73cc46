"""The tables of docs/performance.md: all that is measured, in one command.

    python benchmarks/bench.py [--text TINYSHAKESPEARE] [--out FOLDER]          under five minutes
    python benchmarks/bench.py --full --text TINYSHAKESPEARE [--out FOLDER]     more than two hours

Prints each table as soon as it is there, and writes `performance.json` and
`performance.md` into the folder (`benchmarks/results` where none is named). With
`--full` and no folder `docs/performance.md` is made anew from them. The text is
for what is learnt of it; without one those rows are left out, and said to be.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import mean

import encoding
import growth
import learning
import peers
import sampling
import start
import training
from rows import Row, as_markdown, machine, save_json

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "performance.md"
METHOD = HERE / "method.md"
"""What stands above the tables: how they are measured, and what they mean."""

SECONDS_TO_START_WITH = 10.0
SEEDS = (1, 2, 3)


def quick(text: Path | None) -> Iterator[tuple[str, Sequence[Row]]]:
    """The tables that take a few minutes, by title."""
    yield "Training", training.rows(rounds=5, seconds=0.3)
    yield "Writing", sampling.rows(rounds=5)
    yield "Start", start.rows(rounds=3)
    yield "Texts", encoding.rows(megabytes=100, opening=300)
    if text is not None:
        yield "Learning", learnt(text, [("minute", SECONDS_TO_START_WITH / 60)], SEEDS[:1])


def full(text: Path) -> Iterator[tuple[str, Sequence[Row]]]:
    """All tables, by title."""
    yield "Training", training.rows(rounds=15, seconds=0.5)
    yield "Writing", sampling.rows(rounds=15)
    yield "Start", start.rows(rounds=10)
    yield "Texts", encoding.rows(megabytes=200, opening=1000)
    budgets = [("minute", SECONDS_TO_START_WITH / 60), ("minute", 1.0), ("quarter-hour", 15.0)]
    yield "Learning", [*learnt(text, budgets, SEEDS), *peer_rows(text)]


def learnt(text: Path, budgets: Sequence[tuple[str, float]], seeds: Sequence[int]) -> list[Row]:
    """What recipes come to within so many minutes, means over the seeds."""
    found = []
    for recipe, minutes in budgets:
        with tempfile.TemporaryDirectory() as home:
            runs = [learning.learnt(text, recipe, minutes, seed, Path(home)) for seed in seeds]
        seconds = mean(run.seconds for run in runs)
        for way, losses in (
            ("state carried", [run.carried for run in runs]),
            (f"context {learning.CONTEXT}", [run.in_context for run in runs]),
        ):
            note = f"{seconds:.1f} s, {len(runs)} seeds: {min(losses):.4f} to {max(losses):.4f}"
            name = f"`{recipe}`, {minutes * 60:.0f} s, {way}"
            found.append(Row(name, "nats a character", mean(losses), note=note))
    return found


def peer_rows(text: Path) -> list[Row]:
    """What others come to on this machine."""
    content = text.read_text(encoding="utf-8")
    found = peers.transformer(content)
    note = f"{found.seconds:.0f} s: 4 layers of 128, 2,000 iterations, context 64"
    rows = [Row("nanoGPT's recipe for a processor", "nats a character", found.loss, note=note)]
    with suppress(ImportError):  # without Keras
        found = peers.alice(content)
        note = f"{found.seconds:.0f} s: an RNN of 128 on one-hot windows of 10, its training loss"
        rows.append(Row("the Keras network, one epoch", "nats a character", found.loss, note=note))
    return rows


def document(tables: dict[str, Sequence[Row]], growths: str) -> str:
    """The whole page."""
    facts = "".join(f"- {name}: {value}\n" for name, value in machine().items())
    parts = [METHOD.read_text(encoding="utf-8"), f"## Machine\n\n{facts}"]
    parts += [f"## {title}\n\n{as_markdown(rows)}" for title, rows in tables.items()]
    return "\n".join([*parts, *([f"## Growth\n\n{growths}"] if growths else [])])


def growth_tables(pictures: Path) -> str:
    """How a step grows, each size as a table and a picture beside the document."""
    pictures.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, sizes in growth.SIZES.items():
        points = [growth.point(name, size) for size in sizes]
        path = pictures / f"growth-{name.replace('_', '-')}.svg"
        path.write_text(growth.picture(name, points), encoding="utf-8")
        title = name.replace("_", " ")
        parts.append(f"{growth.table(name, points)}\n![{title}](pictures/{path.name})\n")
        print(parts[-1], flush=True)
    return "\n".join(parts)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--text", type=Path, help="tinyshakespeare, to learn from")
    parser.add_argument("--out", type=Path, help="a folder for the results")
    chosen = parser.parse_args()
    if chosen.full and chosen.text is None:
        parser.error("--full measures what is learnt of a text, too; name it with --text.")
    out = chosen.out or HERE / "results"
    out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Sequence[Row]] = {}
    for title, rows in full(chosen.text) if chosen.full else quick(chosen.text):
        tables[title] = list(rows)
        print(f"{title}\n\n{as_markdown(tables[title])}", flush=True)
    if "Learning" not in tables:
        print("Nothing was learnt: name tinyshakespeare's file with --text.")
    pictures = (DOCUMENT.parent if chosen.out is None else out) / "pictures"
    page = document(tables, growth_tables(pictures) if chosen.full else "")
    save_json(out / "performance.json", tables)
    (out / "performance.md").write_text(page, encoding="utf-8")
    if chosen.full and chosen.out is None:
        DOCUMENT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
