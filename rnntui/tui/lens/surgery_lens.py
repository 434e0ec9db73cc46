"""The surgery lens: what a network generates before and after operations, side by side and live."""

import math
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.cells import set_cell_size
from textual.content import Content

from rnntui.lenses.operated_streams import OperatedStreams, Pair, mean_extra_bits
from rnntui.lenses.operation_flags import flags_of, in_words
from rnntui.lenses.surgery import AnyOperation
from rnntui.runtime.session import Network
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import Character
from rnntui.text.cells import symbol_label
from rnntui.text.escapes import escaped
from rnntui.tui.widgets.stream.text import StreamText

GENERATED: Final = 300
"""Characters that each stream generates to see what an operation does."""

AT_A_TIME: Final = 6
"""Characters after which they are shown."""

PACE: Final = 9.0
"""Characters a second at most: as fast as one reads, and little to draw beside a training run."""

DEARER_BITS: Final = 1.0
"""Bits more than before from which on a character is marked as dearer."""

SEED: Final = 1
_SHOWN: Final = 4

Streams = tuple[tuple[Pair, ...], tuple[tuple[str, float, float], ...]]
"""The places so far, and of the next one the likeliest symbols with their probability before and
after the operations."""


def both_streams(
    network: Network, operations: Sequence[AnyOperation], prime: str
) -> Iterator[Streams]:
    """Both streams as they grow, a few characters at a time."""
    streams = OperatedStreams(
        network.weights, network.vocabulary, operations, SamplingSpec(), prime, SEED
    )
    pairs: list[Pair] = []
    while len(pairs) < GENERATED:
        pairs += [next(streams) for _ in range(AT_A_TIME)]
        yield tuple(pairs), streams.predicted()[:_SHOWN]


def follow_streams(
    streams: Iterator[Streams],
    show: Callable[[Streams], None],
    wait: Callable[[float], object],
    rest_share: float,
) -> None:
    """Show both streams as they grow, at `PACE`.

    Or more slowly: computing is followed by a rest `rest_share` times as long.
    """
    began = time.thread_time()
    for grown in streams:
        spent = time.thread_time() - began
        show(grown)
        if PACE:
            wait(max(AT_A_TIME / PACE, rest_share * spent))
        began = time.thread_time()


def texts_of(streams: Streams) -> tuple[str, str]:
    """What the untouched and the operated network have generated so far."""
    pairs, _ = streams
    return (
        "".join(pair.untouched.symbol for pair in pairs),
        "".join(pair.operated.symbol for pair in pairs),
    )


def show_streams(
    untouched: StreamText, operated: StreamText, streams: Streams | None, before: Streams | None
) -> None:
    """Show both texts, of which those `before` are shown.

    In the operated one what differs is underlined; in the untouched one what would have cost the
    operated network more.
    """
    pairs = streams[0] if streams is not None else ()
    shown = before[0] if before is not None else ()
    if not shown or pairs[: len(shown)] != shown:
        untouched.clear()
        operated.clear()
        shown = ()
    new = pairs[len(shown) :]
    _append(untouched, [(one.untouched, one.extra_bits >= DEARER_BITS) for one in new])
    _append(operated, [(one.operated, _differs(one)) for one in new])


def _append(text: StreamText, characters: Sequence[tuple[Character, bool]]) -> None:
    """Append characters, and underline those that are marked."""
    place = text.end
    symbols = [one.symbol for one, _ in characters]
    shares = [one.probability for one, _ in characters for _ in one.symbol]
    text.append("".join(symbols), shares)
    for one, is_marked in characters:
        if is_marked:
            text.set_underlined(place, place + len(one.symbol))
        place += len(one.symbol)


def _differs(pair: Pair) -> bool:
    return pair.untouched.symbol != pair.operated.symbol


def surgery_figures(streams: Streams | None, operations: Sequence[AnyOperation]) -> list[Content]:
    """What was operated on, how much of what is generated it changed, and what it costs."""
    if not operations:
        return [
            Content("Nothing is operated on yet. Among the strips (1) or neurons (2), x cuts the"),
            Content("chosen unit out, or holds the chosen gate low, then high; z freezes the"),
            Content("chosen state where it is, + and - nudge it; X undoes all."),
        ]
    done = Content(" · ".join(map(in_words, operations)))
    if streams is None:
        return [done]
    pairs, shares = streams
    changed = list(map(_differs, pairs))
    where = f", the first at character {changed.index(True) + 1}" if any(changed) else ""
    dearer = sum(pair.extra_bits >= DEARER_BITS for pair in pairs)
    lines = [
        done,
        Content(f"{sum(changed)} of {len(changed)} characters differ{where}"),
        Content(
            f"untouched text costs it {mean_extra_bits(pairs):+.2f} bits a character; {dearer} cost"
            f" {DEARER_BITS:g} bit more (underlined)"
        ),
        Content.styled("next after that text, untouched and operated:", "$text-muted"),
    ]
    return [*lines, *(_change(*one) for one in shares)]


def _change(symbol: str, before: float, after: float) -> Content:
    bits = math.log2(max(after, sys.float_info.min) / max(before, sys.float_info.min))
    return Content.assemble(
        (f"  {set_cell_size(symbol_label(symbol), 4)}", "bold"),
        f"{before:6.1%} {after:6.1%}",
        (f"  {bits:+.2f} bits", "$text-accent"),
    )


def surgery_command(reference: str, prime: str, operations: Sequence[AnyOperation]) -> str:
    """`rnntui sample …`: generates what the operated stream shows, after the text."""
    words = ["rnntui", "sample", reference, "--length", str(GENERATED), "--seed", str(SEED)]
    # The other engine rounds differently.
    words += ["--engine", "numpy", f"--prime={escaped(prime)}", *flags_of(operations)]
    return shlex.join(words)
