"""Scores of a trained classifier on labelled texts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnntui.tasks.classification.batches import batches_to_measure
from rnntui.tasks.classification.checkpoint import ClassifierCheckpoint
from rnntui.tasks.classification.learner import classifier_of
from rnntui.tasks.classification.measure import ClassMeasure, measure_texts
from rnntui.tasks.classification.provenance import LabelledSource, corpus_to_resume
from rnntui.tasks.classification.run import examples_of
from rnntui.text.labelled.batches import Indices, split_labelled, unknown_share
from rnntui.text.labelled.corpus import LabelledCorpus, Labels, Part, labels_in
from rnntui.training.changed_text import AllowOldText, refuse_old_text
from rnntui.training.measure import ReportProgress, Stage, no_report, no_stages


@dataclass(frozen=True, eq=False)
class PartScore:
    """The result for one part of a corpus: `held out`, `test` or `all`.

    `unknown` is the share of its tokens that are not in the vocabulary.
    """

    part: str
    measure: ClassMeasure
    unknown: float

    def as_json(self) -> dict[str, Any]:
        """The figures as values for JSON."""
        return {
            "part": self.part,
            "texts": self.measure.texts,
            "loss": self.measure.loss,
            "accuracy": self.measure.accuracy,
            "confusion": self.measure.confusion.tolist(),
            "unknown": self.unknown,
        }


@dataclass(frozen=True, eq=False)
class LabelledScore:
    """The results for the parts of a corpus that the network was not trained on."""

    corpus: str
    classes: tuple[str, ...]
    parts: tuple[PartScore, ...]
    notices: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """All figures as values for JSON."""
        parts = [part.as_json() for part in self.parts]
        return {"corpus": self.corpus, "classes": list(self.classes), "parts": parts}


def score_labelled(
    checkpoint: ClassifierCheckpoint,
    source: LabelledSource | None,
    allow: AllowOldText = refuse_old_text,
    stage: Stage = no_stages,
) -> LabelledScore:
    """Score a network on a corpus, by default its own.

    Of its own corpus, the held-out part and the test part are scored; of another one the test
    part, or all of it without one. If its own has changed, `allow` decides whether the old one
    is used. Raises `CorpusError`, also for a class unknown to the network.
    """
    header = checkpoint.header
    if source is None:
        corpus = corpus_to_resume(header.corpus, header.config, "the network", allow)
    else:
        corpus = source.read()
    parts: list[PartScore] = []
    own = corpus.content_hash == header.corpus.content_hash
    if own:
        split = split_labelled(len(corpus.train), header.config.val_fraction, header.config.seed)
        if len(split.validation):
            chosen = split.validation
            parts.append(_scored("held out", checkpoint, corpus, corpus.train, chosen, stage))
    if corpus.test is not None:
        parts.append(_scored("test", checkpoint, corpus, corpus.test, None, stage))
    if not parts:
        parts.append(_scored("all", checkpoint, corpus, corpus.train, None, stage))
    notices = corpus.notices
    if own and parts[0].part == "all":
        notices += ("The network was trained on all of these texts: the figures flatter it.",)
    return LabelledScore(corpus.name, header.classes, tuple(parts), notices)


def score_part(
    checkpoint: ClassifierCheckpoint,
    part: Part,
    labels: Labels,
    chosen: Indices | None = None,
    report: ReportProgress = no_report,
) -> tuple[ClassMeasure, float]:
    """Evaluate a network on a part's texts, or those `chosen`; also the unknown tokens' share.

    `labels` `[N]` are numbers of the network's classes.
    """
    header = checkpoint.header
    examples = examples_of(part, header.vocabulary, labels)
    indices = np.arange(len(labels)) if chosen is None else chosen
    batches = batches_to_measure(examples, indices, header.config)
    measure = measure_texts(classifier_of(checkpoint), batches, report)
    return measure, unknown_share(examples.texts)


def _scored(
    name: str,
    checkpoint: ClassifierCheckpoint,
    corpus: LabelledCorpus,
    part: Part,
    chosen: Indices | None,
    stage: Stage,
) -> PartScore:
    labels = labels_in(corpus, part, checkpoint.header.classes)
    report = stage(f"measuring ({name})", len(labels) if chosen is None else len(chosen))
    return PartScore(name, *score_part(checkpoint, part, labels, chosen, report))
