"""The library of texts: listing, finding, adding and removing."""

import io
from pathlib import Path

import pytest

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.library.entries import (
    TextEntry,
    add_pasted,
    add_text,
    checked_name,
    default_text_name,
    find_text,
    list_texts,
    remove_text,
)
from rnntui.text.library.references import entry_of

_SHIPPED = """
[[text]]
name = "second"
title = "Second"
about = "listed first"

[[text]]
name = "first"
title = "First"
about = "listed second"

[[text]]
name = "absent"
title = "Absent"
about = "not there"
"""


@pytest.fixture(autouse=True)
def _folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test a library of its own, with two shipped texts and one unlisted file."""
    shipped = tmp_path / "shipped" / "corpora"
    shipped.mkdir(parents=True)
    (shipped / "shipped.toml").write_text(_SHIPPED)
    for name in ("first.txt", "second.txt", "unlisted.txt"):
        (shipped / name).write_text(name)
    monkeypatch.setattr(places, "shipped_corpora_dir", lambda: shipped)
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def _drop(name: str, text: str = "words") -> Path:
    path = Path("home/corpora") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _listed() -> list[tuple[str, str]]:
    return [(entry.name, entry.origin) for entry in list_texts()]


def _pasted(name: str, text: str = "words") -> TextEntry:
    return add_pasted(name, text)


def test_shipped_texts_come_in_their_own_order_then_the_built_one() -> None:
    """Only those that are listed and there."""
    assert _listed() == [("second", "shipped"), ("first", "shipped"), ("python", "built")]
    entry = find_text("second")
    assert (entry.title, entry.about, entry.size_bytes) == ("Second", "listed first", 10)
    assert find_text("python").size_bytes is None
    assert default_text_name() == "second"


def test_yours_come_before_the_users_and_the_shipped() -> None:
    """And hide those of the same name."""
    _pasted("mine")
    _pasted("theirs")
    _drop("mine.txt")
    _drop("first.txt", "my own first")
    _drop("README.md")
    _drop(".hidden.txt")
    assert _listed() == [
        ("first", "yours"),
        ("mine", "yours"),
        ("theirs", "user"),
        ("second", "shipped"),
        ("python", "built"),
    ]


def test_a_folder_of_texts_is_one_text() -> None:
    """With the size of its files together."""
    _drop("letters/a.txt", "one")
    _drop("letters/b.txt", "three")
    entry = find_text("letters")
    assert (entry.origin, entry.size_bytes, entry.about) == ("yours", 8, "a folder of 2 files")


def test_in_a_checkout_each_text_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There the shipped texts lie where people drop theirs."""
    monkeypatch.setattr(places, "corpora_dir", lambda: Path("shipped/../shipped/corpora"))
    assert _listed() == [
        ("unlisted", "yours"),
        ("second", "shipped"),
        ("first", "shipped"),
        ("python", "built"),
    ]


def test_a_name_that_is_not_there_is_answered_with_close_ones() -> None:
    """Or with how to list them all."""
    with pytest.raises(CorpusError, match="no text called 'secnd'; did you mean second"):
        find_text("secnd")
    with pytest.raises(CorpusError, match="'rnntui corpora list'"):
        find_text("zzz")


def test_a_name_may_be_written_decomposed() -> None:
    """Some systems and keyboards do so."""
    _drop("cafe\u0301.txt")
    assert find_text("caf\u00e9") == find_text("cafe\u0301")


def test_an_added_file_is_kept_as_utf8_with_line_feeds() -> None:
    """Its encoding was announced once and needn't be named again."""
    text = "Il était une fois, à l’orée d’une forêt, un garçon qui rêvait.\n" * 5
    Path("old.txt").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    added = add_text("old.txt")
    assert (added.entry.name, added.entry.origin) == ("old", "user")
    assert added.entry.path.read_bytes() == text.encode()
    assert added.notices == (
        "Read old.txt as windows-1252 (detected); name another with --text-encoding.",
    )
    assert find_text("old") == added.entry


