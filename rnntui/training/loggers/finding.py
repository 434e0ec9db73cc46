"""Finding loggers by name: rnntui's own, and those that installed packages offer.

Nothing is imported but what is asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from rnntui.errors import ConfigError, quoted
from rnntui.training.loggers.logger import Logger, NamedLogger

GROUP: Final = "rnntui.loggers"
"""The entry point group in which packages name their loggers."""

OWN: Final[Mapping[str, tuple[str, str]]] = {
    "tensorboard": ("rnntui.training.loggers.tensorboard", "TensorBoardLogger"),
    "wandb": ("rnntui.training.loggers.wandb", "WandbLogger"),
    "csv": ("rnntui.training.loggers.csv_files", "CsvLogger"),
}
"""Module and class of rnntui's own loggers."""


def known_loggers() -> tuple[str, ...]:
    """The names of all loggers, rnntui's own first."""
    return (*OWN, *sorted({found.name for found in entry_points(group=GROUP)} - set(OWN)))


def find_loggers(names: Iterable[str]) -> tuple[NamedLogger, ...]:
    """A new logger for each name, one for a name that is repeated.

    Raises `ConfigError` for an unknown one, and one that can't be loaded, and `MissingExtraError`.
    """
    return tuple(NamedLogger(name, _maker(name)()) for name in dict.fromkeys(names))


def _maker(name: str) -> Callable[[], Logger]:
    if name not in (known := known_loggers()):
        raise ConfigError(
            f"There is no logger called {quoted(name)}; there are {', '.join(known)}."
        )
    if name in OWN:
        module, class_name = OWN[name]
        own: Callable[[], Logger] = getattr(import_module(module), class_name)
        return own
    try:
        (found, *_) = entry_points(group=GROUP, name=name)
        foreign: Callable[[], Logger] = found.load()
    except Exception as error:  # a package of others may fail in any way
        raise ConfigError(
            f"The logger {quoted(name)} of an installed package can't be loaded ({error!r});"
            " mend or remove that package, or leave --log out."
        ) from error
    return foreign
