"""What the screen is set to, as the command line that does the same without it."""

import shlex
from pathlib import Path
from typing import Final

from rnntui.sampling.choice import SamplingSpec
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.text.escapes import escaped
from rnntui.training.settings.declaring import changed_flags

LONGEST_ARGUMENT: Final = 100_000
"""Bytes of a prime that a command line holds; Linux takes no argument of more than 128 KiB."""


def train_command(corpus: str, recipe: TrainRecipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for whatever is not the recipe's."""
    words = ["rnntui", "train", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config)
    return shlex.join([*words, *([_flag_of(prime)] if prime != recipe.prime else [])])


def needs_file(prime: str) -> bool:
    """Whether a prime is too long for an argument of a command."""
    return len(escaped(prime).encode("utf-8", "surrogatepass")) > LONGEST_ARGUMENT


def sample_command(
    checkpoint: str,
    spec: SamplingSpec,
    prime: str,
    seed: int,
    length: int,
    prime_file: Path | None = None,
) -> str:
    """`rnntui sample …`: generates what the screen shows, `length` characters of it.

    The prime is in `prime_file` where there is one (see `needs_file`).
    """
    words = ["rnntui", "sample", checkpoint, "--length", str(length), "--seed", str(seed)]
    words += ["--mode", spec.mode, "--temperature", f"{spec.temperature:g}"]
    if spec.top_k:
        words += ["--top-k", str(spec.top_k)]
    if spec.top_p < 1:
        words += ["--top-p", f"{spec.top_p:g}"]
    if prime_file is not None:
        return shlex.join([*words, "--prime-file", str(prime_file)])
    return shlex.join([*words, *([_flag_of(prime)] if prime else [])])


def _flag_of(prime: str) -> str:
    """The prime as a flag on one line; joined by a sign, as a prime may begin with a dash."""
    return f"--prime={escaped(prime)}"
