"""`rnntui classify stats`: statistics of labelled texts, before training."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.classify.train import (
    LabelColumn,
    NoHeader,
    SkipBad,
    TextColumn,
    TextEncoding,
    labelled_source,
)
from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_line
from rnntui.text.labelled.choices import Units

if TYPE_CHECKING:
    from rnntui.text.labelled.figures import LabelledFigures
    from rnntui.text.labelled.statistics import LengthBin

_BAR = 40  # cells of the longest bar, which fit into an 80-column terminal
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHOWN_CLASSES = 40


def stats(
    labelled: Annotated[
        str,
        typer.Argument(
            help="Labelled texts: an archive or a folder of folders named by class, a CSV, TSV or "
            "JSONL file, or a name; by default the reviews that ship with rnntui.",
            show_default=False,
        ),
    ] = "",
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    text_encoding: TextEncoding = None,
    no_header: NoHeader = False,
    skip_bad: SkipBad = False,
    units: Annotated[
        Units,
        typer.Option(
            help="Units of a text: words without punctuation, tokens between white space, or"
            " characters."
        ),
    ] = "words",
    vocab_size: Annotated[
        int,
        typer.Option(
            min=0, help="Vocabulary size, four reserved ids included; 0 takes all tokens."
        ),
    ] = 500,
    min_count: Annotated[
        int, typer.Option(min=1, help="Minimum count of a token in the vocabulary.")
    ] = 1,
    max_length: Annotated[
        int,
        typer.Option(
            min=0, help="Maximum tokens of a text, for the memory; 0 takes the longest text."
        ),
    ] = 100,
    val_fraction: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Fraction of the texts held out for validation.")
    ] = 0.2,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Random seed of the held-out texts.")
    ] = 42,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show classes, lengths, vocabulary and memory of labelled texts."""
    from rnntui.text.labelled.figures import TextSettings, labelled_figures

    source = labelled_source(
        labelled, text_column, label_column, text_encoding, no_header, skip_bad
    )
    assert source is not None
    corpus = source.read()
    for notice in corpus.notices:
        notify(notice)
    reading = TextSettings(units, vocab_size, min_count, max_length, val_fraction, seed)
    figures = labelled_figures(corpus, reading)
    if as_json:
        write_line(json.dumps(figures.as_json()), sys.stdout)
        return
    _print_classes(figures)
    _print_lengths(figures)
    _print_figures(figures)


def histogram_rows(histogram: "Sequence[LengthBin]", *, blocks: bool) -> list[tuple[str, str, str]]:
    """Return length, texts and bar of each bin; bars of blocks, or of `#` for plain output."""
    tallest = max(one.count for one in histogram)
    rows = []
    for one in histogram:
        # Rounded up, so that every bin that isn't empty is visible.
        eighths = -(-one.count * _BAR * 8 // tallest)
        whole, part = divmod(eighths, 8)
        bar = "█" * whole + _EIGHTHS[part].strip() if blocks else "#" * -(-eighths // 8)
        rows.append((_range(one, histogram), f"{one.count:,}", bar))
    return rows


def _range(one: "LengthBin", histogram: "Sequence[LengthBin]") -> str:
    usual = histogram[0].stop - histogram[0].start
    if len(histogram) > 1 and one.stop - one.start > usual:
        return f"{one.start:,} and more"
    return f"{one.start:,}" if one.stop - one.start == 1 else f"{one.start:,} to {one.stop - 1:,}"


def _print_classes(figures: "LabelledFigures") -> None:
    tested = any(one.test for one in figures.classes)
    rows = [
        (one.name, f"{one.train:,}", *((f"{one.test:,}",) if tested else ()))
        for one in figures.classes[:_SHOWN_CLASSES]
    ]
    more = len(figures.classes) - _SHOWN_CLASSES
    if more > 0:
        rows.append((f"and {more:,} more", "", *(("",) if tested else ())))
    columns = ("class", ">training texts", *((">test texts",) if tested else ()))
    print_table(columns, rows, figures.name)


def _print_lengths(figures: "LabelledFigures") -> None:
    title = (
        f"Lengths of {figures.lengths.texts:,} training texts, "
        f"in {figures.reading.units} and a start token"
    )
    rows = histogram_rows(figures.histogram, blocks=sys.stdout.isatty())
    print_table((">length", ">texts", ""), rows, title)


def _print_figures(figures: "LabelledFigures") -> None:
    lengths, units, size = figures.lengths, figures.reading.units, figures.size
    rows = [
        ("source", figures.source),
        ("length: mean", f"{lengths.mean:,.1f}"),
        ("length: median", f"{lengths.median:,.0f}"),
        ("length: shortest, longest", f"{lengths.shortest:,}, {lengths.longest:,}"),
        *(
            (f"length: {share:.0%} are at most", f"{length:,}")
            for share, length in lengths.quantiles
        ),
        (f"distinct {units}", f"{figures.distinct:,}"),
        ("vocabulary", f"{size.vocabulary:,} ids, four of them reserved"),
        (f"{units} without an id", f"{figures.unknown:.1%}"),
        ("inputs", f"{size.texts:,} texts by {size.length:,} ids"),
        ("inputs as ids (int32)", f"{size.ids_bytes:,} bytes"),
        ("inputs as one-hot (float32)", f"{size.one_hot_bytes:,} bytes"),
    ]
    print_table(("", ""), rows)
