"""Size of a classifier and steps of an epoch, for the form."""

from rnntui.errors import ConfigError
from rnntui.nets.classifier_config import classifier_parameter_count
from rnntui.tasks.classification.config import ClassifyConfig


class ClassifierEstimate:
    """Estimates parameters and steps of a classifier.

    `vocab_size` counts the ids, `classes` and `texts` those of the training part, all 0
    until the texts are read.
    """

    def __init__(self) -> None:
        """Start without figures of the texts."""
        self.vocab_size = self.classes = self.texts = 0

    def __call__(self, config: ClassifyConfig) -> str:
        """Return the estimate for `config`; empty until the texts are read."""
        if not self.vocab_size:
            return ""
        try:
            parameters = classifier_parameter_count(config.model(self.vocab_size, self.classes))
        except ConfigError as error:
            return str(error)
        steps = -(-self.texts // config.batch_size)
        return f"{parameters:,} parameters, {self.vocab_size:,} ids\n{steps:,} steps an epoch"
