"""Examples, groups of flags, and the manual pages that are made of both."""

import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from rnntui.cli.help.examples import EXAMPLES, examples_of
from rnntui.cli.help.panels import FEW
from rnntui.cli.main import app
from tests.command_line import rnntui
from tests.unit.test_documents import parse

ROOT = Path(__file__).parents[2]
LINES = sorted({line for some in EXAMPLES.values() for line, _ in some})


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """The program and every command, groups included, with their paths."""

    def of(path: tuple[str, ...], found: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield path, found
        for name, part in getattr(found, "commands", {}).items():
            yield from of((*path, name), part)

    yield from of((), get_command(app))


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_a_valid_command_line(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "rnntui"
    parse(words)


def test_every_command_has_examples_of_itself() -> None:
    leaves = {path for path, found in commands() if not path or not hasattr(found, "commands")}
    assert set(EXAMPLES) == leaves
    for path, some in EXAMPLES.items():
        assert all(line.split()[: len(path) + 1] == ["rnntui", *path] for line, _ in some)


def test_help_ends_with_its_examples() -> None:
    shown = rnntui("corpora", "fetch", "--help").out
    assert shown.index("--max-mb") < shown.index("Examples")
    for line, about in examples_of(("corpora", "fetch")):
        assert line in shown
        assert about in shown
    assert "rnntui corpora add novel.txt" in rnntui("corpora", "--help").out


def test_many_flags_stand_in_groups() -> None:
    for path, found in commands():
        options = [one for one in found.params if one.param_type_name == "option"]
        loose = [one.name for one in options if not one.rich_help_panel]
        assert not path or len(options) <= FEW or not loose, (path, loose)


def test_the_manual_pages_are_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "man_pages.py"))["pages"]()
    folder = ROOT / "docs" / "man"
    assert {path.name for path in folder.iterdir()} == set(made)
    for name, text in made.items():
        assert (folder / name).read_text(encoding="ascii") == text, "run scripts/man_pages.py"
