"""`rnntui trace --influence`: how strongly each earlier character acts on a prediction."""

from typing import TYPE_CHECKING, Final

from rnntui.cli.output.tables import print_table
from rnntui.cli.trace.lens_tables import LensTable, on_one_thread
from rnntui.errors import ConfigError
from rnntui.text.cells import symbol_label

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork

STRONGEST: Final = 20
"""Characters in the summary, those with the strongest influence."""


def table_of(network: "TracedNetwork", ids: list[int], place: int | None) -> LensTable:
    """A row for each character up to the `place` from 1 on (default: the last), in their order.

    Raises `ConfigError` for a place behind the text.
    """
    from rnntui.lenses.influence import influence
    from rnntui.lenses.pictures import influence_picture

    if place is not None and place > len(ids):
        raise ConfigError(f"--place {place} is behind the text, which has {len(ids):,} characters.")
    last, window = len(ids) if place is None else place, network.config.window
    with on_one_thread():
        found = influence(network.config, network.arrays, ids[:last], [last - 1])
    symbols = network.vocabulary.symbols
    target = symbols[found.targets[0]]
    rows = [
        (last - at - 1, at + 1, symbols[ids[at]], norm, share, product, target)
        for at, (norm, share, product) in enumerate(
            zip(
                *(part[0].tolist() for part in (found.norms, found.shares, found.products)),
                strict=True,
            )
        )
    ]

    def print_summary() -> None:
        read = rows[-window:] if window else rows
        strongest = sorted(read, key=lambda row: -row[3])[:STRONGEST]
        lines = [
            (
                *(f"{at:,}", f"{back:,}", f"'{symbol_label(symbol)}'"),
                *(f"{norm:.2e}", f"{share:.1%}", f"{product:+.3f}"),
            )
            for back, at, symbol, norm, share, product, _ in sorted(
                strongest, key=lambda row: row[1]
            )
        ]
        some = f", the {STRONGEST} strongest" if len(read) > STRONGEST else ""
        some += f", of the window of {window} that it is read from" if len(read) < len(rows) else ""
        title = (
            f"Influence on '{symbol_label(target)}', the likeliest character"
            f" behind character {last:,}{some}"
        )
        columns = (">character", ">back", "", ">|gradient|", ">share", ">gradient·input")
        print_table(columns, lines, title)

    columns = (
        "steps_back",
        "character",
        "char",
        "gradient_norm",
        "share",
        "gradient_times_input",
        "target",
    )
    characters = [symbols[rank] for rank in ids[:last]]
    return LensTable(
        columns,
        lambda: rows,
        print_summary,
        lambda about: influence_picture(about, characters, found.norms[0], last - 1, target),
    )
