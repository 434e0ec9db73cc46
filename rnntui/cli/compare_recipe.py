"""Recipes of kind `compare`: vocabulary sizes to compare, and tables to look up rows in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnntui.errors import ConfigError
from rnntui.nets.config import ModelConfig
from rnntui.tasks.recipes import find_recipe_file

LARGEST_TABLE = 10_000_000
"""Maximum numbers in a lookup table, and in the one-hot vectors for it."""


@dataclass(frozen=True)
class LookupPlan:
    """A table's shape, and the rows to look up in it."""

    rows: int
    columns: int
    ids: tuple[int, ...]
    seed: int


@dataclass(frozen=True)
class Comparison:
    """The content of a compare recipe: vocabulary sizes, texts, and rows to look up."""

    network: ModelConfig
    corpora: tuple[str, ...]
    symbols: tuple[int, ...]
    lookups: tuple[LookupPlan, ...]


def find_comparison(
    reference: str, embedding_size: int | None, hidden_size: int | None
) -> Comparison:
    """Return the compare recipe of that name, or in that file, perhaps with other sizes.

    Raises `ConfigError` for a missing or invalid recipe.
    """
    file = find_recipe_file(reference, "compare")
    known = {"corpora": list, "network": Mapping, "sizes": Mapping, "lookup": list}
    for name, value in file.tables.items():
        if name not in known:
            raise ConfigError(
                f"{file.source} has an unknown entry '{name}'; it may have {', '.join(known)}."
            )
        if not isinstance(value, known[name]):
            raise ConfigError(f"{file.source}: '{name}' has the wrong type.")
    corpora = file.tables.get("corpora", [])
    if not all(isinstance(name, str) for name in corpora):
        raise ConfigError(f"{file.source}: 'corpora' must be a list of names of texts.")
    network = dict(file.tables.get("network", {}))
    if embedding_size is not None:
        network["embedding_size"] = embedding_size
    if hidden_size is not None:
        network["hidden_size"] = hidden_size
    try:
        config = ModelConfig(**{"vocab_size": 1, "num_layers": 1, **network})
    except TypeError as error:
        raise ConfigError(f"{file.source}: [network] is not valid ({error}).") from error
    symbols = file.tables.get("sizes", {}).get("symbols", [])
    if not isinstance(symbols, list) or not all(map(_count, symbols)):
        raise ConfigError(f"{file.source}: 'symbols' in [sizes] must be a list of numbers above 0.")
    asks = tuple(_ask(table, file.source) for table in file.tables.get("lookup", []))
    return Comparison(config, tuple(corpora), tuple(symbols), asks)


def _ask(table: object, source: str) -> LookupPlan:
    refusal = ConfigError(
        f"{source}: each [[lookup]] needs 'rows' and 'columns' above 0, at most"
        f" {LARGEST_TABLE:,} numbers in all, and 'ids' that are rows; perhaps a 'seed'."
    )
    if not isinstance(table, Mapping) or not set(table) <= {"rows", "columns", "ids", "seed"}:
        raise refusal
    rows, columns, seed = (_count(table.get(name, 1)) for name in ("rows", "columns", "seed"))
    ids = table.get("ids")
    if rows is None or columns is None or seed is None or not isinstance(ids, list) or not ids:
        raise refusal
    if rows * max(columns, len(ids)) > LARGEST_TABLE:
        raise refusal
    if not all(type(row) is int and 0 <= row < rows for row in ids):
        raise refusal
    return LookupPlan(rows, columns, tuple(ids), seed)


def _count(value: Any) -> int | None:
    """Return the value if it is a positive integer, and no boolean."""
    return value if type(value) is int and 1 <= value <= 2**31 else None
