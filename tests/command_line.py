"""The program run as people run it: in this process where that is enough, else in its own."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from rnntui import places
from rnntui.cli.main import main
from rnntui.training.runs.folder import RunFolder

SMALL = (
    *("--threads", "1", "--hidden-size", "8", "--num-layers", "1", "--embedding-size", "4"),
    *("--batch-size", "4", "--seq-length", "16", "--sample-length", "12", "--save-every", "1e6"),
)
"""Flags of a network that trains in milliseconds, saved at its beginning and its end."""


@dataclass(frozen=True)
class Outcome:
    """How the program ended and what it wrote."""

    code: int
    out: str
    err: str


class Written(io.TextIOWrapper):
    """A standard stream kept in memory; `heard` is told of every write before it is made."""

    def __init__(self, terminal: bool = False, heard: Callable[[str], object] | None = None):
        super().__init__(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
        self._terminal = terminal
        self._heard = heard or (lambda text: None)

    def isatty(self) -> bool:
        """Whether it passes for a terminal."""
        return self._terminal

    def write(self, text: str) -> int:
        """Keep the text."""
        self._heard(text)
        return super().write(text)

    @property
    def text(self) -> str:
        """All that was written, decoded."""
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode("utf-8", "surrogatepass")


def rnntui(
    *arguments: str | Path,
    stdin: bytes | io.BytesIO = b"",
    terminal: bool = False,
    heard: Callable[[str], object] | None = None,
) -> Outcome:
    """Run the program in this process.

    `terminal` makes its standard output pass for one; `heard` is called with
    each text before it is written there, and may send a signal or raise.
    """
    out, err = Written(terminal, heard), Written()
    source = stdin if isinstance(stdin, io.BytesIO) else io.BytesIO(stdin)
    standard_input = io.TextIOWrapper(source, encoding="utf-8")
    argv = ["rnntui", *map(str, arguments)]
    streams: dict[str, Any] = {"argv": argv, "stdin": standard_input, "stdout": out, "stderr": err}
    with _signals_kept(), mock.patch.multiple(sys, **streams):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Outcome(code, out.text, err.text)


@contextmanager
def _signals_kept() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)
    kept = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def command(*arguments: str | Path) -> list[str]:
    """The command line of the program in a process of its own."""
    return [sys.executable, "-m", "rnntui", *map(str, arguments)]


def python(program: str, *arguments: str) -> Outcome:
    """Run a program text in a fresh interpreter, with the environment of the test."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def text_file(content: str | bytes, name: str = "own.txt") -> Path:
    """A text in a file of the test's own folder."""
    path = Path(os.environ["RNNTUI_HOME"]) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run_called(name: str) -> RunFolder:
    """The folder of a run, there or not."""
    return RunFolder(places.checkpoints_dir() / name)


def stated(outcome: Outcome, *parts: str, code: int = 1) -> None:
    """Assert that the program ended with one sentence on standard error that has these parts."""
    assert outcome.code == code, outcome
    assert "Traceback" not in outcome.err
    assert outcome.err.startswith("rnntui: "), outcome.err
    said = outcome.err.rstrip("\n").splitlines()[-1]
    for part in parts:
        assert part in said, (part, said)
    assert said.endswith((".", "?")), said


def misused(outcome: Outcome, *parts: str) -> None:
    """Assert that the program refused the command line, naming these parts."""
    assert outcome.code == 2, outcome
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    # Boxed and wrapped, so words are looked for one by one.
    words = outcome.err.replace("│", " ").split()
    for part in parts:
        assert part in " ".join(words), (part, outcome.err)
