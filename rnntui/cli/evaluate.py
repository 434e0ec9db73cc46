"""`rnntui eval`: scores of a trained network on a text."""

import json
import sys
from typing import Annotated

import typer

from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import AtStep, Checkpoint, checkpoint_path
from rnntui.cli.options.run_options import OldText, allowance
from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_line


def evaluate(
    checkpoint: Checkpoint,
    corpora: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CORPUS]...",
            help="A text, or several joined; by default the held-out part of the training text.",
        ),
    ] = None,
    at_step: AtStep = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    old_text: OldText = False,
    cell: CellFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Loss, bits per character and perplexity of a network on a text, beside n-gram baselines."""
    from rnntui.cli.output.measuring_line import measuring_shown
    from rnntui.tasks.characters.checkpoint import load_checkpoint
    from rnntui.tasks.characters.scoring import score
    from rnntui.text.library.references import joined_reference
    from rnntui.text.unit_kinds import ONE_OF

    path = checkpoint_path(checkpoint, at_step)
    corpus = joined_reference(corpora) if corpora else None
    allow = allowance(old_text)
    loaded = load_checkpoint(path)
    say_unless_used(cell, [loaded.header.model.cell])
    with measuring_shown() as stage:
        result = score(loaded, corpus, text_encoding, checkpoint, allow, stage)
    for notice in result.notices:
        notify(notice)
    if as_json:
        write_line(json.dumps(result.as_json()), sys.stdout)
        return
    rows = [
        (line.name, f"{line.loss:.4f}", f"{line.bits_per_char:.3f}", f"{line.perplexity:,.2f}")
        for line in result.lines
    ]
    title = f"{result.text}: {result.characters:,} characters predicted"
    nats = ">loss (nats)"
    if result.units != "characters":
        title += f" as {result.predictions:,} {result.units}"
        nats = f">loss (nats per {ONE_OF[result.units]})"
    print_table(("", nats, ">bits per character", ">perplexity"), rows, title)
