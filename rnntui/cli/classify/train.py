"""`rnntui classify train`: a classifier learns from labelled texts, without a screen."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.force_option import Force
from rnntui.cli.old_text import OldText, allowance
from rnntui.cli.setting_options import settings_as_options
from rnntui.errors import ConfigError
from rnntui.tasks.classification.config import ClassifyConfig

if TYPE_CHECKING:
    from rnntui.tasks.classification.provenance import LabelledSource
    from rnntui.tasks.classification.run import ClassifyRun
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
    typer.Option("--no-header", help="The table's first row is a text like the others."),
]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Leave texts out that are empty, have no label or another number of fields; they are"
        " counted and named.",
    ),
]
TextEncoding = Annotated[
    str | None, typer.Option(help="Encoding of the files (default: detected).")
]


@settings_as_options(ClassifyConfig)
def train(
    labelled: Labelled = None,
    recipe: Annotated[
        str | None, typer.Option(help="Settings to start from: a recipe's name or a TOML file.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(help="Run to resume; a new learning rate or schedule is recorded."),
    ] = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    text_encoding: TextEncoding = None,
    no_header: NoHeader = False,
    skip_bad: SkipBad = False,
    old_text: OldText = False,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
    **settings: Any,
) -> None:
    """Train a classifier on labelled texts, and keep it as a run.

    Flags override the recipe; without one it is 'reviews', and without texts those it names.
    Ctrl-C finishes the step, saves and leaves; go on with --resume.
    """
    from rnntui.cli.classify.confusion import print_confusion
    from rnntui.cli.classify.progress import classify_reader_for
    from rnntui.cli.headless import run_headless
    from rnntui.runtime.commands import CommandQueue
    from rnntui.tasks.classification.opening import classify_events
    from rnntui.training.events import Tested

    changes = {name: value for name, value in settings.items() if value is not None}
    source = labelled_source(
        labelled, text_column, label_column, text_encoding, no_header, skip_bad
    )
    # Until the run is there, there is nothing to save, and an interruption leaves at once.
    run = _Request(source, recipe, name, resume, old_text, force, changes).run()
    inbox = CommandQueue()
    tests: list[Tested] = []
    events = _noted(classify_events(run, inbox), tests)
    run_headless(events, inbox, classify_reader_for(sys.stdout, as_json))
    if not as_json:
        for test in tests:
            print_confusion(test.classes, test.confusion)


def _noted(events: "Iterator[TrainEvent]", tests: "list[Tested]") -> "Iterator[TrainEvent]":
    """The same events, the tests among them added to a list."""
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
    """What reads the texts that were asked for; None where none were."""
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


@dataclass(frozen=True)
class _Request:
    """What the command line asked for."""

    source: "LabelledSource | None"
    recipe: str | None
    name: str | None
    resume: str | None
    old_text: bool
    force: bool
    changes: dict[str, Any]

    def run(self) -> "ClassifyRun":
        """The run, its folder made or found."""
        from rnntui import places
        from rnntui.tasks.classification.opening import (
            new_classify_run,
            resume_classify_run,
        )
        from rnntui.tasks.classification.provenance import LabelledSource
        from rnntui.tasks.classification.recipes import DEFAULT, find_classify_recipe

        parent = places.checkpoints_dir()
        if self.resume is not None:
            for option, value in (("--recipe", self.recipe), ("--name", self.name)):
                if value is not None:
                    raise ConfigError(
                        f"{option} can't go with --resume: the run has its own already."
                    )
            allow = allowance(self.old_text)
            return resume_classify_run(
                parent, self.resume, self.changes, self.source, allow, self.force
            )
        if self.old_text:
            raise ConfigError("--old-text goes with --resume, for texts that have changed since.")
        recipe = find_classify_recipe(DEFAULT if self.recipe is None else self.recipe)
        config = recipe.config.replaced(self.changes)
        source = self.source or LabelledSource(recipe.corpus)
        return new_classify_run(parent, source, config, self.name, self.force)
