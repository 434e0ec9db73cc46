"""Signals, readers that leave and real terminals: how `train` and `sample` are broken off."""

import errno
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from rnntui.runtime import signals
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.events import Finished
from rnntui.training.runs.record import read_events
from rnntui.training.stopwatch import AwakeClock
from tests.command_line import SMALL, Outcome, Written, command, rnntui, run_called, text_file
from tests.factories import TINY_TEXT, losses, only
from tests.terminals import OnTerminal

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hang_ups_heard")]

ENDLESS = "100000"
"""Steps that no test waits for."""


def train(
    *arguments: str, terminal: bool = False, heard: Callable[[str], object] | None = None
) -> Outcome:
    """Train a run called `a`, which a test has to break off."""
    flags = ("train", text_file(TINY_TEXT), *SMALL, "--steps", ENDLESS, "--name", "a")
    return rnntui(*flags, *arguments, terminal=terminal, heard=heard)


def once(what: Callable[[], object], when: str) -> Callable[[str], None]:
    """Do something as a text with `when` in it is about to be written for the first time."""
    done: list[str] = []

    def heard(text: str) -> None:
        if when in text and not done:
            done.append(text)
            what()

    return heard


def gone() -> None:
    """What a pipe says that nobody reads."""
    raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def started(
    *arguments: str | Path, stdout: int | IO[bytes] = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """The program in a process of its own, its output a pipe."""
    return subprocess.Popen(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )


# Training, in this process.


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("flags", [("--json",), ()])
def test_a_signal_finishes_the_step_saves_and_says_so_by_the_code(
    number: signal.Signals, code: int, flags: tuple[str, ...]
) -> None:
    outcome = train(*flags, heard=once(lambda: signal.raise_signal(number), "step"))
    assert (outcome.code, outcome.err) == (code, "")
    last = load_checkpoint(run_called("a").last)
    assert last.header.progress.step == len(losses(run_called("a")))
    assert only(Finished, list(read_events(run_called("a"))))[-1].reason == "stopped"


@pytest.mark.parametrize(
    "numbers",
    [
        *((signal.SIGHUP, signal.SIGHUP), (signal.SIGTERM, signal.SIGTERM)),
        *((signal.SIGINT, signal.SIGHUP), (signal.SIGHUP, signal.SIGTERM)),
    ],
)
def test_a_signal_that_its_sender_repeats_does_not_hurry(numbers: tuple[signal.Signals]) -> None:
    def all_of_them() -> None:
        for number in numbers:
            signal.raise_signal(number)

    outcome = train(heard=once(all_of_them, "step"))
    assert (outcome.code, outcome.err) == (128 + numbers[0], "")
    assert only(Finished, list(read_events(run_called("a"))))[-1].reason == "stopped"


def test_a_training_that_was_told_to_outlive_its_terminal_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        outcome = train("--steps", "3", heard=once(lambda: signal.raise_signal(signal.SIGHUP), "s"))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (outcome.code, outcome.err) == (0, "")
    assert load_checkpoint(run_called("a").last).header.progress.step == 3


def test_a_display_whose_terminal_is_gone_ends_the_training_well_and_saved() -> None:
    def hung_up() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    outcome = train(terminal=True, heard=once(hung_up, "loss"))
    assert outcome.code == 1
    assert outcome.err == "rnntui: The output can't be written (Input/output error).\n"
    assert only(Finished, list(read_events(run_called("a"))))[-1].reason == "stopped"


def test_an_interrupted_run_goes_on_exactly() -> None:
    train(heard=once(lambda: signal.raise_signal(signal.SIGINT), "step"))
    step = load_checkpoint(run_called("a").last).header.progress.step
    assert rnntui("train", "--resume", "a", "--steps", str(step + 3)).code == 0
    rnntui(*("train", text_file(TINY_TEXT), *SMALL, "--steps", str(step + 3)), "--name", "unbroken")
    assert losses(run_called("a")) == losses(run_called("unbroken"))


def test_an_interruption_at_the_very_first_event_leaves_a_checkpoint_of_step_0() -> None:
    outcome = train(heard=once(lambda: signal.raise_signal(signal.SIGINT), "Training 'a'"))
    assert outcome.code == 130
    assert load_checkpoint(run_called("a").last).header.progress.step == 0
    assert rnntui("train", "--resume", "a", "--steps", "2").code == 0


def test_a_reader_that_leaves_ends_the_training_well_and_saved() -> None:
    outcome = train("--json", heard=once(gone, '"step"'))
    assert (outcome.code, outcome.err) == (0, "")
    step = load_checkpoint(run_called("a").last).header.progress.step
    assert step == len(losses(run_called("a")))
    assert rnntui("train", "--resume", "a", "--steps", str(step + 1)).code == 0


def test_an_interruption_that_ends_the_reader_too_is_still_told_by_the_code() -> None:
    def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)
        gone()

    outcome = train(heard=once(interrupted, "step"))
    assert (outcome.code, outcome.err) == (130, "")
    load_checkpoint(run_called("a").last)


