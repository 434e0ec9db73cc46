"""In a run's folder only plain files are opened: no link is followed, and nothing is waited for."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from rnntui import places
from rnntui.errors import CheckpointError, RnntuiError
from rnntui.plain_files import open_plain, open_to_append, read_plain
from rnntui.runtime.recorded.following import RunFollower
from rnntui.runtime.recorded.record_tail import RecordTail
from rnntui.runtime.run_reading import RunReading
from rnntui.tasks.characters.opening import resume_run
from rnntui.tasks.summary import summarise
from rnntui.training.events import LONGEST_LINE, Sampled, to_json
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record, read_events
from rnntui.tui.playground.starting import StartRequest, find_start
from tests.classify_factories import classified, classify_run
from tests.command_line import Outcome, rnntui, text_file
from tests.factories import losses, resumed, tiny_run, trained
from tests.run_files import record, run_on_disk, written

Displace = Callable[[Path], None]


@pytest.fixture(autouse=True)
def _end_of_waiting() -> Iterator[None]:
    """Fail, not hang, where something is waited for after all."""

    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError("waited for a file that never comes")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def endless(path: Path) -> None:
    """A link to a device that has no end."""
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def linked(path: Path) -> None:
    """A link to the file itself, which is elsewhere."""
    elsewhere = path.parent.parent / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def folder_instead(path: Path) -> None:
    """A folder of that name."""
    path.unlink(missing_ok=True)
    path.mkdir()


KINDS = [fifo, endless, linked, folder_instead]
FILES = ["run.toml", "metrics.jsonl", "samples.txt", "last.safetensors", "best.safetensors"]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def displace(request: pytest.FixtureRequest) -> Displace:
    """What is put in a file's place."""
    kind: Displace = request.param
    return kind


def said_plainly(outcome: Outcome) -> bool:
    """Whether a command ended well, or with a sentence."""
    assert outcome.code in (0, 1), outcome
    assert "Traceback" not in outcome.err
    assert outcome.code == 0 or outcome.err.startswith("rnntui: ")
    return outcome.code == 0


# Opening.


def test_only_a_plain_file_is_opened(tmp_path: Path, displace: Displace) -> None:
    path = tmp_path / "a" / "file"
    path.parent.mkdir()
    path.write_text("something")
    displace(path)
    for opening in (open_plain, open_to_append, lambda path: read_plain(path, 10)):
        with pytest.raises(OSError, match=r"a symbolic link|not a plain file|a folder"):
            opening(path)


def test_a_link_is_followed_to_a_plain_file_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"content")
    (tmp_path / "link").symlink_to("there")
    assert read_plain(tmp_path / "link", 7, "followed") == b"content"
    endless(tmp_path / "link")
    with pytest.raises(OSError, match="not a plain file"):
        read_plain(tmp_path / "link", 7, "followed")


