"""How much memory a process may still take: what the machine, and its container, have left."""

from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int:
    """Bytes that can be taken before the machine, or a container around us, runs out of them."""
    import psutil

    available = int(psutil.virtual_memory().available)
    left = _left_in_container(_CGROUP)
    return available if left is None else min(available, left)


def _left_in_container(folder: Path) -> int | None:
    """What a limit on this process's control group leaves, None where there is no limit.

    Cached files count as taken there, and are given up when room is needed.
    """
    try:
        limit = int((folder / "memory.max").read_text())  # a word where there is no limit
        taken = int((folder / "memory.current").read_text())
        figures = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return max(0, limit - taken + int(figures.get("inactive_file", 0)))
    except (OSError, ValueError):
        return None
