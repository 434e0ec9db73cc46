"""The transfer of a file into its part file: over several connections, if one breaks."""

import re
import shutil
import time
from collections.abc import Iterator

from urllib3.exceptions import HTTPError, ReadTimeoutError

from rnntui.clock import Clock
from rnntui.errors import CorpusError, reason
from rnntui.text.library.entries import size_in_words
from rnntui.text.library.fetching.connection import (
    Answer,
    BrokenError,
    Limits,
    UnreachableError,
    answered,
)
from rnntui.text.library.fetching.events import (
    Connecting,
    Downloading,
    FetchEvent,
    Noticed,
    Retrying,
)
from rnntui.text.library.fetching.interruption import Interruption
from rnntui.text.library.fetching.part_file import PartFile
from rnntui.text.library.fetching.wanted import host_of, shown_address

PROGRESS_S = 0.1
"""Seconds between two events of progress."""

_BLOCK = 1 << 16
_SPARE_BYTES = 50_000_000
# A number of thousands of digits is none that Python would read.
_LENGTH = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")


def transfer(
    address: str,
    part: PartFile,
    limits: Limits,
    interruption: Interruption,
    *,
    allow_http: bool,
    hash_known: bool,
    clock: Clock = time.monotonic,
) -> Iterator[FetchEvent]:
    """Bring all of a file into `part`, from where that ends.

    With `hash_known` it goes on even where the server gives nothing to recognise the file by, as
    the hash will tell. Raises `InterruptedFetchError`, and `CorpusError` after too many failures;
    `part` keeps what has come.
    """
    in_vain, furthest, heard = 0, part.size, False
    while True:
        yield Connecting(shown_address(address), part.size)
        try:
            yield from _connection(
                address, part, limits, interruption, allow_http, hash_known, clock
            )
            return
        except BrokenError as broken:
            interruption.check()  # which may be what broke it
            heard = heard or part.size > 0
            in_vain = 0 if part.size > furthest else in_vain + 1
            furthest = max(furthest, part.size)
            # Nothing at all so far: more likely the address or the network than a moment's fault.
            if in_vain >= limits.attempts or not heard:
                raise UnreachableError(_given_up(str(broken), part)) from broken
            pause = limits.pause_s * 2.0 ** max(in_vain - 1, 0)
            yield Retrying(f"{broken}; trying again.", pause)
            interruption.rest(pause)


def _given_up(why: str, part: PartFile) -> str:
    if not part.size:
        return f"{why}; look at the address and the network, and try again."
    total = part.reply.total if part.reply else None
    of = f" of {size_in_words(total)}" if total else ""
    done = size_in_words(part.size)
    return f"{why}; {done}{of} have come, and fetching it again goes on from there."


def _connection(
    address: str,
    part: PartFile,
    limits: Limits,
    interruption: Interruption,
    allow_http: bool,
    hash_known: bool,
    clock: Clock,
) -> Iterator[FetchEvent]:
    headers = _range_wanted(part, hash_known)
    with answered(address, headers, limits, allow_http=allow_http) as answer:
        if answer.status == 416:
            if part.reply is not None and part.reply.total == part.size:
                return  # all of it was there already
            part.forget()
            yield Noticed("The server has less than has come already; beginning anew.")
            yield from _again(address, part, limits, interruption, allow_http, clock)
            return
        if answer.status == 206 and headers and _continues(answer, part):
            pass
        elif answer.status == 206:
            part.forget()
            yield Noticed("The server sent another part than was asked for; beginning anew.")
            yield from _again(address, part, limits, interruption, allow_http, clock)
            return
        else:
            if part.size:
                yield Noticed("The server can't go on with what has come; beginning anew.")
            _begin(answer, part)
        yield from _body(answer, part, limits, interruption, clock)


