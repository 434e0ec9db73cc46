"""`rnntui trace --neurons --mark FROM:TO`: the units of a stretch, and where else they are on."""

import re
from typing import TYPE_CHECKING, Final

from rnntui.cli.output.tables import print_table
from rnntui.cli.trace.lens_tables import LensTable, lens_precision, on_one_thread
from rnntui.errors import ConfigError
from rnntui.text.cells import symbol_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.lenses.pictures import About

PLACES: Final = 100
"""Other places that are looked for; the summary shows the first of them."""

SHOWN: Final = 20
DRAWN: Final = 6
"""Units in a picture, the first ones."""

AROUND: Final = 15
"""Characters of the text that the summary shows before a place."""


def stretch_of(mark: str, characters: int) -> tuple[int, int]:
    """The first place and the one behind the last of FROM:TO, counted from 1, both included.

    Raises `ConfigError` for what is no stretch of a text of so many characters.
    """
    found = re.fullmatch(r"(\d{1,12}):(\d{1,12})", mark, re.ASCII)
    if found is None:
        raise ConfigError("--mark is FROM:TO, two places in the text, such as 5:12.")
    first, last = int(found[1]), int(found[2])
    if not 1 <= first <= last <= characters:
        raise ConfigError(
            f"--mark {first}:{last} is no stretch of the text, which has the places 1 to"
            f" {characters:,}."
        )
    return first - 1, last


def table_of(network: "TracedNetwork", ids: list[int], mark: str) -> LensTable:
    """A row for each unit and for each other place; the summary has the first of both.

    Raises `ConfigError` for a mark that is no stretch of the text.
    """
    import numpy as np

    from rnntui.lenses.marked_stretch import MOST_UNITS, marked_stretch
    from rnntui.lenses.matching_stretches import THRESHOLD, on_off
    from rnntui.lenses.neurons import values_at
    from rnntui.lenses.pictures import PICTURED, units_picture

    start, stop = stretch_of(mark, len(ids))
    with on_one_thread():
        text = on_off(
            network.config,
            network.arrays,
            np.array(ids),
            precision=lens_precision(len(ids)),
            cells=network.cells,
        )
        found = marked_stretch(text, start, stop, text, PLACES)
    symbols = network.vocabulary.symbols

    def shown(first: int, end: int) -> str:
        return "".join(symbol_label(symbols[rank]) for rank in ids[max(first, 0) : end])

    def print_summary() -> None:
        count = f"{len(found.units):,} unit{'s' if len(found.units) != 1 else ''}"
        off = "right beside it" if not found.slack else f"within {found.slack + 1} characters of it"
        print_table(
            (">rank", "unit", "sign", ">on in the text"),
            [
                (str(rank), _named(unit.layer, unit.number), _sign(sign), f"{one.share:.1%}")
                for rank, one in enumerate(found.units[:MOST_UNITS], 1)
                for unit, sign in [(one.signed.unit, one.signed.sign)]
            ],
            f"{count} beyond {THRESHOLD} through “{shown(start, stop)}”, and not {off}",
        )
        if not found.units:
            return
        print_table(
            (">characters", ">units", "before", "text"),
            [
                (
                    f"{place.start + 1:,}:{place.stop:,}",
                    f"{place.units} of {found.looked_for}",
                    shown(place.start - AROUND, place.start),
                    shown(place.start, min(place.stop, place.start + 3 * AROUND)),
                )
                for place in found.places[:SHOWN]
            ],
            "Other places with the same pattern",
        )

    def rows() -> "Iterator[tuple[int | str | float | None, ...]]":
        for one in found.units:
            unit, sign = one.signed.unit, one.signed.sign
            fields = unit.layer + 1, unit.state, unit.number + 1, sign, one.share
            yield ("unit", *fields, None, None, None, None)
        for place in found.places:
            text = "".join(symbols[rank] for rank in ids[place.start : place.stop])
            yield ("place", *[None] * 5, place.start + 1, place.stop, place.units, text)

    def picture(about: "About") -> str:
        first = max(0, start - AROUND)
        places = range(first, min(first + PICTURED, len(ids)))
        units = [one.signed.unit for one in found.units[:DRAWN]]
        precision = lens_precision(len(ids))
        with on_one_thread():
            values = values_at(
                network.config,
                network.arrays,
                np.array(ids),
                units,
                places,
                precision,
                network.cells,
            )
        names = [f"{unit.layer + 1} {unit.state}{unit.number + 1}" for unit in units]
        strips = dict(zip(names, values.T, strict=True))
        characters = [symbols[rank] for rank in ids[first:]]
        title = f"Units on through “{shown(start, stop)}”, character {start + 1:,}"
        marked = range(start - first, stop - first)
        return units_picture(about, title, characters, strips, marked)

    columns = ("what", "layer", "state", "unit", "sign", "share", "from", "to", "units", "text")
    return LensTable(columns, rows, print_summary, picture)


def _named(layer: int, number: int) -> str:
    return f"layer {layer + 1}, {number + 1}"


def _sign(sign: int) -> str:
    return "above" if sign > 0 else "below"
