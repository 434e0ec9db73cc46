"""The program's edge: its help, its exit codes, its standard streams, its tables."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rnntui as package
from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import ReaderGoneError, notify, write_line, write_text
from rnntui.errors import RnntuiError
from rnntui.text.escapes import as_typed, unescaped
from rnntui.text.library.entries import find_text
from tests.command_line import Outcome, Written, command, misused, python, rnntui, stated, text_file

HOSTILE = "a\x1b[31mb\x07c\x9b2J\u202ed\ud800"
"""Sequences that a terminal obeys, and a lone surrogate that no encoding takes."""


# The program.


def test_the_version_is_told() -> None:
    outcome = rnntui("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"rnntui {package.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("--version",), 0, f"rnntui {package.__version__}"),
        (("train", "--help"), 0, "Usage: rnntui train [OPTIONS]"),
        (("nonsense",), 2, "Usage: rnntui [OPTIONS]"),
        (("sample", "nonsense"), 1, "rnntui: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_the_module_is_the_program(arguments: tuple[str, ...], code: int, part: str) -> None:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert part in done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(option: str) -> None:
    outcome = rnntui(option)
    assert outcome.code == 0
    for name in ("train", "sample", "eval", "corpora", "checkpoints", "recipes"):
        assert name in outcome.out


@pytest.mark.parametrize(
    "command",
    [
        *(
            ("train",),
            ("doctor",),
            ("cache", "show"),
            ("cache", "clear"),
            ("race",),
            ("sample",),
            ("eval",),
            ("corpora",),
            ("checkpoints",),
            ("recipes",),
            ("learn",),
        ),
        ("race",),
        *(("corpora", name) for name in ("list", "show", "add", "remove")),
        *(("checkpoints", name) for name in ("list", "show", "rename", "remove")),
        *(("recipes", name) for name in ("list", "show")),
    ],
    ids=" ".join,
)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    outcome = rnntui(*command, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert f" {' '.join(command)} [OPTIONS]" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("--nonsense",), ("train", "--nonsense"), ("sample",), ("corpora", "burn")],
    ids=" ".join,
)
def test_wrong_usage_ends_with_code_2(arguments: tuple[str, ...]) -> None:
    misused(rnntui(*arguments), "Usage:")


def test_without_a_terminal_the_playground_names_what_works_without_one() -> None:
    stated(rnntui(), "needs a terminal", "rnntui train", "rnntui sample")


def test_escape_sequences_in_a_name_are_shown_and_not_obeyed() -> None:
    outcome = rnntui("sample", "\x1b[31mred\x07")
    stated(outcome, "\\x1b[31mred\\x07")
    assert "\x1b" not in outcome.err


@pytest.mark.parametrize("name", ["x" * 300, "y/" * 3000, "가" * 100, "a\0b", "[red]", ".", ""])
@pytest.mark.parametrize(
    "command",
    [
        ("train", "--recipe"),
        ("train", "--resume"),
        ("train", "hello", "--init-from"),
        ("train", "hello", "--name=a", "--normalise"),
        ("sample",),
        ("eval",),
        ("corpora", "remove", "--yes"),
        ("checkpoints", "show"),
        ("checkpoints", "rename", "a"),
        ("checkpoints", "remove", "--yes"),
        ("recipes", "show"),
    ],
    ids=" ".join,
)
def test_no_name_however_strange_is_answered_with_a_traceback(
    command: tuple[str, ...], name: str
) -> None:
    stated(rnntui(*command, name))


def test_what_a_file_system_refuses_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(errno.EIO, "Input/output error", "/corpora")

    monkeypatch.setattr("rnntui.text.library.entries.list_texts", refuse)
    outcome = rnntui("corpora", "list")
    assert (outcome.code, outcome.err) == (1, "rnntui: /corpora: Input/output error.\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_says_so_by_its_code(number: signal.Signals, code: int) -> None:
    outcome = rnntui("corpora", "list", heard=lambda _: signal.raise_signal(number))
    assert (outcome.code, outcome.err) == (code, "")


def test_an_output_that_takes_only_ascii_gets_the_codes_of_other_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setenv("RNNTUI_TEXT", str(text_file("가나다 é\n" * 3)))
    outcome = python(
        "import os; from rnntui.cli.main import main; import sys;"
        " sys.argv[1:] = ['corpora', 'show', os.environ['RNNTUI_TEXT']]; main()"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert r"\uac00\ub098\ub2e4 \xe9" in outcome.out


# Standard streams.


def test_text_goes_raw_to_a_pipe() -> None:
    pipe = Written()
    write_text("a\tb\x1b[31m", pipe)
    assert pipe.text == "a\tb\x1b[31m"


def test_text_goes_to_a_terminal_with_nothing_to_obey_in_it() -> None:
    terminal = Written(terminal=True)
    write_text(HOSTILE + "\n", terminal)
    assert terminal.text == "a␛[31mb␇c\ufffd2J·d\ufffd\n"


class Closed(Written):
    """A stream that refuses every write."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        raise self._error


