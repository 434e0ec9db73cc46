"""The folder of a run: its files, its name, its configuration, and finding runs and checkpoints.

Needs no torch. The record is in `record.py`, the lock of a run in training in `run_lock.py`.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tomli_w

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, quoted, reason
from rnntui.toml_files import LARGEST_BYTES, UnreadableFileError, read_toml

LAST, BEST = "last.safetensors", "best.safetensors"
KEPT = "kept"

MAX_NAME_BYTES = 100
"""Maximum bytes of a run's name; file systems accept the names derived from it."""


@dataclass(frozen=True)
class RunFolder:
    """The paths of a run's files."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name: the folder's."""
        return self.path.name

    @property
    def configuration(self) -> Path:
        """The resolved configuration, versions and provenance of the data, as TOML."""
        return self.path / "run.toml"

    @property
    def metrics(self) -> Path:
        """The record: one event a line, as JSON."""
        return self.path / "metrics.jsonl"

    @property
    def trial(self) -> Path:
        """What a sweep notes of the run that is a trial of it, as TOML (see `runtime/sweep/`)."""
        return self.path / "trial.toml"

    @property
    def samples(self) -> Path:
        """The samples of the run, as text."""
        return self.path / "samples.txt"

    @property
    def last(self) -> Path:
        """The checkpoint to resume from."""
        return self.path / LAST

    @property
    def is_saved(self) -> bool:
        """Whether anything is in the last checkpoint's place; opening it tells what is wrong."""
        return os.path.lexists(self.last)

    @property
    def best(self) -> Path:
        """The checkpoint with the lowest loss."""
        return self.path / BEST

    @property
    def kept(self) -> Path:
        """The folder of the small checkpoints that are kept for lenses (see `kept.py`)."""
        return self.path / KEPT

    @property
    def logs(self) -> Path:
        """The folder of the loggers' own folders (see `training/loggers/`)."""
        return self.path / "logs"


def check_run_name(name: str) -> None:
    """Raise `CheckpointError` unless `name` is a valid run name: one plain folder name."""
    plain = name == Path(name).name and name.isprintable() and name == name.strip()
    refused = not plain or not name or name.startswith((".", "-")) or set(name) & set(':\\/<>"|?*')
    # Surrogates, which UTF-8 can't encode, are not printable.
    if refused or len(name.encode()) > MAX_NAME_BYTES:
        raise CheckpointError(
            f"{quoted(name)} can't be a run's name; use letters, digits, '-', '_' and '.', no ':',"
            f" and at most {MAX_NAME_BYTES} bytes."
        )


def create_run_folder(folder: RunFolder, tables: Mapping[str, Any]) -> None:
    """Make the folder of a new run, atomically with its `run.toml`.

    Raises `CheckpointError` for a taken or invalid name or a failed write.
    """
    check_run_name(folder.name)
    parent = folder.path.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        temporary = RunFolder(parent / f".{folder.name}.{secrets.token_hex(6)}")
        temporary.path.mkdir()
        try:
            write_configuration(temporary, tables)
            # Replaces an empty folder, fails for any other.
            temporary.path.rename(folder.path)
        except BaseException:
            shutil.rmtree(temporary.path, ignore_errors=True)
            raise
    except OSError as error:
        if folder.path.exists():
            raise name_taken_error(folder.name) from error
        raise CheckpointError(
            f"The run's folder {folder.path} can't be made ({reason(error)});"
            " choose a writable place."
        ) from error


def check_new_name(parent: Path, name: str | None) -> None:
    """Raise `CheckpointError` for a taken or invalid name; None is a default name."""
    if name is not None:
        check_run_name(name)
        if (parent / name).is_dir() and any((parent / name).iterdir()):
            raise name_taken_error(name)


def name_taken_error(name: str) -> CheckpointError:
    """The error for a name that another run has."""
    return CheckpointError(
        f"There is a run called {quoted(name)} already; resume it with --resume {name},"
        " or give another --name."
    )


