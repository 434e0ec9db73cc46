"""A run of a classifier, ready to be trained: texts split and encoded. Needs no torch."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from rnntui.nets.classifier_config import ClassifierConfig, classifier_parameter_count
from rnntui.nets.kernels import general_path_notice
from rnntui.tasks.classification.batches import Examples, TextBatches, read_lengths
from rnntui.tasks.classification.checkpoint import (
    ClassifierCheckpoint,
    ClassifierHeader,
    RightAnswers,
)
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.memory import classifier_bytes
from rnntui.tasks.classification.provenance import LabelledProvenance
from rnntui.text.labelled.batches import TextSplit, encode, split_labelled
from rnntui.text.labelled.corpus import LabelledCorpus, Labels, Part, check_classes_seen
from rnntui.text.labelled.vocabulary import TokenVocabulary, token_vocabulary
from rnntui.training.learner import LearnerInfo
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.prepared_run import PreparedRun, versions
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder
from rnntui.training.settings.tables import to_tables


@dataclass(frozen=True, eq=False)
class ClassifyRun(PreparedRun):
    """A run of a classifier (see `PreparedRun`).

    `examples` are the training part, `split` says which of them are held out; `test` is the
    corpus's own test part, if any.
    """

    folder: RunFolder
    provenance: LabelledProvenance
    classes: tuple[str, ...]
    vocabulary: TokenVocabulary
    examples: Examples
    split: TextSplit
    test: Part | None
    config: ClassifyConfig
    notices: tuple[str, ...]
    resume_from: ClassifierCheckpoint | None = None
    rates_given: int = 0

    @property
    def model(self) -> ClassifierConfig:
        """The architecture."""
        return self.config.model(len(self.vocabulary), len(self.classes))

    @property
    def needed_bytes(self) -> tuple[int, int]:
        """Bytes needed by a step, and in addition by a save (see `check_memory`)."""
        longest = self.config.max_length
        if self.config.padding != "front":
            longest = int(read_lengths(self.examples.texts, self.config).max(initial=0))
        return classifier_bytes(self.config, len(self.vocabulary), len(self.classes), longest)

    @property
    def batches(self) -> TextBatches:
        """The training texts in batches."""
        return TextBatches(self.examples, self.split.train, self.config)

    @property
    def loop_settings(self) -> LoopSettings:
        """When it ends, evaluates and saves."""
        every = self.config.eval_every or self.batches.batches_per_epoch
        return replace(super().loop_settings, eval_every=every)

    def info(self, device: str) -> LearnerInfo:
        """Sizes of the network and its data, counted in texts, and the device."""
        held_out = len(self.split.validation)
        return LearnerInfo(
            corpus=self.provenance.name,
            parameters=classifier_parameter_count(self.model),
            vocab_size=len(self.vocabulary),
            train_chars=len(self.split.train),
            val_chars=held_out,
            eval_chars=held_out,
            batches_per_epoch=self.batches.batches_per_epoch,
            device=device,
            unit="texts",
        )

    def header(self, progress: Progress, tally: RightAnswers) -> ClassifierHeader:
        """The header of a checkpoint at that progress."""
        return ClassifierHeader(
            run=self.folder.name,
            model=self.model,
            vocabulary=self.vocabulary,
            classes=self.classes,
            corpus=self.provenance,
            config=self.config,
            progress=progress,
            tally=tally,
        )

    def tables(self, total_steps: int) -> dict[str, Any]:
        """The content of `run.toml`."""
        return {
            "run": {"name": self.folder.name, "kind": "classifier"},
            "corpus": asdict(self.provenance),
            **to_tables(self.config),
            "resolved": {"total_steps": total_steps, "rates_given": self.rates_given},
            "versions": versions(),
        }


def prepare_classify_run(
    folder: RunFolder,
    corpus: LabelledCorpus,
    provenance: LabelledProvenance,
    config: ClassifyConfig,
) -> ClassifyRun:
    """Split the texts, build the vocabulary from the training texts, and encode all.

    Raises `CorpusError` for too few training texts or a class without any, and `ConfigError`
    if the head doesn't fit the classes.
    """
    # First the check that is quick.
    config.model(1, len(corpus.classes))
    split = split_labelled(len(corpus.train), config.val_fraction, config.seed)
    check_classes_seen(corpus, split.train)
    texts = corpus.train.tokenised(config.units)
    vocabulary = token_vocabulary(
        texts, split.train, max_size=config.vocab_size or None, min_count=config.min_count
    )
    examples = Examples(encode(texts, vocabulary), corpus.train.labels)
    return ClassifyRun(
        folder,
        provenance,
        corpus.classes,
        vocabulary,
        examples,
        split,
        corpus.test,
        config,
        (*corpus.notices, *general_path_notice(config.cell)),
    )


def examples_of(part: Part, vocabulary: TokenVocabulary, labels: Labels) -> Examples:
    """The texts of a part in a network's ids, with `labels` `[N]`, numbers of its classes."""
    return Examples(encode(part.tokenised(vocabulary.units), vocabulary), labels)
