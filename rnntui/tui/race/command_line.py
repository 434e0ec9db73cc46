"""A race of the form as a command line that does the same without the screen."""

import shlex
from collections.abc import Mapping, Sequence

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.text.escapes import escaped
from rnntui.training.settings.declaring import changed_flags, flag


def race_command(
    corpus: str,
    recipe: TrainRecipe,
    config: TrainConfig,
    prime: str,
    varied: Mapping[str, Sequence[object]],
    equal_parameters: bool,
) -> str:
    """`rnntui race …`: the recipe, a flag for each setting that differs, and the lists."""
    words = ["rnntui", "race", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config, left_out=varied)
    words += _lists(varied, equal_parameters)
    # Joined by `=`, as a prime may begin with a dash.
    return shlex.join([*words, *([f"--prime={escaped(prime)}"] if prime != recipe.prime else [])])


def recipes_command(
    corpus: str,
    recipes: Sequence[str],
    varied: Mapping[str, Sequence[object]],
    equal_parameters: bool,
) -> str:
    """The same for recipes that race each other."""
    words = ["rnntui", "race", corpus, "--recipe", ",".join(recipes)]
    return shlex.join([*words, *_lists(varied, equal_parameters)])


def _lists(varied: Mapping[str, Sequence[object]], equal_parameters: bool) -> list[str]:
    words = []
    for name, values in varied.items():
        # A cell of one's own has its hash behind its name.
        words += [flag(name), ",".join(str(value).partition("@")[0] for value in values)]
    return [*words, *(["--equal-parameters"] if equal_parameters else [])]
