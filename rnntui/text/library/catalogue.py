"""The catalogue of texts that can be fetched by their names: `catalogue.toml`, read."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Wanted:
    """A text to fetch.

    `addresses` are tried in turn. `size_bytes` (None: not published) and `sha256` (hex, "": none
    published) are of the file there; `member` is the text's path in an archive ("": the only one).
    A `labelled` archive is kept as it is. `from_catalogue` tells it from an address of one's own.
    """

    name: str
    addresses: tuple[str, ...]
    title: str = ""
    about: str = ""
    licence: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    member: str = ""
    labelled: bool = False
    from_catalogue: bool = False


@cache
def catalogue() -> tuple[Wanted, ...]:
    """The texts of the catalogue, in its order."""
    with Path(__file__).with_name("catalogue.toml").open("rb") as file:
        texts = tomllib.load(file)["text"]
    return tuple(
        Wanted(**{**text, "addresses": tuple(text["addresses"])}, from_catalogue=True)
        for text in texts
    )
