"""Small labelled corpora on disk: archives, folders and tables."""

import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

FILMS = {
    "aclImdb/README": "about these films",
    "aclImdb/imdb.vocab": "the\nand",
    "aclImdb/train/pos/0_9.txt": "A good film.",
    "aclImdb/train/pos/10_9.txt": "A fine film.",
    "aclImdb/train/pos/2_8.txt": "Fine!",
    "aclImdb/train/neg/0_1.txt": "A bad film.",
    "aclImdb/train/unsup/0_0.txt": "A film without a label.",
    "aclImdb/train/urls_pos.txt": "somewhere",
    "aclImdb/test/pos/0_10.txt": "Good.",
    "aclImdb/test/neg/0_2.txt": "Bad.",
}
"""Files as the Large Movie Review archive has them."""

LONG_AGO = 1_600_000_000.0


def folder_of(parent: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files, last changed long ago."""
    for name, text in files.items():
        path = parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))
    return parent


def archive_of(path: Path, files: Mapping[str, str], *extra: tarfile.TarInfo) -> Path:
    """An archive with these files and these members without content, made long ago."""
    mode = "w:gz" if path.suffix == ".gz" else "w"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, text in files.items():
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for member in extra:
            archive.addfile(member)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def table_of(path: Path, text: str | bytes) -> Path:
    """A file with this content, last changed long ago."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path
