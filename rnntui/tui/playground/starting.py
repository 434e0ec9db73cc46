"""What a session opens: requested on the command line, or left by the last session."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rnntui import places
from rnntui.errors import CheckpointError, CorpusError
from rnntui.tasks.characters.recipes import TrainRecipe, find_recipe, list_recipes
from rnntui.tasks.recipes import DEFAULT
from rnntui.text.library.entries import default_text_name
from rnntui.text.library.references import resolve_reference
from rnntui.training.runs.folder import BEST, find_checkpoint, find_run

log = logging.getLogger(__name__)

SHIPPED_MODEL = "tiny"
"""The network open at the first start, to generate before any training run."""


@dataclass(frozen=True)
class StartRequest:
    """Requested names or paths; None where nothing was requested."""

    corpus: str | None = None
    checkpoint: str | None = None
    recipe: str | None = None
    replay: str | None = None


@dataclass(frozen=True)
class StartPlan:
    """Text, recipe, checkpoints, and the name of a run to replay.

    The first of `checkpoints` that can be opened is opened. `request` is what was
    requested.
    """

    corpus: str
    recipe: TrainRecipe
    checkpoints: tuple[Path, ...]
    replay: str | None
    request: StartRequest


def find_start(
    request: StartRequest, last_corpus: str | None, last_run: str | None = None
) -> StartPlan:
    """Resolve a request, with defaults from the last session.

    `last_run` is a run's folder. Raises `RnntuiError` for a requested thing that is
    missing.
    """
    if request.corpus is not None:
        resolve_reference(request.corpus)
    recipe = find_recipe(request.recipe or DEFAULT)
    if recipe not in list_recipes():
        # Told apart from a shipped one of the same name, of which it may be a changed copy.
        recipe = replace(recipe, name=f"{recipe.name} (file)")
    runs, shipped = places.checkpoints_dir(), places.shipped_checkpoints_dir()
    checkpoints: tuple[Path, ...] = (shipped / SHIPPED_MODEL / BEST,)
    if request.checkpoint is not None:
        checkpoints = (find_checkpoint(runs, request.checkpoint, shipped),)
    elif last_run is not None and request == StartRequest():
        checkpoints = (*_checkpoint_of(runs, Path(last_run)), *checkpoints)
    replay = find_run(runs, request.replay).name if request.replay else None
    corpus = request.corpus or recipe.corpus or _still_there(last_corpus) or default_text_name()
    return StartPlan(corpus, recipe, checkpoints, replay, request)


def _checkpoint_of(runs: Path, folder: Path) -> Iterator[Path]:
    """The best checkpoint of a run, if it is still in `runs`."""
    if folder.parent == runs.absolute():
        try:
            yield find_checkpoint(runs, folder.name)
        except CheckpointError as error:
            log.info("The run that was open last can't be opened: %s", error)


def _still_there(name: str | None) -> str | None:
    try:
        # Reading a named pipe could block forever.
        return name if name and not resolve_reference(name).open_stream else None
    except CorpusError:
        return None
