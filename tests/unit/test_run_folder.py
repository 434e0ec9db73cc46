"""The folder of a run: its name, its record, its lock, and how its checkpoints are found."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnntui.errors import CheckpointError
from rnntui.tasks.characters.opening import new_run
from rnntui.training.events import Finished, Sampled, Started, Step, TrainEvent, to_json
from rnntui.training.runs import record as record_module
from rnntui.training.runs.folder import (
    RunFolder,
    check_run_name,
    create_run_folder,
    find_checkpoint,
    find_run,
    free_run_name,
    list_runs,
    read_configuration,
    reference_to,
)
from rnntui.training.runs.lock import is_being_trained, lock, unlock
from rnntui.training.runs.record import Record, read_events, recorded
from tests.factories import tiny_config, tiny_corpus

TABLES = {"run": {"name": "tiny"}}


def folder_in(parent: Path, name: str = "tiny") -> RunFolder:
    """A new run's folder."""
    folder = RunFolder(parent / name)
    create_run_folder(folder, TABLES)
    return folder


def step(number: int) -> Step:
    """The event of a step."""
    return Step(number, float(number), 0.1, 2.0, 0.01, 1.0, 100.0)


def filled(folder: RunFolder, *events: TrainEvent) -> RunFolder:
    """The folder with these events in its record."""
    record = Record(folder, keep_lines=0)
    for event in events:
        record.append(event)
    record.close()
    return folder


# Names.


@pytest.mark.parametrize("name", ["tiny", "a", "tale-lstm-1", "v1.2_b", "서울", "a b", "x" * 100])
def test_plain_names_are_accepted(tmp_path: Path, name: str) -> None:
    check_run_name(name)
    create_run_folder(RunFolder(tmp_path / name), TABLES)
    assert find_run(tmp_path, name).name == name


BAD_NAMES = [
    *("", ".", "..", "../x", "a/b", "/", "/etc", "a\\b", ".hidden", "-flag", "a:b", "NAME:last"),
    *(" a", "a ", "\ta", "a\n", "a\x00b", "a\x1b[31mb", "a\x7f", "a\u2028b", "\ud800", "a\u200bb"),
    *("a*", "a?", 'a"b', "a<b", "a>b", "a|b", "x" * 101, "가" * 34, "x" * 300),
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_bad_names_are_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError, match="can't be a run's name"):
        check_run_name(name)
    with pytest.raises(CheckpointError, match="can't be a run's name"):
        new_run(tmp_path / "runs", tiny_corpus(), tiny_config(), name)
    assert list(tmp_path.iterdir()) == []


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
@example("가" * 200)
@example("...")
@settings(max_examples=150)
def test_a_name_made_from_any_text_can_be_a_runs(text: str) -> None:
    name = free_run_name(Path("nowhere"), text)
    check_run_name(name)
    assert name.endswith("-1")


def test_a_name_that_is_made_takes_the_first_free_number(tmp_path: Path) -> None:
    for number in (1, 2, 4):
        folder_in(tmp_path, f"tale-lstm-{number}")
    assert free_run_name(tmp_path, "tale-lstm") == "tale-lstm-3"


