"""What other systems have otherwise, each in one place, with the system faked.

The real thing runs in the workflow's matrix; these say where to look when that fails.
"""

import builtins
import os
import signal
import sys
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.windows import Windows
from textual.driver import Driver

from rnntui import places
from rnntui.atomic_files import atomic_write
from rnntui.file_locks import lock_folder, take_lock
from rnntui.runtime import trainer_thread
from rnntui.runtime.signals import job_control_signals, leaving_signals, on_suspension
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.lock import hold, is_being_trained
from rnntui.tui.core.leaving import LeavingApp, leave_on_signals


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No flock, no folders that open, no signals of job control and hang-up."""
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("SIGHUP", "SIGTSTP", "SIGCONT"):
        monkeypatch.delattr(signal, name)
    monkeypatch.delattr(os, "O_DIRECTORY")
    monkeypatch.delattr(os, "O_NOFOLLOW")
    real_import, real_open = builtins.__import__, os.open

    def without_fcntl(name: str, *arguments: Any, **more: Any) -> Any:
        if name in ("fcntl", "termios"):
            raise ImportError(name)
        return real_import(name, *arguments, **more)

    def files_alone(path: Any, *arguments: Any, **more: Any) -> int:
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without_fcntl)
    monkeypatch.setattr(os, "open", files_alone)


@pytest.mark.usefixtures("windows")
def test_windows_has_no_locks_and_says_so_with_nothing(tmp_path: Path) -> None:
    assert lock_folder(tmp_path, "alone") == -1
    with (tmp_path / "part").open("wb") as file:
        take_lock(file.fileno(), "alone")
    folder = RunFolder(tmp_path)
    with hold(folder), hold(folder):
        assert not is_being_trained(folder)


def test_elsewhere_a_folder_is_held_by_one_alone(tmp_path: Path) -> None:
    held = lock_folder(tmp_path, "alone")
    with pytest.raises(BlockingIOError):
        lock_folder(tmp_path, "with others")
    os.close(held)


@pytest.mark.usefixtures("windows")
def test_windows_files_are_written_whole_though_folders_do_not_open(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "file") as file:
        file.write(b"whole")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"whole")]


@pytest.mark.usefixtures("windows")
def test_windows_ends_at_two_signals_and_suspends_at_none() -> None:
    assert leaving_signals() == (signal.SIGINT, signal.SIGTERM)
    assert job_control_signals() == ()
    on_suspension(lambda: pytest.fail("nothing suspends it"))
    before = signal.getsignal(signal.SIGINT)
    with leave_on_signals(lambda code: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_each_system_has_a_driver_for_its_keys(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = type("WindowsDriver", (Driver,), {})
    if system == "win32":
        monkeypatch.setattr("textual.app.App.get_driver_class", lambda self: theirs)
        monkeypatch.setattr(sys, "platform", system)
        assert LeavingApp[int]().get_driver_class() is theirs
    else:
        app = LeavingApp[int]()
        monkeypatch.setattr(sys, "platform", system)
        assert app.get_driver_class().__name__ == "LastingDriver"


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_only_linux_lowers_the_priority_of_one_thread(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "setpriority", lambda *_: pytest.fail("the whole process gave way"))
    trainer_thread.give_way()


def test_folders_are_those_of_each_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RNNTUI_HOME")
    monkeypatch.setenv("HOME", "/Users/anna")
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
    assert places.cache_dir() == Path("/Users/anna/Library/Caches/rnntui")
    assert places.config_dir() == Path("/Users/anna/Library/Application Support/rnntui")
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda name: f"C:/{name}")
    monkeypatch.setattr(platformdirs, "PlatformDirs", Windows)
    assert places.cache_dir() == Path("C:/CSIDL_LOCAL_APPDATA/rnntui/Cache")
    assert places.user_corpora_dir() == Path("C:/CSIDL_LOCAL_APPDATA/rnntui/corpora")
