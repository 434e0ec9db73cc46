"""The playground in a browser: a process of its own for each visitor, on one web server.

The page, the terminal in it and the protocol between both are textual-serve's. Ours are what a
server that others reach needs: a token in every address, a limit on visitors, no page or script
from elsewhere, and processes that save before they end, even when the browser is gone.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

log = logging.getLogger(__name__)

SECURITY_HEADERS: Final = {
    # The page of textual-serve has scripts and styles in itself, and asks for a font of Google's,
    # which is not loaded: nobody elsewhere learns who looks.
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-inline' blob:;"
    " style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data: blob:;"
    " connect-src 'self' ws: wss:; worker-src blob:; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'none'",
    "Referrer-Policy": "no-referrer",  # the address has the token
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

TAKE_KEYS: Final = """\
<script>
new MutationObserver((_, watching) => {
  const keys = document.querySelector("textarea");
  if (keys) { keys.focus(); watching.disconnect(); }
}).observe(document.body, {childList: true, subtree: true});
</script>
"""
"""Gives the terminal the keys as soon as it is there; else one would have to click on it first."""

LARGEST_SIDE: Final = 1000
"""Most columns or rows that a browser may ask for."""


class ServedApp(AppService):
    """The program in a process of its own, between which and a browser packets go."""

    def __init__(self, words: Sequence[str], **wiring: Any) -> None:
        """Take the program with its arguments, and what `AppService` takes besides."""
        super().__init__("", **wiring)
        self.words = tuple(words)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start the process, without a shell between."""
        environment = self._build_environment(width, height)
        self._process = process = await asyncio.create_subprocess_exec(
            *self.words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
        self._stdin = process.stdin
        return process

    async def on_data(self, payload: bytes) -> None:
        """Pass on what the program draws; what a closed browser can't take is dropped.

        If it were left in the pipe, the program would wait for room in it and never save.
        """
        with contextlib.suppress(ConnectionError, RuntimeError):
            await super().on_data(payload)

    async def on_meta(self, data: bytes) -> None:
        """Pass on what the program says of itself, as far as the browser is there."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            await super().on_meta(data)


class PlaygroundServer(Server):
    """Serves the program below `/TOKEN/`, to so many visitors at once."""

    def __init__(
        self,
        words: Sequence[str],
        listening: socket.socket,
        token: str,
        most_sessions: int,
        public_url: str | None,
        announce: Callable[[str], None],
    ) -> None:
        """Serve `words` on a socket; `announce` is told the address once it answers.

        `public_url` is the address before the token where a proxy stands in front of it; None
        for that which each browser has asked.
        """
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        super().__init__("rnntui", host, port, "rnntui", public_url or f"http://{shown}:{port}")
        self.words = tuple(words)
        self.listening, self.token, self.most_sessions = listening, token, most_sessions
        self._has_proxy = public_url is not None
        self._announce = announce
        self._sessions = 0

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        return f"{self.public_url}/{self.token}/"

    def serve(self, debug: bool = False) -> None:
        """Serve until the process is told to end; what visitors have in progress is saved."""
        self.debug = debug
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # on Windows
                loop.add_signal_handler(number, self.request_exit)
        web.run_app(
            self._make_app(),
            sock=self.listening,
            handle_signals=False,
            loop=loop,
            print=None,
            access_log=None,  # which would have the token in each line
        )

    async def _make_app(self) -> web.Application:
        """The web application: the one of textual-serve below the token, and nothing else."""
        below = await super()._make_app()
        app = web.Application()
        app.add_subapp(f"/{self.token}", below)
        app.on_response_prepare.append(_secure)
        return app

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002
        """Tell the address."""
        self._announce(self.address)

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, or a sentence where there is no room for a further visitor."""
        self._refuse_if_full()
        if not self._has_proxy:
            # By whatever name the browser reaches us, it finds the rest by the same.
            self.public_url = str(request.url.origin())
        page = await super().handle_index(request)
        if isinstance(page, web.Response) and page.text is not None:
            page.text = page.text.replace("</body>", f"{TAKE_KEYS}</body>")
        return page

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the program for one visitor, until either leaves."""
        self._refuse_if_full()
        self._sessions += 1
        websocket = web.WebSocketResponse(heartbeat=15)
        served: ServedApp | None = None
        try:
            await websocket.prepare(request)
            served = ServedApp(
                self.words,
                write_bytes=websocket.send_bytes,
                write_str=websocket.send_str,
                close=_closing(websocket),
                download_manager=self.download_manager,
            )
            await served.start(_side(request, "width", 80), _side(request, "height", 24))
            await self._process_messages(websocket, served)
        except (ConnectionError, ValueError, LookupError, TypeError, AssertionError) as error:
            log.warning("A browser's connection has ended: %s", error)
        finally:
            try:
                if served is not None:
                    await asyncio.shield(served.stop())
            finally:
                self._sessions -= 1
        return websocket

    async def _process_messages(
        self, websocket: web.WebSocketResponse, app_service: AppService
    ) -> None:
        """Pass on what the browser sends; no terminal is larger than `LARGEST_SIDE`."""
        async for message in websocket:
            if message.type != WSMsgType.TEXT:
                continue
            kind, *values = message.json()
            if kind == "stdin":
                await app_service.send_bytes(str(values[0]).encode("utf-8", "replace"))
            elif kind == "resize":
                sides = (int(values[0][side]) for side in ("width", "height"))
                width, height = (min(max(side, 1), LARGEST_SIDE) for side in sides)
                await app_service.set_terminal_size(width, height)
            elif kind == "ping":
                await websocket.send_json(["pong", values[0]])
            elif kind == "blur":
                await app_service.blur()
            elif kind == "focus":
                await app_service.focus()

    def _refuse_if_full(self) -> None:
        """Raises `HTTPServiceUnavailable` where all sessions are taken."""
        if self._sessions >= self.most_sessions:
            raise web.HTTPServiceUnavailable(
                text=f"All {self.most_sessions} sessions are taken; try again when somebody has"
                " left.",
                headers={"Retry-After": "10"},
            )


async def _secure(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURITY_HEADERS)


def _closing(websocket: web.WebSocketResponse) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await websocket.close()

    return close


def _side(request: web.Request, name: str, default: int) -> int:
    """The terminal's width or height that a browser asks for, or the default."""
    asked = request.query.get(name, "")
    return min(max(int(asked), 1), LARGEST_SIDE) if asked.isdecimal() else default
