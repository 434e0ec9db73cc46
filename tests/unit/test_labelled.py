"""Labelled corpora: what is read, in which order, and what the cache makes of it."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.cache import read_arrays, write_arrays
from rnntui.text.labelled import cache as labelled_cache
from rnntui.text.labelled import corpus as labelled
from rnntui.text.labelled.corpus import (
    LabelledCorpus,
    Part,
    check_classes_seen,
    class_counts,
    labels_in,
    read_labelled,
)
from tests.unit.labelled_files import FILMS, LONG_AGO, archive_of, folder_of, table_of


def pairs(corpus: LabelledCorpus, part: Part | None) -> list[tuple[str, str]]:
    """Class and text of each example, in order."""
    assert part is not None
    return [
        (corpus.classes[label], text) for label, text in zip(part.labels, part.texts, strict=True)
    ]


FILMS_TO_LEARN = [
    ("neg", "A bad film."),
    ("pos", "A good film."),
    ("pos", "Fine!"),
    ("pos", "A fine film."),
]

# Archives and folders.


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar"])
def test_an_archive_gives_its_texts_by_class_with_numbers_in_order(
    tmp_path: Path, suffix: str
) -> None:
    corpus = read_labelled(archive_of(tmp_path / f"films{suffix}", FILMS))
    assert (corpus.name, corpus.classes) == ("films", ("neg", "pos"))
    assert pairs(corpus, corpus.train) == FILMS_TO_LEARN
    assert pairs(corpus, corpus.test) == [("neg", "Bad."), ("pos", "Good.")]
    assert class_counts(corpus, corpus.train) == (1, 3)


def test_an_unpacked_archive_is_the_same_corpus(tmp_path: Path) -> None:
    packed = read_labelled(archive_of(tmp_path / "films.tar.gz", FILMS))
    unpacked = folder_of(tmp_path, FILMS) / "aclImdb"
    assert read_labelled(unpacked).content_hash == packed.content_hash
    assert pairs(read_labelled(unpacked), read_labelled(unpacked).train) == FILMS_TO_LEARN


def test_the_training_part_alone_can_be_named(tmp_path: Path) -> None:
    corpus = read_labelled(folder_of(tmp_path, FILMS) / "aclImdb" / "train")
    assert pairs(corpus, corpus.train) == FILMS_TO_LEARN
    assert corpus.test is None


def test_folders_named_by_class_need_no_training_folder(tmp_path: Path) -> None:
    files = {"tea/1": "green", "coffee/1.txt": "black", "cocoa/a/1.txt": "brown", ".git/1": "no"}
    corpus = read_labelled(folder_of(tmp_path / "drinks", files))
    assert corpus.classes == ("cocoa", "coffee", "tea")
    assert [text for _, text in pairs(corpus, corpus.train)] == ["brown", "black", "green"]


def test_files_in_no_class_are_left_out_with_a_notice(tmp_path: Path) -> None:
    corpus = read_labelled(folder_of(tmp_path, FILMS) / "aclImdb")
    assert corpus.notices == ("Left out of aclImdb: files that are in no class (1).",)


# Tables.


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'label,text\r\nbad,"dull, and ""long"""\r\ngood,"two\r\nlines"\r\n'),
        ("a.csv", 'Review;Sentiment\n"dull, and ""long""";bad\n\n"two\nlines";good'),
        ("a.csv", '\ufefflabel,whatever\nbad,"dull, and ""long"""\ngood,"two\nlines"\n'),
        (
            "a.jsonl",
            '{"text": "dull, and \\"long\\"", "label": "bad"}\n\n'
            '{"label": "good", "text": "two\\nlines", "more": [1]}\n',
        ),
    ],
)
def test_tables_give_their_rows_in_order(tmp_path: Path, name: str, content: str) -> None:
    corpus = read_labelled(table_of(tmp_path / name, content))
    assert pairs(corpus, corpus.train) == [("bad", 'dull, and "long"'), ("good", "two\nlines")]


def test_quotation_marks_in_tsv_are_characters_like_any_other(tmp_path: Path) -> None:
    corpus = read_labelled(table_of(tmp_path / "a.tsv", 'label\ttext\na\t"So it is\nb\tno" it\n'))
    assert pairs(corpus, corpus.train) == [("a", '"So it is'), ("b", 'no" it')]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,said,mood,label\nno,yes,up,x\nno,never,down,y\n")
    corpus = read_labelled(path, text_column="said", label_column="mood")
    assert pairs(corpus, corpus.train) == [("up", "yes"), ("down", "never")]


def test_numbers_are_labels_in_order_of_value(tmp_path: Path) -> None:
    rows = "".join(f'{{"text": "t{stars}", "label": {stars}}}\n' for stars in (10, 9, 1, True))
    corpus = read_labelled(table_of(tmp_path / "a.jsonl", rows.replace("True", "true")))
    assert corpus.classes == ("1", "9", "10", "true")


