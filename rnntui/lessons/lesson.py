"""What a lesson holds: its page, its network and its three questions, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rnntui.tasks.characters.config import TrainConfig

Language = Literal["en", "ko"]
Words = Mapping[Language, str]
"""A text in each language."""

LensName = Literal["strips", "unit", "influence", "surprise", "map", "surgery", "gradients"]
QuantityName = Literal[
    "probability",
    "score",
    "activation",
    "surprisal",
    "loss",
    "bits_per_char",
    "influence",
    "reach",
    "gradient",
    "cosine",
    "training_loss",
    "parameters",
    "prediction",
]
Changed = Literal["operation", "text", "setting"]
Comparison = Literal["higher", "lower", "different"]


@dataclass(frozen=True)
class Quantity:
    """A number of a network that reads a text (see `quantities.py`).

    `place`, `layer` and `unit` count from 1; a `place` of 0 is the last character. `symbol`
    is the character whose probability, score or vector is meant, by default the likeliest; `of` the
    place that influences, for `cosine` the other symbol.
    """

    name: QuantityName
    place: int = 0
    layer: int = 1
    row: str = "h"
    unit: int = 1
    symbol: str = ""
    of: int | str = 0


@dataclass(frozen=True)
class Expected:
    """The state of the screen that is asked for; what is None doesn't matter."""

    lens: LensName | None = None
    place: int | None = None
    character: str | None = None
    layer: int | None = None
    row: str | None = None
    unit: int | None = None
    highest: QuantityName | None = None


@dataclass(frozen=True)
class _Question:
    ask: Words
    explain: Words
    hint: Words | None


@dataclass(frozen=True)
class KeyQuestion(_Question):
    """Answered by keys: the answer is the state that the screen is in."""

    expect: Expected


@dataclass(frozen=True)
class NumberQuestion(_Question):
    """Answered by a number read off the screen, at most `tolerance` from the network's own."""

    quantity: Quantity
    tolerance: float


@dataclass(frozen=True)
class ChangeQuestion(_Question):
    """Answered by a change after which a quantity compares with what it was before as expected."""

    change: Changed
    quantity: Quantity
    expect: Comparison
    by: float
    """The factor by which it must be higher or lower."""
    solution: str = ""
    """A text that does it, where the text is to be changed."""


Question = KeyQuestion | NumberQuestion | ChangeQuestion


@dataclass(frozen=True)
class LessonNetwork:
    """The network beside the page, and what it reads.

    It has the fixed weights of the trace recipe `recipe`, or else is trained by `config` on `text`,
    which is called `corpus`. `changes` are the values of the setting `setting`, the first that of
    `config`.
    """

    reads: str
    lens: LensName
    recipe: str = ""
    config: TrainConfig | None = None
    corpus: str = ""
    text: str = field(default="", repr=False)
    setting: str = ""
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A lesson; `number` is its place in their order, from 1."""

    number: int
    name: str
    title: Words
    page: Words
    network: LessonNetwork
    questions: tuple[Question, ...]