def test_an_output_that_is_full_is_stated_and_the_training_saved() -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    outcome = train(heard=once(full, "step"))
    assert outcome.code == 1
    assert outcome.err == "rnntui: The output can't be written (No space left on device).\n"
    assert only(Finished, list(read_events(run_called("a"))))[-1].reason == "stopped"


def test_a_second_interruption_shows_the_cursor_that_the_display_hid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class LeftError(Exception):
        pass

    def leave(code: int) -> None:
        raise LeftError(code)

    def twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    sent: list[tuple[int, bytes]] = []
    monkeypatch.setattr(Written, "fileno", lambda self: 77)
    monkeypatch.setattr(os, "write", lambda fd, content: sent.append((fd, content)))
    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(LeftError, match="130"):
        train(terminal=True, heard=once(twice, "Training 'a'"))
    assert sent == [(77, b"\x1b[?25h")]


# Training, in a process of its own.


def test_sigint_to_the_real_thing_leaves_130_and_a_checkpoint_that_resumes() -> None:
    text = text_file(TINY_TEXT)
    flags = ("--name", "a", "--steps", ENDLESS, "--json", *SMALL)
    with started("train", text, *flags) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGINT)
        lines += process.stdout.read().splitlines()
        complaints = process.stderr.read()
    events = [json.loads(line)["event"] for line in lines]
    assert (process.returncode, complaints) == (130, b"")
    assert events[-2:] == ["saved", "finished"]
    step = load_checkpoint(run_called("a").last).header.progress.step
    assert rnntui("train", "--resume", "a", "--steps", str(step + 1)).code == 0


def wait_until_stuck(pipe: Path, unread: int, record: Path) -> None:
    """Wait until an event is recorded that can't be told of any more: its pipe is full."""
    ours = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    while select.select([], [ours], [], 0)[1]:
        time.sleep(0.01)
    filled = 0
    with suppress(BlockingIOError):
        while True:
            filled += os.write(ours, b"\n")
    os.close(ours)
    (held,) = struct.unpack("i", fcntl.ioctl(unread, termios.FIONREAD, bytes(4)))
    while record.stat().st_size <= held - filled:
        time.sleep(0.01)


def test_a_second_sigint_leaves_at_once_and_what_was_saved_is_whole(tmp_path: Path) -> None:
    text = text_file(TINY_TEXT)
    flags = ("--name", "a", "--steps", ENDLESS, "--json", *SMALL, "--eval-every", ENDLESS)
    folder = run_called("a")
    # Once its output is full, it can't come to the end of a step.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    unread = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with (
        pipe.open("wb", buffering=0) as output,
        started("train", text, *flags, stdout=output) as process,
    ):
        wait_until_stuck(pipe, unread, folder.metrics)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert process.stderr is not None
        complaints = process.stderr.read()
    os.close(unread)
    assert (process.returncode, complaints) == (130, b"")
    assert only(Finished, list(read_events(folder))) == []
    step = load_checkpoint(folder.last).header.progress.step
    assert step < len(losses(folder))
    assert rnntui("train", "--resume", "a", "--steps", str(step + 1)).code == 0


