"""The corpus `python`: sources of the running interpreter's standard library.

A real text of about two megabytes on every machine, without a download.
"""

import sys
import sysconfig
import tokenize
from contextlib import suppress
from pathlib import Path

from rnntui import places
from rnntui.atomic_files import atomic_write
from rnntui.errors import CorpusError

NAME = "python"

# Pure Python, and present under these names in Python 3.11 to 3.14.
_MODULES = (
    "argparse",
    "ast",
    "asyncio/base_events",
    "asyncio/events",
    "asyncio/locks",
    "asyncio/queues",
    "asyncio/runners",
    "asyncio/streams",
    "asyncio/tasks",
    "base64",
    "bisect",
    "calendar",
    "cmd",
    "codecs",
    "collections/__init__",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "difflib",
    "dis",
    "email/message",
    "enum",
    "fileinput",
    "fnmatch",
    "fractions",
    "functools",
    "getopt",
    "glob",
    "gzip",
    "heapq",
    "html/parser",
    "http/client",
    "http/cookies",
    "http/server",
    "inspect",
    "json/decoder",
    "json/encoder",
    "logging/__init__",
    "optparse",
    "pprint",
    "queue",
    "random",
    "reprlib",
    "selectors",
    "shlex",
    "shutil",
    "socketserver",
    "statistics",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "tokenize",
    "traceback",
    "typing",
    "unittest/case",
    "urllib/parse",
    "weakref",
)

_FORMAT_VERSION = 1


def cached_path() -> Path:
    """The path of the text for this version of Python; it may not exist yet."""
    version = ".".join(map(str, sys.version_info[:3]))
    name = f"python-{sys.implementation.name}-{version}-{_FORMAT_VERSION}.txt"
    return places.cache_dir() / "texts" / name


def source_sentence() -> str:
    """A phrase about the origin of the text."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"built from the standard library of Python {version}"


def build(library: Path | None = None) -> str:
    """Join the modules, each after a line `# ---- name.py ----`; missing ones are skipped.

    `library` is the folder of the sources, by default the interpreter's own. Raises `CorpusError`
    if none is there.
    """
    folder = library or _library()
    pieces: list[str] = []
    for name in _names():
        # An undecodable source counts as missing.
        with (
            suppress(OSError, SyntaxError, UnicodeDecodeError),
            tokenize.open(folder / name) as file,
        ):
            code = file.read()
            ending = "" if code.endswith("\n") else "\n"
            pieces.append(f"# ---- {name} ----\n{code}{ending}")
    if not pieces:
        raise CorpusError(
            "This Python has no sources of its standard library, so there is no corpus python; "
            "choose another text."
        )
    return "\n".join(pieces)


def keep(text: str) -> Path:
    """Write the text to `cached_path()` and return that. Raises `OSError`."""
    path = cached_path()
    with atomic_write(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return path


def notices(library: Path | None = None) -> tuple[str, ...]:
    """A sentence naming the modules that this interpreter lacks, if any."""
    folder = library or _library()
    missing = [name for name in _names() if not (folder / name).is_file()]
    return (f"The corpus python lacks {', '.join(missing)}.",) if missing else ()


def _names() -> list[str]:
    return [f"{module}.py" for module in _MODULES]


def _library() -> Path:
    return Path(sysconfig.get_path("stdlib"))
