"""Who imports what beyond the contracts of pyproject.toml, and what a command loads."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest

import rnntui
from rnntui.tasks.characters.opening import events_of, new_run
from rnntui.text.corpus import corpus_from_text
from tests.command_line import SMALL, python, run_called
from tests.factories import TINY_TEXT, tiny_config

PACKAGE = Path(rnntui.__file__).parent

SHOWN_MODULES = """
import json, sys
from rnntui.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print("\\n" + json.dumps([code, loaded]))
"""


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a process has loaded after running a command."""
    outcome = python(SHOWN_MODULES, *arguments)
    code, loaded = json.loads(outcome.out.splitlines()[-1])
    assert code == 0, outcome
    return set(loaded)


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the package by its path below it."""
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def imported(tree: ast.Module) -> set[str]:
    """The modules that a module imports, anywhere in it, by their full names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(node.module or "")
    return names


def distributions(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports."""
    return {name.partition(".")[0] for name in imported(tree)}


def calls(tree: ast.Module, function: str) -> bool:
    """Whether a module calls a function of that plain name."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
        for node in ast.walk(tree)
    )


def test_the_walk_over_the_package_sees_it() -> None:
    seen = {path for path, _ in modules()}
    assert {"cli/main.py", "tui/app.py", "training/loop.py", "text/corpus.py"} <= seen


def test_only_the_screen_imports_textual() -> None:
    others = [path for path, tree in modules() if not path.startswith("tui/")]
    importing = {path for path, tree in modules() if "textual" in distributions(tree)}
    assert not importing & set(others)
    assert importing


def test_only_the_command_line_imports_typer() -> None:
    importing = {path for path, tree in modules() if {"typer", "click"} & distributions(tree)}
    assert importing
    assert all(path.startswith("cli/") for path in importing)


def test_nothing_prints() -> None:
    assert [path for path, tree in modules() if calls(tree, "print")] == []


def test_the_command_line_reaches_the_screen_only_by_its_door() -> None:
    doors = {
        (path, name)
        for path, tree in modules()
        for name in imported(tree)
        if name.startswith("rnntui.tui") and not path.startswith("tui/")
    }
    opening = ("cli/main.py", "cli/learn.py", "cli/serve/command.py")  # the commands that open it
    asking = ("cli/machine/checks.py",)  # whether its settings are valid
    assert doors == {(path, "rnntui.tui.app") for path in (*opening, *asking)}


def test_the_screen_does_not_know_the_command_line() -> None:
    knowing = {
        path
        for path, tree in modules()
        if path.startswith("tui/") and any(n.startswith("rnntui.cli") for n in imported(tree))
    }
    assert knowing == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_neither_torch_nor_textual_nor_numpy(option: str) -> None:
    loaded = loaded_by(option)
    assert "rnntui" in loaded
    assert not loaded & {"torch", "textual", "numpy"}


@pytest.mark.slow
def test_training_loads_no_textual() -> None:
    loaded = loaded_by("train", "hello", "--name", "a", "--steps", "1", *SMALL)
    assert "torch" in loaded
    assert "textual" not in loaded


def test_sampling_loads_neither_torch_nor_textual() -> None:
    folder = run_called("tiny")
    run = new_run(
        folder.path.parent, corpus_from_text("tiny", TINY_TEXT), tiny_config(steps=1), folder.name
    )
    list(events_of(run))
    loaded = loaded_by("sample", "tiny", "--length", "5", "--count", "0")
    assert "numpy" in loaded
    assert not loaded & {"torch", "textual"}
