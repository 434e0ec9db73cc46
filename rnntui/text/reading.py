r"""Reads texts from files and folders as chunks of characters.

Their only newline is `\n`, and they have no byte order mark. Guessed encodings are reported in a
notice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from rnntui.errors import CorpusError
from rnntui.text.decoding import TextPart, UndecodableTextError, decode_part, reading_errors
from rnntui.text.encodings import (
    Detection,
    checked_encoding,
    detect_encoding,
    guessed_encoding,
    public_name,
    read_as,
    take_sample,
)
from rnntui.text.stamps import FileStamp, StampedFiles, stamp_all

_NAMED_FILES = 3
_LISTED_FILES = 10
"""Most files of a text that a notice lists by name."""

_GUESSED_TOGETHER = 64
"""Most files of a text whose encoding is guessed together."""

Read = TypeVar("Read")
Doubtful = Literal["ask", "read"]
"""What to do with a text of uncertain encoding: ask by an error, or read it as the likeliest."""


@dataclass(frozen=True)
class FileContent:
    """The content of one or more files: its SHA-256 in hex, and its encoding.

    `doubt` is a sentence that asks for the encoding after an uncertain guess.
    """

    content_hash: str
    text_encoding: str
    notices: tuple[str, ...]
    doubt: str = ""


@dataclass(frozen=True)
class TextSource:
    """The files of a text in order, with the encoding of each."""

    parts: tuple[TextPart, ...]
    left_out: tuple[str, ...]  # sentences about skipped files
    files: StampedFiles

    @property
    def encoding(self) -> str:
        """The encodings of the parts: a single name, or one per part if they differ."""
        names = [public_name(part.encoding) for part in self.parts]
        return names[0] if len(set(names)) == 1 else "+".join(names)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about what was joined, guessed encodings and files left out."""
        guessed = [part for part in self.parts if part.origin == "detected"]
        announced = [_announced(part) for part in guessed[:_NAMED_FILES]]
        if len(guessed) > _NAMED_FILES:
            announced.append(
                f"The encodings of {len(guessed) - _NAMED_FILES} more files were detected, too."
            )
        return (*self._joined(), *announced, *self.left_out)

    @property
    def doubt(self) -> str:
        """A sentence that asks for the encoding of a part; empty if all are certain."""
        return next((part.doubt for part in self.parts if part.doubt), "")

    def _joined(self) -> tuple[str, ...]:
        """A sentence about the joined files; empty for a single one."""
        if len(self.parts) < 2:
            return ()
        listed = list_names([part.name for part in self.parts], _LISTED_FILES)
        return (
            f"Read {len(self.parts)} files, joined in this order, each on a new line: {listed}.",
        )

    def chunks(self) -> Iterator[str]:
        r"""Yield the text, about a million characters at a time.

        A part without a newline at its end gets one before the next part. Raises `CorpusError` for
        a file that can't be read or isn't text, and `UndecodableTextError` for bytes that are
        invalid in its encoding.
        """
        last = "\n"
        for part in self.parts:
            if not last.endswith("\n"):
                yield "\n"
            for chunk in decode_part(part):
                yield chunk
                last = chunk[-1]

    def content(self, content_hash: str = "") -> FileContent:
        """Hash, encoding and notices; reads all bytes unless their hash is given."""
        found = content_hash or self.content_hash()
        return FileContent(found, self.encoding, self.notices, self.doubt)

    def check_unchanged(self, shown: str) -> None:
        """Raise `CorpusError` if a file has changed since it was stamped."""
        if stamp_all(self.files.paths) != self.files:
            raise CorpusError(f"{shown} was changed while it was being read; try again.")

    def content_hash(self) -> str:
        """The SHA-256 of the bytes, in hex; of the parts' hashes for several parts."""
        digests = []
        for part in self.parts:
            with reading_errors(part.name), part.path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256"))
        if len(digests) == 1:
            return digests[0].hexdigest()
        return hashlib.sha256(b"".join(digest.digest() for digest in digests)).hexdigest()

    def redetected(self, error: UndecodableTextError) -> "TextSource":
        """The source with the failing part's encoding guessed from the failing position.

        A file that is UTF-8 in all samples may turn out to be in a legacy encoding. Raises `error`
        itself if that is impossible.
        """
        part = error.part
        if part.origin != "plain" or part.encoding != "utf-8":
            raise error
        with reading_errors(part.name):
            windows = take_sample(part.path, around=error.position)
        detection = detect_encoding(windows, part.name)
        if detection.encoding == "utf-8":
            raise error
        guessed = _detected(part.path, part.name, detection)
        return replace(self, parts=tuple(guessed if one == part else one for one in self.parts))


def read_text(
    source: TextSource, consume: Callable[[Iterator[str]], Read], doubtful: Doubtful = "ask"
) -> tuple[TextSource, Read]:
    """Pass the text to `consume`, again from the start after a wrong guess of an encoding.

    Returns the source with valid encodings, and the result of `consume`. Raises `CorpusError` like
    `TextSource.chunks`, and for an uncertain encoding if `doubtful` is "ask".
    """
    while True:
        if source.doubt and doubtful == "ask":
            raise CorpusError(source.doubt)
        try:
            return source, consume(source.chunks())
        except UndecodableTextError as error:
            source = source.redetected(error)


