"""The choice of the next character: modes, temperature and filters as pure functions.

Nothing here draws random numbers: a choice is a function of the scores and a number from [0, 1), so
it can be tested exactly.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import ConfigError
from rnntui.sampling.modes import MAX_TEMPERATURE, MIN_TEMPERATURE, Mode

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SamplingSpec:
    """A sampling specification: mode, temperature and filters.

    - `argmax` takes the likeliest character, `random` draws one, `hybrid` draws after a space and
      takes the likeliest otherwise, so that words begin freely and then run on. Of words each
      begins one, so it draws after a line end; of subwords it draws where the likeliest begins a
      word, and after a line end.
    - `temperature` divides the scores: below 1 sharper, above 1 flatter.
    - `top_k` keeps the k likeliest characters (0: all).
    - `top_p` keeps the fewest likeliest characters with that share of the probability (1: all;
      nucleus sampling, Holtzman et al. 2020).

    Raises `ConfigError`, naming the flag, for a value out of bounds.
    """

    mode: Mode = "random"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            known = ", ".join(get_args(Mode))
            raise ConfigError(f"--mode {self.mode} is not known; it is one of {known}.")
        if not MIN_TEMPERATURE <= self.temperature <= MAX_TEMPERATURE:
            raise ConfigError(
                f"--temperature must lie between {MIN_TEMPERATURE:g} and {MAX_TEMPERATURE:g};"
                " for no randomness at all use --mode argmax."
            )
        if self.top_k < 0:
            raise ConfigError("--top-k must be 0 (all characters) or a number of characters.")
        if not 0.0 < self.top_p <= 1.0:
            raise ConfigError("--top-p must be above 0 and at most 1 (all characters).")

    def draws(self, after_space: bool) -> bool:
        """Whether the next character is drawn rather than the likeliest taken."""
        return self.mode == "random" or (self.mode == "hybrid" and after_space)


def probabilities(logits: NDArray[np.floating], temperature: float) -> Floats:
    """Softmax of `logits` `[..., V]` divided by the temperature, in float64."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=-1, keepdims=True)
    return scaled


def filtered(probs: Floats, top_k: int, top_p: float) -> Floats:
    """`probs` `[V]` with the unlikely characters set to zero and the rest renormalised.

    `top_k` is applied before `top_p`, whose shares are of the rest. The likeliest character always
    stays; ties are ordered by id.
    """
    if (top_k == 0 or top_k >= len(probs)) and top_p >= 1.0:
        return probs
    order = np.argsort(-probs, kind="stable")
    if 0 < top_k < len(order):
        order = order[:top_k]
    if top_p < 1.0:
        share_before = np.cumsum(probs[order]) - probs[order]
        within = share_before < top_p * probs[order].sum()
        within[0] = True  # even where the product rounds to zero
        order = order[within]
    kept = np.zeros_like(probs)
    kept[order] = probs[order] / probs[order].sum()
    return kept


def draw(probs: Floats, noise: float) -> int:
    """The id at which the cumulative sum of `probs` `[V]` passes `noise`, from [0, 1)."""
    cumulative = np.cumsum(probs)
    index = int(np.searchsorted(cumulative, noise * cumulative[-1], side="right"))
    # Rounding may leave the product at the very end of the sum.
    return min(index, int(np.flatnonzero(probs)[-1]))


def choose(probs: Floats, spec: SamplingSpec, after_space: bool, noise: float) -> int:
    """The id of the next character, from `probs` `[V]` before filtering.

    `after_space` says whether the previous character is a space, which decides for `hybrid`.
    """
    if not spec.draws(after_space):
        return int(np.argmax(probs))
    return draw(filtered(probs, spec.top_k, spec.top_p), noise)


def best(probs: Floats, count: int) -> tuple[tuple[int, float], ...]:
    """The `count` likeliest ids of `probs` `[V]` with their probabilities, best first.

    Ties are ordered by id, so the first is the choice of `argmax`.
    """
    count = min(count, len(probs))
    # Sorting the few that qualify is much cheaper than sorting all.
    likely = np.flatnonzero(probs >= np.partition(probs, -count)[-count])
    likely = likely[np.argsort(-probs[likely], kind="stable")][:count]
    return tuple((int(index), float(probs[index])) for index in likely)
