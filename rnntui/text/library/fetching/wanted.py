"""What is to be fetched: a name of the catalogue or an address, and whether it is there."""

import re
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from rnntui import places
from rnntui.errors import CorpusError, quoted
from rnntui.text.library.catalogue import Wanted, catalogue
from rnntui.text.library.entries import TextEntry, checked_name, list_texts

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARCHIVE_ENDS = (".tar.gz", ".gz", ".tgz", ".zip", ".tar", ".tar.bz2", ".bz2", ".tar.xz", ".xz")


def archive_place(name: str) -> Path:
    """Where a fetched labelled archive is kept, so that its name is found among labelled texts."""
    return places.user_corpora_dir() / f"{name}.tar.gz"


def present(wanted: Wanted, entries: tuple[TextEntry, ...] | None = None) -> bool:
    """Whether there is a text of that name; `entries` are those of the library, if at hand."""
    if wanted.labelled:
        return archive_place(wanted.name).exists()
    known = list_texts() if entries is None else entries
    return any(entry.name.casefold() == wanted.name.casefold() for entry in known)


def wanted_text(
    reference: str, name: str | None = None, member: str | None = None, sha256: str | None = None
) -> Wanted:
    """What a name of the catalogue or an address means.

    `name` is the text's name in the library (default: that of the catalogue, or the last part of
    the address); `member` and `sha256` are for addresses. Raises `CorpusError`.
    """
    if "://" not in reference:
        if member is not None or sha256 is not None:
            raise CorpusError("The catalogue has its own member and SHA-256; leave them out.")
        found = _in_catalogue(reference)
        return found if name is None else Wanted(**{**vars(found), "name": checked_name(name)})
    check_address(reference)
    if sha256 is not None and not _SHA256.fullmatch(sha256.strip().lower()):
        raise CorpusError("A SHA-256 has 64 hexadecimal digits; copy it whole.")
    return Wanted(
        checked_name(name) if name is not None else _name_in(reference),
        (reference,),
        sha256=(sha256 or "").strip().lower(),
        member=member or "",
    )


def check_address(address: str) -> None:
    """Raise `CorpusError` for an address that isn't of the web."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    else:
        if parts.scheme.lower() not in ("http", "https"):
            raise CorpusError(
                f"Texts are fetched by http and https, not from {quoted(parts.scheme + ':')}"
                " addresses; 'rnntui corpora add' takes files."
            )
    if not host or any(not c.isprintable() or c.isspace() for c in address):
        raise CorpusError(f"{quoted(address)} is not a valid address; copy it whole.")


def host_of(address: str) -> str:
    """The host of an address, for sentences."""
    return urlsplit(address).hostname or "?"


def shown_address(address: str) -> str:
    """An address without user name, password and fragment, which are nobody else's business."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _in_catalogue(name: str) -> Wanted:
    texts = {text.name: text for text in catalogue()}
    if name in texts:
        return texts[name]
    close = get_close_matches(name, texts, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}" if close else f"it has {', '.join(texts)}"
    raise CorpusError(
        f"The catalogue has no text called {quoted(name)}; {hint}, or give an address (https://...)."
    )


def _name_in(address: str) -> str:
    last = PurePosixPath(unquote(urlsplit(address).path)).name
    lower = last.lower()
    end = max((len(end) for end in _ARCHIVE_ENDS if lower.endswith(end)), default=0)
    stem = last[: len(last) - end]
    stem = PurePosixPath(stem).stem if end == 0 or stem.lower().endswith(".txt") else stem
    try:
        return checked_name(stem)
    except CorpusError:
        raise CorpusError(
            f"{quoted(shown_address(address))} has no name for a text; give one with --name."
        ) from None
