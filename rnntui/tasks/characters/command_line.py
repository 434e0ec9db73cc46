"""Settings as a command line that trains the same."""

import shlex

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.text.escapes import escaped
from rnntui.training.settings.declaring import changed_flags


def train_command(corpus: str, recipe: TrainRecipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for each setting that differs from it."""
    words = ["rnntui", "train", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config)
    return shlex.join([*words, *([prime_flag(prime)] if prime != recipe.prime else [])])


def prime_flag(prime: str) -> str:
    """The prime as a flag on one line; joined by `=`, as a prime may begin with a dash."""
    return f"--prime={escaped(prime)}"
