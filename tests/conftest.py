"""What every test stands on: its own folder for rnntui's files, one thread, fixed examples."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

# Before anything imports NumPy or torch, here and in the processes that tests start.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Kernels are compiled once for all tests, and found again by the next run of the suite.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".pytest_cache"))

# Where it is set, as in many containers, each worker and each process that a test starts would
# compile the tests and the package anew, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The table of runs shows times of the day.
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):  # not on Windows
    time.tzset()

import pytest
from hypothesis import settings

from rnntui.nets.cells import own

settings.register_profile("rnntui", deadline=None, derandomize=True, database=None)
settings.load_profile("rnntui")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the user's own files, and from the tmux it may run in."""
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")  # charts are drawn with what it has
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path_factory.mktemp("home")))
    # A cell of a test's own is known to no other test.
    monkeypatch.setattr(own, "_registered", {})


@pytest.fixture
def hang_ups_heard() -> Iterator[None]:
    """For tests that send them: under nohup they are ignored, by started processes, too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: tests of screens and processes wait for much of their time."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return cores + 2
