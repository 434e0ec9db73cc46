"""The next temperature, bound or pace after a key press."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import MAX_TEMPERATURE, MIN_TEMPERATURE, READING_PACE

TEMPERATURE_STEP: Final = 0.1
TOP_KS: Final = (0, 40, 10, 5)
TOP_PS: Final = (1.0, 0.95, 0.9, 0.8)
PACES: Final = (READING_PACE, 0.0, 10.0, 30.0)

Choice = TypeVar("Choice", int, float)


def with_temperature(spec: SamplingSpec, way: str) -> SamplingSpec:
    """Raise (`up`) or lower (`down`) the temperature by a tenth, within its bounds."""
    change = TEMPERATURE_STEP if way == "up" else -TEMPERATURE_STEP
    wanted = round(spec.temperature + change, 2)
    return replace(spec, temperature=min(max(wanted, MIN_TEMPERATURE), MAX_TEMPERATURE))


def with_next_top_k(spec: SamplingSpec) -> SamplingSpec:
    """Take the next of `TOP_KS`."""
    return replace(spec, top_k=next_choice(spec.top_k, TOP_KS))


def with_next_top_p(spec: SamplingSpec) -> SamplingSpec:
    """Take the next of `TOP_PS`."""
    return replace(spec, top_p=next_choice(spec.top_p, TOP_PS))


def next_pace(pace: float) -> float:
    """The next of `PACES`, in characters a second; 0 is as fast as possible."""
    return next_choice(pace, PACES)


def next_choice(value: Choice, choices: Sequence[Choice]) -> Choice:
    """The choice after `value`, wrapping around; the first if it is none of them."""
    place = choices.index(value) + 1 if value in choices else 0
    return choices[place % len(choices)]