def test_a_text_in_another_encoding_is_read_as_named(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\ncafé,a\nthé,b\n".encode("cp1252"))
    corpus = read_labelled(path, text_encoding="cp1252")
    assert list(corpus.train.texts) == ["café", "thé"]


def test_a_row_longer_than_the_usual_limit_is_read(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", f"text,label\n{'long ' * 60_000},a\nshort,b\n")
    assert len(read_labelled(path).train.texts[0]) == 300_000


# Names.


def test_without_a_name_the_shipped_reviews_are_read() -> None:
    corpus = read_labelled()
    assert corpus.source == "shipped with rnntui"
    assert corpus.classes == ("complaint", "praise")
    assert min(class_counts(corpus, corpus.train)) >= 300
    assert read_labelled("reviews").content_hash == corpus.content_hash


def test_a_name_is_looked_for_among_ones_own_texts_first() -> None:
    places.corpora_dir().mkdir(parents=True)
    table_of(places.corpora_dir() / "reviews.csv", "text,label\nmine,a\nalso mine,b\n")
    assert list(read_labelled("reviews").train.texts) == ["mine", "also mine"]


# The cache.


def must_not_read(*_: object) -> None:
    """Stand in for what reads the files."""
    raise AssertionError("read again")


def test_a_second_opening_reads_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS)
    first = read_labelled(path)
    first.train.tokenised("words")
    monkeypatch.setattr(labelled, "read_files", must_not_read)
    monkeypatch.setattr(labelled_cache, "tokenise", must_not_read)
    again = read_labelled(path)
    assert pairs(again, again.train) == FILMS_TO_LEARN
    assert (again.content_hash, again.notices) == (first.content_hash, first.notices)
    words = again.train.tokenised("words")
    assert words.tokens == ("a", "bad", "film", "good", "fine")
    assert words.numbers.tolist() == [0, 1, 2, 0, 3, 2, 4, 0, 4, 2]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\none,a\ntwo,b\n")
    read_labelled(path)
    table_of(path, "text,label\nuno,a\ndue,b\n")
    os.utime(path, (LONG_AGO + 1, LONG_AGO + 1))
    assert list(read_labelled(path).train.texts) == ["uno", "due"]


def test_a_file_changed_just_now_is_not_trusted_to_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\none,a\ntwo,b\n")
    read_labelled(path)
    assert not list((places.cache_dir() / "labelled" / "index").glob("*"))


@pytest.mark.parametrize("damage", [b"", b"\0", b"{}\n1\n", b"\xff" * 500], ids=range(4))
def test_damaged_entries_are_made_again(tmp_path: Path, damage: bytes) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS)
    read_labelled(path).train.tokenised("words")
    entries = [one for one in (places.cache_dir() / "labelled").rglob("*") if one.is_file()]
    assert len(entries) == 3
    for entry in entries:
        entry.write_bytes(damage)
    again = read_labelled(path)
    assert pairs(again, again.train) == FILMS_TO_LEARN
    assert again.train.tokenised("words").tokens[:2] == ("a", "bad")


def test_every_byte_of_an_entry_is_checked(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS)
    read_labelled(path)
    (entry,) = (places.cache_dir() / "labelled").glob("*.texts")
    whole = entry.read_bytes()
    for place in [0, 50, len(whole) - 1]:
        entry.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert pairs(read_labelled(path), read_labelled(path).train) == FILMS_TO_LEARN
        assert entry.read_bytes() == whole


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("train.offsets", np.array([0, 99, 1, 2, 3], dtype=np.int64)),
        ("train.offsets", np.array([0, 4], dtype=np.int64)),
        ("train.offsets", np.array([], dtype=np.int64)),
        ("train.labels", np.array([0, 1, 250, 1], dtype=np.uint8)),
        ("train.labels", np.array([], dtype=np.uint8)),
        ("another", np.array([1], dtype=np.uint8)),
    ],
)
def test_an_entry_with_values_that_can_not_be_is_made_again(
    tmp_path: Path, name: str, array: np.ndarray[Any, Any]
) -> None:
    path = archive_of(tmp_path / "films.tar.gz", FILMS)
    read_labelled(path)
    (place,) = (places.cache_dir() / "labelled").glob("*.texts")
    entry = read_arrays(place)
    assert entry is not None
    arrays = dict(entry.arrays)
    if name not in arrays:
        del arrays["train.labels"]
    write_arrays(place, entry.about, {**arrays, name: array})
    again = read_labelled(path)
    assert pairs(again, again.train) == FILMS_TO_LEARN


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    places.cache_dir().parent.mkdir(parents=True, exist_ok=True)
    places.cache_dir().write_text("a file where the folder should be")
    corpus = read_labelled(archive_of(tmp_path / "films.tar.gz", FILMS))
    assert len(corpus.train.tokenised("words")) == 4


def test_nothing_is_written_outside_the_cache(tmp_path: Path) -> None:
    read_labelled(archive_of(tmp_path / "films.tar.gz", FILMS)).train.tokenised("characters")
    assert [one.name for one in tmp_path.rglob("*")] == ["films.tar.gz"]
    assert list(places.cache_dir().parent.iterdir()) == [places.cache_dir()]


# Classes.


def test_labels_can_be_numbered_as_a_network_learned_them(tmp_path: Path) -> None:
    corpus = read_labelled(table_of(tmp_path / "a.csv", "text,label\none,b\ntwo,a\nthree,b\n"))
    assert labels_in(corpus, corpus.train, ("b", "c", "a")).tolist() == [0, 2, 0]


def test_a_label_that_a_network_never_learned_is_named(tmp_path: Path) -> None:
    corpus = read_labelled(table_of(tmp_path / "a.csv", "text,label\none,b\ntwo,a\n"))
    with pytest.raises(CorpusError, match="class 'b', which the network never learned; it knows"):
        labels_in(corpus, corpus.train, ("a", "c"))


def test_a_class_that_is_held_out_altogether_is_named(tmp_path: Path) -> None:
    corpus = read_labelled(table_of(tmp_path / "a.csv", "text,label\none,b\ntwo,a\nthree,b\n"))
    check_classes_seen(corpus, np.array([0, 1]))
    with pytest.raises(CorpusError, match="All texts of the class 'a' in a are held out"):
        check_classes_seen(corpus, np.array([0, 2]))
