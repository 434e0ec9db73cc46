"""Files that a person asks for on screen: each a new one, none written over."""

from pathlib import Path


def write_new(folder: Path, stem: str, suffix: str, text: str) -> Path:
    """Write `text` to the first `stem-NUMBER` in `folder` that is free; returns its path.

    The folder is made where there is none. Raises `OSError`.
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
