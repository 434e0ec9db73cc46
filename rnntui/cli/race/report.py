"""What a race leaves behind: a table, a CSV file, a picture, and samples side by side."""

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rnntui.cli.output.tables import drawing_on, print_table
from rnntui.cli.output.terminal import write_line
from rnntui.cli.output.written_files import write_whole
from rnntui.cli.race.display import lane_json
from rnntui.runtime.race.results import LaneResult
from rnntui.runtime.race.turns import LaneEvent
from rnntui.text.cells import printable
from rnntui.training.events import Sampled

COLUMNS: Final = (
    "lane",
    "differs",
    "cell",
    "num_layers",
    "hidden_size",
    "parameters",
    "engine",
    "steps",
    "characters",
    "own_seconds",
    "train_loss",
    "val_loss",
    "best_loss",
    "best_step",
    "bits_per_char",
)
"""Columns of the CSV file; losses in nats per character, empty where there is none."""


def print_results(results: Sequence[LaneResult]) -> None:
    """Print the table of all lanes, the lowest loss first."""
    columns = (
        *("lane", ">parameters", "engine", ">steps", ">characters", ">own s"),
        *(">val loss", ">best loss", ">bits/char"),
    )
    rows = [
        (
            result.name,
            f"{result.parameters:,}",
            result.engine,
            f"{result.steps:,}",
            f"{result.characters:,}",
            f"{result.seconds:,.1f}",
            *(
                "" if figure is None else f"{figure:.4f}"
                for figure in (result.val_loss, result.best_loss)
            ),
            "" if result.bits_per_character is None else f"{result.bits_per_character:.3f}",
        )
        for result in sorted(results, key=_rank)
    ]
    print_table(columns, rows)


def write_csv(results: Sequence[LaneResult], path: Path) -> None:
    """Write the figures of all lanes as a table, in the order of the race.

    Raises `RnntuiError` for a failed write.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for result in results:
        table.writerow(
            (
                result.name,
                result.label,
                result.cell,
                result.num_layers,
                result.hidden_size,
                result.parameters,
                result.engine,
                result.steps,
                result.characters,
                f"{result.seconds:.3f}",
                result.train_loss,
                result.val_loss,
                result.best_loss,
                result.best_step,
                result.bits_per_character,
            )
        )
    write_whole(text.getvalue(), path)


def samples_of(
    parent: Path, results: Sequence[LaneResult], prime: str, length: int
) -> list[LaneEvent]:
    """A sample of each lane's best network, all from one prime and random seed.

    Raises `RnntuiError` for a network that can't be read.
    """
    from rnntui.sampling.choice import SamplingSpec
    from rnntui.sampling.prime import prepare_prime
    from rnntui.sampling.stream import CharacterStream
    from rnntui.tasks.characters.checkpoint import load_checkpoint
    from rnntui.training.runs.folder import find_checkpoint

    samples = []
    spec = SamplingSpec("random")
    for result in results:
        checkpoint = load_checkpoint(find_checkpoint(parent, result.name))
        header, weights = checkpoint.header, checkpoint.for_sampling
        start = prepare_prime(prime, header.vocabulary, header.normalisation).text
        stream = CharacterStream(
            lambda weights=weights: weights,  # type: ignore[misc]
            header.vocabulary,
            lambda: spec,
            start,
            seed=1,
            engine="numpy",
        )
        text = "".join(next(stream).symbol for _ in range(length))
        sampled = Sampled(header.progress.step, header.progress.elapsed_s, start, text)
        samples.append(LaneEvent(result.name, sampled))
    return samples


def show_samples(samples: Sequence[LaneEvent], as_json: bool) -> None:
    """Print samples in columns beside each other, or as JSON lines."""
    if as_json:
        for sample in samples:
            write_line(lane_json(sample), sys.stdout)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    cells = []
    for sample in samples:
        table.add_column(Text(printable(sample.lane)), ratio=1, overflow="fold")
        assert isinstance(sample.event, Sampled)
        cells.append(Text(printable(sample.event.prime + sample.event.text)))
    table.add_row(*cells)
    with drawing_on(sys.stdout) as console:
        console.print(table)


def _rank(result: LaneResult) -> float:
    return float("inf") if result.best_loss is None else result.best_loss
