"""A real browser without a window, steered through the DevTools protocol over a pipe."""

import base64
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or "/usr/bin/chromium"


class Browser:
    """One page of a running browser; `events` are those told so far, oldest first."""

    def __init__(self, to: Any, of: Any) -> None:
        self._to, self._of = to, of
        self._numbers, self._session = itertools.count(1), ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """The result of a command of the protocol."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (told := self._told()).get("id") != number:
            self.events.append(told)
        assert "error" not in told, told
        return told["result"]

    def wait_for(self, method: str) -> dict[str, Any]:
        """The next event of that name."""
        while (told := self._told()).get("method") != method:
            self.events.append(told)
        self.events.append(told)
        return told

    def open(self, path: Path, fragment: str = "") -> None:
        """Load a page from a file, and wait until it stands."""
        self.visit(f"{path.as_uri()}#{fragment}")

    def visit(self, address: str) -> None:
        """Load a page by its address, and wait until it stands."""
        self.ask("Page.navigate", url="about:blank")
        self.wait_for("Page.loadEventFired")
        self.events.clear()
        self.ask("Page.navigate", url=address)
        self.wait_for("Page.loadEventFired")

    def press(self, keys: str) -> None:
        """Press the keys of these characters."""
        for key in keys:
            self.ask("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
            self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; of a promise, when it is kept."""
        done = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def screenshot(self, to: Path) -> None:
        """What the page looks like, as PNG."""
        to.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def _told(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._of.read(1)) != b"\0":
            assert byte, "the browser has ended"
            data += byte
        told: dict[str, Any] = json.loads(data)
        return told


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a fresh profile, for as long as the block lasts."""
    commands, results = os.pipe(), os.pipe()

    def as_three_and_four() -> None:
        # Through copies, as either may be 3 or 4 itself.
        given = [os.dup(commands[0]), os.dup(results[1])]
        for number, descriptor in zip((3, 4), given, strict=True):
            os.dup2(descriptor, number)

    process = subprocess.Popen(
        [
            PROGRAM,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *("--disable-dev-shm-usage", "--disable-extensions", "--no-first-run"),
            f"--user-data-dir={profile}",
        ],
        preexec_fn=as_three_and_four,
        close_fds=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands[0])
    os.close(results[1])
    with os.fdopen(commands[1], "wb") as to, os.fdopen(results[0], "rb") as of:
        try:
            yield Browser(to, of)
        finally:
            process.terminate()
            process.wait(10)
