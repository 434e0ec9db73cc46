"""Finding the training text of a character network again, though it may have changed."""

import shlex
from collections.abc import Iterable

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.fine_tuning import TAKEN
from rnntui.tasks.characters.provenance import CorpusProvenance, cached_corpus, corpus_of
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.recipes import DEFAULT
from rnntui.text.corpus import Corpus, has_changed
from rnntui.text.library.references import paths_of
from rnntui.text.normalisation import Normalisation
from rnntui.training.changed_text import AllowOldText, changed_sentence, old_corpus
from rnntui.training.settings.declaring import changed_flags


def init_from_command(words: Iterable[str], checkpoint: str, config: TrainConfig) -> str:
    """`rnntui train WORDS --init-from CHECKPOINT …`, with the settings of `config`.

    Settings that come with the network, or follow from the text, are left out.
    """
    given = (*TAKEN, "eval_every")
    flags = changed_flags(config, find_recipe(DEFAULT).config, left_out=given)
    return shlex.join(["rnntui", "train", *words, "--init-from", checkpoint, *flags])


def corpus_to_resume(
    provenance: CorpusProvenance,
    config: TrainConfig,
    checkpoint: str,
    trained: str,
    allow: AllowOldText,
) -> Corpus:
    """The text of a provenance; if it has changed since, the old one, if `allow` permits.

    `checkpoint` is the reference to the network, `trained` its name in sentences. Raises
    `ChangedTextError`, and as `corpus_of`.
    """
    normalisation = Normalisation(config.normalise)
    if not has_changed(provenance.reference, provenance.text_encoding, provenance.content_hash):
        return corpus_of(provenance, normalisation)
    about = changed_sentence(provenance.name, provenance.reference, trained)
    command = init_from_command(paths_of(provenance.reference), checkpoint, config)
    return old_corpus(cached_corpus(provenance, normalisation), about, command, allow)
