"""Streams: what is kept of them, for how long, and where reading them ends."""

import io
import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.corpus import load_corpus
from rnntui.text.library.entries import add_text
from rnntui.text.streams import small_text, spooled, standard_input

MEGABYTE = 1 << 20


class Endless(io.RawIOBase):
    """A stream that repeats a byte and never ends; it counts what was read of it."""

    def __init__(self, byte: bytes) -> None:
        self.byte, self.given = byte, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "an endless stream is never read whole"
        self.given += size
        return self.byte * size


def spools() -> list[Path]:
    return list((places.cache_dir() / "stdin").glob("*"))


def a_disk_with(free: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free, 0, free))


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16-le"])
def test_an_endless_stream_of_nul_is_refused_at_its_first_block(encoding: str | None) -> None:
    """As /dev/zero is, before any of it is kept."""
    stream: Any = Endless(b"\0")
    with pytest.raises(CorpusError, match="standard input isn't a text"):
        load_corpus("-", stdin=stream, text_encoding=encoding)
    assert stream.given == MEGABYTE
    assert spools() == []


def test_a_device_is_refused_as_quickly() -> None:
    """Named as a file."""
    with pytest.raises(CorpusError, match="stream /dev/zero isn't a text"):
        load_corpus("/dev/zero")


def test_an_endless_text_ends_where_the_disk_would_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of what is free, as its encoded form needs the other half; nothing stays of it."""
    a_disk_with(10 * MEGABYTE, monkeypatch)
    for read in (lambda stream: load_corpus("-", stdin=stream), lambda s: add_text(s, "own")):
        stream: Any = Endless(b"y")
        with pytest.raises(CorpusError, match=r"Standard input is longer than .* too much for"):
            read(stream)
        assert stream.given == 6 * MEGABYTE
        assert spools() == []


def test_a_stream_is_kept_only_as_long_as_it_is_read() -> None:
    """Then it is gone."""
    with spooled(io.BytesIO(b"some words")) as path:
        assert path.read_bytes() == b"some words"
        assert spools() == [path]
    assert spools() == []


def test_what_a_killed_process_left_is_removed_by_the_next_one() -> None:
    """But not what another one is just reading."""
    folder = places.cache_dir() / "stdin"
    folder.mkdir(parents=True)
    left, read_now = folder / ".left.part", folder / ".now.part"
    for path in (left, read_now):
        path.write_bytes(b"words")
    os.utime(left, (0, 0))
    with spooled(io.BytesIO(b"other words")):
        assert not left.exists()
        assert read_now.exists()


def test_a_closed_standard_input_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has none then."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CorpusError, match="Standard input is closed"):
        standard_input()
    with pytest.raises(CorpusError, match="Standard input is closed"):
        load_corpus("-")


def test_a_small_text_is_read_in_any_encoding_and_to_a_bound() -> None:
    """So that an endless one can't fill the memory."""
    french = "Où étiez-vous passé ?".encode("cp1252")
    assert small_text(io.BytesIO(french), "Standard input", MEGABYTE) == "Où étiez-vous passé ?"
    with pytest.raises(CorpusError, match="Standard input is longer than 1 MB"):
        small_text(Endless(b"y"), "Standard input", MEGABYTE)  # type: ignore[arg-type]
