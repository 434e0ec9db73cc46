"""`rnntui trace --surprise`: how unexpected each character of a text is to a network."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify
from rnntui.cli.trace.lens_tables import LensTable, lens_precision, on_one_thread
from rnntui.text.cells import symbol_label

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.text.vocabulary import AnyIds

STRETCHES: Final = 10
LENGTH: Final = 20
"""The stretches in the summary, and their characters."""


def table_of(network: "TracedNetwork", ids: list[int]) -> LensTable:
    """A row for each character; the summary has the means and the worst stretches.

    Raises `CorpusError` for a text with nothing to predict.
    """
    import numpy as np

    from rnntui.lenses.pictures import surprise_picture
    from rnntui.lenses.surprise import AVERAGED, surprise

    read = np.array(ids)
    with on_one_thread():
        found = surprise(
            network.config,
            network.arrays,
            read,
            _learned(network),
            precision=lens_precision(len(ids)),
            cells=network.cells,
        )
    symbols, ngram = network.vocabulary.symbols, found.ngram
    averages = found.running_average(AVERAGED)

    def print_summary() -> None:
        predictors = [(network.name, f"{found.bits_per_char:.3f}")]
        if ngram is not None:
            predictors.append((f"{ngram.order}-gram (Witten-Bell)", f"{ngram.bits.mean():.3f}"))
        title = f"Surprise in {len(found.bits):,} characters"
        print_table(("predictor", ">bits per character"), predictors, title)
        lines = []
        for stretch in found.worst_stretches(STRETCHES, LENGTH):
            part = slice(stretch.start - found.start, stretch.stop - found.start)
            shown = "".join(
                symbol_label(symbols[rank]) for rank in ids[stretch.start : stretch.stop]
            )
            other = "" if ngram is None else f"{ngram.bits[part].mean():.2f}"
            lines.append((f"{stretch.start + 1:,}", f"{stretch.bits:.2f}", other, shown))
        other = "" if ngram is None else f">{ngram.order}-gram"
        columns = (">character", ">bits per character", other, "text")
        print_table(columns, lines, "Where the network was most wrong")

    def rows() -> "Iterator[tuple[int, str, float, float, float | None]]":
        for at, (bits, average) in enumerate(zip(found.bits, averages, strict=True)):
            place = found.start + at
            other = None if ngram is None else float(ngram.bits[at])
            yield place + 1, symbols[ids[place]], float(bits), float(average), other

    columns = ("character", "char", "bits", "running_average", "ngram_bits")
    characters = [symbols[rank] for rank in ids[found.start :]]
    other = None if ngram is None else (f"{ngram.order}-gram bits", ngram.bits)
    return LensTable(
        columns,
        rows,
        print_summary,
        lambda about: surprise_picture(about, characters, found.bits, other),
    )


def _learned(network: "TracedNetwork") -> "AnyIds | None":
    """The text that the network learned from; None, with a notice, where it is gone."""
    from rnntui.tasks.characters.scoring import learned_ids

    if network.checkpoint is None:
        return None
    if (learned := learned_ids(network.checkpoint)) is None:
        notify("The training text can't be found again, so there is no n-gram model beside it.")
    return learned
