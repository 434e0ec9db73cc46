"""The workflows: valid, safe as far as zizmor sees, and about the Pythons we support."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
PROGRAMS = Path(sys.executable).parent


def complaint(*command: str | Path) -> str:
    """What a checker has to complain of; empty where it has nothing."""
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]], capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_they_are_valid() -> None:
    schema = "vendor.github-workflows"
    assert not complaint(
        "check-jsonschema", "--builtin-schema", schema, *sorted(WORKFLOWS.glob("*.yml"))
    )


def test_nothing_in_them_is_unsafe() -> None:
    assert not complaint("zizmor", "--offline", "--no-progress", WORKFLOWS)


def test_the_same_pythons_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    matrix = re.search(r"python: \[(.*)\]", (WORKFLOWS / "test.yml").read_text())
    nox = re.search(r"PYTHONS = \((.*)\)", (ROOT / "noxfile.py").read_text())
    assert matrix is not None
    assert nox is not None
    assert said == re.findall(r"3\.\d+", matrix[1]) == re.findall(r"3\.\d+", nox[1])
    assert project["requires-python"] == f">={said[0]}"
