"""The vocabulary of an imported network: which symbol each of its ids is."""

import json
from pathlib import Path
from typing import Any

from rnntui.errors import ConfigError, CorpusError, reason
from rnntui.plain_files import read_plain
from rnntui.tasks.characters.export.torch_state import VOCABULARY_SUFFIX
from rnntui.text.units.stored import characters_from_json, from_json
from rnntui.text.vocabulary import Vocabulary
from rnntui.toml_files import is_deep
from rnntui.training.checkpoint_file import LARGEST_HEADER


def beside(path: Path) -> Path | None:
    """The vocabulary that `checkpoints export --format torch` writes beside a file, if it is."""
    found = path.with_name(path.stem + VOCABULARY_SUFFIX)
    return found if found.is_file() else None


def vocabulary_of_json(path: Path) -> Vocabulary:
    """The vocabulary in a JSON file: a list by id, or an object from symbols to ids or back.

    An object with a text as `units` is one of words, bytes or subwords, as a checkpoint has it.
    Raises `ConfigError`.
    """
    try:
        content = json.loads(read_plain(path, LARGEST_HEADER, "followed"))
        if isinstance(content, dict) and isinstance(content.get("units"), str):
            return from_json(content)
        if is_deep(content, 1):
            raise ValueError("it is nested")
        return characters_from_json(_by_id(content))
    except OSError as error:
        raise ConfigError(f"--vocabulary {path} can't be read ({reason(error)}).") from error
    except (ValueError, TypeError, RecursionError, CorpusError) as error:
        raise ConfigError(
            f"--vocabulary {path} is not a JSON list of symbols in the order of their ids, or an"
            f" object from symbols to ids ({error})."
        ) from error


def _by_id(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    if not all(isinstance(value, int) for value in content.values()):
        content = {symbol: int(number) for number, symbol in content.items()}
    by_id = {number: symbol for symbol, number in content.items()}
    if sorted(by_id) != list(range(len(content))):
        raise ValueError("its ids are not 0, 1, 2 and so on, each once")
    return [by_id[number] for number in range(len(by_id))]
