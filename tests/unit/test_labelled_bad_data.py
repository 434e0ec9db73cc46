"""Bad labelled data gets one sentence that says what is wrong and where."""

import gzip
import io
import os
import re
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.labelled import archive as labelled_archive
from rnntui.text.labelled import limits as labelled_limits
from rnntui.text.labelled import table as labelled_table
from rnntui.text.labelled.corpus import read_labelled
from tests.unit.labelled_files import FILMS, archive_of, folder_of, table_of


def refused(path: Path | str, *parts: str, **options: Any) -> None:
    """Assert that a corpus is refused by one sentence that has these parts."""
    with pytest.raises(CorpusError) as caught:
        read_labelled(path, **options)
    said = str(caught.value)
    for part in parts:
        assert part in said, said
    assert said.endswith(".")
    assert "\n" not in said


def member(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0
) -> tarfile.TarInfo:
    """A member of an archive without content."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, size
    return info


# Tables.


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("a.csv", "id,text,when\n1,x,2\n", ("usual name for the label", "'id', 'text', 'when'")),
        ("a.csv", "text,label\n", ("has no texts",)),
        ("a.csv", "text,label\nx,a\ny,a\n", ("only one class, 'a'", "at least two")),
        ("a.csv", "text,label\nx,a\n , b\n", ("row 3", "an empty text")),
        ("a.csv", "text,label\nx,\ny,b\n", ("row 2", "no label")),
        ("a.csv", "text,label\nx,a\ny\n", ("row 3", "1 field and not 2")),
        ("a.csv", 'text,label\nx,a\n"y,b\n', ("row 3", "quotation mark")),
        ("a.tsv", "text\tlabel\nx\ta\ty\n", ("row 2", "3 fields and not 2")),
        ("a.jsonl", '{"text": "x", "label": "a"}\n{"text": "x"}\n', ("line 2", "'label'")),
        ("a.jsonl", '{"text": "x", "label": "a"}\nnot json\n', ("line 2", "isn't a JSON object")),
        ("a.jsonl", '["text", "label"]\n', ("line 1", "isn't a JSON object")),
        ("a.jsonl", "[" * 100_000, ("line 1", "isn't a JSON object")),
        ("a.jsonl", '{"text": 5, "label": "a"}\n', ("line 1", "text")),
        ("a.jsonl", '{"text": "x", "label": null}\n', ("line 1", "label")),
        ("a.jsonl", '{"text": "", "label": "a"}\n', ("line 1", "an empty text")),
        ("a.jsonl", '{"text": "a\\u0000b", "label": "a"}\n', ("line 1", "NUL")),
        ("a.jsonl", "\n\n", ("no texts",)),
        ("a.csv", "", ("empty",)),
        ("a.csv", b"\x00\x01\x02", ("isn't a text",)),
        ("a.txt", "text,label\nx,a\n", ("has no labels",)),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_table_is_refused_with_its_row(
    tmp_path: Path, name: str, content: str | bytes, parts: tuple[str, ...]
) -> None:
    refused(table_of(tmp_path / name, content), name, *parts)


def test_a_named_column_that_is_missing_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\nx,a\ny,b\n")
    refused(path, "no column 'body'", "'text', 'label'", "--text-column", text_column="body")
    refused(path, "another one", text_column="label")


def test_columns_are_not_for_folders(tmp_path: Path) -> None:
    refused(folder_of(tmp_path, FILMS), "is not a table", text_column="text")


def test_bytes_that_are_not_the_named_encoding_are_refused(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\ncafé,a\nthé,b\n".encode("cp1252"))
    refused(path, "a.csv", "byte 14", "--text-encoding", text_encoding="utf-8")


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_table, "LARGEST_TEXT", 1000)
    refused(table_of(tmp_path / "a.jsonl", "x" * 2000), "a.jsonl", "line of more than")


# Folders.


def test_an_undecodable_file_is_named_with_its_byte(tmp_path: Path) -> None:
    folder_of(tmp_path, FILMS)
    (tmp_path / "aclImdb/train/pos/2_8.txt").write_bytes(b"Fin\xe9! " + "été à l’étang".encode())
    refused(tmp_path, "train/pos/2_8.txt", "valid utf-8 at byte 3 (0xE9)", "--text-encoding")


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    folder_of(tmp_path, FILMS | {"aclImdb/train/pos/2_8.txt": " \n"})
    refused(tmp_path, "train/pos/2_8.txt", "an empty text")


def test_a_class_of_the_test_that_is_never_learned_is_named(tmp_path: Path) -> None:
    folder_of(tmp_path, FILMS | {"aclImdb/test/odd/1.txt": "odd"})
    refused(tmp_path, "class 'odd'", "none to train on")


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    refused(folder_of(tmp_path / "own", {"a.txt": "a"}), "own", "no labelled texts")


def test_pipes_among_the_files_are_not_waited_for(tmp_path: Path) -> None:
    folder_of(tmp_path, FILMS)
    os.mkfifo(tmp_path / "aclImdb/train/pos/3_8.txt")
    assert len(read_labelled(tmp_path).train) == 4


def test_a_name_that_is_nowhere_is_refused() -> None:
    refused("nowhere", "no labelled text 'nowhere'")
    refused("x" * 5000, "no labelled text")
    refused("\0", "no labelled text")


# Archives.


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.txt", "a/../../x.txt", "a\\..\\x", "C:\\x"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS, member(name))
    refused(path, "films.tar.gz", "leads outside", repr(name))
    assert not list(places.cache_dir().rglob("*.texts"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_never_followed(tmp_path: Path, kind: bytes) -> None:
    secret = table_of(tmp_path / "secret.txt", "a secret")
    link = member("aclImdb/train/pos/1_1.txt", kind, str(secret))
    corpus = read_labelled(archive_of(tmp_path / "films.tar", FILMS, link))
    assert "a secret" not in list(corpus.train.texts)
    assert len(corpus.train) == 4


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar"])
@given(share=st.floats(0, 0.999))
@settings(max_examples=25)
def test_an_archive_cut_off_anywhere_is_refused(suffix: str, share: float) -> None:
    # Of a plain archive the padding behind the end mark may be missing.
    folder = Path(os.environ["RNNTUI_HOME"])
    path = archive_of(folder / f"films{suffix}", FILMS)
    whole = path.read_bytes()
    needed = len(whole) if suffix == ".tar.gz" else len(whole.rstrip(b"\0")) + 512
    path.write_bytes(whole[: int(needed * share)])
    refused(path, path.name, "fetch it again")


@given(data=st.data())
@settings(max_examples=40)
def test_a_damaged_archive_never_does_worse_than_a_sentence(data: st.DataObject) -> None:
    path = archive_of(Path(os.environ["RNNTUI_HOME"]) / "films.tar", FILMS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(CorpusError):
        read_labelled(path)


def test_a_compressed_archive_that_fails_its_checksum_is_refused(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS)
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)
    refused(path, "damaged")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    refused(table_of(tmp_path / "a.tar.gz", b"no archive"), "a.tar.gz", "damaged or isn't")
    refused(table_of(tmp_path / "b.tar", b"no archive" * 100), "b.tar", "damaged or isn't")
    refused(archive_of(tmp_path / "c.tar", {}), "c.tar")


def test_a_huge_member_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = member("train/pos/1.txt", size=40 << 30).tobuf()
    path = tmp_path / "bomb.tar.gz"
    with gzip.open(path, "wb") as file:
        file.write(header)
    refused(path, "'train/pos/1.txt' in bomb.tar.gz", "larger than 16 MB")
    monkeypatch.setattr(labelled_limits, "LARGEST_CORPUS", 20)
    refused(archive_of(tmp_path / "films.tar.gz", FILMS), "films.tar.gz", "too much to be read")


def test_a_swarm_of_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_archive, "_MOST_MEMBERS", 9)
    refused(archive_of(tmp_path / "films.tar", FILMS), "films.tar", "more than 9 files")


def test_a_huge_header_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tar"
    path.write_bytes(member("././@LongLink", tarfile.GNUTYPE_LONGNAME, size=7 << 30).tobuf())
    refused(path, "bomb.tar", "enormous header")


def test_names_in_archives_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w", encoding="utf-8", errors="surrogateescape") as archive:
        for name in ("\udcff\x1b[2J/1.txt", "b" * 300 + "/" + "9" * 5000):
            data = b"text"
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert len(read_labelled(path).classes) == 2


def test_sentences_are_one_line_whatever_names_hold(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", '"te\nxt","\x1b[2J"\nx,a\n')
    with pytest.raises(CorpusError, match=re.escape("'te\\nxt', '\\x1b[2J'")):
        read_labelled(path)
