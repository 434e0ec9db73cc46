"""`rnntui classify predict`: the class of a text."""

import json
import sys
from typing import Annotated

import typer

from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import AtStep, Checkpoint, checkpoint_path
from rnntui.cli.output.terminal import notify, write_line
from rnntui.errors import CorpusError
from rnntui.text.cells import printable
from rnntui.text.escapes import as_typed


def predict(
    checkpoint: Checkpoint,
    text: Annotated[
        str | None, typer.Argument(help="The text; by default, or with -, standard input.")
    ] = None,
    at_step: AtStep = None,
    cell: CellFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Predict the class of a text, with the probability of each class."""
    from rnntui.cli.output.tables import print_table
    from rnntui.tasks.classification.checkpoint import load_classifier
    from rnntui.tasks.classification.reading import ClassifierReader
    from rnntui.text.labelled.limits import LARGEST_TEXT
    from rnntui.text.streams import small_text, standard_input

    path = checkpoint_path(checkpoint, at_step)
    loaded = load_classifier(path)
    say_unless_used(cell, [loaded.header.model.cell])
    reader = ClassifierReader(loaded)
    if text is None or text == "-":
        given = small_text(standard_input(), "Standard input", LARGEST_TEXT)
    else:
        given = as_typed(text)
    known = reader.after_each_token(given).known
    if not known:
        raise CorpusError("The text has no words; give one with at least one.")
    if not any(known):
        notify("The network knows no word of the text, so its answer means little.")
    probabilities = reader.probabilities(given)
    likeliest, _ = max(probabilities, key=lambda one: one[1])
    if as_json:
        answer = {"class": likeliest, "probabilities": dict(probabilities)}
        write_line(json.dumps(answer), sys.stdout)
        return
    write_line(printable(likeliest), sys.stdout)
    ranked = sorted(probabilities, key=lambda one: -one[1])
    print_table(("class", ">probability"), [(name, f"{p:.4f}") for name, p in ranked])