def open_source(
    path: Path, stamps: tuple[FileStamp, ...], text_encoding: str | None, name: str | None = None
) -> TextSource:
    """Detect the encodings of a file or folder with the files `stamps`.

    `name` is a file's name in messages. In a folder, empty files and those
    that can't be read as text are left out. Raises `CorpusError` if nothing is
    left.
    """
    if path.is_dir():
        return _open_folder(path, stamps, text_encoding)
    shown = name or path.name
    if not stamps[0].size:
        raise CorpusError(f"{shown} is empty; choose a text with at least one character.")
    files = StampedFiles((path,), (stamps,))
    return TextSource((_open_part(path, shown, text_encoding),), (), files)


def open_texts(
    files: StampedFiles, text_encoding: str | None, name: str | None = None
) -> TextSource:
    """Detect the encodings of files and folders that become one text.

    A single one is opened as by `open_source`. Of several, empty files, those
    that can't be read as text, and those named before are left out. Raises
    `CorpusError` if nothing is left.
    """
    if len(files.paths) == 1:
        return open_source(files.paths[0], files.stamps, text_encoding, name)
    named_files = Counter(path.name for path in files.paths)
    choice = _Choice(checked_encoding(text_encoding) if text_encoding is not None else None)
    for path, stamps in zip(files.paths, files.stamps_by_path, strict=True):
        if path.is_dir():
            for stamp in stamps:
                choice.add(Path(stamp.path), f"{path.name}/{_relative(stamp, path)}", stamp.size)
            choice.hidden += _hidden(path)
        else:
            # Two files of one name are told apart by where they are.
            shown = path.name if named_files[path.name] == 1 else str(path)
            choice.add(path, shown, stamps[0].size)
    if not choice.parts:
        raise CorpusError("None of these files contains text; name text files.")
    return TextSource(_settled(choice.parts), choice.sentences(""), files)


def _open_folder(
    folder: Path, stamps: tuple[FileStamp, ...], text_encoding: str | None
) -> TextSource:
    choice = _Choice(checked_encoding(text_encoding) if text_encoding is not None else None)
    for stamp in stamps:
        choice.add(Path(stamp.path), _relative(stamp, folder), stamp.size)
    if not choice.parts:
        raise CorpusError(f"The folder {folder} contains no text; put text files there.")
    choice.hidden = _hidden(folder)
    files = StampedFiles((folder,), (stamps,))
    return TextSource(_settled(choice.parts), choice.sentences(f" of {folder.name}"), files)


def _announced(part: TextPart) -> str:
    read = f"Read {part.name} as {public_name(part.encoding)} (detected)"
    return f"{read}. {part.doubt}" if part.doubt else f"{read}; name another with --text-encoding."


def _settled(parts: Sequence[TextPart]) -> tuple[TextPart, ...]:
    """The parts, with slight guesses replaced by a guess from all of them together."""
    guessed = [part for part in parts if part.origin == "detected"]
    if len(guessed) < 2 or not any(part.doubt or part.is_slight for part in guessed):
        return tuple(parts)
    windows = [window for part in guessed[:_GUESSED_TOGETHER] for window in _sample(part)]
    together = guessed_encoding(windows, guessed[0].name)
    if together.doubt:
        return tuple(parts)
    return tuple(
        _detected(part.path, part.name, together) if part.doubt or part.is_slight else part
        for part in parts
    )


def _sample(part: TextPart) -> tuple[bytes, ...]:
    with reading_errors(part.name):
        return take_sample(part.path)


def _relative(stamp: FileStamp, folder: Path) -> str:
    return Path(stamp.path).relative_to(folder).as_posix()


def _hidden(folder: Path) -> int:
    return sum(1 for entry in folder.iterdir() if entry.name.startswith("."))


class _Choice:
    """The files to read, and those left out with the reason."""

    def __init__(self, text_encoding: str | None) -> None:
        self._text_encoding = text_encoding
        self.parts: list[TextPart] = []
        self.hidden = 0
        self._read: set[Path] = set()
        self._unreadable: list[str] = []
        self._empty: list[str] = []
        self._repeated: list[str] = []

    def add(self, path: Path, name: str, size: int) -> None:
        """Add a file, unless it is empty, was added before, or isn't readable as text."""
        if path.resolve() in self._read:
            self._repeated.append(name)
        elif not size:
            self._empty.append(name)
        else:
            try:
                self.parts.append(_open_part(path, name, self._text_encoding))
                self._read.add(path.resolve())
            except CorpusError:  # binary, in no known encoding, or not to be opened
                self._unreadable.append(name)

    def sentences(self, whose: str) -> tuple[str, ...]:
        """Sentences about the files left out; `whose` names the folder."""
        reasons = (
            ("as not readable as text", self._unreadable),
            ("as empty", self._empty),
            ("as named twice", self._repeated),
        )
        told = [
            f"Left out{whose}, {reason}: {list_names(files, _NAMED_FILES)}."
            for reason, files in reasons
            if files
        ]
        if self.hidden:
            told.append(f"Left out{whose}: hidden files ({self.hidden}).")
        return tuple(told)


def list_names(files: Sequence[str], most: int) -> str:
    """The names of the first `most` files, and the number of the others."""
    more = len(files) - most
    also = f" and {more:,} more" if more > 0 else ""
    return ", ".join(files[:most]) + also


def _open_part(path: Path, name: str, text_encoding: str | None) -> TextPart:
    with reading_errors(name):
        windows = take_sample(path)
    if text_encoding is not None:
        return TextPart(path, name, read_as(text_encoding, windows, name), "named")
    return _detected(path, name, detect_encoding(windows, name))


def _detected(path: Path, name: str, detection: Detection) -> TextPart:
    origin: Literal["detected", "plain"] = "detected" if detection.guessed else "plain"
    return TextPart(path, name, detection.encoding, origin, detection.doubt, detection.is_slight)
