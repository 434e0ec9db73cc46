"""What documents say of the program is what the program says of itself."""

import re
import runpy
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import typer

from rnntui import places
from rnntui.cli.main import app
from tests.command_line import rnntui
from tests.documents import ROOT, Command, commands, mentions, pages

PAGES = pages()
LESSONS = ROOT / "docs" / "lessons"
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)

SHORT = (
    *("--hidden-size", "20", "--num-layers", "1", "--batch-size", "4", "--seq-length", "16"),
    *("--threads", "1", "--sample-length", "8"),
)
"""Added to each training, which then takes no time; so are the texts, which are short ones."""


def test_the_table_of_settings_is_the_settings() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "settings_table.py"))
    text = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    assert script["with_table"](text) == text, "run scripts/settings_table.py"


def test_a_reason_belongs_to_the_next_block_alone(tmp_path: Path) -> None:
    block, reason = "```\nrnntui eval tiny  # {}\n```\n", "<!-- not run: it waits -->\n"
    write(tmp_path / "page.md", f"{reason}{block}{block}{reason}Words.\n\n    rnntui learn\n")
    found = [(one.line, one.arguments, one.why_not_run) for one in commands(tmp_path / "page.md")]
    assert found == [
        (3, ["eval", "tiny"], "it waits"),
        (6, ["eval", "tiny"], None),
        (11, ["learn"], None),
    ]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder, the user's own, with the files that documents speak of."""
    short = (ROOT / "corpora" / "play.txt").read_text(encoding="utf-8")[:1200]
    library = tmp_path / "library"
    for name in ("play", "tale", "korean", "places", "hello", "alphabet"):
        text = (ROOT / "corpora" / f"{name}.txt").read_text(encoding="utf-8")
        write(library / f"{name}.txt", text[:1200])
    for name in ("shipped.toml", "reviews.tsv"):
        write(library / name, (ROOT / "corpora" / name).read_text(encoding="utf-8"))
    monkeypatch.setattr(places, "shipped_corpora_dir", lambda: library)
    books = tmp_path / "books"
    gutenberg = "*** START OF THE PROJECT GUTENBERG EBOOK A ***\n{}\n*** END OF THE PROJECT"
    write(books / "novel.txt", short)
    write(books / "pg1342.txt", gutenberg.format(short))
    write(books / "korean.txt", (library / "korean.txt").read_text(encoding="utf-8"))
    for name in ("play.txt", "read.txt", "scene.txt", "notes.txt", "input.txt", "photo.jpg"):
        write(tmp_path / name, short)
    save_state_dict(tmp_path / "net.pt", len(set(short)))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def save_state_dict(file: Path, symbols: int) -> None:
    """A network of torch's own layers, as `checkpoints import` reads it."""
    layers = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(symbols, 4),
            "lstm": torch.nn.LSTM(4, 8),
            "head": torch.nn.Linear(8, symbols),
        }
    )
    torch.save(layers.state_dict(), file)


def parse(arguments: Sequence[str]) -> None:
    """Have the program's own parser read these arguments. Raises what it complains of."""
    command: Any = typer.main.get_command(app)
    at_once = {flag for one in command.params if not one.expose_value for flag in one.opts}
    if arguments and arguments[0] in at_once:
        return  # it would be done, as --install-completion, rather than read
    context = command.make_context("rnntui", list(arguments))
    while hasattr(command, "resolve_command"):
        left = [*context._protected_args, *context.args]
        if not left:
            break
        name, command, left = command.resolve_command(context, left)
        context = command.make_context(name, left, parent=context)


@each_page
def test_every_command_is_one_and_is_run_or_says_why_not(page: Path, workplace: Path) -> None:
    """Lessons' commands are run by `make lessons`, which records what they print."""
    elsewhere = recordings(page)
    if page.parent.name == "ko":  # what is run of the English page
        elsewhere += [one.arguments for one in commands(LESSONS / page.name)]
    for command in commands(page):
        if command.why_not_run or command.arguments in elsewhere:
            parse(command.arguments)
        else:
            arguments = quick(command)
            outcome = rnntui(*arguments)
            assert outcome.code == 0, (command, outcome.err)


@each_page
def test_every_command_within_a_sentence_has_the_flags_that_it_names(page: Path) -> None:
    for words in mentions(page):
        command: Any = typer.main.get_command(app)
        names, path = [one for one in words if one[:1] != "-"], list[str]()
        while names and hasattr(command, "commands") and names[0] in command.commands:
            path.append(names.pop(0))
            command = command.commands[path[-1]]
        assert path or words[0].startswith("-") or words[0] == "COMMAND", words
        flags = {flag for parameter in command.params for flag in parameter.opts}
        named = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert named <= flags | {"--help", "--version"}, (words, named - flags)


def test_every_flag_that_takes_another_scripts_place_is_one() -> None:
    text = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
    ours = " ".join(row.split(" | ")[1] for row in text.splitlines() if row.startswith("| `"))
    named = set(re.findall(r"--[a-z][a-z0-9-]*", ours))
    program: Any = typer.main.get_command(app)
    asked = [program.commands[name].params for name in ("train", "sample")]
    assert len(named) > 50
    assert named <= {flag for params in asked for one in params for flag in one.opts}


def quick(command: Command) -> list[str]:
    """The arguments of a command, of a small network where it is a training that begins."""
    arguments = [str(Path(one).expanduser()) for one in command.arguments]
    if arguments[:2] == ["classify", "train"]:
        return [*arguments, "--epochs", "1", "--hidden-size", "8", "--threads", "1"]
    if arguments[0] not in ("train", "race") or "--resume" in arguments:
        return arguments
    epochs = [] if "--keep-every" in arguments else ["--epochs", "2"]
    windows = ["--batch-size", "128"] if "--window" in arguments else []
    return [*arguments, *SHORT, *epochs, *windows]


def recordings(page: Path) -> list[list[str]]:
    """The arguments of the commands that were recorded for a lesson."""
    if LESSONS not in page.parents:
        return []
    script = runpy.run_path(str(ROOT / "scripts" / "lessons.py"))
    recorded = script["recordings_of"](LESSONS / "source" / page.name)
    return [shlex.split(text)[1:] for text in recorded]
