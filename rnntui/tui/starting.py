"""What a session opens on: found from what was asked for on the command line, and before."""

from dataclasses import dataclass
from pathlib import Path

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.library import default_text_name
from rnntui.text.references import resolve_reference
from rnntui.training.recipes import DEFAULT, find_recipe
from rnntui.training.run_folder import BEST, find_checkpoint, find_run

SHIPPED_MODEL = "tiny"
"""The network that is open at the start, so that it writes before any training."""


@dataclass(frozen=True)
class Asked:
    """What was asked for: names or paths, None for what was not."""

    corpus: str | None = None
    checkpoint: str | None = None
    recipe: str | None = None
    replay: str | None = None


@dataclass(frozen=True)
class Start:
    """What there is: the text, the recipe, the checkpoint, and the name of the run to replay.

    `asked` says which of them a person wanted.
    """

    corpus: str
    recipe: str
    checkpoint: Path
    replay: str | None
    asked: Asked


def find_start(asked: Asked, last_corpus: str | None) -> Start:
    """Find all of it. Raises `RnntuiError` for something that there isn't."""
    if asked.corpus is not None:
        resolve_reference(asked.corpus)
    recipe = find_recipe(asked.recipe or DEFAULT)
    checkpoint = places.shipped_checkpoints_dir() / SHIPPED_MODEL / BEST
    if asked.checkpoint is not None:
        checkpoint = find_checkpoint(
            places.checkpoints_dir(), asked.checkpoint, places.shipped_checkpoints_dir()
        )
    replay = find_run(places.checkpoints_dir(), asked.replay).name if asked.replay else None
    corpus = asked.corpus or recipe.corpus or _still_there(last_corpus) or default_text_name()
    return Start(corpus, recipe.name, checkpoint, replay, asked)


def _still_there(name: str | None) -> str | None:
    try:
        return name if name and resolve_reference(name) else None
    except CorpusError:
        return None
