"""Recipes of kind `classify`, as configurations of classifiers."""

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.kinds import CLASSIFIER
from rnntui.tasks.recipes import Prepare, Recipe, find_recipe_of, list_recipes_of

DEFAULT = "reviews"
"""The default recipe of `rnntui classify train`."""

ClassifyRecipe = Recipe[ClassifyConfig]


def list_classify_recipes() -> tuple[ClassifyRecipe, ...]:
    """The shipped recipes of kind `classify`, by name."""
    return list_recipes_of(CLASSIFIER, ClassifyConfig)


def find_classify_recipe(reference: str, prepare: Prepare | None = None) -> ClassifyRecipe:
    """The recipe of kind `classify` of that name, or in that file. Raises as `find_recipe_of`."""
    return find_recipe_of(reference, CLASSIFIER, ClassifyConfig, prepare)
