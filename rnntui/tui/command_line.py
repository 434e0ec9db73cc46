"""What the screen is set to, as the command line that does the same without it."""

import shlex
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from rnntui.sampling.choice import SamplingSpec
from rnntui.text.escapes import escaped
from rnntui.training.config import BUDGETS, TrainConfig, flag
from rnntui.training.recipes import Recipe


def train_command(corpus: str, recipe: Recipe, config: TrainConfig, prime: str) -> str:
    """`rnntui train …`: the recipe, and a flag for whatever is not the recipe's."""
    words = ["rnntui", "train", corpus, "--recipe", recipe.name]
    words += changed_flags(config, recipe.config)
    return shlex.join([*words, *([_flag_of(prime)] if prime != recipe.prime else [])])


def changed_flags(config: Any, usual: Any) -> Iterator[str]:
    """A flag with its value for each setting that is not the usual one."""
    for setting in fields(config):
        value = getattr(config, setting.name)
        if value == getattr(usual, setting.name) or (setting.name in BUDGETS and not value):
            continue
        for part in value if isinstance(value, tuple) else (value,):
            yield from (flag(setting.name), str(part))


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
