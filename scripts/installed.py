"""Installs the built wheel as people do, in an empty home, and opens the playground on a terminal.

    python scripts/installed.py pip|pipx|uv|uvx FOLDER

The wheel is the one in `dist`. Checks that the playground stands with its texts and its trained
network, that a key lets it generate, that a text is listed and sampled from without a screen, and
that it leaves with 0.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "benchmarks"))
from terminal import Terminal  # noqa: E402

CONSTRAINTS: Final = str(HERE / "constraints.txt")
SIZE: Final = (140, 45)
PATIENCE_S: Final = 120.0


def main() -> None:
    """Install, open, and report."""
    tool, folder = sys.argv[1], Path(sys.argv[2]).resolve() / sys.argv[1]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (wheel,) = (HERE / "dist").glob("*.whl")
    environment = os.environ | {
        **{"HOME": str(folder), "PIPX_HOME": str(folder / "pipx")},
        **{"PIPX_BIN_DIR": str(folder / "bin"), "UV_TOOL_DIR": str(folder / "tools")},
        **{"UV_TOOL_BIN_DIR": str(folder / "bin"), "UV_CACHE_DIR": str(folder / "cache")},
        **{"RNNTUI_HOME": str(folder / "home"), "UV_PYTHON": sys.executable},
    }
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        environment.pop(name, None)
    began = time.perf_counter()
    command = installed(tool, wheel, folder, environment)
    print(f"{tool}: installed in {time.perf_counter() - began:.0f} s")
    listed = told(folder, environment, *command, "corpora", "list")
    for text in ("play", "tale", "korean", "places"):
        assert text in listed, listed
    sampled = told(folder, environment, *command, "sample", "tiny", "--length", "40")
    assert len(sampled) >= 40, sampled
    began = time.perf_counter()
    with Terminal(command, SIZE, environment) as terminal:
        for part in (b"Texts", b"korean", b"Press g to let"):
            terminal.wait_for(part, PATIENCE_S)
        opened = time.perf_counter() - began
        drawn = len(terminal.output)
        terminal.press("g")
        terminal.wait_for(rb" stop", PATIENCE_S, drawn)  # what g does from now on
        terminal.press("\x11")  # ctrl+q
        end = time.perf_counter() + PATIENCE_S
        while (code := terminal.process.poll()) is None and time.perf_counter() < end:
            terminal.idle(0.1)  # it waits for whoever reads what it draws
    assert code == 0, code
    print(f"{tool}: the playground opened in {opened:.1f} s, generated, and left with {code}")


def installed(tool: str, wheel: Path, folder: Path, environment: dict[str, str]) -> list[str]:
    """Install the wheel; returns the command that opens the program."""
    uv = shutil.which("uv") or "uv"
    steps = {
        "pip": [
            [sys.executable, "-m", "venv", str(folder / "venv")],
            [str(folder / "venv/bin/pip"), "install", "-q", "-c", CONSTRAINTS, str(wheel)],
        ],
        "pipx": [["pipx", "install", "-q", f"--pip-args=--constraint={CONSTRAINTS}", str(wheel)]],
        "uv": [[uv, "tool", "install", "-q", "--constraints", CONSTRAINTS, str(wheel)]],
        "uvx": [],
    }[tool]
    for step in steps:
        subprocess.run(step, env=environment, cwd=folder, check=True)
    if tool == "uvx":
        command = [uv, "tool", "run", "-q", "--constraints", CONSTRAINTS, "--from", str(wheel)]
        subprocess.run([*command, "rnntui", "--version"], env=environment, cwd=folder, check=True)
        return [*command, "rnntui"]
    return [str(folder / ("venv/bin" if tool == "pip" else "bin") / "rnntui")]


def told(folder: Path, environment: dict[str, str], *command: str) -> str:
    """What a command prints."""
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


if __name__ == "__main__":
    main()