def free_run_name(parent: Path, stem: str) -> str:
    """`stem` with the first number that no run in `parent` has."""
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in stem).lstrip(".-")
    # Leaves room for the number; a character cut in two is dropped.
    stem = stem.encode()[: MAX_NAME_BYTES - 20].decode(errors="ignore") or "run"
    number = 1
    while (parent / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


def find_run(parent: Path, name: str) -> RunFolder:
    """The run of that name, or in that folder. Raises `CheckpointError` if there is none."""
    for path in (parent / name, Path(name)):
        if _is_run(folder := RunFolder(path)):
            return folder
    raise _no_run(parent, name)


def own_run(parent: Path, name: str) -> RunFolder:
    """The run of that name in `parent` only, as renaming and deleting need it.

    Raises `CheckpointError` if there is none, or the name is not a plain one.
    """
    check_run_name(name)
    if not _is_run(folder := RunFolder(parent / name)):
        raise _no_run(parent, name)
    return folder


def _is_run(folder: RunFolder) -> bool:
    # Even if these are no regular files: opening them tells what is wrong.
    return os.path.lexists(folder.configuration) or folder.is_saved


def _no_run(parent: Path, name: str) -> CheckpointError:
    """The error for an unknown run, with similar names."""
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = [run.name for run in list_runs(parent)]
    close = get_close_matches(name, names, n=3, cutoff=0.6)
    meant = "'rnntui checkpoints list' shows them"
    if close:
        meant = f"did you mean {' or '.join(close)}"
    return CheckpointError(f"There is no run called {quoted(name)} in {parent}; {meant}.")


def find_checkpoint(parent: Path, reference: str, shipped: Path | None = None) -> Path:
    """The file that a reference means.

    The name or folder of a run means its best checkpoint, or its last while there
    is no best; `NAME:last` and `NAME:best` choose; anything else is a file.
    Names are looked up in `parent`, then in `shipped`. Raises `CheckpointError`.
    """
    if reference.endswith(".safetensors") and _is_file(Path(reference)):
        # A file given by its path may be a link; links in a run's folder are not followed.
        return Path(reference).resolve() if Path(reference).is_symlink() else Path(reference)
    name, colon, which = reference.rpartition(":")
    if not colon or which not in ("last", "best"):
        name, which = reference, ""
    try:
        folder = find_run(parent, name)
    except CheckpointError:
        if shipped is None or not _is_file(shipped / name / BEST):
            raise
        folder = RunFolder(shipped / name)
    candidates = {"last": (folder.last,), "best": (folder.best,)}.get(
        which, (folder.best, folder.last)
    )
    for path in candidates:
        if os.path.lexists(path):
            return path
    raise CheckpointError(
        f"The run '{name}' has no {which or 'saved'} checkpoint yet; train it a little longer."
    )


def reference_to(parent: Path, checkpoint: Path, shipped: Path) -> str:
    """The shortest reference by which `find_checkpoint` finds a file."""
    name = checkpoint.parent.name
    for reference in (name, f"{name}:last"):
        with contextlib.suppress(CheckpointError, OSError):
            if find_checkpoint(parent, reference, shipped).samefile(checkpoint):
                return reference
    return str(checkpoint.resolve())


def _is_file(path: Path) -> bool:
    """Whether the file exists; False for a name too long for the file system."""
    with contextlib.suppress(OSError):
        return path.is_file()
    return False


def run_of(parent: Path, checkpoint: Path) -> RunFolder | None:
    """The run in `parent` whose last, best or kept checkpoint this is, if any."""
    is_kept = checkpoint.parent.name == KEPT
    folder = RunFolder(checkpoint.parent.parent if is_kept else checkpoint.parent)
    own = (is_kept or checkpoint.name in (LAST, BEST)) and folder.configuration.exists()
    return folder if own and folder.path.resolve().parent == parent.resolve() else None


def list_runs(parent: Path) -> tuple[RunFolder, ...]:
    """All runs in a folder, by name."""
    if not parent.is_dir():
        return ()
    folders = (RunFolder(path) for path in sorted(parent.iterdir()) if path.is_dir())
    # A hidden folder is left from an interrupted `create_run_folder`.
    return tuple(
        folder
        for folder in folders
        if folder.configuration.exists() and not folder.name.startswith(".")
    )


def write_configuration(folder: RunFolder, tables: Mapping[str, Any]) -> None:
    """Write `run.toml` atomically. Raises `CheckpointError` if it would be too large to read."""
    # A file's name may not be valid UTF-8; the text is identified by its hash anyway.
    content = tomli_w.dumps(dict(tables)).encode("utf-8", "replace")
    if len(content) > LARGEST_BYTES:
        raise CheckpointError(
            f"The run's settings have more than {LARGEST_BYTES:,} bytes; give a shorter prime."
        )
    with atomic_write(folder.configuration) as file:
        file.write(content)


def read_configuration(folder: RunFolder) -> dict[str, Any]:
    """Read `run.toml`. Raises `CheckpointError` if it is damaged or missing."""
    try:
        return read_toml(folder.configuration, "refused")
    except UnreadableFileError as error:
        raise CheckpointError(f"{folder.configuration} can't be read: {error}.") from error


def torn_files(folder: RunFolder) -> tuple[Path, ...]:
    """The remains of writes interrupted by a kill."""
    files = (
        *(folder.last, folder.best, folder.samples, folder.metrics),
        *(folder.trial, folder.configuration),
    )
    torn = [part for path in files for part in folder.path.glob(f".{path.name}.*.part")]
    if not folder.kept.is_symlink():
        torn += folder.kept.glob(".step-*.safetensors.*.part")
    return tuple(torn)
