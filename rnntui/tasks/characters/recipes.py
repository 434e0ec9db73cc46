"""Recipes of kind `train`, as configurations of character networks."""

from dataclasses import dataclass

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.recipes import RecipeFile, find_recipe_file, list_recipe_files
from rnntui.training.settings.tables import from_tables


@dataclass(frozen=True)
class Recipe:
    """A recipe of kind `train`: a configuration, and the corpus it is meant for, if any.

    `prime` is what its samples start from, empty for the start of a line.
    """

    name: str
    about: str
    corpus: str
    prime: str
    config: TrainConfig


def list_recipes() -> tuple[Recipe, ...]:
    """The shipped recipes of kind `train`, in the same order."""
    return tuple(_train_recipe(file) for file in list_recipe_files() if file.kind == "train")


def find_recipe(reference: str) -> Recipe:
    """The recipe of kind `train` of that name, or in that TOML file.

    Raises `ConfigError` as `find_recipe_file`, and where a setting is wrong.
    """
    return _train_recipe(find_recipe_file(reference, "train"))


def _train_recipe(file: RecipeFile) -> Recipe:
    config = TrainConfig(**from_tables(file.tables, file.source, TrainConfig))
    return Recipe(file.name, file.about, file.corpus, file.prime, config)
