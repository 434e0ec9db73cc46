"""Reading texts: encodings, newlines, folders, and what is refused."""

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text import decoding, encodings
from rnntui.text.reading import TextSource, open_source, read_text
from rnntui.text.stamps import stamp_files

_FRENCH = "Il était une fois, à l’orée d’une forêt, un garçon qui rêvait. « Où es-tu ? »\n"
_KOREAN = "세월이 흐르는 강물처럼 지나가고, 그는 다시 돌아왔다. 할머니는 웃었다.\n"


def _read(path: Path, text_encoding: str | None = None) -> tuple[str, TextSource]:
    opened = open_source(path, stamp_files(path), text_encoding)
    source, text = read_text(opened, "".join)
    return text, source


def _file(folder: Path, data: bytes, name: str = "text.txt") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        _KOREAN.encode(),
        codecs.BOM_UTF8 + _KOREAN.encode(),
        _KOREAN.encode("utf-16"),
        codecs.BOM_UTF16_BE + _KOREAN.encode("utf-16-be"),
        _KOREAN.encode("utf-32"),
    ],
)
def test_unicode_is_read_without_its_byte_order_mark(tmp_path: Path, data: bytes) -> None:
    """And without a notice, as nothing was guessed."""
    text, source = _read(_file(tmp_path, data))
    assert text == _KOREAN
    assert source.notices == ()


def test_every_newline_becomes_a_line_feed(tmp_path: Path) -> None:
    """Also when mixed, and at the very end."""
    assert _read(_file(tmp_path, b"a\r\nb\rc\n\r\nd\r"))[0] == "a\nb\nc\n\nd\n"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("aé가😀\r\n", min_size=1, max_size=40), block=st.integers(1, 5))
def test_blocks_may_end_anywhere(tmp_path: Path, text: str, block: int) -> None:
    """Within a character or between the two halves of a newline."""
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_BLOCK", block)
        assert _read(_file(tmp_path, text.encode()))[0] == expected


@pytest.mark.parametrize(
    ("text", "encoding", "announced"),
    [
        (_FRENCH, "cp1252", "windows-1252"),
        (_KOREAN, "cp949", "cp949"),
        ("Жил-был старик со своею старухой у самого синего моря.\n", "cp1251", "windows-1251"),
    ],
)
def test_a_legacy_encoding_is_detected_and_announced(
    tmp_path: Path, text: str, encoding: str, announced: str
) -> None:
    """The sentence says how to name another."""
    read, source = _read(_file(tmp_path, (text * 20).encode(encoding), "legacy.txt"))
    assert read == text * 20
    assert source.encoding == announced
    assert source.notices == (
        f"Read legacy.txt as {announced} (detected); name another with --text-encoding.",
    )


def test_an_encoding_that_is_named_is_not_announced(tmp_path: Path) -> None:
    """By any of its names; UTF-16 without a mark must be named."""
    text, source = _read(_file(tmp_path, _FRENCH.encode("cp1252")), "Windows-1252")
    assert (text, source.notices, source.encoding) == (_FRENCH, (), "windows-1252")
    assert _read(_file(tmp_path, _FRENCH.encode("utf-16-le")), "utf-16-le")[0] == _FRENCH
    assert _read(_file(tmp_path, codecs.BOM_UTF8 + b"a"), "utf-8")[0] == "a"


@pytest.mark.parametrize("name", ["klingon", "rot13", "undefined", ""])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    """Also one that doesn't decode to text."""
    with pytest.raises(CorpusError, match="There is no text encoding"):
        _read(_file(tmp_path, b"a"), name)


def test_bytes_that_a_named_encoding_does_not_know_are_placed(tmp_path: Path) -> None:
    """By position and value."""
    with pytest.raises(CorpusError, match=r"text.txt isn't valid ascii at byte 3 \(0xC3\)"):
        _read(_file(tmp_path, "abcé".encode()), "ascii")


def test_damaged_utf8_is_placed_rather_than_taken_for_a_legacy_encoding(tmp_path: Path) -> None:
    """Whether the damage is in the sample or beyond it, or cuts the last character."""
    korean = _KOREAN.encode()
    near = korean + b"\xff" + korean
    with pytest.raises(CorpusError, match=f"valid utf-8 at byte {len(korean)} .0xFF.*--text-enc"):
        _read(_file(tmp_path, near))
    far = korean * 20_000
    place = len(far) // 2 + 200_000
    place -= place % len(korean)
    with pytest.raises(CorpusError, match=f"valid utf-8 at byte {place:,} "):
        _read(_file(tmp_path, far[:place] + b"\xff" + far[place:]))
    with pytest.raises(CorpusError, match=f"valid utf-8 at byte {len(korean) - 5:,} "):
        _read(_file(tmp_path, korean[:-3]))


