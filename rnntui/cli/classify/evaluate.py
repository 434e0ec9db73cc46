"""`rnntui classify eval`: scores of a trained classifier."""

import json
import sys
from typing import Annotated

import typer

from rnntui.cli.classify.train import (
    LabelColumn,
    Labelled,
    NoHeader,
    SkipBad,
    TextColumn,
    TextEncoding,
    labelled_source,
)
from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import AtStep, Checkpoint, checkpoint_path
from rnntui.cli.options.run_options import OldText, allowance
from rnntui.cli.output.terminal import notify, write_line
from rnntui.text.cells import printable


def evaluate(
    checkpoint: Checkpoint,
    labelled: Labelled = None,
    at_step: AtStep = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    text_encoding: TextEncoding = None,
    no_header: NoHeader = False,
    skip_bad: SkipBad = False,
    old_text: OldText = False,
    cell: CellFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Accuracy, loss and confusion matrix of a network on labelled texts.

    By default on the held-out part and the test part of its own texts.
    """
    from rnntui.cli.classify.confusion import print_confusion
    from rnntui.cli.output.measuring_line import measuring_shown
    from rnntui.tasks.classification.checkpoint import load_classifier
    from rnntui.tasks.classification.scoring import score_labelled

    path = checkpoint_path(checkpoint, at_step)
    source = labelled_source(
        labelled, text_column, label_column, text_encoding, no_header, skip_bad
    )
    loaded = load_classifier(path)
    say_unless_used(cell, [loaded.header.model.cell])
    with measuring_shown() as stage:
        score = score_labelled(loaded, source, allowance(old_text), stage)
    for notice in score.notices:
        notify(notice)
    if as_json:
        write_line(json.dumps(score.as_json()), sys.stdout)
        return
    for part in score.parts:
        measure = part.measure
        line = (
            f"{score.corpus}, {part.part}: {measure.texts:,} texts,"
            f" accuracy {measure.accuracy:.4f}, loss {measure.loss:.4f},"
            f" {part.unknown:.1%} of tokens unknown"
        )
        write_line(printable(line), sys.stdout)
        print_confusion(score.classes, measure.confusion.tolist())
