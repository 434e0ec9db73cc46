"""Scores of a checkpoint on a text, beside n-gram baselines."""

import math
import os
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.tasks.characters.changed_text import corpus_to_resume
from rnntui.tasks.characters.checkpoint import Checkpoint
from rnntui.tasks.characters.provenance import corpus_of
from rnntui.tasks.characters.run import parts_of
from rnntui.text.corpus import Corpus, has_changed, load_corpus
from rnntui.text.ngrams.baselines import measure_baselines
from rnntui.text.rare import bits_to_tell_apart, rare_symbols, told_apart
from rnntui.text.vocabulary import AnyIds
from rnntui.training.changed_text import AllowOldText, changed_sentence, refuse_old_text
from rnntui.training.measure import Stage, no_stages


@dataclass(frozen=True)
class ScoreLine:
    """A predictor's mean loss in nats per character."""

    name: str
    loss: float

    @property
    def bits_per_char(self) -> float:
        """The loss in bits."""
        return self.loss / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(loss)."""
        return math.exp(min(self.loss, 700.0))


@dataclass(frozen=True)
class Score:
    """The scores of the network, first, and of the baselines, over `characters` predictions.

    `unknown_characters` were left out, as the network has no output for them.
    `rare_characters` were scored as one unknown symbol; telling them apart would cost
    `rare_bits_per_char` more for each of all characters.
    """

    text: str
    characters: int
    unknown_characters: int
    lines: tuple[ScoreLine, ...]
    notices: tuple[str, ...]
    rare_characters: int = 0
    rare_bits_per_char: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Values for JSON: the network's figures by name, the baselines' losses by theirs."""
        network = self.lines[0]
        return {
            "text": self.text,
            "characters": self.characters,
            "unknown_characters": self.unknown_characters,
            "rare_characters": self.rare_characters,
            "rare_bits_per_char": self.rare_bits_per_char,
            "loss": network.loss,
            "bits_per_char": network.bits_per_char,
            "perplexity": network.perplexity,
            "baselines": [asdict(line) for line in self.lines[1:]],
        }


def score(
    checkpoint: Checkpoint,
    reference: str | Corpus | None,
    text_encoding: str | None,
    found_by: str = "",
    allow: AllowOldText = refuse_old_text,
    stage: Stage = no_stages,
) -> Score:
    """Score a checkpoint on a text, or on the held-out part of its training text.

    A `Corpus` in place of a reference is already normalised as the checkpoint's own.
    The n-gram baselines are counted on the run's training part, with the network's
    vocabulary. `found_by` is the reference to the checkpoint; if its text has changed, `allow`
    decides whether the old one is used. Raises `CorpusError` for a text that is missing, has
    changed, or has too few characters that the network knows.
    """
    header = checkpoint.header
    notices: list[str] = []
    if reference is None:
        provenance, found_by = header.corpus, found_by or header.run
        whole = corpus_to_resume(provenance, header.config, found_by, "the network", allow)
        own: Corpus | None = _in_network_ids(whole, checkpoint)
    else:
        own = _own_corpus_if_kept(checkpoint)
        provenance = header.corpus
        if own and has_changed(
            provenance.reference, provenance.text_encoding, provenance.content_hash
        ):
            changed = changed_sentence(provenance.name, provenance.reference, "the network")
            notices.append(f"{changed} Baselines are counted on the old one.")
    nothing = np.empty(0, np.int64)
    learned, held_out = parts_of(own, header.config) if own else (nothing, nothing)
    unknown = 0
    if reference is None:
        name, ids = f"{header.corpus.name}, held-out part", held_out
        if not len(held_out):
            name, ids = header.corpus.name, learned
            notices.append(
                "Nothing was held out in training, so this is the training text:"
                " the figures say how well it knows it, not how well it would do on another."
            )
    else:
        whole = (
            load_corpus(reference, normalisation=header.normalisation, text_encoding=text_encoding)
            if isinstance(reference, str)
            else reference
        )
        notices.extend(whole.notices)
        name, (ids, unknown) = whole.name, _known_ids(whole, checkpoint)
        if unknown:
            notices.append(
                f"{unknown:,} of {len(whole):,} characters are outside the network's vocabulary"
                " and were left out."
            )
    if len(ids) < 2 + header.model.window:
        raise CorpusError(f"'{name}' has too few characters that the network knows to measure it.")
    measure_loss, characters = _network_loss(checkpoint, ids, stage)
    lines = [ScoreLine("network", measure_loss)]
    if len(learned):
        stage("counting n-grams", 0)
        lines += _baseline_lines(learned, ids, header.model.vocab_size)
    else:
        notices.append(
            f"The training text '{header.corpus.name}' can't be found again,"
            " so there are no baselines."
        )
    rare, more_bits = 0, 0.0
    if (symbol := header.vocabulary.unknown) is not None and np.any(ids == symbol):
        rare = int(np.count_nonzero(ids == symbol))
        share, distinct = rare / len(ids), rare_symbols(whole, header.vocabulary)
        more_bits = bits_to_tell_apart(share, distinct)
        notices.append(
            f"{rare:,} of {len(ids):,} characters are read as the network's unknown symbol."
            f" {told_apart(share, distinct)}"
        )
    return Score(name, characters, unknown, tuple(lines), tuple(notices), rare, more_bits)