def test_a_legacy_text_that_begins_with_ascii_is_detected_where_it_ceases(tmp_path: Path) -> None:
    """Even if the sample saw nothing but ASCII."""
    data = bytearray(b"plain words and nothing else\n" * 100_000)
    legacy = (_FRENCH * 3).encode("cp1252")
    data[1_000_000:1_000_000] = b"\n" + legacy
    text, source = _read(_file(tmp_path, bytes(data)))
    assert _FRENCH in text
    assert source.encoding == "windows-1252"


def test_a_large_utf8_text_may_be_cut_anywhere_by_the_sample(tmp_path: Path) -> None:
    """Windows begin and end within characters of three bytes."""
    for shift in range(3):
        text = "x" * shift + _KOREAN.replace("\n", "") * 6000
        read, source = _read(_file(tmp_path, text.encode()))
        assert read == text
        assert source.encoding == "utf-8"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\0\0", bytes(range(256)) * 9, b"\x01\x02\x03abc"])
def test_binary_content_is_refused(tmp_path: Path, data: bytes) -> None:
    """With or without NUL bytes."""
    with pytest.raises(CorpusError, match=r"text\.txt isn't a text"):
        _read(_file(tmp_path, data))


def test_a_nul_beyond_the_sample_is_refused(tmp_path: Path) -> None:
    """As reading goes on."""
    monotone = b"words\n" * 100_000
    with pytest.raises(CorpusError, match="isn't a text"):
        _read(_file(tmp_path, monotone[:100_000] + b"\0" + monotone))


def test_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    """Each with its own sentence."""
    with pytest.raises(CorpusError, match=r"text\.txt is empty"):
        _read(_file(tmp_path, b""))
    with pytest.raises(CorpusError, match="can't be read: No such file"):
        _read(tmp_path / "absent.txt")


def test_a_folder_is_read_by_relative_path_with_newlines_between(tmp_path: Path) -> None:
    """Each file in its own encoding; hidden, binary and empty ones are left out."""
    folder = tmp_path / "notes"
    _file(folder, b"two", "b.txt")
    _file(folder, b"one\n", "a.txt")
    _file(folder, (_FRENCH * 3).encode("cp1252"), "c/old.txt")
    _file(folder, b"\x89PNG\0", "photo.png")
    _file(folder, b"", "empty.txt")
    _file(folder, b"secret", ".hidden")
    text, source = _read(folder)
    assert text == "one\ntwo\n" + _FRENCH * 3
    assert source.encoding == "utf-8+utf-8+windows-1252"
    joined = "Read 3 files, joined in this order, each on a new line: a.txt, b.txt, c/old.txt."
    left_out = (
        "Left out of notes, as not readable as text: photo.png.",
        "Left out of notes, as empty: empty.txt.",
        "Left out of notes: hidden files (1).",
    )
    detected = "Read c/old.txt as windows-1252 (detected); name another with --text-encoding."
    assert source.notices == (joined, detected, *left_out)
    assert _read(folder, "cp1252")[1].notices == (joined, *left_out)


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    """However many other files it has."""
    _file(tmp_path, b"\0", "photo.png")
    with pytest.raises(CorpusError, match="contains no text"):
        _read(tmp_path)


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    """A folder's tells where files end."""
    path = _file(tmp_path, b"abc", "one/a.txt")
    assert _read(path)[1].content_hash().startswith("ba7816bf8f01cfea")
    _file(tmp_path, b"ab", "two/a.txt")
    _file(tmp_path, b"c", "two/b.txt")
    _file(tmp_path, b"a", "three/a.txt")
    _file(tmp_path, b"bc", "three/b.txt")
    hashes = {_read(tmp_path / name)[1].content_hash() for name in ("one", "two", "three")}
    assert len(hashes) == 3


def test_the_sample_of_a_large_file_is_bounded(tmp_path: Path) -> None:
    """And reaches its end and a place of interest."""
    path = _file(tmp_path, b"a" * 2_000_000 + b"z")
    windows = encodings.take_sample(path, around=700_000)
    assert sum(map(len, windows)) < 400_000
    assert windows[4].endswith(b"z")
