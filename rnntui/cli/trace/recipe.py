"""Recipes of kind `trace`: the text to read, and the networks to trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnntui.errors import ConfigError

LENSES = ("forward", "gradients")
"""What a trace recipe shows: a forward pass, or the gradient flow."""


@dataclass(frozen=True)
class TraceRecipe:
    """A recipe of kind `trace`; `source` is its name in sentences.

    `reads` is the default text. With `cells`, a network is made for each, of the sizes in the
    tables; otherwise the tables have the weights of one.
    """

    name: str
    source: str
    corpus: str
    lens: str
    reads: str
    cells: tuple[str, ...]
    tables: Mapping[str, Any]


def find_trace_recipe(reference: str) -> TraceRecipe:
    """Return the trace recipe of that name, or in that TOML file.

    Raises `ConfigError` for a missing or invalid recipe.
    """
    from rnntui.tasks.recipes import find_recipe_file
    from rnntui.text.escapes import unescaped

    file = find_recipe_file(reference, "trace")
    tables = dict(file.tables)
    lens, reads, cells = (
        tables.pop("lens", "forward"),
        tables.pop("reads", ""),
        tables.pop("cells", []),
    )
    if lens not in LENSES:
        raise ConfigError(f"{file.source}: 'lens' must be one of {', '.join(LENSES)}.")
    if not isinstance(reads, str):
        raise ConfigError(f"{file.source}: 'reads' must be a text.")
    if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
        raise ConfigError(f"{file.source}: 'cells' must be a list such as ['rnn', 'lstm', 'gru'].")
    reads = unescaped(reads)
    return TraceRecipe(file.name, file.source, file.corpus, lens, reads, tuple(cells), tables)