def test_a_stream_is_added_under_the_name_it_is_given() -> None:
    """And refused without one."""
    assert add_text(io.BytesIO(b"words"), "노트").entry == find_text("노트")
    with pytest.raises(CorpusError, match="needs a name"):
        add_text(io.BytesIO(b"words"))


def test_a_folder_is_added_as_one_text() -> None:
    """Its files joined."""
    Path("letters.d").mkdir()
    Path("letters.d/a.txt").write_text("one")
    Path("letters.d/b.txt").write_text("two")
    added = add_text(Path("letters.d"))
    assert added.entry.name == "letters.d"
    assert added.entry.path.read_text() == "one\ntwo"


def test_what_is_not_text_is_not_added() -> None:
    """Nothing is left behind."""
    Path("photo.png").write_bytes(b"\x89PNG\0")
    Path("broken.txt").write_bytes("é".encode() * 100 + b"\xff")
    for reference in ("photo.png", "broken.txt", "absent.txt"):
        with pytest.raises(CorpusError):
            add_text(reference)
    folder = Path("home/data/corpora")
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["second", "SECOND", "python", "mine"])
def test_a_taken_name_is_refused_and_named(name: str) -> None:
    """Whoever has it, in capitals or not."""
    _pasted("mine")
    with pytest.raises(CorpusError, match=f"already a text called {name.lower()}"):
        _pasted(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".x",
        "-x",
        "a\nb",
        "a\0",
        "c:",
        "x.",
        " x",
        "x" * 200,
    ],
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    """Separators, leading dots and control characters have no place in it."""
    with pytest.raises(CorpusError, match="can't name a text"):
        _pasted(name)


def test_names_may_be_in_any_script() -> None:
    """With spaces, dots, hyphens and underscores."""
    for name in ("한글 이야기", "café_2.v-1", "物語"):
        assert checked_name(name) == name


def test_pasted_text_is_kept_with_line_feeds() -> None:
    """Empty and binary text isn't."""
    assert _pasted("pasted", "a\r\nb\rc").path.read_bytes() == b"a\nb\nc"
    for text in ("", "a\0b"):
        with pytest.raises(CorpusError):
            _pasted("nothing", text)


def test_your_texts_can_be_removed() -> None:
    """Then a shipped one of the same name is found again."""
    _drop("first.txt")
    assert remove_text("first").origin == "yours"
    assert find_text("first").origin == "shipped"
    _pasted("mine")
    remove_text("mine")
    assert not list(Path("home/data/corpora").iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("first", "ships with"), ("python", "is built"), ("../first", "no text"), ("dir", "folder")],
)
def test_other_texts_cannot_be_removed(name: str, reason: str) -> None:
    """Each with its reason."""
    _drop("dir/a.txt")
    with pytest.raises(CorpusError, match=reason):
        remove_text(name)


def test_a_library_without_shipped_texts_has_no_default(tmp_path: Path) -> None:
    """And says what to do."""
    (tmp_path / "shipped" / "corpora" / "shipped.toml").unlink()
    assert _listed() == [("python", "built")]
    with pytest.raises(CorpusError, match="name a text of your own"):
        default_text_name()


def test_a_text_beside_the_library_is_listed_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("words")
    entry = entry_of("notes.txt")
    assert (entry.name, entry.origin, entry.size_bytes) == ("notes", "path", 5)
    assert entry.reference == str(path)


def test_the_path_of_a_text_of_the_library_means_that_text(tmp_path: Path) -> None:
    _drop("mine.txt")
    shipped = tmp_path / "shipped" / "corpora" / "first.txt"
    found = [entry_of(str(path)) for path in (tmp_path / "home/corpora/mine.txt", shipped)]
    assert [entry.reference for entry in found] == ["mine", "first"]


def test_a_text_that_is_gone_is_the_one_of_its_name_or_an_entry_that_says_so() -> None:
    assert entry_of("/gone/first.txt", "first").origin == "shipped"
    entry = entry_of("/gone/novel.txt", "a novel")
    assert entry.is_gone
    assert (entry.name, entry.reference) == ("a novel", "/gone/novel.txt")
