"""Finds and reads the labelled texts of a folder of folders."""

import os
import stat
from pathlib import Path

from rnntui.text.decoding import reading_errors
from rnntui.text.labelled.layout import Parts, may_be_labelled
from rnntui.text.labelled.limits import check_corpus_size, check_text_size
from rnntui.text.stamps import FileStamp


def folder_stamps(folder: Path) -> tuple[FileStamp, ...]:
    """The stamps of all possible labelled texts, by name.

    Links to folders aren't followed, and only plain files count. Raises `CorpusError`.
    """
    found: list[FileStamp] = []
    with reading_errors(str(folder)):
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = os.path.join(place, name)  # noqa: PTH118  (of fifty thousand)
                status = _plain_status(path)
                if status is not None and may_be_labelled(_parts(path, folder)):
                    found.append(FileStamp(path, status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(sorted(found, key=lambda stamp: stamp.path))


def folder_texts(folder: Path, stamps: tuple[FileStamp, ...]) -> list[tuple[Parts, bytes]]:
    """Read the files of `stamps`. Raises `CorpusError`."""
    check_corpus_size(sum(stamp.size for stamp in stamps), folder.name)
    found = []
    for stamp in stamps:
        parts = _parts(stamp.path, folder)
        shown = "/".join(parts)
        check_text_size(stamp.size, shown)
        with reading_errors(shown):
            found.append((parts, Path(stamp.path).read_bytes()))
    return found


def _parts(path: str, folder: Path) -> Parts:
    return Path(path.removeprefix(str(folder)).strip(os.sep)).parts


def _plain_status(path: str) -> os.stat_result | None:
    """The status of a plain file, or of a link to one; else None."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None
