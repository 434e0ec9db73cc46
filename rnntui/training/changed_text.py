"""A text that is no longer what a network was trained on: what to say, and who may go on.

The text as it was may still lie in the cache; nobody goes on with it unasked.
"""

import shlex
from collections.abc import Callable, Iterable
from typing import TypeVar

from rnntui.errors import CorpusError
from rnntui.text.corpus import Corpus, has_changed
from rnntui.text.library.references import paths_of
from rnntui.text.normalisation import Normalisation
from rnntui.training.config import TrainConfig
from rnntui.training.corpus_note import CorpusNote, corpus_as_it_was, corpus_of
from rnntui.training.fine_tuning import TAKEN
from rnntui.training.recipes import DEFAULT, find_recipe
from rnntui.training.settings import changed_flags

C = TypeVar("C")


class ChangedTextError(CorpusError):
    """A text has changed since; `about` says so, `command` trains on it as it is now."""

    def __init__(self, about: str, command: str, is_kept: bool = True) -> None:
        """Say what to do; `is_kept` tells whether the text as it was can still be had."""
        otherwise = "give --old-text to go on with it as it was then"
        if not is_kept:
            otherwise = "as it was then it can't be found any more, so bring it back"
        super().__init__(f"{about} To train on the new one: {command} (or {otherwise}).")
        self.about, self.command, self.is_kept = about, command, is_kept


AllowOldText = Callable[[ChangedTextError], bool]
"""Whether to go on with a text as it was; asked only where it has changed."""


def refuse_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Never go on with a text as it was."""
    return False


def allow_old_text(changed: ChangedTextError) -> bool:  # noqa: ARG001
    """Go on with a text as it was without a question."""
    return True


def changed_sentence(name: str, reference: str, trained: str) -> str:
    """The sentence about a text that isn't what `trained` was trained on any more."""
    return f"The text '{name}' ({reference}) has changed since {trained} was trained on it."


def init_from_command(words: Iterable[str], checkpoint: str, config: TrainConfig) -> str:
    """`rnntui train WORDS --init-from CHECKPOINT …`, with the settings of before.

    Those that come with the network, or follow from the text, are left out.
    """
    given = (*TAKEN, "eval_every")
    flags = changed_flags(config, find_recipe(DEFAULT).config, left_out=given)
    return shlex.join(["rnntui", "train", *words, "--init-from", checkpoint, *flags])


def corpus_to_go_on_with(
    note: CorpusNote,
    config: TrainConfig,
    checkpoint: str,
    trained: str,
    allow: AllowOldText,
) -> Corpus:
    """The text of a note, unless another one stands in its place now and `allow` says no.

    `checkpoint` is what the network is found by, `trained` what sentences call it.
    Raises `ChangedTextError`, and as `corpus_of`.
    """
    normalisation = Normalisation(config.normalise)
    if not has_changed(note.reference, note.text_encoding, note.content_hash):
        return corpus_of(note, normalisation)
    about = changed_sentence(note.name, note.reference, trained)
    command = init_from_command(paths_of(note.reference), checkpoint, config)
    return as_it_was(corpus_as_it_was(note, normalisation), about, command, allow)


def as_it_was(kept: C | None, about: str, command: str, allow: AllowOldText) -> C:
    """The old corpus, if it is `kept` and `allow` says yes; else raise `ChangedTextError`."""
    changed = ChangedTextError(about, command, kept is not None)
    if kept is None or not allow(changed):
        raise changed
    return kept
