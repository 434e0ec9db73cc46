"""Settings as lists of values with commas, as typed on a command line or into a form."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any, get_origin

from rnntui.errors import ConfigError, quoted
from rnntui.tasks.characters.config import TrainConfig
from rnntui.text.normalisation import Normalisation
from rnntui.training.settings.declaring import flag, settings_of


def listed_values(given: Mapping[str, Any]) -> dict[str, list[object]]:
    """The values of each given setting, in the order of the settings.

    A tuple has one value, the tuple. Raises `ConfigError` for a value of the wrong type.
    """
    values: dict[str, list[object]] = {}
    for setting in settings_of(TrainConfig):
        if (words := given.get(setting.name)) is None:
            continue
        if get_origin(setting.type) is tuple:
            if words:
                values[setting.name] = [Normalisation(tuple(words)).steps]
            continue
        values[setting.name] = [_value(setting, word.strip()) for word in words.split(",")]
    return values


def _value(setting: "Field[Any]", word: str) -> object:
    if setting.type not in (int, float):
        return word
    try:
        return setting.type(word)
    except ValueError as error:
        kind = "whole numbers" if setting.type is int else "numbers"
        raise ConfigError(
            f"{flag(setting.name)} takes {kind} with commas between them, not {quoted(word)}."
        ) from error