def _again(
    address: str,
    part: PartFile,
    limits: Limits,
    interruption: Interruption,
    allow_http: bool,
    clock: Clock,
) -> Iterator[FetchEvent]:
    """Once more without asking for a part, which leaves a server nothing to say but 200."""
    with answered(address, {}, limits, allow_http=allow_http) as answer:
        if answer.status != 200:
            raise UnreachableError(
                f"{host_of(address)} answers with a part ({answer.status}) where the whole file was"
                " asked for; look for another address."
            )
        _begin(answer, part)
        yield from _body(answer, part, limits, interruption, clock)


def _range_wanted(part: PartFile, hash_known: bool) -> dict[str, str]:
    if not part.size or part.reply is None:
        return {}
    wanted = {"Range": f"bytes={part.size}-"}
    if part.reply.validator:
        return {**wanted, "If-Range": part.reply.validator}
    return wanted if hash_known else {}


def _continues(answer: Answer, part: PartFile) -> bool:
    """Whether what comes goes on where `part` ends, in the same file."""
    place = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if place is None or int(place[1]) != part.size or part.reply is None:
        return False
    total = None if place[2] == "*" else int(place[2])
    same_size = None in (total, part.reply.total) or total == part.reply.total
    now = answer.reply(total)
    same_tag = not (now.etag and part.reply.etag) or now.etag == part.reply.etag
    return same_size and same_tag and now.encoding == part.reply.encoding


def _begin(answer: Answer, part: PartFile) -> None:
    length = answer.headers.get("Content-Length", "")
    total = int(length) if _LENGTH.fullmatch(length) else None
    try:
        part.begin(answer.reply(total))
    except OSError as error:
        raise _unwritable(part, error) from error


def _body(
    answer: Answer, part: PartFile, limits: Limits, interruption: Interruption, clock: Clock
) -> Iterator[FetchEvent]:
    """The bytes of an answer, of which no more is written than the limits and the disk allow."""
    total = part.reply.total if part.reply else None
    _check_room(part, total, limits)
    told = clock()
    yield Downloading(part.size, total)
    with interruption.reading(answer.body):
        while block := _block(answer, limits):
            interruption.check()
            if part.size + len(block) > limits.most_bytes:
                part.forget()
                raise _too_large(f"more than {size_in_words(limits.most_bytes)}", limits)
            try:
                part.append(block)
            except OSError as error:
                raise _unwritable(part, error) from error
            if clock() - told >= PROGRESS_S:
                told = clock()
                yield Downloading(part.size, total)
        interruption.check()
    if total is not None and part.size < total:
        raise BrokenError(f"{host_of(answer.address)} ended before the end of the file")
    yield Downloading(part.size, total)


def _block(answer: Answer, limits: Limits) -> bytes:
    host = host_of(answer.address)
    try:
        # What is there, without waiting for a full block: nothing that came is lost when it stalls.
        return answer.body.read1(_BLOCK, decode_content=False)
    except ReadTimeoutError as error:
        raise BrokenError(f"{host} sent nothing for {limits.stall_s:g} s") from error
    except (HTTPError, OSError, ValueError) as error:
        raise BrokenError(f"The connection to {host} broke off") from error


def _check_room(part: PartFile, total: int | None, limits: Limits) -> None:
    if total is None:
        return
    if total > limits.most_bytes:
        raise _too_large(size_in_words(total), limits)
    # The text is written once more, into the library.
    needed = 2 * total - part.size + _SPARE_BYTES
    free = shutil.disk_usage(part.path.parent).free
    if needed > free:
        raise CorpusError(
            f"This takes about {size_in_words(needed)} of disk, and {part.path.parent} has"
            f" {size_in_words(free)} left; free some space, or set RNNTUI_HOME to another disk."
        )


def _too_large(size: str, limits: Limits) -> CorpusError:
    return CorpusError(
        f"The file has {size}, and at most {size_in_words(limits.most_bytes)} are fetched;"
        " 'rnntui corpora fetch --max-mb' takes more."
    )


def _unwritable(part: PartFile, error: OSError) -> CorpusError:
    return CorpusError(f"{part.path.parent} can't be written: {reason(error)}.")
