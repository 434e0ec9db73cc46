"""What the Classify screen is set to, as the command line that does the same without it."""

import shlex

from rnntui.training.classify_config import ClassifyConfig
from rnntui.training.classify_opening import ClassifyRecipe
from rnntui.training.labelled_note import LabelledSource
from rnntui.tui.command_line import changed_flags


def classify_command(source: LabelledSource, recipe: ClassifyRecipe, config: ClassifyConfig) -> str:
    """`rnntui classify train …`: texts, recipe, and a flag for each setting that is not its own."""
    words = ["rnntui", "classify", "train"]
    if source.reference:
        words.append(source.reference)
    for option, value in (
        ("--text-column", source.text_column),
        ("--label-column", source.label_column),
    ):
        words += [option, value] if value else []
    words += ["--recipe", recipe.name]
    return shlex.join([*words, *changed_flags(config, recipe.config)])
