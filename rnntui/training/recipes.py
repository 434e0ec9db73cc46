"""Recipes: named, complete configurations in TOML, shipped in `rnntui/recipes` or a user's own."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnntui.errors import ConfigError
from rnntui.training.config import TrainConfig
from rnntui.training.settings_file import from_tables

SHIPPED = Path(__file__).resolve().parent.parent / "recipes"

DEFAULT = "default"
"""The recipe of a training that names none."""


@dataclass(frozen=True)
class Recipe:
    """A configuration with a name, a sentence about it, and the corpus it is meant for, if any.

    `prime` is what its samples start from, empty for the start of a line.
    """

    name: str
    about: str
    corpus: str
    prime: str
    config: TrainConfig


def list_recipes() -> tuple[Recipe, ...]:
    """The shipped recipes, the default one first, then by name."""
    recipes = [_read(path) for path in sorted(SHIPPED.glob("*.toml"))]
    return tuple(sorted(recipes, key=lambda recipe: (recipe.name != DEFAULT, recipe.name)))


def find_recipe(reference: str) -> Recipe:
    """The recipe of that name, or in that TOML file.

    Raises `ConfigError` where there is none, or it can't be used.
    """
    named = SHIPPED / f"{reference}.toml"
    if Path(reference).name == reference and named.is_file():
        return _read(named)
    if Path(reference).is_file():
        return _read(Path(reference))
    known = ", ".join(recipe.name for recipe in list_recipes())
    raise ConfigError(f"There is no recipe '{reference}'; name a TOML file or one of {known}.")


def _read(path: Path) -> Recipe:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The recipe {path} can't be read: {error}.") from error
    texts = {"kind": "train", "name": path.stem, "about": "", "corpus": "", "prime": ""}
    for name in texts:
        texts[name] = content.pop(name, texts[name])
        if not isinstance(texts[name], str):
            raise ConfigError(f"The recipe {path}: '{name}' must be a text.")
    if texts["kind"] != "train":
        raise ConfigError(f"The recipe {path} is of kind '{texts['kind']}'; this reads 'train'.")
    config = TrainConfig(**from_tables(content, f"The recipe {path}"))
    return Recipe(texts["name"], texts["about"], texts["corpus"], texts["prime"], config)
