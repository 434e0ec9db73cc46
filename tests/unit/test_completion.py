"""What shells are offered behind a half-typed command line: the protocol, the words, real Bash."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rich
from typer.completion import get_completion_script
from typer.main import get_command

from rnntui import places
from rnntui.cli.completion import words
from rnntui.cli.completion.protocol import VARIABLE, rejoined
from rnntui.cli.completion.wiring import EVERYWHERE, SOMEWHERE, TYPED, offered, source_of
from rnntui.cli.completion.words import Word, is_safe
from rnntui.cli.lazy_commands import SUMMARIES, LazyCommands
from rnntui.cli.main import app
from rnntui.lessons.reading import list_lessons
from rnntui.runtime.race import opening
from rnntui.tasks.recipes import list_recipe_files
from rnntui.text.library.entries import list_texts
from rnntui.training.runs.folder import list_runs
from tests.command_line import command, rnntui, run_called, text_file
from tests.unit.test_import_contracts import loaded_by

HOSTILE = (
    "a b",
    'x"; touch OBEYED; "',
    "y$(touch OBEYED)",
    "z'; touch OBEYED; '",
    "b\x1b[31m",
    "*",
)
"""Names of folders that a shell would split or obey."""


def run_named(name: str) -> None:
    folder = run_called(name).path
    folder.mkdir(parents=True)
    (folder / "run.toml").touch()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a shell's script of Typer's gets for words, the last of which is being typed."""
    monkeypatch.setitem(sys.modules, "rich", rich)  # put back after the test

    def answer(*typed: str, shell: str = "fish") -> list[str]:
        monkeypatch.setenv(VARIABLE, f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", "\n".join(("rnntui", *typed)))
        monkeypatch.setenv("COMP_CWORD", str(len(typed)))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", " ".join(("rnntui", *typed)))
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        outcome = rnntui()
        assert (outcome.code, outcome.err) == (0, "")
        return outcome.out.splitlines()

    return answer


def values(lines: list[str]) -> list[str]:
    return [line.split("\t")[0] for line in lines if line]


def test_commands_are_offered_with_what_they_do(ask: Any) -> None:
    assert ask("tra") == [f"{name}\t{SUMMARIES[name]}" for name in ("train", "trace")]


def test_summaries_are_how_the_commands_help_begins() -> None:
    for name, found in LazyCommands().items():
        assert found.help.startswith(SUMMARIES[name].removesuffix("."))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("train", "pl"), ["play", "places"]),
        (("sample", "first"), ["first", "first:last"]),
        (("sample", "first:l"), ["first:last"]),
        (("train", "--resume", "f"), ["first"]),
        (("race", "--resume", ""), ["sprint"]),
        (("race", "--cell", "lstm,min"), ["lstm,mingru", "lstm,minlstm"]),
        (("race", "--schedule", "c"), ["constant", "cosine"]),
        (("train", "--cell", "m"), ["mingru", "minlstm", "mine"]),
        (("sample", "first", "--cell", ""), ["mine"]),
        (("train", "--state-carry", ""), ["always", "epoch", "never"]),
        (("train", "--normalise", "nf"), ["nfc", "nfd-jamo"]),
        (("train", "--log", "tens"), ["tensorboard"]),
        (("train", "--recipe", "mi"), ["minute"]),
        (("classify", "train", "--recipe", "r"), ["reviews"]),
        (("compare", ""), ["embedding"]),
        (("corpora", "fetch", "tiny"), ["tinyshakespeare"]),
        (("corpora", "remove", ""), ["own"]),
        (("checkpoints", "export", "first", "--format", "sa"), ["safetensors"]),
        (("learn", "lstm"), ["lstm-and-gru"]),
        (("--recipe", "ov"), ["overnight"]),
        (("corpora", "re"), ["remove"]),
        (("train", "--hidden-size", ""), []),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
def test_words_from_disk_and_settings_are_offered(
    ask: Any, typed: tuple[str, ...], expected: list[str]
) -> None:
    run_named("first")
    (places.checkpoints_dir() / f"sprint{words.RACE_ENDING}").touch()
    places.user_cells_dir().mkdir(parents=True)
    (places.user_cells_dir() / "mine.py").write_text("raise SystemExit('run')")
    places.user_corpora_dir().mkdir(parents=True)
    shutil.copy(text_file("x"), places.user_corpora_dir())
    assert values(ask(*typed)) == expected


