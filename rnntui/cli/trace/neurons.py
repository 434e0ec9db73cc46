"""`rnntui trace --neurons`: the units that track each feature of a text."""

from typing import TYPE_CHECKING

from rnntui.cli.output.tables import print_table
from rnntui.cli.trace.lens_tables import LensTable, lens_precision, on_one_thread
from rnntui.errors import ConfigError

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.lenses.forward_trace import Floats
    from rnntui.lenses.neurons import Tracked, Unit, UnitCorrelations
    from rnntui.lenses.pictures import About


def table_of(
    network: "TracedNetwork", ids: list[int], units: int, patterns: list[str]
) -> LensTable:
    """A row for each unit, with its correlation with each feature; the summary has the best.

    Raises `ConfigError` for a pattern that is not valid.
    """
    import numpy as np

    from rnntui.lenses.neurons import unit_correlations

    features = features_of(network, ids, patterns)
    with on_one_thread():
        found = unit_correlations(
            network.config,
            network.arrays,
            np.array(ids),
            features,
            precision=lens_precision(len(ids)),
            cells=network.cells,
        )

    def print_summary() -> None:
        rows = []
        for feature in found.features:
            best = found.of_feature(feature, units)
            rows.append((feature, *map(_named, best), *["–"] * (units - len(best))))
        columns = ("feature", *(f">{rank}." for rank in range(1, units + 1)))
        title = (
            f"What units track in {found.characters:,} characters"
            " (layer, state and unit, correlation)"
        )
        print_table(columns, rows, title)

    return LensTable(
        ("layer", "state", "unit", *found.features),
        lambda: [
            (unit.layer + 1, unit.state, unit.number + 1, *correlations.tolist())
            for unit, correlations in zip(found.units, found.values, strict=True)
        ],
        print_summary,
        lambda about: _picture(about, network, ids, found),
    )


def _picture(
    about: "About", network: "TracedNetwork", ids: list[int], found: "UnitCorrelations"
) -> str:
    """The text's beginning, and the unit that tracks each feature best."""
    import numpy as np

    from rnntui.lenses.neurons import values_at
    from rnntui.lenses.pictures import PICTURED, units_picture

    best = [one for feature in found.features for one in found.of_feature(feature, 1)]
    units, places = [one.unit for one in best], range(min(PICTURED, len(ids)))
    with on_one_thread():
        values = values_at(
            network.config, network.arrays, np.array(ids), units, places, cells=network.cells
        )
    strips = {
        f"{one.feature}: {_named(one)}": column for one, column in zip(best, values.T, strict=True)
    }
    characters = [network.vocabulary.symbols[rank] for rank in ids]
    return units_picture(about, "The units that track features best", characters, strips)


def features_of(
    network: "TracedNetwork", ids: list[int], patterns: list[str]
) -> "dict[str, Floats]":
    """The features of the text that `ids` are, `[T]` each, those of patterns by these.

    Raises `ConfigError` for a pattern that is not valid.
    """
    from rnntui.lenses.text_features import FEATURES, text_features

    for pattern in patterns:
        if pattern in FEATURES or patterns.count(pattern) > 1:
            raise ConfigError(f"--pattern {pattern} is given twice or is a feature's name.")
    return text_features(network.vocabulary.decode(ids), {pattern: pattern for pattern in patterns})


def named_unit(unit: "Unit") -> str:
    """A unit by layer, state and number, counted from 1."""
    return f"{unit.layer + 1} {unit.state}{unit.number + 1}"


def _named(tracked: "Tracked") -> str:
    return f"{named_unit(tracked.unit)} {tracked.correlation:+.2f}"