def _network_loss(checkpoint: Checkpoint, ids: AnyIds, stage: Stage) -> tuple[float, int]:
    from rnntui.tasks.characters.evaluation import evaluate, scored_characters
    from rnntui.tasks.characters.model_loading import model_of

    report = stage("measuring", scored_characters(len(ids), checkpoint.header.model.window))
    measure = evaluate(model_of(checkpoint), ids, report, workers=_processors())
    return measure.loss, measure.characters


def _processors() -> int:
    """Number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _baseline_lines(learned: AnyIds, ids: AnyIds, vocab_size: int) -> list[ScoreLine]:
    baselines = measure_baselines(learned, ids, vocab_size)
    return [
        ScoreLine("uniform", baselines.uniform),
        ScoreLine("unigram", baselines.unigram),
        ScoreLine(f"{baselines.order}-gram (Witten-Bell)", baselines.ngram),
    ]


def own_corpus(checkpoint: Checkpoint) -> Corpus:
    """The training text of a network, in its ids. Raises `CorpusError` if it is missing."""
    header = checkpoint.header
    corpus = corpus_of(header.corpus, header.normalisation)
    return _in_network_ids(corpus, checkpoint)


def learned_ids(checkpoint: Checkpoint) -> AnyIds | None:
    """The part of its text that a network learned from; None where the text is gone."""
    corpus = _own_corpus_if_kept(checkpoint)
    return None if corpus is None else parts_of(corpus, checkpoint.header.config)[0]


def _own_corpus_if_kept(checkpoint: Checkpoint) -> Corpus | None:
    try:
        return own_corpus(checkpoint)
    except CorpusError:
        return None


def _in_network_ids(corpus: Corpus, checkpoint: Checkpoint) -> Corpus:
    vocabulary = checkpoint.header.vocabulary
    if corpus.vocabulary == vocabulary:
        return corpus
    return replace(corpus, ids=_known_ids(corpus, checkpoint)[0], vocabulary=vocabulary)


def _known_ids(corpus: Corpus, checkpoint: Checkpoint) -> tuple[NDArray[Any], int]:
    """The text in the network's ids, and the number of characters left out as unknown."""
    vocabulary = checkpoint.header.vocabulary
    # The smallest type with the ids and -1: a text may be long.
    kind = np.min_scalar_type(-len(vocabulary))
    ids = vocabulary.translation_from(corpus.vocabulary).astype(kind)[corpus.ids]
    known = ids >= 0
    return ids[known], int(len(ids) - np.count_nonzero(known))
