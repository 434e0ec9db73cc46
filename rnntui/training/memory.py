"""Whether there is memory enough for a training run, told before any of it is taken.

A system that runs out of memory kills the process, or others beside it, without a word.
"""

from typing import Final

from rnntui.errors import ConfigError
from rnntui.machine_memory import available_bytes
from rnntui.nets.classifier_config import classifier_parameter_count
from rnntui.nets.config import parameter_count
from rnntui.nets.cost import classifier_training_bytes, saving_bytes, training_bytes
from rnntui.training.classify_config import ClassifyConfig
from rnntui.training.config import TrainConfig

_GIGABYTE: Final = 1e9


def characters_bytes(config: TrainConfig, vocab_size: int) -> tuple[int, int]:
    """Memory that a step of a network on characters takes, and what saving it takes beside."""
    model = config.model(vocab_size)
    length = config.window or config.seq_length
    step = training_bytes(model, config.batch_size, length)
    return step, saving_bytes(parameter_count(model))


def classifier_bytes(
    config: ClassifyConfig, vocab_size: int, classes: int, longest: int
) -> tuple[int, int]:
    """The same of a classifier, whose longest text has so many tokens."""
    model = config.model(vocab_size, classes)
    step = classifier_training_bytes(model, config.batch_size, longest)
    return step, saving_bytes(classifier_parameter_count(model))


def check_memory(needed: tuple[int, int], device: str, force: bool) -> None:
    """Raise `ConfigError` where a step and a save take more memory than is there.

    `needed` is what the two take; `force` lets pass what is estimated too large. On a
    graphics card a step takes its memory; whether it has enough is found out by trying,
    which harms nothing else.
    """
    step, saving = needed
    free = available_bytes()
    if force or step + saving <= free:
        return
    if saving <= free and not _is_on_processor(device):
        return
    raise ConfigError(
        f"Training this network takes about {_in_words(step + saving)} of memory, and the machine"
        f" has {_in_words(free)} free. Lower --hidden-size, --num-layers, --batch-size or the"
        " length of what is read at once; on the command line, --force tries it all the same."
    )


def _is_on_processor(device: str) -> bool:
    """Whether a device of that name shares the processor's memory. Loads torch if it has to."""
    if device == "cpu":
        return True
    from rnntui.training.devices import find_device

    return find_device(device).type != "cuda"


def _in_words(size: int) -> str:
    if size < _GIGABYTE:
        return f"{size / 1e6:,.0f} MB"
    return f"{size / _GIGABYTE:,.1f} GB"