def test_head_gets_its_lines_and_the_training_ends_well() -> None:
    text = text_file(TINY_TEXT)
    flags = ("--name", "a", "--steps", ENDLESS, "--json", *SMALL)
    with started("train", text, *flags) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.stdout.close()
        complaints = process.stderr.read()
    assert [json.loads(line)["event"] for line in lines] == ["started", "saved", "step"]
    assert (process.returncode, complaints) == (0, b"")
    load_checkpoint(run_called("a").last)


def test_a_connection_that_drops_leaves_129_and_a_checkpoint_that_resumes() -> None:
    flags = (*SMALL, "--name", "a", "--steps", ENDLESS)
    with OnTerminal("train", text_file(TINY_TEXT), *flags) as terminal:
        terminal.read_until(b"loss")
        terminal.hang_up()
        assert terminal.code() == 129
    step = load_checkpoint(run_called("a").last).header.progress.step
    assert step == len(losses(run_called("a"))) > 0
    assert rnntui("train", "--resume", "a", "--steps", str(step + 1)).code == 0


def test_a_training_that_is_suspended_stands_still_and_goes_on() -> None:
    with subprocess.Popen(
        command("train", text_file(TINY_TEXT), *SMALL, "--steps", ENDLESS, "--json"),
        stdout=subprocess.PIPE,
        # Of its own, under a parent in the same session, as a shell's job is.
        process_group=0,
        env=dict(os.environ),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        last = process.stdout.read().splitlines()[-1]
    assert (process.returncode, json.loads(last)["reason"]) == (143, "stopped")


def test_no_training_time_passes_while_the_process_is_suspended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [10.0]
    clock = AwakeClock(lambda: now[0])
    seen: list[float] = []

    def suspended(number: int) -> None:
        assert (number, signal.getsignal(number)) == (signal.SIGTSTP, signal.SIG_DFL)
        now[0] += 100
        seen.append(clock())

    monkeypatch.setattr(signals, "AWAKE", clock)
    monkeypatch.setattr(signal, "raise_signal", suspended)
    handler = signal.getsignal(signal.SIGTSTP)
    signals.sleep_until_continued()
    now[0] += 1
    # Other threads wake up first, and time stands still for them until its length is known.
    assert seen == [10.0]
    assert clock() == 11.0
    assert signal.getsignal(signal.SIGTSTP) is handler


def test_a_real_terminal_is_left_as_it_was_found() -> None:
    flags = (*SMALL, "--steps", "5", "--name", "a")
    with OnTerminal("train", text_file(TINY_TEXT), *flags) as terminal:
        assert terminal.code() == 0
        written = terminal.drawn.decode()
    assert "Training 'a' on own: " in written
    assert "loss" in written
    assert "eta" in written
    assert "Done at step 5" in written
    # The cursor that the display hid is shown again, behind its last line nothing is left open.
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l") >= 0
    assert written.endswith(("\n", "\x1b[?25h"))
    assert "\x1b[?1049" not in written
    assert "Traceback" not in written


# Sampling.


@pytest.fixture
def trained() -> None:
    """A run called `a`."""
    rnntui("train", text_file(TINY_TEXT), *SMALL, "--steps", "2", "--name", "a")


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_endless_text_is_ended_by_a_signal(number: signal.Signals, code: int) -> None:
    left = [200]

    def heard(_: str) -> None:
        left[0] -= 1
        if not left[0]:
            signal.raise_signal(number)

    outcome = rnntui("sample", "a", "--length", "0", heard=heard)
    assert (outcome.code, outcome.err) == (code, "")
    assert len(outcome.out) >= 190


@pytest.mark.usefixtures("trained")
def test_an_endless_text_is_ended_by_sigint_to_the_real_thing() -> None:
    with started("sample", "a", "--length", "0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(100)) == 100
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        complaints = process.stderr.read()
    assert (process.returncode, complaints) == (130, b"")


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_an_endless_text_is_ended_by_a_closed_pipe(flags: tuple[str, ...]) -> None:
    with started("sample", "a", "--length", "0", *flags) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(100)) == 100
        process.stdout.close()
        complaints = process.stderr.read()
    assert (process.returncode, complaints) == (0, b"")
