"""What `rnntui doctor` looks at. Nothing private is told: no user, host, text or run is named.

Each check is a function that returns findings; one that fails itself becomes a finding, too.
"""

import getpass
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rnntui import places
from rnntui.errors import shortened

State = Literal["ok", "note", "missing", "broken"]


@dataclass(frozen=True)
class Finding:
    """One line of the report: its section, what was looked at, and what was found.

    `missing` is what one can do without; `broken` is what has to be mended. `remedy` says how.
    """

    section: str
    name: str
    value: str
    state: State = "ok"
    remedy: str = ""


_FEATURES: Final = {
    "avx512f": "vectors of 512 bits (AVX-512)",
    "avx2": "of 256 bits (AVX2)",
    "sse4.2": "of 128 bits (SSE4.2)",
    "neon": "vectors of 128 bits (NEON)",
    "fma": "fused multiply-add",
    "f16c": "conversion of half precision",
}
"""What the kernels use of a processor, in words, by LLVM's names."""

_NATIVE_KITTY: Final = ("KITTY_WINDOW_ID", "GHOSTTY_RESOURCES_DIR", "WEZTERM_PANE", "ALACRITTY_LOG")
"""Variables of terminals that tell apart all keys when they are asked to."""


def findings() -> Iterator[Finding]:
    """All findings, section by section."""
    for check in CHECKS:
        try:
            yield from check()
        except Exception as error:
            # A report on what doesn't work must not fail by it.
            problem = shortened(private_removed(f"{type(error).__name__}: {error}"), 300)
            name = check.__name__.strip("_")
            yield Finding("failed", name, problem, "broken", "report this line, too")


def private_removed(text: str) -> str:
    """`text` with the home folder as `~`, and without the names of the user and the machine."""
    with suppress(RuntimeError):
        for home in {str(Path.home()), str(Path.home().resolve())} - {"/"}:
            text = re.sub(rf"{re.escape(home)}(?=[/\\]|$|\W)", "~", text)
    names = [socket.gethostname()]
    with suppress(OSError, KeyError, ImportError):
        names.append(getpass.getuser())
    for name in names:
        if len(name) > 1:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "…", text)
    return text


def _versions() -> Iterator[Finding]:
    import rnntui

    yield Finding("versions", "rnntui", rnntui.__version__)
    yield Finding("versions", "Python", f"{platform.python_version()} ({sys.implementation.name})")
    try:
        needed = importlib.metadata.requires("rnntui") or []
    except importlib.metadata.PackageNotFoundError:
        remedy = "install it: pip install rnntui, or pip install -e . in a checkout"
        yield Finding("versions", "package", "run from its folder, not installed", "note", remedy)
        needed = []
    for requirement in needed:
        name, _, condition = requirement.partition(";")
        if "extra" not in condition:
            yield _version_of(re.split(r"[<>=!~ \[]", name, maxsplit=1)[0], "broken", "")


def _extras() -> Iterator[Finding]:
    from rnntui.extras import EXTRAS

    for extra, module in EXTRAS.items():
        yield _version_of(module.replace("_", "-"), "missing", extra)


def _version_of(package: str, absent: State, extra: str) -> Finding:
    section = "extras" if extra else "versions"
    wanted = f"'rnntui[{extra}]'" if extra else package
    name = extra or package
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        remedy = f"{private_removed(sys.executable)} -m pip install {wanted}"
        return Finding(section, name, "not installed", absent, remedy)
    return Finding(section, name, f"{package} {version}" if extra else version)


def _system() -> Iterator[Finding]:
    from rnntui.machine_memory import available_bytes

    yield Finding("system", "system", f"{platform.system()} {platform.release()}")
    yield Finding("system", "architecture", platform.machine())
    yield Finding("system", "memory free", f"{available_bytes() / 1e9:.1f} GB")


def _processor() -> Iterator[Finding]:
    from rnntui.nets.compiled.compiling import processor

    name, _, features = processor().partition(" ")
    known = {one.lstrip("+") for one in features.split(",") if not one.startswith("-")}
    words = ", ".join(said for feature, said in _FEATURES.items() if feature in known)
    yield Finding("processor", "kind", name)
    yield Finding("processor", "features", words or "none that the kernels use")
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("processor", "cores", f"{allowed} of {os.cpu_count()}")


def _devices() -> Iterator[Finding]:
    import torch

    from rnntui.training.optimizing.devices import find_device

    yield Finding("devices", "--device auto", str(find_device("auto")))
    for number in range(torch.cuda.device_count()):
        yield Finding("devices", f"cuda:{number}", torch.cuda.get_device_name(number))
    built = torch.version.cuda or "none"
    yield Finding("devices", "torch's CUDA", built)
    yield Finding("devices", "torch's threads", str(torch.get_num_threads()))
    set_ = [f"{name}={os.environ[name]}" for name in _THREADS if os.environ.get(name)]
    if set_:
        yield Finding("devices", "set outside", shortened(", ".join(set_), 200))


