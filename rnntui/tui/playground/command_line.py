"""The set-up as a command line that trains the same without the screen."""

import shlex

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.training.settings.declaring import changed_flags
from rnntui.tui.core.sample_command import prime_flag


def train_command(corpus: str, recipe: TrainRecipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for each setting that differs from it."""
    words = ["rnntui", "train", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config)
    return shlex.join([*words, *([prime_flag(prime)] if prime != recipe.prime else [])])