def test_a_taken_name_is_refused_by_a_sentence_that_names_resume(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    before = folder.configuration.read_bytes()
    for _ in range(2):
        with pytest.raises(CheckpointError, match="--resume tiny"):
            new_run(tmp_path, tiny_corpus(), tiny_config(), "tiny")
        with pytest.raises(CheckpointError, match="--resume tiny"):
            create_run_folder(folder, {"run": {"name": "other"}})
    assert folder.configuration.read_bytes() == before
    assert list(tmp_path.iterdir()) == [folder.path]


def test_a_file_of_that_name_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("runs")
    with pytest.raises(CheckpointError, match=r"README\.md"):
        new_run(tmp_path, tiny_corpus(), tiny_config(), "README.md")
    assert (tmp_path / "README.md").read_text() == "runs"


# Making the folder.


def test_a_new_folder_has_its_configuration_and_is_open_to_others(tmp_path: Path) -> None:
    folder = folder_in(tmp_path / "deep" / "runs")
    assert read_configuration(folder) == TABLES
    assert folder.path.stat().st_mode & 0o777 == 0o755
    assert list((tmp_path / "deep" / "runs").iterdir()) == [folder.path]


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    assert read_configuration(folder_in(tmp_path)) == TABLES


def full_disk(*_: object, **__: object) -> NoReturn:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_can_not_be_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(CheckpointError, match="No space left on device"):
        folder_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_kill_while_the_folder_is_made_leaves_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            folder_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(CheckpointError, match="can't be made"):
        folder_in(tmp_path / "runs")


def test_runs_are_listed_by_name_without_what_is_no_run(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        folder_in(tmp_path, name)
    (tmp_path / "README.md").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "a").rename(tmp_path / ".a.cut-off")
    assert [folder.name for folder in list_runs(tmp_path)] == ["b", "c"]
    assert list_runs(tmp_path / "nowhere") == ()


# Finding.


def with_files(folder: RunFolder, *names: str) -> RunFolder:
    """The folder with files of these names."""
    for name in names:
        (folder.path / name).write_bytes(b"x")
    return folder


def test_a_runs_name_means_its_best_checkpoint_and_its_last_before_there_is_one(
    tmp_path: Path,
) -> None:
    folder = with_files(folder_in(tmp_path), "last.safetensors")
    assert find_checkpoint(tmp_path, "tiny") == folder.last
    with_files(folder, "best.safetensors")
    assert find_checkpoint(tmp_path, "tiny") == folder.best


def test_a_reference_may_say_which_checkpoint(tmp_path: Path) -> None:
    folder = with_files(folder_in(tmp_path), "last.safetensors", "best.safetensors")
    assert find_checkpoint(tmp_path, "tiny:last") == folder.last
    assert find_checkpoint(tmp_path, "tiny:best") == folder.best


def test_a_reference_may_be_a_folder_or_a_file(tmp_path: Path) -> None:
    folder = with_files(folder_in(tmp_path), "last.safetensors", "best.safetensors")
    elsewhere = tmp_path / "elsewhere"
    assert find_checkpoint(elsewhere, str(folder.path)) == folder.best
    assert find_checkpoint(elsewhere, f"{folder.path}{os.sep}") == folder.best
    assert find_checkpoint(elsewhere, f"{folder.path}:last") == folder.last
    assert find_checkpoint(elsewhere, str(folder.last)) == folder.last


def test_a_name_is_looked_up_among_the_runs_before_the_shipped_ones(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    with_files(folder_in(shipped), "best.safetensors")
    assert find_checkpoint(own, "tiny", shipped) == shipped / "tiny" / "best.safetensors"
    assert find_checkpoint(own, "tiny:best", shipped) == shipped / "tiny" / "best.safetensors"
    with_files(folder_in(own), "last.safetensors")
    assert find_checkpoint(own, "tiny", shipped) == own / "tiny" / "last.safetensors"


def test_a_checkpoint_is_referred_to_by_what_finds_it(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    folder = with_files(folder_in(own, "first"), "last.safetensors", "best.safetensors")
    ours = with_files(folder_in(shipped), "best.safetensors")
    outside = with_files(folder_in(tmp_path / "outside"), "best.safetensors").best
    paths = (folder.best, folder.last, ours.best, outside, tmp_path / "no.safetensors")
    references = [reference_to(own, path, shipped) for path in paths]
    assert references == ["first", "first:last", "tiny", *map(str, paths[3:])]


@pytest.mark.parametrize("reference", ["tiny", "tiny:last", "tiny:best"])
def test_a_run_without_a_checkpoint_yet_is_said_so(tmp_path: Path, reference: str) -> None:
    folder_in(tmp_path)
    with pytest.raises(CheckpointError, match=r"has no .* checkpoint yet"):
        find_checkpoint(tmp_path, reference)


def test_no_best_checkpoint_is_not_made_up_from_the_last(tmp_path: Path) -> None:
    with_files(folder_in(tmp_path), "last.safetensors")
    with pytest.raises(CheckpointError, match="no best checkpoint yet"):
        find_checkpoint(tmp_path, "tiny:best")


@pytest.mark.parametrize(
    "reference",
    ["nobody", "nobody:last", "no.safetensors", ":last", "x" * 300, "x" * 300 + ".safetensors"],
    ids=lambda reference: reference[:20],
)
def test_what_is_not_there_is_said_so(tmp_path: Path, reference: str) -> None:
    with pytest.raises(CheckpointError, match="There is no run called"):
        find_checkpoint(tmp_path, reference, tmp_path / "shipped")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[run", b"run = 1\nrun = 2\n"])
def test_a_damaged_configuration_is_said_so(tmp_path: Path, content: bytes) -> None:
    folder = folder_in(tmp_path)
    folder.configuration.write_bytes(content)
    if content:
        with pytest.raises(CheckpointError, match=r"run\.toml can't be read"):
            read_configuration(folder)
    else:
        assert read_configuration(folder) == {}
    folder.configuration.unlink()
    with pytest.raises(CheckpointError, match=r"run\.toml can't be read"):
        read_configuration(folder)


# The record.


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    events = [
        step(1),
        Sampled(1, 1.0, "a", "b\r\n\u2028\ud800"),
        step(2),
        Finished(2, 2.0, "budget"),
    ]
    folder = filled(folder_in(tmp_path), *events)
    assert list(read_events(folder)) == events
    assert folder.metrics.read_bytes() == b"".join(to_json(e).encode() + b"\n" for e in events)


def test_a_run_without_a_record_has_no_events(tmp_path: Path) -> None:
    assert list(read_events(folder_in(tmp_path))) == []


def test_events_are_recorded_before_they_are_passed_on(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    record = Record(folder, keep_lines=0)
    for event in recorded([step(1), step(2)], record):
        assert list(read_events(folder))[-1] == event
    assert record.lines == 2
    record.close()


@pytest.mark.parametrize(("keep", "kept"), [(0, 0), (1, 1), (3, 3), (4, 4), (9, 4)])
def test_a_record_opened_again_keeps_the_lines_that_it_is_told(
    tmp_path: Path, keep: int, kept: int
) -> None:
    folder = filled(folder_in(tmp_path), *map(step, range(4)))
    record = Record(folder, keep_lines=keep)
    assert record.lines == kept
    record.append(step(99))
    record.close()
    assert [event.step for event in read_events(folder)] == [*range(kept), 99]


@given(st.integers(0, 400), st.integers(0, 5))
@settings(max_examples=40)
def test_a_record_cut_at_any_byte_keeps_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, cut: int, keep: int
) -> None:
    folder = filled(folder_in(tmp_path_factory.mktemp("runs")), *map(step, range(4)))
    content = folder.metrics.read_bytes()[:cut]
    folder.metrics.write_bytes(content)
    whole = min(content.count(b"\n"), keep)
    assert len(list(read_events(folder))) == content.count(b"\n")
    record = Record(folder, keep_lines=keep)
    record.append(step(99))
    record.close()
    assert [event.step for event in read_events(folder)] == [*range(whole), 99]


@pytest.mark.parametrize(
    "noise",
    [b"\xff\xfe\n", b"\0" * 50 + b"\n", b"\n", b"null\n", "é\n".encode(), b"[" * 100_000 + b"\n"],
    ids=lambda noise: repr(noise[:8]),
)
def test_a_record_ends_before_a_line_that_is_no_event(tmp_path: Path, noise: bytes) -> None:
    folder = filled(folder_in(tmp_path), step(1))
    with folder.metrics.open("ab") as file:
        file.write(noise + to_json(step(2)).encode() + b"\n")
    assert list(read_events(folder)) == [step(1)]
    Record(folder, keep_lines=3).close()


def test_samples_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    folder = filled(
        folder_in(tmp_path),
        Sampled(1, 1.25, "a", "bc\nd"),
        step(2),
        Sampled(9, 20.0, "", "é가\ud800"),
    )
    assert folder.samples.read_bytes().decode() == (
        "---- step 1, 1.2 s ----\nabc\nd\n\n---- step 9, 20.0 s ----\né가\\ud800\n\n"
    )


def test_samples_are_rebuilt_from_what_the_record_keeps(tmp_path: Path) -> None:
    samples = [Sampled(number, float(number), "a", str(number)) for number in range(3)]
    folder = filled(folder_in(tmp_path), *samples)
    folder.samples.write_text("scribble")
    record = Record(folder, keep_lines=2)
    record.append(Sampled(7, 7.0, "a", "7"))
    record.close()
    headings = [line for line in folder.samples.read_text().splitlines() if line.startswith("--")]
    assert headings == [f"---- step {step}, {step}.0 s ----" for step in (0, 1, 7)]


def test_torn_files_of_a_kill_are_cleared_away(tmp_path: Path) -> None:
    folder = with_files(
        folder_in(tmp_path),
        *(".last.safetensors.k3x.part", ".best.safetensors.9_1.part", ".samples.txt.abc.part"),
        *("last.safetensors", "notes.part"),
    )
    Record(folder, keep_lines=0).close()
    left = {path.name for path in folder.path.iterdir()}
    expected = {"run.toml", "metrics.jsonl", "samples.txt", "last.safetensors", "notes.part"}
    assert left == expected


def test_a_full_disk_is_said_so_and_the_lines_before_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_in(tmp_path)
    record = Record(folder, keep_lines=0)
    record.append(step(1))
    monkeypatch.setattr(record_module, "_write_all", full_disk)
    with pytest.raises(CheckpointError, match=r"No space left on device.*then resume"):
        record.append(step(2))
    assert record.lines == 1
    record.close()
    assert list(read_events(folder)) == [step(1)]


def test_a_write_that_takes_only_a_part_is_finished(tmp_path: Path) -> None:
    class Sluggish(FileIO):
        def write(self, content: Any) -> int:
            return super().write(bytes(content)[:5])

    folder = folder_in(tmp_path)
    with Sluggish(folder.metrics, "w") as file:
        record_module._write_all(file, to_json(step(1)).encode() + b"\n")
    assert list(read_events(folder)) == [step(1)]


# The lock.


def test_a_second_trainer_in_the_same_process_is_refused(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    record = Record(folder, keep_lines=0)
    record.append(step(1))
    assert is_being_trained(folder)
    with pytest.raises(CheckpointError, match="'tiny' is being trained"):
        Record(folder, keep_lines=0)
    assert list(read_events(folder)) == [step(1)]
    record.close()


def test_the_lock_is_free_once_the_record_is_closed(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    Record(folder, keep_lines=0).close()
    assert not is_being_trained(folder)
    Record(folder, keep_lines=0).close()


def test_looking_whether_a_run_is_trained_is_not_training_it(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    with _looked_at(folder):
        assert not is_being_trained(folder)


@contextmanager
def _looked_at(folder: RunFolder) -> Iterator[None]:
    descriptor = lock(folder, "with others")
    yield
    unlock(descriptor)


def test_a_run_that_is_gone_is_not_being_trained(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "gone")
    assert not is_being_trained(folder)
    with pytest.raises(CheckpointError, match="can't be written"):
        Record(folder, keep_lines=0)


def test_a_record_that_can_not_be_opened_leaves_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(record_module, "atomic_write", full_disk)
        with pytest.raises(CheckpointError, match="can't be written"):
            Record(folder, keep_lines=0)
    assert not is_being_trained(folder)


def test_a_file_system_without_locks_trains_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def without_locks(*_: object) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", without_locks)
    folder = filled(folder_in(tmp_path), step(1))
    assert list(read_events(folder)) == [step(1)]
    assert not is_being_trained(folder)


HOLDER = """
import sys
from pathlib import Path
from rnntui.training.runs.record import Record
from rnntui.training.runs.folder import RunFolder
record = Record(RunFolder(Path(sys.argv[1])), keep_lines=0)
sys.stdout.write("held")
sys.stdout.flush()
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(folder: RunFolder) -> Iterator["subprocess.Popen[bytes]"]:
    """The run while another process trains it."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder.path)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out: BinaryIO = holder.stdout  # type: ignore[assignment]
    assert out.read(4) == b"held"
    try:
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def test_a_second_trainer_in_another_process_is_refused_until_the_first_is_killed(
    tmp_path: Path,
) -> None:
    folder = folder_in(tmp_path)
    with held_by_another_process(folder) as holder:
        assert is_being_trained(folder)
        with pytest.raises(CheckpointError, match="being trained by another process"):
            Record(folder, keep_lines=0)
        holder.kill()
        holder.wait()
        assert not is_being_trained(folder)
        Record(folder, keep_lines=0).close()


def test_a_record_is_read_while_it_is_being_written(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    record = Record(folder, keep_lines=0)
    started = Started(0, 0.0, "tiny", "tiny", 99, 12, 1000, 118, 9, 47, 12, "cpu")
    record.append(started)
    reader = read_events(folder)
    assert next(reader) == started
    record.append(step(1))
    assert list(read_events(folder)) == [started, step(1)]
    record.close()


def test_a_name_that_is_not_quite_a_runs_is_answered_with_those_like_it(tmp_path: Path) -> None:
    folder_in(tmp_path, "novel-lstm-2")
    with pytest.raises(CheckpointError, match=r"; did you mean novel-lstm-2\.$"):
        find_run(tmp_path, "novel-lstm2")
    (tmp_path / "something els").mkdir()  # no run
    with pytest.raises(CheckpointError, match="'rnntui checkpoints list' shows them"):
        find_run(tmp_path, "something else")
