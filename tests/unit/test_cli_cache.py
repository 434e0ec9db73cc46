"""`rnntui cache`: what it holds, and that only rnntui's own files are deleted."""

import os
from pathlib import Path

import pytest

from rnntui import cache_folder, places
from rnntui.cache_folder import PARTS, clear, held
from rnntui.cli.machine.cache import PartName
from rnntui.text.corpus import load_corpus
from rnntui.text.library.standard_library import cached_path
from tests.command_line import rnntui, stated, text_file


@pytest.fixture
def filled() -> Path:
    """A cache with real and with foreign files, each as old as a day."""
    load_corpus(str(text_file("a text that is read once, and then from the cache. " * 20)))
    cache = places.cache_dir()
    for name in ("kernels/0123456789abcdef/f.nbi", "kernels/0123456789abcdef/complete"):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(b"x" * 100)
    for name in (f"downloads/.{'a' * 32}.part", "corpora/mine.txt", "notes.md"):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text("x" * 10)
        os.utime(cache / name, (1_000_000_000, 1_000_000_000))
    cached_path().parent.mkdir(parents=True)
    cached_path().write_text("x" * 10)
    return cache


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_it_shows_what_each_part_holds(filled: Path) -> None:
    outcome = rnntui("cache", "show")
    assert outcome.code == 0
    rows = {line.split()[0]: line.split() for line in outcome.out.splitlines() if line.strip()}
    assert [rows[part.name][0] for part in PARTS] == [part.name for part in PARTS]
    assert rows["kernels"][1:4] == ["2", "200", "B"]
    assert int(rows["corpora"][1]) >= 1
    assert rows["stdin"][1] == "0"
    assert str(filled) in outcome.err


def test_all_of_ours_is_deleted_and_nothing_else(filled: Path) -> None:
    outcome = rnntui("cache", "clear", "--yes")
    assert outcome.code == 0
    assert files_in(filled) == {"corpora/mine.txt", "notes.md"}
    assert "Deleted" in outcome.err
    stated(rnntui("cache", "clear"), "Nothing to delete", code=0)


def test_one_part_alone_is_cleared(filled: Path) -> None:
    before = files_in(filled)
    assert rnntui("cache", "clear", "kernels", "--yes").code == 0
    assert before - files_in(filled) == {name for name in before if name.startswith("kernels/")}
    assert not (filled / "kernels").exists()


def test_a_dry_run_deletes_nothing(filled: Path) -> None:
    before = files_in(filled)
    stated(rnntui("cache", "clear", "--dry-run"), "Would delete", str(filled), code=0)
    assert files_in(filled) == before


def test_without_a_terminal_it_asks_for_yes(filled: Path) -> None:
    before = files_in(filled)
    stated(rnntui("cache", "clear"), "add --yes")
    assert files_in(filled) == before


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)])
def test_on_a_terminal_it_asks(
    filled: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, code: int
) -> None:
    monkeypatch.setattr("rnntui.cli.machine.cache._is_terminal", lambda _stream: True)
    before = len(files_in(filled))
    outcome = rnntui("cache", "clear", stdin=answer)
    assert outcome.code == code
    assert (len(files_in(filled)) == before) == (code == 1)
    assert "Delete" in outcome.err


def test_links_are_not_followed(filled: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "labelled"
    elsewhere.mkdir()
    (elsewhere / f"{'a' * 40}.bin").write_text("precious")
    (filled / "labelled").symlink_to(elsewhere)
    (filled / "corpora" / f"{'b' * 40}.bin").symlink_to(elsewhere / f"{'a' * 40}.bin")
    clear(held())
    assert files_in(elsewhere) == {f"{'a' * 40}.bin"}
    assert (filled / "corpora" / f"{'b' * 40}.bin").is_symlink()


def test_what_is_being_written_stays(filled: Path) -> None:
    part = filled / "downloads" / f".{'b' * 32}.part"
    part.write_text("half")
    cleared = clear(held(["downloads"]))
    assert (cleared.files, files_in(filled / "downloads")) == (1, {part.name})
    assert cleared.kept == ((part, "it is in use"),)


def test_a_file_that_cannot_be_deleted_is_named(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cache_folder.Path, "unlink", refuse)
    outcome = rnntui("cache", "clear", "texts", "--yes")
    assert outcome.code == 0
    assert "stays: permission denied." in outcome.err


def test_the_command_line_names_the_parts() -> None:
    assert [*PartName] == [part.name for part in PARTS]
