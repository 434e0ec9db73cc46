"""The tests on every supported Python, and the wheel as people install it.

    nox --session tests             on each Python that is on this machine
    nox --session tests-3.13 -- tests/unit/test_cells.py
    nox --session wheel             built, installed by pip, pipx and uv, and opened

What is installed is pinned in constraints.txt. TORCH_INDEX names another index for PyTorch alone.
"""

import os
import shutil
from pathlib import Path

import nox

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
HERE = Path(__file__).parent
CONSTRAINTS = str(HERE / "constraints.txt")
TORCH_INDEX = os.environ.get("TORCH_INDEX", "")

nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False


def install(session: nox.Session, *packages: str) -> None:
    """Install as constraints.txt says, PyTorch first where it has an index of its own."""
    if TORCH_INDEX:
        session.install("--constraint", CONSTRAINTS, "--index-url", TORCH_INDEX, "torch")
    session.install("--constraint", CONSTRAINTS, *packages)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests, or those named behind `--`."""
    install(session, "--editable", ".[dev]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the source distribution and the wheel, and check what they say of themselves."""
    session.install("--constraint", CONSTRAINTS, "build", "twine")
    shutil.rmtree(HERE / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--installer", "pip")
    session.run("twine", "check", "--strict", *map(str, (HERE / "dist").iterdir()))


@nox.session
def wheel(session: nox.Session) -> None:
    """Install the built wheel by pipx and uv, each in an empty home, and open the playground."""
    build(session)
    session.install("--constraint", CONSTRAINTS, "pipx", "uv")
    home = session.create_tmp()
    for tool in ("pip", "pipx", "uv", "uvx"):
        session.run("python", str(HERE / "scripts" / "installed.py"), tool, home)
