"""What a lens shows as a picture for a slide, the text of an SVG file.

Pure functions of what the lenses found. Each picture names the network, the units and the command
that repeats it, as its `About` says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import numpy as np

from rnntui.lenses.embedding_map import EmbeddingMap
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.surprise import AVERAGED, running_average
from rnntui.lenses.unit_history import UnitHistory
from rnntui.svg.chart import Curve, Panel, chart_svg
from rnntui.svg.scatter import Labelled, scatter_svg
from rnntui.svg.strips import Passage, Strip, fitting, strips_svg
from rnntui.text.cells import symbol_label

PICTURED: Final = 2_000
"""Most characters of a text in a picture, those from its beginning."""

FULL_BITS: Final = 8.0
"""The surprisal that is a full bar."""


@dataclass(frozen=True)
class About:
    """What stands in every picture: the network in a few words, and the command."""

    network: str
    command: str

    def line(self, *more: str) -> str:
        """The line below the title."""
        return " · ".join((self.network, *more))


def units_picture(
    about: About,
    title: str,
    characters: Sequence[str],
    values: Mapping[str, Floats],
    marked: range = range(0),
) -> str:
    """Gates, states or units over a text: a strip for each name, `[T]`, each on its own scale.

    A full bar is 1, or the strip's largest number where that is more.
    """
    count = fitting(characters[:PICTURED], len(values))
    strips = []
    for name, numbers in values.items():
        drawn = numbers[:count]
        strips.append(
            Strip(name, drawn / max(1.0, float(np.nan_to_num(abs(drawn)).max(initial=0))))
        )
    passage = Passage(characters[:count], strips, frozenset(marked))
    more = _beginning(count, len(characters))
    scale = 1.0, "1, or the strip's largest number if that is more"
    return strips_svg(title, about.line(*more), [passage], scale, about.command)


def influence_picture(
    about: About, characters: Sequence[str], norms: Floats, place: int, target: str
) -> str:
    """How strongly each character acts on the prediction of `target` behind `place`, from 0."""
    # The end of the text is what acts on the prediction.
    backwards = characters[place::-1][:PICTURED]
    first = place + 1 - fitting(backwards, 1)
    passage = Passage(
        characters[first : place + 1],
        [Strip("", norms[first : place + 1])],
        frozenset({place - first}),
    )
    title = f"Influence on '{symbol_label(target)}' behind character {place + 1:,}"
    largest = float(norms[first : place + 1].max(initial=0))
    scale = largest, f"{largest:.3g}, the norm of the logit's gradient by the character's input"
    return strips_svg(title, about.line(), [passage], scale, about.command)


def surprise_picture(
    about: About,
    characters: Sequence[str],
    bits: Floats,
    ngram: tuple[str, Floats] | None = None,
) -> str:
    """What each character cost in bits, `[T]`, as a running average, and to an n-gram model."""
    averages = running_average(bits, AVERAGED)
    strips = {"bits": bits, "average": averages, **({} if ngram is None else dict([ngram]))}
    count = fitting(characters[:PICTURED], len(strips))
    drawn = [Strip(name, numbers[:count]) for name, numbers in strips.items()]
    passage = Passage(characters[:count], drawn)
    mean = f"{bits.mean():.3f} bits per character" if len(bits) else ""
    more = filter(None, (mean, *_beginning(count, len(characters))))
    scale = FULL_BITS, f"{FULL_BITS:g} bits and more"
    return strips_svg("Surprise", about.line(*more), [passage], scale, about.command)


def map_picture(
    about: About, symbols: Sequence[str], found: EmbeddingMap, chosen: int | None = None
) -> str:
    """The vectors of the symbols in the plane of their principal components."""
    points = [
        Labelled(float(x), float(y), symbol_label(symbol), kind)
        for (x, y), symbol, kind in zip(found.points, symbols, found.kinds, strict=True)
    ]
    first, second = (
        f"{name} principal component, {share:.0%} of the variance"
        for name, share in zip(("first", "second"), found.explained, strict=True)
    )
    title = f"Map of {len(symbols):,} symbols"
    return scatter_svg(title, about.line(), (first, second), points, about.command, chosen)


def flow_picture(about: About, curves: Mapping[str, Floats]) -> str:
    """The norm of the gradient by each earlier state, by the distance, on a logarithmic axis."""
    drawn = [Curve(name, list(enumerate(norms.tolist()))) for name, norms in curves.items()]
    panel = Panel("characters back (t − k)", "|dE/dh|", drawn, y_is_logarithmic=True)
    return chart_svg("Gradient flow", [panel], about.command)


def history_picture(about: About, history: UnitHistory) -> str:
    """How strongly the unit that tracks each feature best at the end did so after each step."""
    drawn = []
    for feature in history.found[-1].features:
        for best in history.found[-1].of_feature(feature, 1):
            unit = f"{best.unit.layer + 1} {best.unit.state}{best.unit.number + 1}"
            sizes = np.abs(history.curve(best.unit, feature)).tolist()
            drawn.append(Curve(f"{feature}: {unit}", list(zip(history.steps, sizes, strict=True))))
    panel = Panel("step", "size of the correlation", drawn)
    return chart_svg("What units track over the steps", [panel], about.command)


def streams_picture(about: About, untouched: str, operated: str, operations: Sequence[str]) -> str:
    """What a network generates untouched, and operated on, with what differs marked."""
    differing = frozenset(
        at for at, (here, there) in enumerate(zip_longest(untouched, operated)) if here != there
    )
    passages = [
        Passage(untouched[:PICTURED], name="untouched"),
        Passage(operated[:PICTURED], (), differing, "; ".join(operations) or "nothing operated on"),
    ]
    count = f"{len(differing):,} characters differ"
    return strips_svg("Surgery", about.line(count), passages, note=about.command)


def _beginning(drawn: int, characters: int) -> tuple[str, ...]:
    """Says that a text is shown in part, if it is."""
    return () if drawn == characters else (f"{drawn:,} of {characters:,} characters",)
