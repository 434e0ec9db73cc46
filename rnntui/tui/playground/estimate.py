"""Size and training time of a character network, for the form."""

from rnntui.nets.config import parameter_count
from rnntui.nets.cost import step_operations, training_bytes
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.time_left import duration


class TrainingEstimate:
    """Estimates parameters, memory and time of a character network.

    `vocab_size` and `characters` are those of the training text, 0 until it is read;
    `operations_per_second` is the machine's speed, 0 until it is measured.
    """

    def __init__(self) -> None:
        """Start without figures of text and machine."""
        self.vocab_size = self.characters = 0
        self.operations_per_second = 0.0

    def __call__(self, config: TrainConfig) -> str:
        """Return the estimate for `config`; empty until the text is read."""
        if not self.vocab_size:
            return ""
        model = config.model(self.vocab_size)
        length = config.window or config.seq_length
        megabytes = training_bytes(model, config.batch_size, length) / 1e6
        lines = f"{parameter_count(model):,} parameters, {max(megabytes, 1):,.0f} MB"
        if self.operations_per_second:
            # A whole window is read for each predicted character.
            reads = self.characters * (config.window or 1)
            seconds = step_operations(model, reads) / self.operations_per_second
            lines += f"\nabout {duration(seconds)} an epoch on this machine"
        return lines
