"""What the training of a character network will come to, in words for the form."""

from rnntui.nets.config import parameter_count
from rnntui.nets.cost import step_operations, training_bytes
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.time_left import duration


class TrainingEstimate:
    """Parameters, memory and time of a character network, as far as they are known.

    `vocab_size` and `characters` are those of the text that is learned from, 0 while it is
    not read; `operations_per_second` is the machine's speed, 0 while it is not measured.
    """

    def __init__(self) -> None:
        """Begin knowing nothing of text and machine."""
        self.vocab_size = self.characters = 0
        self.operations_per_second = 0.0

    def __call__(self, config: TrainConfig) -> str:
        """Say what `config` comes to; empty while the text is not read."""
        if not self.vocab_size:
            return ""
        model = config.model(self.vocab_size)
        length = config.window or config.seq_length
        megabytes = training_bytes(model, config.batch_size, length) / 1e6
        lines = f"{parameter_count(model):,} parameters, {max(megabytes, 1):,.0f} MB"
        if self.operations_per_second:
            # A window is read whole for the one character that it predicts.
            reads = self.characters * (config.window or 1)
            seconds = step_operations(model, reads) / self.operations_per_second
            lines += f"\nabout {duration(seconds)} an epoch on this machine"
        return lines
