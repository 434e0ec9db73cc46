"""The screen's settings as a command line that does the same without it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rnntui.sampling.choice import SamplingSpec
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe
from rnntui.text.escapes import escaped
from rnntui.training.settings.declaring import changed_flags

LONGEST_ARGUMENT: Final = 100_000
"""Most bytes of a prime on a command line; Linux limits an argument to 128 KiB."""


def train_command(corpus: str, recipe: TrainRecipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for each setting that differs from it."""
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
    choices: Mapping[int, str] = {},
) -> str:
    """`rnntui sample …`: generates the text on screen, `length` characters of it.

    The prime is in `prime_file`, if given (see `needs_file`). `choices` are characters chosen by
    hand, by their places from 1.
    """
    words = ["rnntui", "sample", checkpoint, "--length", str(length), "--seed", str(seed)]
    words += ["--mode", spec.mode, "--temperature", f"{spec.temperature:g}"]
    if spec.top_k:
        words += ["--top-k", str(spec.top_k)]
    if spec.top_p < 1:
        words += ["--top-p", f"{spec.top_p:g}"]
    for place, symbol in choices.items():
        words.append(f"--choose={place}={escaped(symbol)}")
    if prime_file is not None:
        return shlex.join([*words, "--prime-file", str(prime_file)])
    return shlex.join([*words, *([_flag_of(prime)] if prime else [])])


def _flag_of(prime: str) -> str:
    """The prime as a flag on one line; joined by `=`, as a prime may begin with a dash."""
    return f"--prime={escaped(prime)}"
