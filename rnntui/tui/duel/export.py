"""The beginnings of a duel's texts, as the text of an SVG and of a CSV file."""

import csv
import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np

from rnntui.runtime.duel_thread import MODES
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.svg.strips import Passage, Strip, strips_svg
from rnntui.tui.core.sample_command import sample_command

KEPT: Final = 500
"""Characters of each side that are kept, those from its beginning."""

_MODE: Final = "$mode"


@dataclass(frozen=True)
class Side:
    """A side of a duel: its first characters, the probability of each, and its measures."""

    mode: Mode
    text: str
    probabilities: Sequence[float]
    measures: str


def duel_command(
    checkpoint: str,
    spec: SamplingSpec,
    prime: str,
    seed: int,
    length: int,
    at_step: int | None = None,
) -> str:
    """The commands that generate all sides, as a loop of the shell.

    `at_step` is the kept step of a replay that they began with.
    """
    words = shlex.split(sample_command(checkpoint, spec, prime, seed, length, at_step=at_step))
    words[words.index("--mode") + 1] = _MODE
    command = " ".join(word if word == _MODE else shlex.quote(word) for word in words)
    return f"for mode in {' '.join(MODES)}; do {command}; done"


def picture_of(title: str, about: str, prime: str, sides: Sequence[Side], command: str) -> str:
    """The SVG text of the sides below each other, each character upon its probability.

    The prime, which has none, is underlined.
    """
    passages = []
    for side in sides:
        values = np.array([*[nan] * len(prime), *side.probabilities])
        name = f"{side.mode} · {side.measures}"
        marked = frozenset(range(len(prime)))
        passages.append(Passage(prime + side.text, [Strip("", values)], marked, name))
    scale = 1.0, "a probability of 1, which the network gave to the character that it generated"
    return strips_svg(title, about, passages, scale, command)


def table_of(sides: Sequence[Side]) -> str:
    """The CSV text of each character that was generated, with its probability."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["mode", "place", "character", "probability"])
    for side in sides:
        for place, (character, probability) in enumerate(
            zip(side.text, side.probabilities, strict=True), start=1
        ):
            table.writerow([side.mode, place, character, probability])
    return lines.getvalue()
