"""`rnntui corpora`: the library of texts."""

import tomllib
from pathlib import Path

import pytest

from rnntui import places
from rnntui.text.library.entries import find_text
from tests.command_line import misused, rnntui, stated, text_file


def shipped() -> dict[str, str]:
    """Names and titles of the shipped texts."""
    with (places.shipped_corpora_dir() / "shipped.toml").open("rb") as file:
        return {text["name"]: text["title"] for text in tomllib.load(file)["text"]}


def names_listed() -> list[str]:
    """The first words of the lines of the list."""
    outcome = rnntui("corpora", "list")
    assert (outcome.code, outcome.err) == (0, "")
    own = outcome.out.partition("To fetch with")[0]
    return [line.split()[0] for line in own.splitlines() if line.strip()][2:]


# The list.


def test_the_list_has_the_shipped_texts_and_the_built_one() -> None:
    assert names_listed() == [*shipped(), "python"]


def test_the_list_says_what_each_text_is() -> None:
    outcome = rnntui("corpora", "list")
    for name, title in shipped().items():
        assert title in outcome.out
        assert name in outcome.out
    assert "not built" in outcome.out


def test_a_text_dropped_into_the_folder_is_listed_first() -> None:
    places.corpora_dir().mkdir()
    (places.corpora_dir() / "mine.txt").write_text("my own text")
    assert names_listed()[0] == "mine"


def test_a_name_with_markup_and_wide_characters_is_listed_as_it_is() -> None:
    places.corpora_dir().mkdir()
    (places.corpora_dir() / "[red]가.txt").write_text("my own text")
    assert names_listed()[0] == "[red]가"


# One text.


def test_a_text_is_shown_with_its_figures_and_its_beginning() -> None:
    text = text_file("one two\ntwo three\n\n" * 3)
    outcome = rnntui("corpora", "show", text, "--length", "11")
    assert (outcome.code, outcome.err) == (0, "")
    figures = {" ".join(line.split()) for line in outcome.out.splitlines()}
    assert {"size 57 B", "encoding utf-8", "characters 57", "words 12"} <= figures
    assert "Vocabulary, most frequent first: " in outcome.out
    assert outcome.out.endswith("\none two\ntwo\n")


def test_white_space_is_seen_in_the_vocabulary() -> None:
    outcome = rnntui("corpora", "show", text_file("a b\tc\n" * 3))
    vocabulary = next(line for line in outcome.out.splitlines() if "Vocabulary" in line)
    assert {"␣", "⇥", "⏎"} <= set(vocabulary.split())


def test_a_large_vocabulary_is_cut() -> None:
    symbols = "".join(chr(0xAC00 + rank) for rank in range(250))
    outcome = rnntui("corpora", "show", text_file(symbols))
    assert "and 50 more" in outcome.out


def test_no_beginning_is_shown_for_a_length_of_0() -> None:
    outcome = rnntui("corpora", "show", "hello", "--length", "0")
    assert outcome.out.rstrip().splitlines()[-1].startswith("Vocabulary")


def test_a_text_is_not_obeyed_by_a_terminal() -> None:
    text = text_file("a plain text\n" * 60 + "\x1b[2J\x07")
    for terminal in (False, True):
        outcome = rnntui("corpora", "show", text, "--length", "1000", terminal=terminal)
        assert outcome.code == 0
        assert ("\x1b[2J" in outcome.out) is not terminal


def test_how_a_text_was_read_is_told_on_standard_error() -> None:
    text = text_file(("grün und weiß, viele Häuser dort " * 80).encode("cp1252"))
    outcome = rnntui("corpora", "show", text)
    assert outcome.code == 0
    assert "(detected); name another with --text-encoding." in outcome.err
    assert rnntui("corpora", "show", text, "--text-encoding", "cp1252").err == ""


def test_what_is_not_there_is_stated_with_what_is_like_it() -> None:
    stated(rnntui("corpora", "show", "nonsense"), "There is no text, file or folder called")
    stated(rnntui("corpora", "show", "helo"), "did you mean hello")


def test_a_length_below_0_is_wrong_usage() -> None:
    misused(rnntui("corpora", "show", "hello", "--length", "-1"), "--length")


# Adding.


def test_a_file_is_added_and_can_then_be_used_by_its_name() -> None:
    outcome = rnntui("corpora", "add", text_file("my own text\n"))
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "rnntui: Added 'own'; train on it with 'rnntui train own'.\n"
    assert "own" in names_listed()
    assert find_text("own").path.read_text() == "my own text\n"


def test_a_text_may_be_added_under_another_name() -> None:
    assert rnntui("corpora", "add", text_file("my own text"), "--name", "other one").code == 0
    assert find_text("other one").origin == "user"


def test_standard_input_is_added_under_a_name() -> None:
    assert rnntui("corpora", "add", "-", "--name", "piped", stdin=b"from a pipe").code == 0
    assert find_text("piped").path.read_text() == "from a pipe"


