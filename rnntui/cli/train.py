"""`rnntui train`: training without a screen."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.force_option import Force
from rnntui.cli.old_text import OldText, allowance
from rnntui.cli.prime_options import PrimeFile, given_prime, prime_option
from rnntui.cli.setting_options import settings_as_options
from rnntui.errors import ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.normalisation import Normalisation

if TYPE_CHECKING:
    from rnntui.tasks.characters.opening import LoadText
    from rnntui.tasks.characters.run import Run


@settings_as_options(TrainConfig)
def train(
    corpora: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CORPUS]...",
            help="Texts: names from the library, files, folders, or - for input. Several are"
            " joined in their order, each on a new line.",
        ),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Settings to start from: a recipe's name or a TOML file.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(help="Run to resume; a new learning rate or schedule is recorded."),
    ] = None,
    init_from: Annotated[
        str | None,
        typer.Option(help="Checkpoint to start from, on another text; its network is taken."),
    ] = None,
    prime: Annotated[str | None, prime_option("What samples start from.")] = None,
    prime_file: PrimeFile = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    old_text: OldText = False,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
    **settings: Any,
) -> None:
    """Train a network on a text, and keep it as a run.

    Flags override the recipe, which says what they are without; see 'rnntui recipes show default'.
    Ctrl-C finishes the step, saves and leaves; go on with --resume.
    """
    from rnntui.cli.headless import run_headless
    from rnntui.cli.progress import reader_for
    from rnntui.runtime.commands import CommandQueue
    from rnntui.tasks.characters.opening import events_of
    from rnntui.text.library.references import joined_reference

    changes = {name: value for name, value in settings.items() if value is not None}
    if steps := changes.pop("normalise", None):
        # In their own order, so that the same steps are the same setting.
        changes["normalise"] = Normalisation(tuple(steps)).steps
    inbox = CommandQueue()
    corpus = joined_reference(corpora) if corpora else None
    if prime_file == "-" and "-" in (corpora or ()):
        raise ConfigError("Standard input can be the text or the prime, not both.")
    start = given_prime(prime, prime_file)
    request = _Request(
        corpus, recipe, name, resume, init_from, start, text_encoding, old_text, force, changes
    )
    # Until the run is there, there is nothing to save, and an interruption leaves at once.
    events = events_of(request.run(), inbox)
    run_headless(events, inbox, reader_for(sys.stdout, as_json))


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
    old_text: bool
    force: bool
    changes: dict[str, Any]

    def run(self) -> "Run":
        """The run, its folder made or found."""
        from rnntui import places

        parent = places.checkpoints_dir()
        if self.resume is not None:
            return self._resumed(parent, self.resume)
        if self.old_text:
            raise ConfigError("--old-text goes with --resume, for a text that has changed since.")
        return self._new(parent)

    def _new(self, parent: Path) -> "Run":
        from rnntui import places
        from rnntui.tasks.characters.opening import fine_tuned_run, new_run
        from rnntui.tasks.characters.recipes import find_recipe
        from rnntui.tasks.recipes import DEFAULT
        from rnntui.text.library.entries import default_text_name
        from rnntui.training.run_folder import find_checkpoint

        recipe = find_recipe(DEFAULT if self.recipe is None else self.recipe)
        config = recipe.config.replaced(self.changes)
        # What is no character, as a shell may pass on, can't be kept in run.toml.
        given = None if self.prime is None else self.prime.encode("utf-8", "replace").decode()
        prime = recipe.prime if given is None else given
        load = self._loader(self.corpus or recipe.corpus or default_text_name())
        if self.init_from is None:
            return new_run(
                parent, load(config.normalise), config, self.name, prime, force=self.force
            )
        start = find_checkpoint(parent, self.init_from, places.shipped_checkpoints_dir())
        return fine_tuned_run(
            parent, load, config, self.changes, self.name, prime, start, self.force
        )

    def _resumed(self, parent: Path, name: str) -> "Run":
        from rnntui.tasks.characters.opening import resume_run

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
        return resume_run(parent, name, self.changes, load, allowance(self.old_text), self.force)

    def _loader(self, reference: str) -> "LoadText":
        from rnntui.text.corpus import load_corpus

        return lambda steps: load_corpus(
            reference, normalisation=Normalisation(steps), text_encoding=self.text_encoding
        )
