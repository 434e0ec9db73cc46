"""What the training of a classifier will come to, in words for the form."""

from rnntui.errors import ConfigError
from rnntui.nets.classifier_config import classifier_parameter_count
from rnntui.tasks.classification.config import ClassifyConfig


class ClassifierEstimate:
    """Parameters and steps of a classifier, as far as they are known.

    `vocab_size` counts the ids, `classes` and `texts` those that are learned from, all 0
    while the texts are not read.
    """

    def __init__(self) -> None:
        """Begin knowing nothing of the texts."""
        self.vocab_size = self.classes = self.texts = 0

    def __call__(self, config: ClassifyConfig) -> str:
        """Say what `config` comes to; empty while the texts are not read."""
        if not self.vocab_size:
            return ""
        try:
            parameters = classifier_parameter_count(config.model(self.vocab_size, self.classes))
        except ConfigError as error:
            return str(error)
        steps = -(-self.texts // config.batch_size)
        return f"{parameters:,} parameters, {self.vocab_size:,} ids\n{steps:,} steps an epoch"
