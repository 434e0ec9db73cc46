"""Fetches a text into the library: transfer, hash, unpacking, and what stands of its origin.

A generator of events that prints nothing and starts no thread: command line and screen read the
same account, as they do of a training run.
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rnntui.atomic_files import PART, atomic_write
from rnntui.errors import CorpusError, quoted, reason
from rnntui.text.library.catalogue import Wanted
from rnntui.text.library.entries import add_text, free_name
from rnntui.text.library.fetching.connection import Limits, UnreachableError
from rnntui.text.library.fetching.events import (
    Adding,
    Fetched,
    FetchEvent,
    Noticed,
    Verifying,
)
from rnntui.text.library.fetching.interruption import Interruption
from rnntui.text.library.fetching.part_file import PartFile, downloads_dir, part_of
from rnntui.text.library.fetching.transfer import transfer
from rnntui.text.library.fetching.unpacking import gunzip, is_packed, unpack
from rnntui.text.library.fetching.wanted import archive_place, host_of, present, shown_address
from rnntui.text.library.provenance import Provenance, keep_provenance, last_fetched

_PACKED_ENDS = (".gz", ".tgz")
_BLOCK = 1 << 20


def _now() -> datetime:
    return datetime.now(UTC)


def fetch(
    wanted: Wanted,
    limits: Limits,
    interruption: Interruption,
    *,
    allow_http: bool = False,
    text_encoding: str | None = None,
    now: Callable[[], datetime] = _now,
) -> Generator[FetchEvent, None, None]:
    """Fetch a text and add it to the user's library; the last event is `Fetched`.

    Its addresses are tried in turn. Raises `CorpusError`, and `InterruptedFetchError` where that
    was wished; what had come by then is kept, and the next call goes on from there.
    """
    _check_free(wanted)
    for rest, address in zip(
        range(len(wanted.addresses) - 1, -1, -1), wanted.addresses, strict=True
    ):
        try:
            yield from _fetch_from(
                address, wanted, limits, interruption, allow_http, text_encoding, now
            )
            return
        except UnreachableError as error:
            if not rest:
                raise
            yield Noticed(f"{error} Trying another address.")


def _fetch_from(
    address: str,
    wanted: Wanted,
    limits: Limits,
    interruption: Interruption,
    allow_http: bool,
    text_encoding: str | None,
    now: Callable[[], datetime],
) -> Iterator[FetchEvent]:
    known = bool(wanted.sha256)
    with part_of(address) as part, _scratch() as decoded, _scratch() as unpacked:
        yield from transfer(
            address, part, limits, interruption, allow_http=allow_http, hash_known=known
        )
        file = yield from _plain_file(part, decoded, limits)
        size = file.stat().st_size
        yield Verifying(size)
        sha256 = _sha256_of(file)
        yield from _checked_hash(wanted, address, sha256, part)
        interruption.check()
        if wanted.labelled:
            yield Adding(wanted.name)
            place = _add_archive(file, wanted.name)
        else:
            if is_packed(file):
                for event in unpack(file, unpacked, wanted.member, limits.most_bytes):
                    interruption.check()
                    yield event
                file = unpacked
            yield Adding(wanted.name)
            added = add_text(file, wanted.name, text_encoding=text_encoding, shown=wanted.name)
            place = added.entry.path
            for notice in added.notices:
                yield Noticed(notice)
        assert part.reply is not None  # a whole file came with one
        if "html" in part.reply.content_type.lower() and not wanted.labelled:
            yield Noticed(
                "What came is a web page, marks and all; look for the text's own address."
            )
        origin = Provenance(
            name=wanted.name,
            title=wanted.title,
            licence=wanted.licence,
            address=shown_address(address),
            final_address=part.reply.final_address,
            member=wanted.member,
            fetched=now().isoformat(timespec="seconds"),
            size_bytes=size,
            sha256=sha256,
            verified=known,
            text_bytes=place.stat().st_size,
        )
        try:
            keep_provenance(origin)
        except OSError as error:
            yield Noticed(f"The origin of the text couldn't be noted: {reason(error)}.")
        part.discard()
    yield Fetched(
        wanted.name, str(place), origin.final_address, size, sha256, known, wanted.labelled
    )


def _check_free(wanted: Wanted) -> None:
    """Raise `CorpusError` where there is such a text already, before anything is fetched."""
    if wanted.from_catalogue and present(wanted):
        where = f" ({archive_place(wanted.name)})" if wanted.labelled else ""
        raise CorpusError(
            f"{wanted.name} is in the library already{where}; to fetch it again, choose another"
            " name with --name."
        )
    if not wanted.labelled:
        free_name(wanted.name)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A path for a file of ours, deleted at the end of the block if it was made."""
    path = downloads_dir() / f".{secrets.token_hex(8)}{PART}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _plain_file(part: PartFile, target: Path, limits: Limits) -> Generator[FetchEvent, None, Path]:
    """The file as it is at its address: a packing for the way is undone, into `target`."""
    assert part.reply is not None  # a whole file came with one
    encoding = part.reply.encoding
    # Servers say of a packed file, too, that it is packed; its hash is that of the packed one.
    if not encoding or urlsplit(part.reply.final_address).path.lower().endswith(_PACKED_ENDS):
        return part.path
    if encoding not in ("gzip", "x-gzip"):
        part.discard()
        raise UnreachableError(
            f"The server packs the file in a way that wasn't asked for ({quoted(encoding)});"
            " look for another address."
        )
    yield from gunzip(part.path, target, limits.most_bytes)
    return target


def _checked_hash(
    wanted: Wanted, address: str, sha256: str, part: PartFile
) -> Iterator[FetchEvent]:
    """Raise `CorpusError` for a wrong hash; say what can't be verified, and what has changed."""
    if wanted.sha256:
        if sha256 == wanted.sha256:
            return
        part.discard()
        raise UnreachableError(
            f"What {host_of(address)} sent is not the text that is wanted (SHA-256 {sha256}, not"
            f" {wanted.sha256}), so nothing was added; try again, or look for another source."
        )
    before = last_fetched(shown_address(address))
    if before is not None and before.sha256 != sha256:
        yield Noticed(
            f"The file has changed since it was fetched on {before.fetched[:10]}: its SHA-256 is"
            f" {sha256}, and was {before.sha256}."
        )
    elif wanted.from_catalogue:
        known = f"is {sha256}, which is noted" if before is None else "is what it was before"
        yield Noticed(
            f"The catalogue has no SHA-256 of {wanted.name}, so it can't be verified; that of what"
            f" came {known}, and if a later fetch differs, that will be said."
        )


def _add_archive(file: Path, name: str) -> Path:
    place = archive_place(name)
    try:
        with file.open("rb") as source, atomic_write(place) as written:
            shutil.copyfileobj(source, written, _BLOCK)
    except OSError as error:
        raise CorpusError(f"{place} can't be written: {reason(error)}.") from error
    return place


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