def test_standard_input_without_a_name_is_refused() -> None:
    stated(rnntui("corpora", "add", "-", stdin=b"from a pipe"), "--name")


def test_an_encoding_is_named_once_and_for_all() -> None:
    text = text_file("grün und weiß".encode("cp1252"))
    assert rnntui("corpora", "add", text, "--text-encoding", "cp1252").code == 0
    assert find_text("own").path.read_text(encoding="utf-8") == "grün und weiß"


@pytest.mark.parametrize("name", ["hello", "HELLO", "python"])
def test_a_taken_name_is_refused(name: str) -> None:
    stated(
        rnntui("corpora", "add", text_file("my own text"), "--name", name),
        f"already a text called {name.lower()}",
        "--name",
    )


@pytest.mark.parametrize("name", ["a/b", "..", "", ".hidden", "-flag"])
def test_a_bad_name_is_refused(name: str) -> None:
    source = text_file("my own text", ".txt") if not name else text_file("my own text")
    stated(rnntui("corpora", "add", source, f"--name={name}"), "can't name a text")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    stated(rnntui("corpora", "add", tmp_path / "nothing.txt"), "There is no file or folder")
    stated(rnntui("corpora", "add", text_file(b"")), "is empty")
    stated(rnntui("corpora", "add", text_file(b"\0" * 99)), "isn't a text")


# Removing.


def test_a_text_is_removed_after_a_yes() -> None:
    rnntui("corpora", "add", text_file("my own text"))
    path = find_text("own").path
    outcome = rnntui("corpora", "remove", "own", stdin=b"y\n")
    assert (outcome.code, outcome.out.strip()) == (0, "")
    assert f"Delete {path}? [y/N]" in outcome.err
    assert outcome.err.endswith("rnntui: Removed 'own'.\n")
    assert not path.exists()


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b""])
def test_a_text_stays_without_a_yes(answer: bytes) -> None:
    rnntui("corpora", "add", text_file("my own text"))
    outcome = rnntui("corpora", "remove", "own", stdin=answer)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert find_text("own").path.exists()


@pytest.mark.parametrize("flag", ["--yes", "-y"])
def test_nothing_is_asked_with_yes(flag: str) -> None:
    rnntui("corpora", "add", text_file("my own text"))
    assert rnntui("corpora", "remove", "own", flag).err == "rnntui: Removed 'own'.\n"
    assert "own" not in names_listed()


@pytest.mark.parametrize(
    ("name", "why"), [("play", "ships with rnntui"), ("python", "is built when it's needed")]
)
@pytest.mark.parametrize("flags", [(), ("--yes",)])
def test_what_is_not_ones_own_is_refused_before_anything_is_asked(
    name: str, why: str, flags: tuple[str, ...]
) -> None:
    outcome = rnntui("corpora", "remove", name, *flags, stdin=b"y\n")
    stated(outcome, f"{name} {why}", "can't be removed")
    assert "[y/N]" not in outcome.err


def test_a_folder_is_refused_before_anything_is_asked() -> None:
    (places.corpora_dir() / "many").mkdir(parents=True)
    (places.corpora_dir() / "many" / "one.txt").write_text("my own text")
    outcome = rnntui("corpora", "remove", "many", stdin=b"y\n")
    stated(outcome, "delete it yourself")
    assert "[y/N]" not in outcome.err


def test_what_is_not_there_can_not_be_removed() -> None:
    stated(rnntui("corpora", "remove", "nonsense", "--yes"), "There is no text called 'nonsense'")


# Several texts as one.


def test_several_texts_are_shown_as_one() -> None:
    one = text_file("one\n")
    other = one.with_name("other.txt")
    other.write_text("two\n")
    outcome = rnntui("corpora", "show", one, other)
    assert outcome.code == 0
    assert "joined in this order" in outcome.err
    assert outcome.out.endswith("one\ntwo\n\n")


def test_several_texts_are_added_as_one_under_a_name() -> None:
    one = text_file("one")
    other = one.with_name("other.txt")
    other.write_text("two")
    stated(rnntui("corpora", "add", one, other), "need a name; give it by --name")
    assert rnntui("corpora", "add", one, other, "--name", "both").code == 0
    assert find_text("both").path.read_text() == "one\ntwo"


@pytest.mark.parametrize("name", ["../own", "./own", "own.txt", "corpora/own", "{home}/own.txt"])
def test_a_file_beside_the_library_is_never_removed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text_file("mine")
    monkeypatch.chdir(path.parent)
    (path.parent / "corpora").mkdir()
    stated(rnntui("corpora", "remove", name.format(home=path.parent), "-y"), "There is no text")
    assert path.read_text() == "mine"


def test_of_a_text_that_is_a_link_only_the_link_is_removed() -> None:
    path = text_file("mine")
    (path.parent / "corpora").mkdir()
    (path.parent / "corpora" / "linked.txt").symlink_to(path)
    assert rnntui("corpora", "remove", "linked", "-y").code == 0
    assert path.read_text() == "mine"
    assert not (path.parent / "corpora" / "linked.txt").is_symlink()