def test_no_more_is_read_than_is_stated(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345678")
    with pytest.raises(OSError, match="more than 7 bytes"):
        read_plain(tmp_path / "file", 7)


# A run of which one file is something else.


@pytest.mark.parametrize("name", FILES)
def test_every_command_says_what_is_wrong_or_does_without_the_file(
    name: str, displace: Displace
) -> None:
    runs = places.checkpoints_dir()
    run_on_disk(runs, "good", record(30))
    folder = run_on_disk(runs, "bad", record(30))
    folder.samples.write_text("a sample")
    displace(folder.path / name)
    listing = rnntui("checkpoints", "list")
    assert said_plainly(listing)
    assert "good" in listing.out
    assert "bad" in listing.out + listing.err
    for command in (
        ("checkpoints", "show", "bad"),
        ("checkpoints", "show", "bad:last"),
        ("sample", "bad", "--length", "5", "--prime", "t"),
        ("eval", "bad", text_file("the cat sat on the mat. " * 20)),
        ("train", "--resume", "bad", "--steps", "200"),
        ("checkpoints", "rename", "bad", "worse"),
    ):
        said_plainly(rnntui(*command))
    assert said_plainly(rnntui("checkpoints", "list"))


@pytest.mark.parametrize("name", FILES)
def test_a_run_is_exported_from_plain_files_alone(
    name: str, displace: Displace, tmp_path: Path
) -> None:
    folder = run_on_disk(places.checkpoints_dir(), "bad", record(30))
    folder.samples.write_text("a sample")
    displace(folder.path / name)
    assert not said_plainly(rnntui("checkpoints", "export", "bad", "--to", tmp_path / "a.zip"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_the_runs_screen_reads_on(name: str, displace: Displace, tmp_path: Path) -> None:
    run_on_disk(tmp_path, "good", record(30))
    folder = run_on_disk(tmp_path, "bad", record(30))
    folder.samples.write_text("a sample")
    displace(folder.path / name)
    reading = RunReading(tmp_path, lambda: 0.0)
    assert [run.name for run in reading.runs()] == ["bad", "good"]
    assert "good" in [name for name, _ in reading.curves(["bad", "good"])]


@pytest.mark.parametrize("name", FILES)
def test_a_classifier_is_no_exception(name: str, displace: Displace, tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    classified(run)
    (tmp_path / "runs").rename(places.checkpoints_dir())
    folder = RunFolder(places.checkpoints_dir() / "tiny")
    folder.samples.touch()
    displace(folder.path / name)
    assert said_plainly(rnntui("checkpoints", "list"))
    for command in (
        ("checkpoints", "show", "tiny"),
        ("classify", "predict", "tiny", "the lamp was dull"),
        ("classify", "eval", "tiny"),
        ("classify", "train", "--resume", "tiny", "--epochs", "4"),
        ("checkpoints", "export", "tiny", "--to", tmp_path / "a.zip"),
    ):
        said_plainly(rnntui(*command))


def test_a_record_that_is_not_plain_is_neither_followed_nor_replayed(
    displace: Displace, tmp_path: Path
) -> None:
    folder = run_on_disk(tmp_path, "bad", record(30))
    displace(folder.metrics)
    with pytest.raises(RnntuiError, match="can't be read"):
        RunFollower(folder).poll()
    with pytest.raises(RnntuiError, match=r"can't be read .*(link|plain|folder)"):
        list(read_events(folder))


# Writing.


def test_a_resume_does_not_write_through_a_link(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    letter = tmp_path / "letter"
    letter.write_text("Dear Sir,\nI wish to complain.\n")
    run.folder.metrics.unlink()
    run.folder.metrics.symlink_to(letter)
    with pytest.raises(CheckpointError, match=r"can't be written \(it is a symbolic link\)"):
        trained(resumed(run, steps=20))
    assert letter.read_text() == "Dear Sir,\nI wish to complain.\n"


def test_a_link_in_the_place_of_the_samples_or_a_checkpoint_is_replaced(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    for path in (run.folder.samples, run.folder.best):
        (tmp_path / f"kept-{path.name}").write_bytes(b"mine")
        path.unlink()
        path.symlink_to(tmp_path / f"kept-{path.name}")
    trained(resumed(run, steps=20))
    assert "---- step" in run.folder.samples.read_text()
    assert not run.folder.samples.is_symlink()
    assert (tmp_path / "kept-samples.txt").read_bytes() == b"mine"
    assert (tmp_path / "kept-best.safetensors").read_bytes() == b"mine"


def test_a_copy_of_hard_links_stays_as_it_was_when_the_run_goes_on(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    before = {}
    for path in run.folder.path.iterdir():
        copy = tmp_path / f"copy-{path.name}"
        copy.hardlink_to(path)
        before[copy] = copy.read_bytes()
    trained(resumed(run, steps=20))
    assert {copy: copy.read_bytes() for copy in before} == before
    assert [step for step, _ in losses(run.folder)] == list(range(1, 21))


def test_a_runs_folder_may_be_a_link(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    elsewhere = tmp_path / "large-disk"
    run.folder.path.rename(elsewhere)
    run.folder.path.symlink_to(elsewhere)
    assert summarise(run.folder).state == "finished"
    trained(resumed(run, steps=20))
    assert losses(RunFolder(elsewhere))[-1][0] == 20


def test_a_checkpoint_that_leads_nowhere_is_no_new_beginning(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    before = run.folder.metrics.read_bytes()
    run.folder.last.unlink()
    run.folder.last.symlink_to(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="symbolic link"):
        resume_run(tmp_path, "tiny", {"steps": 20})
    assert run.folder.metrics.read_bytes() == before


def test_a_stream_that_is_remembered_is_not_opened_at_the_next_start(tmp_path: Path) -> None:
    fifo(tmp_path / "pipe")
    for name in (str(tmp_path / "pipe"), "/dev/zero", "-"):
        assert find_start(StartRequest(), name).corpus == find_start(StartRequest(), None).corpus
    assert find_start(StartRequest(), "tale").corpus == "tale"


# Lines without an end.


@pytest.mark.parametrize("start", [b"", written(record(3)).encode()], ids=["at once", "later"])
def test_a_record_of_one_endless_line_is_read_up_to_a_bound(start: bytes, tmp_path: Path) -> None:
    folder = run_on_disk(tmp_path, "sparse", record(3))
    with folder.metrics.open("wb") as file:
        file.write(start)
        file.truncate(1 << 40)  # takes no room on the disk
    assert len(list(read_events(folder))) == len(start.splitlines())
    assert summarise(folder).state == "stopped"
    tail = RecordTail(folder.metrics)
    if start:
        assert tail.look().block == start
    with pytest.raises(OSError, match="a line of it has more than"):
        tail.look()
    opened = Record(folder, keep_lines=1 << 40)
    opened.close()
    assert folder.metrics.read_bytes() == start


def test_the_longest_sample_is_shorter_than_the_bound() -> None:
    line = to_json(Sampled(1, 1.0, "\U0001f600" * 250_000, "\U0001f600" * 1_000_000))
    assert len(line) < LONGEST_LINE
