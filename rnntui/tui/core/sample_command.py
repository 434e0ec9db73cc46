"""The command that generates what stands on the screen."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rnntui.sampling.choice import SamplingSpec
from rnntui.tasks.characters.command_line import prime_flag
from rnntui.text.escapes import escaped

LONGEST_ARGUMENT: Final = 100_000
"""Most bytes of a prime on a command line; Linux limits an argument to 128 KiB."""


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
    at_step: int | None = None,
) -> str:
    """`rnntui sample …`: generates the text on screen, `length` characters of it.

    The prime is in `prime_file`, if given (see `needs_file`). `choices` are characters chosen by
    hand, by their places from 1. `at_step` is the kept step that a replay samples from.
    """
    words = ["rnntui", "sample", checkpoint]
    words += ["--at-step", str(at_step)] if at_step is not None else []
    words += ["--length", str(length), "--seed", str(seed)]
    words += ["--mode", spec.mode, "--temperature", f"{spec.temperature:g}"]
    if spec.top_k:
        words += ["--top-k", str(spec.top_k)]
    if spec.top_p < 1:
        words += ["--top-p", f"{spec.top_p:g}"]
    for place, symbol in choices.items():
        words.append(f"--choose={place}={escaped(symbol)}")
    if prime_file is not None:
        return shlex.join([*words, "--prime-file", str(prime_file)])
    return shlex.join([*words, *([prime_flag(prime)] if prime else [])])
