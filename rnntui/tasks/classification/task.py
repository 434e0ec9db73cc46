"""Classifying texts, as a `Task`."""

from collections.abc import Sequence

from rnntui.nets.classifier_config import classifier_layer_table
from rnntui.nets.config import LayerRow
from rnntui.tasks.classification.checkpoint import (
    ClassifierHeader,
    load_classifier,
    read_classifier_header,
)
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.description import describe_classify_run
from rnntui.tasks.kinds import CLASSIFIER
from rnntui.tasks.recipes import RecipeFile
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record_end import accuracy_after


class ClassificationTask:
    """A network that says which class a text belongs to."""

    kind = CLASSIFIER
    config = ClassifyConfig

    read_header = staticmethod(read_classifier_header)
    load = staticmethod(load_classifier)
    describe = staticmethod(describe_classify_run)

    def best(
        self,
        folder: RunFolder,
        config: ClassifyConfig,  # noqa: ARG002
        progress: Progress,
    ) -> tuple[None, float | None]:
        """Accuracy of the network with the lowest loss, on the held-out texts."""
        if progress.best_loss is None:
            return None, None
        return None, accuracy_after(folder, progress.best_step)

    def learned_per_step(self, config: ClassifyConfig) -> int:
        """Texts that a step trains on."""
        return config.batch_size

    def about(self, header: ClassifierHeader) -> list[tuple[str, str]]:
        """See `Task`."""
        return [
            ("texts", f"{header.corpus.name} ({header.corpus.source})"),
            ("classes", ", ".join(header.classes)),
            ("vocabulary", f"{len(header.vocabulary):,} {header.vocabulary.units}"),
        ]

    def layers(self, header: ClassifierHeader) -> Sequence[LayerRow]:
        """See `Task`."""
        return classifier_layer_table(header.model)

    def recipe_layers(self, file: RecipeFile, corpus: str | None) -> None:
        """None: the classes are known only from the texts."""
