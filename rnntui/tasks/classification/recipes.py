"""Recipes of kind `classify`, as configurations of classifiers."""

from dataclasses import dataclass

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.recipes import find_recipe_file
from rnntui.training.settings.tables import from_tables

DEFAULT = "reviews"
"""The recipe of a training that names none."""


@dataclass(frozen=True)
class ClassifyRecipe:
    """A recipe of kind `classify`: a configuration, and the texts it is meant for, if any."""

    name: str
    about: str
    corpus: str
    config: ClassifyConfig


def find_classify_recipe(reference: str) -> ClassifyRecipe:
    """The recipe of kind `classify` of that name, or in that TOML file. Raises `ConfigError`."""
    file = find_recipe_file(reference, "classify")
    config = ClassifyConfig(**from_tables(file.tables, file.source, ClassifyConfig))
    return ClassifyRecipe(file.name, file.about, file.corpus, config)
