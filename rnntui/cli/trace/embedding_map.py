"""`rnntui trace --map`: a vocabulary's vectors in the plane, and each one's neighbours."""

from typing import TYPE_CHECKING, Final

from rnntui.cli.output.tables import print_table
from rnntui.cli.trace.lens_tables import LensTable
from rnntui.text.cells import symbol_label

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork

NEAREST: Final = 5


def table_of(network: "TracedNetwork") -> LensTable:
    """A row for each symbol, by kind, with its place and its nearest neighbours."""
    from rnntui.lenses.embedding_map import embedding_map
    from rnntui.lenses.pictures import map_picture

    symbols = network.vocabulary.symbols
    found = embedding_map(network.arrays, symbols)
    order = sorted(range(len(symbols)), key=lambda rank: (found.kinds[rank], rank))
    nearest = {rank: found.neighbours(rank, NEAREST) for rank in order}

    def print_summary() -> None:
        first, second = found.explained
        what = "Embeddings" if network.config.input_encoding == "embedding" else "Input weights"
        lines = [
            (
                found.kinds[rank],
                symbol_label(symbols[rank]),
                *(f"{value:.2f}" for value in found.points[rank]),
                "  ".join(
                    f"{symbol_label(symbols[near.id])} {near.cosine:.2f}" for near in nearest[rank]
                ),
            )
            for rank in order
        ]
        title = (
            f"{what} of {len(symbols):,} symbols in the plane"
            f" (the axes explain {first:.0%} and {second:.0%} of the variance)"
        )
        print_table(("kind", "", ">x", ">y", "nearest, by cosine"), lines, title)

    return LensTable(
        ("id", "char", "kind", "x", "y", "nearest"),
        lambda: [
            (
                rank,
                symbols[rank],
                found.kinds[rank],
                *found.points[rank].tolist(),
                [[symbols[near.id], near.cosine] for near in nearest[rank]],
            )
            for rank in order
        ],
        print_summary,
        lambda about: map_picture(about, symbols, found),
    )
