"""What a lens shows as a picture for a slide, and the command that sees the same."""

import shlex
from itertools import count

import numpy as np

from rnntui.lenses import pictures
from rnntui.lenses.operation_flags import flags_of, in_words
from rnntui.lenses.pictures import About
from rnntui.runtime.session import Network
from rnntui.text.escapes import escaped
from rnntui.tui.lens.findings import Lens
from rnntui.tui.lens.lens_view import Seen
from rnntui.tui.lens.surgery_lens import surgery_command, texts_of

_FLAGS: dict[Lens, str] = {
    "unit": "--neurons",
    "influence": "--influence",
    "surprise": "--surprise",
    "map": "--map",
    "gradients": "--gradients",
}


def lens_command(lens: Lens, seen: Seen, network: Network) -> str:
    """The command that traces the same text through the same lens, operated on alike.

    Of surgery the one that generates what the operated network does.
    """
    text = "".join(seen.traced.characters)
    if lens == "surgery" and network.reference:
        return surgery_command(network.reference, text, seen.operations)
    words = ["rnntui", "trace"]
    if lens != "map":
        words.append(escaped(text))
    where = ["--checkpoint", network.reference] if network.reference else []
    words += where or ["--recipe", network.name]
    words += [_FLAGS[lens]] if lens in _FLAGS else ["--unit", str(seen.unit + 1)]
    if lens == "influence":
        words += ["--place", str(seen.place + 1)]
    if lens == "unit" and seen.marking.mark is not None:
        start, stop = seen.marking.mark
        words += ["--mark", f"{start + 1}:{stop}"]
    elif lens == "unit" and seen.pattern:
        words.append(f"--pattern={seen.pattern}")
    words += flags_of(seen.operations)
    return shlex.join([*words, "--svg", "lens.svg"])


def lens_about(lens: Lens, seen: Seen, network: Network) -> About:
    """Which network at which step, what was operated on, and the command that sees the same."""
    config = seen.traced.config
    size = f"{config.cell} {config.num_layers}x{config.hidden_size}"
    step = "fixed weights" if seen.is_fixed else f"step {seen.traced.step:,}"
    operated = [in_words(one) for one in seen.operations]
    words = " · ".join((network.name, size, step, *operated))
    return About(words, lens_command(lens, seen, network))


def lens_svg(lens: Lens, seen: Seen, network: Network) -> str:
    """The SVG text of what a lens shows of a network, for the place, row and unit chosen.

    Where nothing is found yet, the gates and states of the chosen unit.
    """
    traced, found, place = seen.traced, seen.found, seen.place
    characters = traced.characters
    about = lens_about(lens, seen, network)
    operated = [in_words(one) for one in seen.operations]
    match lens:
        case "unit":
            name = f"{seen.chosen.about}, unit {seen.unit + 1}"
            values = {"": seen.chosen.values[:, seen.unit]}
            return pictures.units_picture(about, name, characters, values)
        case "influence" if found.influence is not None:
            target = traced.vocabulary.symbols[found.influence.targets[place]]
            norms = found.influence.norms[place]
            return pictures.influence_picture(about, characters, norms, place, target)
        case "surprise" if len(characters) > traced.first:
            predicted, theirs = slice(traced.first, None), found.ngram
            other = None
            if theirs is not None:
                other = f"{theirs.order}-gram bits", theirs.bits[predicted]
            costs = traced.costs[predicted]
            return pictures.surprise_picture(about, characters[predicted], costs, other)
        case "map" if found.map is not None:
            symbols = traced.vocabulary.symbols
            return pictures.map_picture(about, symbols, found.map, traced.ids[place])
        case "gradients" if found.flows is not None:
            names = (f"untrained {cell}" for cell, _ in found.flows.untrained)
            layers = (f"layer {number}" for number, _ in zip(count(1), found.flows.weights))
            curves = zip((*layers, *names), found.flows.curves, strict=True)
            flows = {name: np.asarray(curve.values) for name, curve in curves}
            return pictures.flow_picture(about, flows)
        case "surgery" if found.streams is not None:
            return pictures.streams_picture(about, *texts_of(found.streams), operated)
        case _:
            strips = {row.label: row.values[:, seen.unit] for row in traced.rows}
            title = f"Unit {seen.unit + 1} over the text"
            return pictures.units_picture(about, title, characters, strips)
