"""What a typed path could become, over folders made for it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.text.library.path_completion import Completions, completions


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files, made the current one and the home."""
    for name in ("alice.txt", "alpine rose.txt", "Bob.txt", ".hidden.txt", "물시계.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "alps").mkdir()
    (tmp_path / "alps" / "peak.txt").write_text("x", encoding="utf-8")
    (tmp_path / ".secret").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def typed(found: Completions) -> list[str]:
    return [candidate.typed for candidate in found.candidates]


def test_nothing_typed_lists_the_current_folder_by_name(tree: Path) -> None:
    assert typed(completions("")) == [
        "alice.txt",
        "alpine rose.txt",
        "alps/",
        "Bob.txt",
        "물시계.txt",
    ]


def test_names_with_spaces_and_of_any_script_are_completed_as_they_are(tree: Path) -> None:
    assert completions("alpi").extended == "alpine rose.txt"
    assert completions("물").extended == "물시계.txt"


def test_what_all_have_in_common_is_gone_on_with(tree: Path) -> None:
    assert completions("a").extended == "al"
    assert completions("al").extended == "al"


def test_a_folder_ends_in_a_separator_and_then_lists_what_is_in_it(tree: Path) -> None:
    found = completions("alps")
    assert found.extended == "alps/"
    assert found.candidates[0].is_folder
    assert typed(completions("alps/")) == ["alps/peak.txt"]


def test_an_absolute_path_stays_absolute(tree: Path) -> None:
    assert typed(completions(f"{tree}/alps/p")) == [f"{tree}/alps/peak.txt"]


def test_a_home_is_listed_and_stays_as_it_was_typed(tree: Path) -> None:
    assert typed(completions("~")) == ["~/"]
    assert typed(completions("~/alic")) == ["~/alice.txt"]


def test_the_home_of_nobody_is_a_problem(tree: Path) -> None:
    assert "can't be listed" in completions("~nobody-of-that-name/").problem


def test_hidden_names_are_listed_only_after_a_dot(tree: Path) -> None:
    assert typed(completions(".h")) == [".hidden.txt"]
    assert typed(completions(".s")) == [".secret/"]
    assert not [name for name in typed(completions("./")) if name.startswith("./.")]


@pytest.mark.parametrize("dots", [".", "..", "alps/.."])
def test_dots_alone_are_a_folder(tree: Path, dots: str) -> None:
    assert typed(completions(dots)) == [f"{dots}/"]


def test_capitals_matter_only_where_names_differ_by_them(tree: Path) -> None:
    assert typed(completions("bo")) == ["Bob.txt"]
    (tree / "bodkin.txt").write_text("x", encoding="utf-8")
    assert typed(completions("bo")) == ["bodkin.txt"]


def test_a_decomposed_name_is_found_by_composed_letters(tree: Path) -> None:
    (tree / "re\u0301sume\u0301.txt").write_text("x", encoding="utf-8")
    assert typed(completions("r\u00e9")) == ["re\u0301sume\u0301.txt"]


def test_what_is_not_there_has_no_candidates_and_no_problem(tree: Path) -> None:
    assert completions("zebra") == Completions("zebra", extended="zebra")


@pytest.mark.parametrize("path", ["nowhere/x", "alice.txt/x", "a\0b/x", "a" * 5000 + "/x"])
def test_a_folder_that_cannot_be_listed_is_a_problem_in_a_sentence(tree: Path, path: str) -> None:
    found = completions(path)
    assert not found.candidates
    assert found.extended == path
    assert found.problem.endswith(".")


def test_a_folder_without_permission_is_a_problem_that_says_so(tree: Path) -> None:
    def refuse(_path: Any) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    with patch.object(os, "scandir", refuse):
        assert completions("alps/").problem == "alps/ can't be listed: Permission denied."


def test_files_that_may_not_be_read_and_pipes_are_left_out(tree: Path) -> None:
    os.mkfifo(tree / "alarm")
    (tree / "alien").symlink_to("nowhere")
    with patch.object(os, "access", lambda path, _mode: not path.endswith("alice.txt")):
        assert typed(completions("al")) == ["alpine rose.txt", "alps/"]


def test_only_so_many_are_listed_but_all_count_for_what_they_share(tree: Path) -> None:
    found = completions("al", limit=2)
    assert typed(found) == ["alice.txt", "alpine rose.txt"]
    assert found.extended == "al"


class Entry:
    """A readable file, as `os.scandir` tells of it."""

    def __init__(self, name: str) -> None:
        self.name = self.path = name

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        return True


class Listing:
    """A folder with files of given names."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def __enter__(self) -> Iterator[Entry]:
        return map(Entry, self.names)

    def __exit__(self, *_: object) -> None:
        pass


NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=6)


@given(names=st.lists(NAMES, max_size=8, unique=True), begun=st.text("aA é.~", max_size=3))
def test_candidates_begin_as_typed_and_all_go_on_as_extended(names: list[str], begun: str) -> None:
    with (
        patch.object(os, "scandir", lambda _folder: Listing(names)),
        patch.object(os, "access", lambda _path, _mode: True),
    ):
        found = completions(f"folder/{begun}")
    assert found.extended == found.typed or all(
        candidate.typed.startswith(found.extended) for candidate in found.candidates
    )
    exact = [name for name in names if name.startswith(begun)]
    hidden = begun.startswith(".")
    expected = {name for name in exact if name.startswith(".") == hidden}
    if expected and begun not in (".", ".."):
        assert {candidate.name for candidate in found.candidates} == expected
