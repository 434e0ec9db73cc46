"""New files requested on screen; none is overwritten."""

from pathlib import Path


def write_new(folder: Path, stem: str, suffix: str, text: str) -> Path:
    """Write `text` to the first free `stem-NUMBER` in `folder`; returns its path.

    The folder is created if absent. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / f"{stem}-{number}{suffix}"
        try:
            with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path
