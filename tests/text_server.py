"""A web server on the loopback that serves files well, or in one of the ways that servers fail."""

import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"


@dataclass
class Served:
    """A file on the server, and how it is served.

    `cut_after` bytes of a body the connection is closed, `cuts` times; `stalls_after` so many it
    sends nothing more; `says_length` is announced in place of the length.
    """

    content: bytes
    etag: str | None = None
    last_modified: str | None = None
    takes_ranges: bool = True
    minds_if_range: bool = True
    cut_after: int | None = None
    cuts: int = 1
    stalls_after: int | None = None
    says_length: int | str | None = None
    no_length: bool = False
    range_total: int | str | None = None
    status: int = 200
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]


class TextServer:
    """Files by path; what was asked is kept."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.files: dict[str, Served] = {}
        self.asked: list[Asked] = []
        self.ending = threading.Event()

    def put(self, path: str, content: bytes | str, **how: object) -> str:
        """Serve a file, and return its address."""
        data = content.encode() if isinstance(content, str) else content
        tag = f'"{hashlib.sha256(data).hexdigest()[:12]}"'
        served = Served(data, **{"etag": tag, **how})  # type: ignore[arg-type]
        self.files[f"/{path}"] = served
        return f"{self.address}/{path}"

    def ranges(self) -> list[str | None]:
        """The `Range` of each request so far."""
        return [asked.headers.get("Range") for asked in self.asked]


@contextmanager
def serving(scheme: Literal["http", "https"] = "http") -> Iterator[TextServer]:
    """A server until the end of the block; that of https has the certificate `CERTIFICATE`."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    if scheme == "https":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE)
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
    server = TextServer(f"{scheme}://127.0.0.1:{httpd.server_address[1]}")
    httpd.texts = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """Say that no second request is taken."""
        self.send_header("Connection", "close")
        super().end_headers()

    def do_GET(self) -> None:
        server: TextServer = self.server.texts  # type: ignore[attr-defined]
        server.asked.append(Asked(self.path, dict(self.headers.items())))
        # A proxy is asked for the whole address.
        path = "/" + self.path.split("/", 3)[3] if "://" in self.path else self.path
        served = server.files.get(path)
        self.close_connection = True
        if served is None:
            self.send_error(404)
            return
        if served.location is not None:
            self.send_response(served.status)
            self.send_header("Location", served.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if served.status != 200:
            self.send_error(served.status)
            return
        begin = self._begin(served)
        if begin is not None and begin >= len(served.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(served.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(served, begin, server.ending)

    def _begin(self, served: Served) -> int | None:
        wanted = self.headers.get("Range")
        if wanted is None or not served.takes_ranges:
            return None
        condition = self.headers.get("If-Range")
        same = condition in (None, served.etag, served.last_modified)
        if served.minds_if_range and not same:
            return None
        return int(wanted.removeprefix("bytes=").rstrip("-"))

    def _send(self, served: Served, begin: int | None, ending: threading.Event) -> None:
        body = served.content[begin or 0 :]
        self.send_response(200 if begin is None else 206)
        if begin is not None:
            total = served.range_total or len(served.content)
            self.send_header("Content-Range", f"bytes {begin}-{len(served.content) - 1}/{total}")
        if not served.no_length:
            self.send_header("Content-Length", str(served.says_length or len(body)))
        if served.etag:
            self.send_header("ETag", served.etag)
        if served.last_modified:
            self.send_header("Last-Modified", served.last_modified)
        for name, value in served.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if served.stalls_after is not None:
            self.wfile.write(body[: served.stalls_after])
            self.wfile.flush()
            ending.wait(20)
        elif served.cut_after is not None and served.cuts > 0:
            served.cuts -= 1
            self.wfile.write(body[: served.cut_after])
        else:
            self.wfile.write(body)
