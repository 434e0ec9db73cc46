"""`rnntui trace --neurons --over-steps`: when the units that track a feature came to do so."""

from typing import TYPE_CHECKING, Any, Final

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import chosen_characters
from rnntui.cli.trace.lens_tables import LensTable, lens_precision, on_one_thread
from rnntui.cli.trace.neurons import features_of, named_unit
from rnntui.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnntui.cli.trace.networks import TracedNetwork

CELLS: Final = 32
"""Characters of a curve."""


def table_of(
    reference: str, text: str, units: int, patterns: list[str]
) -> "tuple[TracedNetwork, LensTable]":
    """The newest kept network of a run, and a row for each kept step and unit.

    The summary has the units that are best at the end.

    Raises `ConfigError` for a pattern that is not valid, and `CheckpointError` where the run has
    kept nothing.
    """
    import numpy as np

    from rnntui import places
    from rnntui.cli.trace.networks import checkpoint_network
    from rnntui.lenses.pictures import history_picture
    from rnntui.lenses.unit_history import unit_history
    from rnntui.tasks.characters.checkpoint import load_checkpoint
    from rnntui.training.runs.folder import find_run
    from rnntui.training.runs.kept import kept_file, kept_steps, nearest_kept

    folder = find_run(places.checkpoints_dir(), reference)
    steps = kept_steps(folder)
    _, newest = nearest_kept(folder, steps[-1] if steps else 0)
    network = checkpoint_network(str(newest))
    ids = network.encode(text)
    features = features_of(network, ids, patterns)
    kept = (load_checkpoint(kept_file(folder, step)).for_sampling for step in steps)
    with on_one_thread():
        history = unit_history(kept, np.array(ids), features, lens_precision(len(ids)))
    last = history.found[-1]

    def print_summary() -> None:
        in_ascii = chosen_characters() == "ascii"
        rows = []
        for feature in last.features:
            for best in last.of_feature(feature, units):
                curve = history.curve(best.unit, feature)
                sizes = [float(abs(one)) if np.isfinite(one) else None for one in curve]
                there = history.there_from(best.unit, feature)
                rows.append(
                    (
                        feature,
                        named_unit(best.unit),
                        sparkline(sizes, CELLS, in_ascii),
                        f"{best.correlation:+.2f}",
                        "–" if there is None else f"{there:,}",
                    )
                )
        title = (
            f"What units track in {last.characters:,} characters, over the steps"
            f" {history.steps[0]:,} to {history.steps[-1]:,} (bars from 0 to 1)"
        )
        columns = ("feature", "unit", "size of the correlation", ">at the end", ">half of it from")
        print_table(columns, rows, title)

    def rows() -> "Iterator[tuple[Any, ...]]":
        for step, found in zip(history.steps, history.found, strict=True):
            for unit, correlations in zip(found.units, found.values, strict=True):
                yield step, unit.layer + 1, unit.state, unit.number + 1, *correlations.tolist()

    return network, LensTable(
        ("at_step", "layer", "state", "unit", *last.features),
        rows,
        print_summary,
        lambda about: history_picture(about, history),
    )
