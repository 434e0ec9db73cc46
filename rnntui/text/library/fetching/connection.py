"""One request for a file: redirects, limits of time, and failures in words.

Requests knows proxies (from the environment), certificates and TLS; here stands what it would do
otherwise than a fetched text wants: where redirects may lead, and no unpacking on the way.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests
from requests import exceptions as failures
from urllib3 import HTTPResponse

import rnntui
from rnntui.errors import CorpusError, quoted, reason
from rnntui.text.library.fetching.part_file import Reply
from rnntui.text.library.fetching.wanted import check_address, host_of, shown_address

_BUSY = frozenset({429, 500, 502, 503, 504})
_MOST_REDIRECTS = 10


@dataclass(frozen=True)
class Limits:
    """Bounds on a fetch.

    `connect_s` for a connection to be made, `stall_s` without a byte; `most_bytes` of the file and
    of what it unpacks to; `attempts` connections in a row that bring nothing new, with `pause_s`
    after the first and twice as long after each further one.
    """

    connect_s: float = 15.0
    stall_s: float = 30.0
    most_bytes: int = 2_000_000_000
    attempts: int = 4
    pause_s: float = 1.0


class BrokenError(Exception):
    """A connection that failed, for a reason that may pass; its text is the reason."""


class UnreachableError(CorpusError):
    """A server that can't be asked; another address may have the same."""


@dataclass(frozen=True)
class Answer:
    """A response whose body can be read once."""

    status: int
    headers: Mapping[str, str]
    body: HTTPResponse
    address: str

    def reply(self, total: int | None) -> Reply:
        """What the server says of the file, of which there are `total` bytes."""
        encoding = self.headers.get("Content-Encoding", "").strip().lower()
        return Reply(
            final_address=shown_address(self.address),
            etag=self.headers.get("ETag", ""),
            last_modified=self.headers.get("Last-Modified", ""),
            total=total,
            encoding="" if encoding == "identity" else encoding,
            content_type=self.headers.get("Content-Type", ""),
        )


@contextmanager
def answered(
    address: str, headers: Mapping[str, str], limits: Limits, *, allow_http: bool
) -> Iterator[Answer]:
    """Ask for a file, following redirects.

    They lead to http and https alone, and from https to http only with `allow_http`. Raises
    `BrokenError` for what may pass, `CorpusError` for what won't.
    """
    asked = {
        "User-Agent": f"rnntui/{rnntui.__version__}",
        "Accept-Encoding": "identity",
        # A server may close a connection just as it is being used again for a redirect.
        "Connection": "close",
        **headers,
    }
    with requests.Session() as session:
        for _ in range(_MOST_REDIRECTS + 1):
            response = _sent(session, address, asked, limits)
            location = _location(session, response)
            if location is None:
                with response:
                    _check_status(response, address)
                    yield Answer(response.status_code, response.headers, response.raw, address)
                return
            response.close()
            address = _redirected(address, location, allow_http)
    raise UnreachableError(f"{host_of(address)} redirects in a circle; look for another address.")


def _sent(
    session: requests.Session, address: str, headers: Mapping[str, str], limits: Limits
) -> requests.Response:
    host = host_of(address)
    try:
        return session.get(
            address,
            headers=dict(headers),
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect_s, limits.stall_s),
        )
    except failures.SSLError as error:
        raise UnreachableError(
            f"{host} can't be trusted ({_innermost(error)}), so nothing was fetched;"
            " look at the date of this machine and at its certificates."
        ) from error
    except failures.ProxyError as error:
        raise UnreachableError(
            f"The proxy for {host} can't be used ({_innermost(error)}); look at the variables"
            " http_proxy, https_proxy and no_proxy."
        ) from error
    except failures.ConnectTimeout as error:
        raise BrokenError(f"{host} didn't answer in {limits.connect_s:g} s") from error
    except failures.ReadTimeout as error:
        raise BrokenError(f"{host} sent nothing for {limits.stall_s:g} s") from error
    except failures.ConnectionError as error:
        raise BrokenError(f"{host} can't be reached: {_innermost(error)}") from error
    except (failures.RequestException, ValueError) as error:
        # An address or a proxy that isn't one, a proxy that needs another package.
        raise CorpusError(f"{host} can't be asked: {_innermost(error)}.") from error


def _check_status(response: requests.Response, address: str) -> None:
    status, host = response.status_code, host_of(address)
    if status in (200, 206, 416):
        return
    name = f"{status} {_phrase(status)}".strip()
    if status in _BUSY:
        raise BrokenError(f"{host} is busy or out of order ({name})")
    if status in (404, 410):
        raise UnreachableError(f"{host} doesn't have that file ({name}); look for its new address.")
    raise UnreachableError(f"{host} refuses that file ({name}); see in a browser what it wants.")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _location(session: requests.Session, response: requests.Response) -> str | None:
    """Where a response redirects to, decoded as servers mean it; None where it doesn't."""
    try:
        return session.get_redirect_target(response)
    except UnicodeError:
        return response.headers["Location"]


def _redirected(address: str, location: str, allow_http: bool) -> str:
    try:
        target = urljoin(address, location)
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        raise UnreachableError(f"{host_of(address)} redirects to nowhere.") from None
    if scheme not in ("http", "https"):
        raise UnreachableError(
            f"{host_of(address)} redirects to {quoted(scheme + ':')}, which isn't followed."
        )
    check_address(target)
    if scheme == "http" and urlsplit(address).scheme.lower() == "https" and not allow_http:
        raise UnreachableError(
            f"{host_of(address)} redirects from https to http, where anybody on the way can change"
            " the text; 'rnntui corpora fetch --allow-http' follows it all the same."
        )
    return target


def _innermost(error: BaseException) -> str:
    """The reason at the bottom of an error of errors, without a full stop."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = [one for one in (*error.args, getattr(error, "reason", None)) if _is_error(one)]
        following = inner[0] if inner else error.__cause__ or error.__context__
        if following is None or id(following) in seen:
            break
        error = following
    words = reason(error) if isinstance(error, OSError) else str(error)
    return words.rstrip(".") or type(error).__name__


def _is_error(value: object) -> bool:
    return isinstance(value, BaseException)
