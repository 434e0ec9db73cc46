"""Scores of a checkpoint on a text, beside n-gram baselines."""

import math
import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError
from rnntui.tasks.characters.changed_text import corpus_to_resume
from rnntui.tasks.characters.checkpoint import Checkpoint
from rnntui.tasks.characters.provenance import corpus_of
from rnntui.tasks.characters.run import lengths_of_parts, parts_of
from rnntui.text.corpus import Corpus, corpus_from_text, has_changed, load_corpus
from rnntui.text.holding_out import hold_out
from rnntui.text.in_units import over, unknown_units
from rnntui.text.ngrams.baselines import measure_baselines
from rnntui.text.rare import bits_to_tell_apart, told_apart
from rnntui.text.unit_kinds import Units
from rnntui.text.vocabulary import AnyIds, Vocabulary
from rnntui.training.changed_text import AllowOldText, changed_sentence, refuse_old_text
from rnntui.training.measure import Stage, no_stages


@dataclass(frozen=True)
class ScoreLine:
    """A predictor's mean loss in nats per unit, of so many characters in the mean."""

    name: str
    loss: float
    chars_per_unit: float = 1.0

    @property
    def bits_per_char(self) -> float:
        """The loss in bits per character."""
        return self.loss / math.log(2) / self.chars_per_unit

    @property
    def perplexity(self) -> float:
        """exp(loss)."""
        return math.exp(min(self.loss, 700.0))


@dataclass(frozen=True)
class Score:
    """The scores of the network, first, and of the baselines, over so many `characters`.

    They were predicted as `predictions` units, which are the same for a network of characters.

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
    units: Units = "characters"
    predictions: int = 0

    def as_json(self) -> dict[str, Any]:
        """Values for JSON: the network's figures by name, the baselines' losses by theirs."""
        network = self.lines[0]
        return {
            "text": self.text,
            "units": self.units,
            "predictions": self.predictions,
            "characters": self.characters,
            "unknown_characters": self.unknown_characters,
            "rare_characters": self.rare_characters,
            "rare_bits_per_char": self.rare_bits_per_char,
            "loss": network.loss,
            "bits_per_char": network.bits_per_char,
            "perplexity": network.perplexity,
            "baselines": [
                {"name": line.name, "loss": line.loss, "bits_per_char": line.bits_per_char}
                for line in self.lines[1:]
            ],
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
    lengths: AnyIds | None = None
    if reference is None and own is not None and own.lengths is not None:
        in_parts = lengths_of_parts(own, header.config)
        lengths = in_parts and in_parts[1 if len(held_out) else 0]
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
            load_corpus(
                reference,
                normalisation=header.normalisation,
                text_encoding=header.config.read_as or text_encoding,
            )
            if isinstance(reference, str)
            else reference
        )
        notices.extend(whole.notices)
        name = whole.name
        if header.vocabulary.units == "characters":
            ids, unknown = _known_ids(whole, checkpoint)
        else:
            moved = over(whole, header.vocabulary)
            ids, lengths = moved.ids, moved.lengths
        if unknown:
            notices.append(
                f"{unknown:,} of {len(whole):,} characters are outside the network's vocabulary"
                " and were left out."
            )
    if len(ids) < 2 + header.model.window:
        raise CorpusError(
            f"'{name}' has too few {header.vocabulary.units} that the network knows to measure it."
        )
    measure_loss, predictions = _network_loss(checkpoint, ids, stage)
    characters, per_unit = predictions, 1.0
    if lengths is not None:
        characters = int(lengths[len(ids) - predictions :].sum(dtype=np.int64))
        per_unit = characters / predictions
    if not characters:
        raise CorpusError(f"'{name}' has too few characters to measure it.")
    lines = [ScoreLine("network", measure_loss, per_unit)]
    if len(learned):
        stage("counting n-grams", 0)
        lines += _baseline_lines(learned, ids, header.model.vocab_size, lengths)
    else:
        notices.append(
            f"The training text '{header.corpus.name}' can't be found again,"
            " so there are no baselines."
        )
    rare, more_bits = 0, 0.0
    if (symbol := header.vocabulary.unknown) is not None and np.any(ids == symbol):
        rare = int(np.count_nonzero(ids == symbol))
        # For each character, whose share of a unit it is.
        share, distinct = rare / len(ids) / per_unit, unknown_units(whole, header.vocabulary)
        more_bits = bits_to_tell_apart(share, distinct)
        notices.append(
            f"{rare:,} of {len(ids):,} {header.vocabulary.units} are read as the network's unknown"
            f" symbol. {told_apart(share, distinct)}"
        )
    return Score(
        name,
        characters,
        unknown,
        tuple(lines),
        tuple(notices),
        rare,
        more_bits,
        header.vocabulary.units,
        predictions,
    )


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


def _baseline_lines(
    learned: AnyIds, ids: AnyIds, vocab_size: int, lengths: AnyIds | None
) -> list[ScoreLine]:
    baselines = measure_baselines(learned, ids, vocab_size)
    scored, per_unit = baselines.scored_characters, 1.0
    if lengths is not None:
        per_unit = int(lengths[:scored].sum(dtype=np.int64)) / scored
    return [
        ScoreLine("uniform", baselines.uniform, per_unit),
        ScoreLine("unigram", baselines.unigram, per_unit),
        ScoreLine(f"{baselines.order}-gram (Witten-Bell)", baselines.ngram, per_unit),
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


def learned_characters(checkpoint: Checkpoint) -> tuple[AnyIds, Vocabulary]:
    """The part of its text that a network learned from, in characters, and their vocabulary.

    What a network of other units generates is compared with it character by character. Raises
    `CorpusError` if the text is missing.
    """
    header = checkpoint.header
    whole = corpus_of(header.corpus, header.normalisation)
    own = _in_network_ids(whole, checkpoint)
    learned, _ = parts_of(own, header.config)
    if header.vocabulary.units == "characters":
        return learned, header.vocabulary
    if header.vocabulary.units == "bytes":
        as_text = corpus_from_text(whole.name, header.vocabulary.decode(learned))
        return as_text.ids, as_text.vocabulary
    if header.config.val_split == "lines":
        split = (header.config.val_fraction, header.config.val_split)
        return hold_out(whole.ids, whole.vocabulary, *split)[0], whole.vocabulary
    lengths = lengths_of_parts(own, header.config)
    assert lengths is not None
    return whole.ids[: int(lengths[0].sum(dtype=np.int64))], whole.vocabulary


def _own_corpus_if_kept(checkpoint: Checkpoint) -> Corpus | None:
    try:
        return own_corpus(checkpoint)
    except CorpusError:
        return None


def _in_network_ids(corpus: Corpus, checkpoint: Checkpoint) -> Corpus:
    vocabulary = checkpoint.header.vocabulary
    if vocabulary.units != "characters":
        return over(corpus, vocabulary)
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
