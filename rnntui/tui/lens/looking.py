"""Looking at a network for as long as a screen shows it: each new copy of its weights is read.

It runs in a thread of the screen's and rests long between two looks, so that a training run goes
on beside it. It knows no widget; the screen is told what was found, and says when it is over.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from rnntui.errors import CorpusError
from rnntui.lenses.embedding_map import EmbeddingMap, embedding_map
from rnntui.lenses.surgery import AnyOperation, operated_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.recorded.kept_networks import short_sample
from rnntui.runtime.session import Network
from rnntui.sampling.prime import prepare_prime
from rnntui.text.in_units import require_characters
from rnntui.tui.lens.findings import Findings, Lens, look
from rnntui.tui.lens.kept_units import KeptUnits
from rnntui.tui.lens.marking_screen import REST_SHARE
from rnntui.tui.lens.surgery_lens import both_streams, follow_streams
from rnntui.tui.lens.traced_text import LONGEST, TracedText, trace_text

LEAST_REST_S: Final = 2.0
"""Seconds between two looks at weights that change; each is drawn, which takes from training."""

BEGINNING: Final = 200
"""Characters of the network's own text that are read where there is no other text."""


@dataclass(frozen=True, eq=False)
class LookedAt:
    """What is looked at, and through which lens."""

    network: Network
    kept_step: int | None
    """The kept step whose weights are read; None for the newest ones."""
    text: str
    """What is read; empty for the beginning of the network's own text."""
    lens: Lens
    operations: tuple[AnyOperation, ...]
    """What is done to the network before it reads."""
    pattern: str
    """A regular expression that units may track, or empty."""
    plane: EmbeddingMap | None
    """The map whose axes a map keeps; None for the axes of the newest weights."""
    kept_units: KeptUnits | None
    """Measures units after the kept steps while their lens is looked through; None without any."""


Show = Callable[[TracedText, Findings | None], None]
"""Shows a forward pass, and what was found; None while that is still looked for."""


def look_while_shown(
    looked_at: LookedAt,
    show: Show,
    show_sample: Callable[[str], None],
    is_over: Callable[[], bool],
    wait: Callable[[float], bool],
) -> None:
    """Look, and again at each new copy of the weights, until `is_over`; tell `show` each time.

    `show_sample` is told what they generate, where the run has kept steps to compare with. `wait`
    rests for so many seconds, or until it is over. Raises `RnntuiError` where the text
    can't be read or the lens finds nothing in it, and `MeasurementStoppedError` soon after it is
    over.
    """
    newest, lens, plane = looked_at.network, looked_at.lens, looked_at.plane
    network, operations = newest.at(looked_at.kept_step), looked_at.operations
    ids = _ids(network, looked_at.text)
    if lens == "map" and plane is None:
        plane = embedding_map(newest.weights().arrays, network.vocabulary.symbols)
    last: NetworkWeights | None = None
    while not is_over():
        untouched, rest = network.weights(), LEAST_REST_S
        if untouched is not last:
            is_first, last, began = last is None, untouched, time.perf_counter()
            weights = operated_weights(untouched, operations)
            traced = trace_text(weights, network.vocabulary, ids)
            if is_first:
                show(traced, None)  # what is found may take a while
            if newest.kept is not None and newest.kept.steps():
                show_sample(short_sample(untouched, network.vocabulary, is_over))
            show(traced, look(lens, weights, network, traced, looked_at.pattern, plane, is_over))
            if lens == "surgery":
                _show_streams(network, operations, traced, show, is_over, wait)
                began = time.perf_counter()
            rest = max(rest, REST_SHARE * (time.perf_counter() - began))
        if lens == "unit" and looked_at.kept_units is not None:
            began = time.perf_counter()
            if is_new := looked_at.kept_units.measure_next(ids, is_over):
                show(traced, None)
            took = time.perf_counter() - began
            is_alone = is_new and not looked_at.kept_units.is_being_trained
            rest = took if is_alone else rest + REST_SHARE * took
        wait(rest)


def _show_streams(
    network: Network,
    operations: Sequence[AnyOperation],
    traced: TracedText,
    show: Show,
    is_over: Callable[[], bool],
    wait: Callable[[float], bool],
) -> None:
    """Generate after the text, with and without operations, and show both streams grow."""
    streams = both_streams(network, operations, "".join(traced.characters))
    follow_streams(
        takewhile(lambda _: not is_over(), streams),
        lambda grown: show(traced, Findings(streams=grown)),
        wait,
        REST_SHARE,
    )


def _ids(network: Network, text: str) -> list[int]:
    """The ids of a text, or of the beginning of the network's own. Raises `RnntuiError`."""
    require_characters(network.vocabulary, "The Microscope")
    if text:
        prime = prepare_prime(text, network.vocabulary, network.normalisation)
        return [int(rank) for rank in network.vocabulary.encode(prime.text)][:LONGEST]
    learned, _ = network.parts()
    if not len(learned):
        raise CorpusError("There is no text to read; type one (p).")
    return [int(rank) for rank in learned[:BEGINNING]]
