"""Getting the compiled functions ready in the background."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnntui.nets.compiled import generation, learning, preparation, update
from rnntui.nets.compiled.compiling import is_complete, kernels_dir
from rnntui.nets.compiled.preparation import Preparation, prepare, unavailable_because


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands of processes that would have been started, and an empty folder for code."""
    asked: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> SimpleNamespace:
        asked.append(command)
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    # It notes in the folder that all is there once in a process.
    prepare.cache_clear()
    return asked


def test_another_process_compiles_what_is_not_on_the_disk(commands: list[list[str]]) -> None:
    assert Preparation().wait()
    assert commands == [[sys.executable, "-P", "-m", "rnntui.nets.compiled.preparation"]]


def test_nothing_is_compiled_twice(commands: list[list[str]]) -> None:
    kernels_dir().mkdir(parents=True)
    prepare()
    assert is_complete()
    assert Preparation().wait()
    assert commands == []


def test_the_code_of_other_sources_is_kept_apart(commands: list[list[str]], tmp_path: Path) -> None:
    assert kernels_dir().parent == tmp_path / "kernels"
    assert len(kernels_dir().name) == 16


def test_what_goes_wrong_is_a_sentence_and_no_exception(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("no such instruction")

    monkeypatch.setattr(preparation, "prepare", fail)
    preparing = Preparation()
    assert not preparing.wait()
    assert not preparing.ready
    assert "no such instruction" in preparing.problem


def test_it_is_available_where_numba_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unavailable_because() == ""
    monkeypatch.setattr(sys, "byteorder", "big")
    assert "little-endian" in unavailable_because()


def test_asking_imports_no_compiler() -> None:
    code = (
        "import sys; from rnntui.nets.compiled.preparation import unavailable_because;"
        "unavailable_because(); assert not {'numba', 'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_all_that_python_calls_is_compiled_when_it_is_said_to_be_ready() -> None:
    prepare.cache_clear()
    prepare()
    for entry in (
        generation.tabulate_gates,
        generation.read,
        generation.generate,
        update.sum_gradients,
        update.adam_step,
        update.pack_transposed,
        learning.gradients,
    ):
        assert entry.signatures, entry  # type: ignore[attr-defined]
