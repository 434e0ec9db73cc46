"""`rnntui classify train`: training a classifier without a screen."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.options.run_options import (
    AsJson,
    Force,
    Log,
    Name,
    OldText,
    Recipe,
    Resume,
    open_run,
)
from rnntui.cli.options.setting_options import settings_as_options
from rnntui.errors import ConfigError
from rnntui.tasks.classification.config import ClassifyConfig

if TYPE_CHECKING:
    from rnntui.tasks.classification.provenance import LabelledSource
    from rnntui.tasks.classification.run import ClassifyRun
    from rnntui.training.changed_text import AllowOldText
    from rnntui.training.events import Tested, TrainEvent

Labelled = Annotated[
    str | None,
    typer.Argument(
        help="Labelled texts: an archive or a folder of folders named by class, or a CSV, TSV or"
        " JSONL file."
    ),
]
TextColumn = Annotated[
    str | None, typer.Option(help="Column of the texts in a table: its name or its number.")
]
LabelColumn = Annotated[
    str | None, typer.Option(help="Column of the labels in a table: its name or its number.")
]
NoHeader = Annotated[
    bool,
    typer.Option("--no-header", help="The table's first row is not a header."),
]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Skip texts that are empty, have no label or a wrong number of fields; they are"
        " counted and named.",
    ),
]
TextEncoding = Annotated[
    str | None, typer.Option(help="Encoding of the files (default: detected).")
]


@settings_as_options(ClassifyConfig)
def train(
    labelled: Labelled = None,
    recipe: Recipe = None,
    name: Name = None,
    resume: Resume = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    text_encoding: TextEncoding = None,
    no_header: NoHeader = False,
    skip_bad: SkipBad = False,
    old_text: OldText = False,
    force: Force = False,
    log: Log = None,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a classifier on labelled texts, and save it as a run.

    Flags override the recipe's settings; the default recipe is 'reviews', and the default texts
    are the recipe's. Ctrl-C finishes the step, saves and exits; continue with --resume.
    """
    from rnntui.cli.classify.confusion import print_confusion
    from rnntui.cli.headless import run_headless
    from rnntui.cli.output.progress import reader_for
    from rnntui.own_cells import with_own_cell
    from rnntui.runtime.commands import CommandQueue
    from rnntui.tasks.classification.opening import (
        classify_events,
        new_classify_run,
        resume_classify_run,
    )
    from rnntui.tasks.classification.provenance import LabelledSource
    from rnntui.tasks.classification.recipes import DEFAULT, find_classify_recipe
    from rnntui.training.events import Tested
    from rnntui.training.loggers.finding import find_loggers

    changes = {name: value for name, value in settings.items() if value is not None}
    source = labelled_source(
        labelled, text_column, label_column, text_encoding, no_header, skip_bad
    )

    def make(parent: Path) -> "ClassifyRun":
        found = find_classify_recipe(DEFAULT if recipe is None else recipe, with_own_cell)
        texts = source or LabelledSource(found.corpus)
        return new_classify_run(parent, texts, found.config.replaced(changes), name, force)

    def reopen(parent: Path, run: str, allow: "AllowOldText") -> "ClassifyRun":
        return resume_classify_run(parent, run, changes, source, allow, force)

    loggers = find_loggers(log or ())
    # Until the run is open, there is nothing to save, and an interruption exits at once.
    run = open_run(resume, old_text, {"--recipe": recipe, "--name": name}, make, reopen)
    inbox = CommandQueue()
    tests: list[Tested] = []
    events = _collecting(classify_events(run, inbox, loggers), tests)
    run_headless(events, inbox, reader_for(sys.stdout, as_json))
    if not as_json:
        for test in tests:
            print_confusion(test.classes, test.confusion)


def _collecting(events: "Iterator[TrainEvent]", tests: "list[Tested]") -> "Iterator[TrainEvent]":
    """Pass on the events, appending the tests to a list."""
    from rnntui.training.events import Tested

    for event in events:
        if isinstance(event, Tested):
            tests.append(event)
        yield event


def labelled_source(
    reference: str | None,
    text_column: str | None,
    label_column: str | None,
    text_encoding: str | None,
    no_header: bool,
    skip_bad: bool,
) -> "LabelledSource | None":
    """The source of the given texts; None without any. Raises `ConfigError`."""
    from rnntui.tasks.classification.provenance import LabelledSource

    names = (text_column or "", label_column or "", text_encoding or "")
    if reference is not None:
        return LabelledSource(reference, *names, no_header, skip_bad)
    if any(names) or no_header or skip_bad:
        raise ConfigError(
            "--text-column, --label-column, --text-encoding, --no-header and --skip-bad go with a"
            " file."
        )
    return None
