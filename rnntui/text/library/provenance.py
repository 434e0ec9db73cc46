"""Where fetched texts came from, one small file a text, kept when the text is removed.

They tell what a text is, and whether what an address has today is what it had before.
"""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import tomli_w

from rnntui import places
from rnntui.atomic_files import atomic_write
from rnntui.toml_files import UnreadableFileError, read_toml

_END = ".toml"


@dataclass(frozen=True)
class Provenance:
    """The origin of a fetched text.

    `address` was asked for, `final_address` is where redirects led; `fetched` is the time in ISO
    8601 (UTC). `size_bytes` and `sha256` are of the file there, `verified` says whether a published
    hash confirmed it. `text_bytes` is the size of the text in the library, by which one that was
    put in its place is recognised.
    """

    name: str
    title: str
    licence: str
    address: str
    final_address: str
    member: str
    fetched: str
    size_bytes: int
    sha256: str
    verified: bool
    text_bytes: int

    @property
    def host(self) -> str:
        """The host that the text came from, for sentences."""
        try:
            return urlsplit(self.final_address).hostname or "the network"
        except ValueError:  # somebody has changed it
            return "the network"


def keep_provenance(provenance: Provenance) -> None:
    """Write the file of a text. Raises `OSError`."""
    with atomic_write(places.user_sources_dir() / f"{provenance.name}{_END}") as file:
        file.write(tomli_w.dumps(asdict(provenance)).encode())


def provenance_of(name: str, text_bytes: int | None) -> Provenance | None:
    """The origin of a text of the user's library of that size; None where it isn't known."""
    found = _read(places.user_sources_dir() / f"{name}{_END}")
    return found if found and found.text_bytes == text_bytes else None


def last_fetched(address: str) -> Provenance | None:
    """What the address had when it was last fetched; None where it never was."""
    try:
        paths = sorted(places.user_sources_dir().glob(f"*{_END}"))
    except OSError:
        return None
    known = [found for path in paths if (found := _read(path)) and found.address == address]
    return max(known, key=lambda found: found.fetched, default=None)


def _read(path: Path) -> Provenance | None:
    """None for a file that isn't there or that somebody has made something else of."""
    try:
        table = read_toml(path, "refused")
        wanted = {field.name: table[field.name] for field in fields(Provenance)}
    except (UnreadableFileError, KeyError):
        return None
    kinds = {field.name: field.type for field in fields(Provenance)}
    if all(type(value) is kinds[name] for name, value in wanted.items()):
        return Provenance(**wanted)
    return None
