"""What happens while a text is fetched: frozen values that command line and screen read alike."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Connecting:
    """A connection to `address` is being made; `received` bytes of the file are there already."""

    address: str
    received: int


@dataclass(frozen=True)
class Downloading:
    """`received` of `total` bytes are there; `total` is None where the server doesn't say."""

    received: int
    total: int | None


@dataclass(frozen=True)
class Retrying:
    """The connection has failed, as `sentence` says; the next one follows after `pause_s`."""

    sentence: str
    pause_s: float


@dataclass(frozen=True)
class Verifying:
    """The whole file, of so many bytes, is there and its hash is being computed."""

    size_bytes: int


@dataclass(frozen=True)
class Unpacking:
    """`unpacked` bytes of the text have been taken out of its archive, of `total` if known."""

    unpacked: int
    total: int | None


@dataclass(frozen=True)
class Adding:
    """The text is being decoded and written to the library."""

    name: str


@dataclass(frozen=True)
class Noticed:
    """A sentence about how it went: something to know, not a failure."""

    sentence: str


@dataclass(frozen=True)
class Fetched:
    """The text is in the library.

    `path` is its file, `address` where it came from after redirects; `sha256` and `size_bytes` are
    of the file there, and `verified` says whether a published hash confirms it.
    """

    name: str
    path: str
    address: str
    size_bytes: int
    sha256: str
    verified: bool
    labelled: bool


FetchEvent = (
    Connecting | Downloading | Retrying | Verifying | Unpacking | Adding | Noticed | Fetched
)


def to_json(event: FetchEvent) -> str:
    """The event as one line of JSON: `event`, its name in lower case, then its fields."""
    return json.dumps({"event": type(event).__name__.lower(), **asdict(event)}, ensure_ascii=False)