_THREADS: Final = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def _kernels() -> Iterator[Finding]:
    from rnntui.nets.compiled.preparation import unavailable_because

    if problem := unavailable_because():
        remedy = f"{private_removed(sys.executable)} -m pip install --upgrade numba"
        yield Finding("kernels", "compiled engine", problem, "broken", remedy)
        return
    from rnntui.nets.compiled.compiling import is_complete

    if is_complete():
        yield Finding("kernels", "compiled engine", "ready")
    else:
        remedy = "the first training run compiles them in the background, in about a minute"
        yield Finding("kernels", "compiled engine", "not compiled yet", "note", remedy)


def _folders() -> Iterator[Finding]:
    folders = {
        "runs": places.checkpoints_dir(),
        "texts": places.user_corpora_dir(),
        "own cells": places.user_cells_dir(),
        "cache": places.cache_dir(),
        "settings": places.config_dir(),
        "state": places.state_dir(),
    }
    for name, folder in folders.items():
        shown = private_removed(str(folder))
        nearest = next((one for one in (folder, *folder.absolute().parents) if one.exists()), None)
        if nearest is None or not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            remedy = f"make {shown} writable, or name another folder by RNNTUI_HOME"
            yield Finding("folders", name, f"{shown}, can't be written", "broken", remedy)
        elif nearest is folder:
            yield Finding("folders", name, f"{shown}, writable")
        else:
            yield Finding("folders", name, f"{shown}, made when it is needed")
    if not any(places.shipped_corpora_dir().glob("*.txt")):
        remedy = "install rnntui anew; this copy isn't whole"
        yield Finding("folders", "shipped texts", "none", "broken", remedy)


def _cache() -> Iterator[Finding]:
    from rnntui.cache_folder import held
    from rnntui.text.library.entries import size_in_words

    parts = held()
    size = size_in_words(sum(part.size_bytes for part in parts))
    yield Finding("cache", "size", f"{size} in {sum(len(part.files) for part in parts):,} files")


def _settings() -> Iterator[Finding]:
    from rnntui.tui.app import settings_complaints

    if not places.settings_file().exists():
        yield Finding("settings", "settings.toml", "not there: the default settings apply")
        return
    complaints = settings_complaints()
    if not complaints:
        yield Finding("settings", "settings.toml", "valid")
    for complaint in complaints:
        remedy = f"correct {private_removed(str(places.settings_file()))}, or delete it"
        entry = complaint.removeprefix("settings.toml: ")
        state: State = "broken" if entry == complaint else "note"  # the others still apply
        said = shortened(private_removed(entry), 200).removesuffix(".")
        yield Finding("settings", "settings.toml", said, state, remedy)


def _terminal() -> Iterator[Finding]:
    from rnntui.chart_characters import characters_for

    term = os.environ.get("TERM", "")
    size = shutil.get_terminal_size((0, 0))
    yield Finding("terminal", "TERM", shortened(term, 60) or "not set")
    yield Finding("terminal", "program", shortened(os.environ.get("TERM_PROGRAM", "not told"), 60))
    yield Finding("terminal", "colours", _colours(term))
    if not size.columns:
        yield Finding("terminal", "size", "not a terminal")
    elif size.columns < LEAST_COLUMNS or size.lines < LEAST_LINES:
        remedy = f"the playground needs {LEAST_COLUMNS} × {LEAST_LINES}: make the window larger"
        yield Finding("terminal", "size", f"{size.columns} × {size.lines}", "note", remedy)
    else:
        yield Finding("terminal", "size", f"{size.columns} × {size.lines}")
    encoding = (sys.stdout.encoding or "").lower()
    if encoding.replace("-", "") == "utf8":
        yield Finding("terminal", "encoding", encoding)
    else:
        remedy = "choose a UTF-8 locale, as by LC_ALL=C.UTF-8"
        yield Finding("terminal", "encoding", encoding or "not known", "note", remedy)
    charts = characters_for("auto", os.environ)
    yield Finding("terminal", "charts", f"{charts}, unless settings.toml says otherwise")
    native = term.startswith(("foot", "xterm-kitty", "xterm-ghostty")) or any(
        name in os.environ for name in _NATIVE_KITTY
    )
    known = "this terminal has them" if native else "not known whether this terminal has them"
    yield Finding("terminal", "kitty keys", f"asked for; {known}")
    inside = [name for name in ("TMUX", "STY", "SSH_CONNECTION") if os.environ.get(name)]
    words = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "ssh"}
    if inside:
        yield Finding("terminal", "inside", ", ".join(words[name] for name in inside))


LEAST_COLUMNS, LEAST_LINES = 80, 24


def _colours(term: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "none (NO_COLOR)"
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "16 million"
    return "256" if "256" in term else "16" if term not in ("", "dumb") else "none"


CHECKS: Final[tuple[Callable[[], Iterator[Finding]], ...]] = (
    *(_versions, _extras, _system, _processor, _devices, _kernels, _folders, _cache, _settings),
    _terminal,
)
"""The checks in the order of the report."""
