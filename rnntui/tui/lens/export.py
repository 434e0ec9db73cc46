"""What a lens shows as a table, for a slide or a spreadsheet."""

from collections.abc import Iterator, Sequence

from rnntui.csv_tables import table_text
from rnntui.lenses.pictures import About
from rnntui.tui.lens.findings import Lens
from rnntui.tui.lens.lens_view import Seen

Row = Sequence[object]


def lens_csv(lens: Lens, seen: Seen, about: About) -> str:
    """The numbers of a lens as CSV with a line of names; of the place, row and unit chosen.

    Above them stand the lens, the network and the command that sees the same.
    """
    above = [f"lens: {lens}", f"network: {about.network}", f"command: {about.command}"]
    return table_text(above, _rows(lens, seen))


def _rows(lens: Lens, seen: Seen) -> Iterator[Row]:
    traced, found, place, unit = seen.traced, seen.found, seen.place, seen.unit
    characters = traced.characters
    match lens:
        case "strips":
            yield ["place", "character", "layer", "gate or state", "unit", "value"]
            for at, character in enumerate(characters):
                for one in traced.rows:
                    for number, value in enumerate(one.values[at].tolist()):
                        yield [at + 1, character, one.layer, one.name, number + 1, value]
        case "unit":
            yield ["place", "character", f"{seen.chosen.about}, unit {unit + 1}"]
            values = seen.chosen.values[:, unit].tolist()
            yield from ([at + 1, characters[at], value] for at, value in enumerate(values))
        case "influence" if found.influence is not None:
            yield ["place", "character", f"gradient of the prediction behind place {place + 1}"]
            norms = found.influence.norms[place].tolist()
            yield from ([at + 1, characters[at], norm] for at, norm in enumerate(norms))
        case "surprise":
            theirs = found.ngram
            yield ["place", "character", "bits", *([f"{theirs.order}-gram bits"] if theirs else [])]
            for at, bits in enumerate(traced.costs.tolist()[traced.first :], start=traced.first):
                more = [float(theirs.bits[at])] if theirs else []
                yield [at + 1, characters[at], bits, *more]
        case "map" if found.map is not None:
            yield ["symbol", "kind", "right", "up"]
            for rank, symbol in enumerate(traced.vocabulary.symbols):
                yield [symbol, found.map.kinds[rank], *found.map.points[rank].tolist()]
        case "gradients" if found.flows is not None:
            flows = found.flows
            curves = flows.curves
            names = [curve.name for curve in curves[: len(flows.weights)]]
            others = [f"untrained {cell}" for cell, _ in flows.untrained]
            yield ["distance", *names, *others]
            for distance in range(flows.own.steps):
                yield [distance, *(curve.values[distance] for curve in curves)]
        case "surgery" if found.streams is not None:
            yield ["place", "untouched", "operated", "extra bits"]
            for at, pair in enumerate(found.streams[0]):
                yield [at + 1, pair.untouched.symbol, pair.operated.symbol, pair.extra_bits]
        case _:
            yield ["place", "character"]
            yield from ([at + 1, character] for at, character in enumerate(characters))
