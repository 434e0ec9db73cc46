"""`rnntui compare`: one-hot input and embeddings side by side, without training."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_line

if TYPE_CHECKING:
    from rnntui.cli.compare_recipe import Comparison
    from rnntui.lenses.embedding_sizes import EncodingSizes, Lookup
    from rnntui.nets.config import ModelConfig

_SHOWN_NUMBERS = 4


def compare(
    recipe: Annotated[
        str, typer.Argument(help="A recipe of kind 'compare', by its name or as a TOML file.")
    ],
    corpora: Annotated[
        list[str] | None,
        typer.Argument(help="Texts to count symbols in (default: the recipe's)."),
    ] = None,
    embedding_size: Annotated[
        int | None, typer.Option(min=1, max=4096, help="Embedding size.")
    ] = None,
    hidden_size: Annotated[
        int | None, typer.Option(min=1, max=8192, help="Units in the recurrent layer.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare one-hot input with an embedding: sizes on texts, and the rows that both select."""
    import time

    from rnntui.cli.compare_recipe import find_comparison
    from rnntui.lenses.embedding_sizes import encoding_sizes, look_up, random_table
    from rnntui.text.corpus import load_corpus

    plan = find_comparison(recipe, embedding_size, hidden_size)
    texts = []
    for reference in corpora or plan.corpora:
        corpus = load_corpus(reference)
        for notice in corpus.notices:
            notify(notice)
        texts.append(
            _Text(corpus.name, len(corpus), encoding_sizes(plan.network, len(corpus.vocabulary)))
        )
    sizes = [encoding_sizes(plan.network, symbols) for symbols in plan.symbols]
    lookups = [
        look_up(random_table(ask.rows, ask.columns, ask.seed), ask.ids, time.perf_counter)
        for ask in plan.lookups
    ]
    if as_json:
        write_line(json.dumps(_as_json(plan, sizes, texts, lookups)), sys.stdout)
        return
    if sizes:
        _print_sizes(plan.network, sizes)
    if texts:
        _print_texts(texts)
    for found in lookups:
        _print_lookup(found)


@dataclass(frozen=True)
class _Text:
    """A text's sizes, and the parameters of its symbols as one-hot and as an embedding."""

    name: str
    characters: int
    sizes: "tuple[EncodingSizes, EncodingSizes]"


def _as_json(
    plan: "Comparison",
    sizes: "Sequence[tuple[EncodingSizes, EncodingSizes]]",
    texts: Sequence[_Text],
    lookups: "Sequence[Lookup]",
) -> dict[str, Any]:
    network = plan.network
    return {
        "cell": network.cell,
        "embedding_size": network.embedding_size,
        "hidden_size": network.hidden_size,
        "sizes": [asdict(one) for pair in sizes for one in pair],
        "corpora": [
            {
                "name": text.name,
                "characters": text.characters,
                "text_bytes": one.input_bytes * text.characters,
                **asdict(one),
            }
            for text in texts
            for one in text.sizes
        ],
        "lookups": [
            {
                "rows": len(found.table),
                "columns": found.table.shape[1],
                "ids": found.ids,
                "selected": found.rows.tolist(),
                "product": found.product.tolist(),
                "largest_difference": found.largest_difference,
                "product_s": found.product_s,
                "lookup_s": found.rows_s,
            }
            for found in lookups
        ],
    }


def _print_sizes(
    network: "ModelConfig", sizes: "Sequence[tuple[EncodingSizes, EncodingSizes]]"
) -> None:
    from rnntui.lenses.embedding_sizes import smallest_saving_vocabulary

    rows = [
        (
            f"{one.symbols:,}",
            one.input_encoding,
            f"{one.parameters:,}",
            f"{one.input_bytes:,}",
            f"{one.multiply_adds:,}",
        )
        for pair in sizes
        for one in pair
    ]
    title = (
        f"From a character to the gates of {network.cell} {network.hidden_size},"
        f" embedding {network.embedding_size}"
    )
    columns = (">symbols", "input", ">parameters", ">bytes/character", ">multiply-adds")
    print_table(columns, rows, title)
    fewest = smallest_saving_vocabulary(network)
    if fewest is None:
        sentence = "With these sizes an embedding never has fewer parameters."
    else:
        sentence = f"An embedding has fewer parameters from {fewest:,} symbols on."
    write_line(f"{sentence}\n", sys.stdout)


def _print_texts(texts: Sequence[_Text]) -> None:
    from rnntui.text.library.entries import size_in_words

    rows = []
    for text in texts:
        one_hot, embedding = text.sizes
        rows.append(
            (
                text.name,
                f"{text.characters:,}",
                f"{one_hot.symbols:,}",
                size_in_words(one_hot.input_bytes * text.characters),
                size_in_words(embedding.input_bytes * text.characters),
                f"{one_hot.parameters:,}",
                f"{embedding.parameters:,}",
            )
        )
    columns = ("text", ">characters", ">symbols", ">one-hot", ">ids", ">one-hot", ">embedding")
    title = "Texts: size of the whole text as input, and parameters up to the gates"
    print_table(columns, rows, title)


def _print_lookup(found: "Lookup") -> None:
    rows, columns = found.table.shape
    shown = min(columns, _SHOWN_NUMBERS)
    dots = ["..."] if columns > shown else []
    lines = []
    for number, row in enumerate(found.ids):
        for how, vector in (("one-hot x table", found.product), ("row of table", found.rows)):
            lines.append((f"{row}", how, *(f"{x:.6f}" for x in vector[number, :shown]), *dots))
    heads = (">id", "", *(f">{place}" for place in range(shown)), *dots)
    print_table(heads, lines, f"A table of {rows:,} x {columns}, read at {_ids(found.ids)}")
    write_line(
        f"Largest difference {found.largest_difference:g};"
        f" product {_time(found.product_s)}, reading {_time(found.rows_s)}.\n",
        sys.stdout,
    )


def _ids(ids: Sequence[int]) -> str:
    return f"id{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids))}"


def _time(seconds: float) -> str:
    return f"{1e6 * seconds:,.2f} microseconds"
