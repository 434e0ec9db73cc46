"""What the screen is set to, as the command line that does the same without it."""

import shlex

from rnntui.sampling.choice import SamplingSpec
from rnntui.text.escapes import escaped
from rnntui.training.config import TrainConfig
from rnntui.training.recipes import Recipe
from rnntui.training.settings import changed_flags


def train_command(corpus: str, recipe: Recipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for whatever is not the recipe's."""
    words = ["rnntui", "train", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config)
    return shlex.join([*words, *([_flag_of(prime)] if prime != recipe.prime else [])])


def sample_command(checkpoint: str, spec: SamplingSpec, prime: str, seed: int, length: int) -> str:
    """`rnntui sample …`: writes what the screen writes, `length` characters of it."""
    words = ["rnntui", "sample", checkpoint, "--length", str(length), "--seed", str(seed)]
    words += ["--mode", spec.mode, "--temperature", f"{spec.temperature:g}"]
    if spec.top_k:
        words += ["--top-k", str(spec.top_k)]
    if spec.top_p < 1:
        words += ["--top-p", f"{spec.top_p:g}"]
    return shlex.join([*words, *([_flag_of(prime)] if prime else [])])


def _flag_of(prime: str) -> str:
    """The prime as a flag on one line; joined by a sign, as a prime may begin with a dash."""
    return f"--prime={escaped(prime)}"
