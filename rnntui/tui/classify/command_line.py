"""The Classify screen's settings as a command line that does the same without it."""

import shlex

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledSource, words_of
from rnntui.tasks.classification.recipes import ClassifyRecipe
from rnntui.training.settings.declaring import changed_flags


def classify_command(source: LabelledSource, recipe: ClassifyRecipe, config: ClassifyConfig) -> str:
    """`rnntui classify train …`: texts, recipe, and a flag for each setting that differs."""
    words = ["rnntui", "classify", "train", *words_of(source), "--recipe", recipe.name]
    return shlex.join([*words, *changed_flags(config, recipe.config)])
