"""`rnntui train`: training without a screen."""

import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rnntui.cli.terminal import ReaderGoneError
from rnntui.errors import ConfigError, RnntuiError
from rnntui.text.normalisation import Normalisation
from rnntui.training.config import TrainConfig, choices, flag
from rnntui.training.events import Failed, TrainEvent

if TYPE_CHECKING:
    from rnntui.training.opening import LoadText
    from rnntui.training.run import Run

SHOW_CURSOR = b"\x1b[?25h"
"""What a terminal is sent to show the cursor that a display hid."""

_SECTIONS = {
    "network": "Network",
    "text": "Text",
    "batches": "Batches",
    "optimizer": "Optimiser",
    "budget": "How long",
    "pace": "Evaluating, saving, sampling",
    "machine": "Machine",
}


def _settings_as_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each setting of `TrainConfig`, None where it isn't given."""
    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = []
    for setting in fields(TrainConfig):
        known = choices(setting)
        kind: Any = Literal[known] if known else setting.type
        if setting.name == "normalise":
            kind = list[str]
        panel = _SECTIONS[setting.metadata["section"]]
        option = typer.Option(
            flag(setting.name), help=setting.metadata["about"], rich_help_panel=panel
        )
        annotation = Annotated[kind | None, option]
        options.append(
            inspect.Parameter(
                setting.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
            )
        )
    command.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {
        p.name: p.annotation
        for p in command.__signature__.parameters.values()  # type: ignore[attr-defined]
    }
    return command


@_settings_as_options
def train(
    corpus: Annotated[
        str | None,
        typer.Argument(help="A text: a name from the library, a file, a folder, or - for input."),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Settings to start from: a recipe's name or a TOML file.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    resume: Annotated[str | None, typer.Option(help="Run to go on with, exactly.")] = None,
    init_from: Annotated[
        str | None,
        typer.Option(help="Checkpoint to start from, on another text; its network is taken."),
    ] = None,
    prime: Annotated[str | None, typer.Option(help="What samples start from.")] = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file; found out where not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
    **settings: Any,
) -> None:
    """Train a network on a text, and keep it as a run.

    Flags override the recipe, which says what they are without; see 'rnntui recipes show default'.
    Ctrl-C finishes the step, saves and leaves; go on with --resume.
    """
    from rnntui.runtime.commands import CommandQueue
    from rnntui.training.commands import Stop
    from rnntui.training.opening import events_of

    changes = {name: value for name, value in settings.items() if value is not None}
    if steps := changes.pop("normalise", None):
        # In their own order, so that the same steps are the same setting.
        changes["normalise"] = Normalisation(tuple(steps)).steps
    inbox = CommandQueue()
    interrupted: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        interrupted.append(number)
        if len(interrupted) == 1:
            inbox.put(Stop())
            return
        # Everything is written whole, so leaving at once loses only the steps since the save.
        if len(interrupted) == 2 and sys.stdout.isatty():
            os.write(sys.stdout.fileno(), SHOW_CURSOR)
        os._exit(128 + number)

    request = _Request(corpus, recipe, name, resume, init_from, prime, text_encoding, changes)
    # Until the run is there, there is nothing to save, and an interruption leaves at once.
    events = events_of(request.run(), inbox)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        failure = _show(events, as_json, lambda: inbox.put(Stop()))
    except ReaderGoneError:
        # Ctrl-C also ends whatever reads the output, and the code still says so.
        failure = ""
        if not interrupted:
            raise
    if failure:
        raise RnntuiError(failure)
    if interrupted:
        raise typer.Exit(128 + interrupted[0])


@dataclass(frozen=True)
class _Request:
    """What the command line asked for."""

    corpus: str | None
    recipe: str | None
    name: str | None
    resume: str | None
    init_from: str | None
    prime: str | None
    text_encoding: str | None
    changes: dict[str, Any]

    def run(self) -> "Run":
        """The run, its folder made or found."""
        from rnntui import places

        parent = places.checkpoints_dir()
        return self._new(parent) if self.resume is None else self._resumed(parent, self.resume)

    def _new(self, parent: Path) -> "Run":
        from rnntui import places
        from rnntui.text.library import default_text_name
        from rnntui.training.opening import fine_tuned_run, new_run
        from rnntui.training.recipes import DEFAULT, find_recipe
        from rnntui.training.run_folder import find_checkpoint

        recipe = find_recipe(DEFAULT if self.recipe is None else self.recipe)
        config = recipe.config.replaced(self.changes)
        # What is no character, as a shell may pass on, can't be kept in run.toml.
        given = None if self.prime is None else self.prime.encode("utf-8", "replace").decode()
        prime = recipe.prime if given is None else given
        load = self._loader(self.corpus or recipe.corpus or default_text_name())
        if self.init_from is None:
            return new_run(parent, load(config.normalise), config, self.name, prime)
        start = find_checkpoint(parent, self.init_from, places.shipped_checkpoints_dir())
        return fine_tuned_run(parent, load, config, self.changes, self.name, prime, start)

    def _resumed(self, parent: Path, name: str) -> "Run":
        from rnntui.training.opening import resume_run

        given = {
            "--recipe": self.recipe,
            "--name": self.name,
            "--init-from": self.init_from,
            "--prime": self.prime,
        }
        for option, value in given.items():
            if value is not None:
                raise ConfigError(f"{option} can't go with --resume: the run has its own already.")
        load = None if self.corpus is None else self._loader(self.corpus)
        return resume_run(parent, name, self.changes, load)

    def _loader(self, reference: str) -> "LoadText":
        from rnntui.text.corpus import load_corpus

        return lambda steps: load_corpus(
            reference, normalisation=Normalisation(steps), text_encoding=self.text_encoding
        )


def _show(events: Iterator[TrainEvent], as_json: bool, stop: Callable[[], None]) -> str:
    """Let a reader show the events; the sentence of a failure, empty without one.

    When standard output can't be written any more, the training stops and saves.
    """
    from rnntui.cli.progress import reader_for

    failure = ""
    with reader_for(sys.stdout, as_json) as reader:
        for event in events:
            if isinstance(event, Failed):
                failure = event.sentence
            try:
                reader.read(event)
            except (ReaderGoneError, RnntuiError):
                stop()
                for _ in events:
                    pass
                raise
    return failure