def test_offered_names_are_those_that_the_program_knows() -> None:
    run_named("first")
    run_named(".half-made")
    texts = [word.value for word in words.texts()]
    assert sorted(texts) == sorted(entry.name for entry in list_texts())
    runs = [word.value for word in words.runs()]
    assert runs == [folder.name for folder in list_runs(places.checkpoints_dir())]
    recipes = {word.value for word in words.recipes()()}
    assert recipes == {recipe.name for recipe in list_recipe_files()}
    assert [word.value for word in words.lessons()] == [lesson.name for lesson in list_lessons()]
    assert opening.SUFFIX == words.RACE_ENDING


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_names_that_a_shell_would_split_or_obey_are_left_out(ask: Any, shell: str) -> None:
    for name in (*HOSTILE, "물시계", "re\u0301sume\u0301"):
        run_named(name)
    lines = "\n".join(ask("train", "--resume", "", shell=shell))
    assert "물시계" in lines
    assert "re\u0301sume\u0301" in lines
    assert not [name for name in HOSTILE if name in lines.replace("'*: :", "")]
    assert "OBEYED" not in lines


def test_a_name_like_an_option_is_no_word() -> None:
    assert not is_safe("--force")
    assert not is_safe("~root")


def test_descriptions_have_nothing_that_a_shell_obeys() -> None:
    (word,) = offered(lambda: [Word("a", '"it\'s" $(x) `y` \\ [b]\x1b\n')], None, "")
    assert word.help is not None
    assert not set(word.help) & set("\"'$`\\[\x1b\n")


def test_what_cannot_be_read_offers_nothing() -> None:
    def unreadable() -> Iterator[Word]:
        yield Word("a")
        raise PermissionError

    assert offered(unreadable, None, "") == []


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["rnntui", "sample", "a", ":", "la"], ["rnntui", "sample", "a:la"]),
        (["rnntui", "sample", "a", ":"], ["rnntui", "sample", "a:"]),
        (["rnntui", "train", "--cell", "=", "ls"], ["rnntui", "train", "--cell", "ls"]),
        (["rnntui", "train", "--cell", "="], ["rnntui", "train", "--cell", ""]),
        (
            ["rnntui", "sample", "--hold", "1", ":", "f", ":", "2", "=", "low"],
            ["rnntui", "sample", "--hold", "1:f:2=low"],
        ),
        (["rnntui", ""], ["rnntui", ""]),
        ([], []),
    ],
)
def test_words_that_bash_splits_are_joined(pieces: list[str], expected: list[str]) -> None:
    assert rejoined(pieces) == expected


def test_bash_leaves_a_name_in_place_up_to_its_colon(ask: Any) -> None:
    run_named("first")
    assert ask("sample", "first", ":", "l", shell="bash") == ["last"]


def test_bash_itself_completes(tmp_path: Path) -> None:
    """The script that Typer installs, run by Bash as it does when a person presses Tab."""
    run_named("first")
    for name in HOSTILE:
        run_named(name)
    script = get_completion_script(prog_name="rnntui", complete_var=VARIABLE, shell="bash")
    program = (
        f'{script}\nCOMP_WORDS=(rnntui sample "") COMP_CWORD=2\n'
        '_rnntui_completion "$1"\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
        "complete -p rnntui\n"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program, "bash", "\n".join(command())],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
    )
    assert done.stdout.splitlines()[:2] == ["first", "first:last"]
    assert "-F _rnntui_completion rnntui" in done.stdout
    assert not (tmp_path / "OBEYED").exists()


def test_completing_loads_nothing_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "rnntui train ")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    loaded = loaded_by()
    assert "typer" in loaded
    assert not loaded & {"torch", "textual", "numpy", "pydantic", "numba", "requests"}


def parameters() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every parameter of the program and of its commands, with their paths."""

    def of(path: tuple[str, ...], found: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield from ((path, parameter) for parameter in found.params)
        for name, part in getattr(found, "commands", {}).items():
            yield from of((*path, name), part)

    yield from of((), get_command(app))


def test_every_text_on_the_command_line_has_its_words_or_is_made_up() -> None:
    """Whoever adds an option says here what is offered for it."""
    unknown = set()
    for path, parameter in parameters():
        kind = parameter.type_descriptor
        plain = str in (kind.annotation, *getattr(kind.annotation, "__args__", ()))
        settings = path == ("race",) and getattr(parameter, "rich_help_panel", None)
        if plain and not settings and not source_of(path, parameter):
            unknown.add((*path, parameter.name))
    assert {one[-1] for one in unknown} <= TYPED, unknown
    assert {one[-1] for one in unknown} >= TYPED


def test_no_words_are_kept_for_what_is_gone() -> None:
    paths = [(*path, parameter.name) for path, parameter in parameters()]
    assert set(SOMEWHERE) <= set(paths)
    assert set(EVERYWHERE) <= {path[-1] for path in paths}
