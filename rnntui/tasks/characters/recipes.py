"""Recipes of kind `train`, as configurations of character networks."""

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.kinds import CHARACTERS
from rnntui.tasks.recipes import Prepare, Recipe, find_recipe_of, list_recipes_of

TrainRecipe = Recipe[TrainConfig]


def list_recipes() -> tuple[TrainRecipe, ...]:
    """The shipped recipes of kind `train`, the default one first, then by name."""
    return list_recipes_of(CHARACTERS, TrainConfig)


def find_recipe(reference: str, prepare: Prepare | None = None) -> TrainRecipe:
    """The recipe of kind `train` of that name, or in that file. Raises as `find_recipe_of`."""
    return find_recipe_of(reference, CHARACTERS, TrainConfig, prepare)
