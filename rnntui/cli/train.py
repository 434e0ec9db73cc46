"""`rnntui train`: training without a screen."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.options.checkpoint_argument import checkpoint_path
from rnntui.cli.options.prime_options import PrimeFile, given_prime, prime_option
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
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.normalisation import Normalisation

if TYPE_CHECKING:
    from rnntui.tasks.characters.opening import LoadText
    from rnntui.tasks.characters.run import Run
    from rnntui.training.changed_text import AllowOldText


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
    recipe: Recipe = None,
    name: Name = None,
    resume: Resume = None,
    init_from: Annotated[
        str | None,
        typer.Option(help="Checkpoint to fine-tune on another text; its architecture is kept."),
    ] = None,
    prime: Annotated[str | None, prime_option("Prime of the samples.")] = None,
    prime_file: PrimeFile = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    old_text: OldText = False,
    force: Force = False,
    log: Log = None,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Train a network on a text, and save it as a run.

    Flags override the recipe's settings; see 'rnntui recipes show default'.
    Ctrl-C finishes the step, saves and exits; continue with --resume. Started by 'torchrun
    --nproc-per-node N -m rnntui train …', N processes share each batch.
    """
    from rnntui.cli.headless import run_headless
    from rnntui.cli.output.progress import reader_for
    from rnntui.cli.torchrun import follow_first, leading
    from rnntui.own_cells import with_own_cell
    from rnntui.runtime.commands import CommandQueue
    from rnntui.tasks.characters.launching import check_shared, shared
    from rnntui.tasks.characters.opening import events_of, fine_tuned_run, new_run, resume_run
    from rnntui.tasks.characters.recipes import find_recipe
    from rnntui.tasks.recipes import DEFAULT
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library.entries import default_text_name
    from rnntui.text.library.references import joined_reference
    from rnntui.training.launched import launched_by_torchrun
    from rnntui.training.loggers.finding import find_loggers

    place = launched_by_torchrun()
    if place is not None and not place.is_first:
        follow_first(place)
    changes = {name: value for name, value in settings.items() if value is not None}
    if steps := changes.pop("normalise", None):
        # Sorted, so that the same steps are the same setting.
        changes["normalise"] = Normalisation(tuple(steps)).steps
    inbox = CommandQueue()
    corpus = joined_reference(corpora) if corpora else None
    if prime_file == "-" and "-" in (corpora or ()):
        raise ConfigError("Standard input can be the text or the prime, not both.")
    start = given_prime(prime, prime_file)

    def loader(reference: str) -> "LoadText":
        return lambda config: load_corpus(
            reference,
            normalisation=Normalisation(config.normalise),
            text_encoding=config.read_as or text_encoding,
        )

    def make(parent: Path) -> "Run":
        found = find_recipe(DEFAULT if recipe is None else recipe, with_own_cell)
        config = found.config.replaced(changes)
        if place is not None:
            check_shared(config, place.count)
        sampled_from = found.prime
        if start is not None:
            # run.toml can't hold invalid UTF-8, which a shell may pass on.
            sampled_from = start.encode("utf-8", "replace").decode()
        load = loader(corpus or found.corpus or default_text_name())
        if init_from is None:
            return new_run(parent, load(config), config, name, sampled_from, force=force)
        weights = checkpoint_path(init_from)
        return fine_tuned_run(parent, load, config, changes, name, sampled_from, weights, force)

    def reopen(parent: Path, run: str, allow: "AllowOldText") -> "Run":
        load = None if corpus is None else loader(corpus)
        return resume_run(parent, run, changes, load, allow, force)

    only_new = {"--recipe": recipe, "--name": name, "--init-from": init_from, "--prime": start}
    loggers = find_loggers(log or ())
    # Until the run is open, there is nothing to save, and an interruption exits at once.
    run = open_run(resume, old_text, only_new, make, reopen)
    with leading(place, inbox) as group:
        if group is not None:
            run = shared(run, group.count)
        events = events_of(run, inbox, loggers=loggers, group=group)
        run_headless(events, inbox, reader_for(sys.stdout, as_json))