def test_a_reader_that_is_gone_is_no_error_to_state() -> None:
    with pytest.raises(ReaderGoneError):
        write_line("a", Closed(BrokenPipeError(errno.EPIPE, "Broken pipe")))


def test_a_full_disk_is_stated() -> None:
    with pytest.raises(RnntuiError, match=r"No space left on device"):
        write_line("a", Closed(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))


def test_a_reader_that_leaves_in_the_middle_of_a_table_ends_the_command_well() -> None:
    def gone(_: str) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    for arguments in (("corpora", "list"), ("recipes", "list"), ("recipes", "show", "default")):
        outcome = rnntui(*arguments, heard=gone)
        assert (outcome.code, outcome.err, outcome.out) == (0, "", "")


def test_an_output_that_is_full_is_stated() -> None:
    def full(_: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    stated(rnntui("corpora", "list", heard=full), "can't be written (No space left on device)")


def test_a_notice_has_the_programs_name_and_nothing_to_obey(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notify(f"Read {HOSTILE}.")
    assert capsys.readouterr().err == "rnntui: Read a␛[31mb␇c\ufffd2J·d\ufffd.\n"


# Tables.


def test_a_table_has_its_figures_flush_right() -> None:
    pipe = Written()
    print_table(("name", ">size"), [("a", "1"), ("b", "1,000")], stream=pipe)
    lines = [line.rstrip() for line in pipe.text.splitlines() if line.strip()]
    assert lines[0].split() == ["name", "size"]
    assert [line.split() for line in lines[-2:]] == [["a", "1"], ["b", "1,000"]]
    assert len(lines[-1]) == len(lines[-2])


def test_a_table_in_a_pipe_is_not_folded_to_a_terminals_width() -> None:
    pipe = Written()
    print_table(("about",), [("x" * 150,)], stream=pipe)
    assert "x" * 150 in pipe.text
    assert "\x1b" not in pipe.text


def test_a_table_shows_markup_and_escape_sequences_as_they_are() -> None:
    for stream in (Written(), Written(terminal=True)):
        print_table(("name",), [("[red]a[/red]\x1b[2J",)], "[bold]t[/bold]\x1b[2J", stream)
        assert "[red]a[/red]␛[2J" in stream.text
        assert "[bold]t[/bold]␛[2J" in stream.text
        assert "\x1b[2J" not in stream.text


def test_a_table_without_rows_is_its_head() -> None:
    pipe = Written()
    print_table(("name", ">size"), [], stream=pipe)
    assert "name" in pipe.text


# Standard streams that are closed.


def closed(streams: str, program: list[str]) -> Outcome:
    """Run a program with standard streams closed, as in `>&-`."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", *program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_closed_standard_output_is_written_to_nobody() -> None:
    assert closed(">&-", command("corpora", "list")) == Outcome(0, "", "")


def test_a_stated_error_ends_with_its_code_where_nobody_can_read_it() -> None:
    program = command("corpora", "show", "nonsense")
    assert closed(">&- 2>&- <&-", program) == Outcome(1, "", "")


def test_a_question_without_anybody_to_answer_it_is_a_no() -> None:
    path = text_file("own words\n")
    rnntui("corpora", "add", path)
    outcome = closed("<&-", command("corpora", "remove", "own"))
    assert outcome.code == 1
    assert outcome.err.endswith("Aborted.\n")
    assert find_text("own").path.is_file()


def test_files_never_take_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """What is written to standard output below Python would go into them."""
    program = (
        "import os, sys; from rnntui.cli.output.terminal import open_closed_streams\n"
        "open_closed_streams()\n"
        "with open(sys.argv[1], 'w') as file: file.write(str(file.fileno() > 2))\n"
        "os.write(1, b'words'); print('words', sys.stdin.read(), file=sys.stderr)"
    )
    path = tmp_path / "file"
    outcome = closed(">&- 2>&- <&-", [sys.executable, "-c", program, str(path)])
    assert outcome == Outcome(0, "", "")
    assert path.read_text() == "True"


# Arguments.


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (os.fsdecode("가é".encode()), "가é"),
        ("\udcea\udcb0\udc80", "가"),
        ("caf\udce9", "café"),
        ("plain", "plain"),
        ("\ud800", "\ud800"),
    ],
)
def test_bytes_that_the_locale_does_not_know_are_the_characters_they_stand_for(
    given: str, text: str
) -> None:
    """In UTF-8, or else in what most legacy texts are in."""
    assert as_typed(given) == text
    assert unescaped(given) == text


def test_a_prime_is_answered_with_its_characters_whatever_the_locale() -> None:
    """It was answered with lone surrogates."""
    outcome = rnntui("sample", "tiny", "--prime", "\udcec\udc95\udc88", "--length", "1")
    assert "'안' -> ' '" in outcome.err
