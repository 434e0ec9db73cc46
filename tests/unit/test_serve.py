"""The playground in a real browser: it trains, generates, and saves when the browser is gone."""

import base64
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from rnntui import places
from tests.chromium import Browser, browser
from tests.command_line import command, rnntui
from tests.tui.waiting import PATIENCE_S

pytestmark = pytest.mark.slow


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server and its address; it ends with the block, if not before."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        command("serve", "--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.communicate()


def fetched(address: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of a page."""
    try:
        with urllib.request.urlopen(address, timeout=30) as page:
            return page.status, page.read().decode(), dict(page.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def drawn(page: Browser) -> str:
    """All that the program has drawn on the page so far."""
    page.value("0")  # takes what has arrived
    frames = [one for one in page.events if one["method"] == "Network.webSocketFrameReceived"]
    payloads = [frame["params"]["response"]["payloadData"] for frame in frames]
    return b"".join(map(base64.b64decode, filter(is_base64, payloads))).decode("utf-8", "replace")


def is_base64(payload: str) -> bool:
    """Whether a frame is one of bytes; others are JSON."""
    return not payload.startswith("[")


def until(condition: Callable[[], bool]) -> None:
    """Wait for it, as long as no machine takes."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_trains_and_generates_in_a_browser_and_saves_when_that_is_gone(tmp_path: Path) -> None:
    with served("--sessions", "1", "--corpus", "places") as (address, server):
        host = address.split("/")[2]
        with browser(tmp_path / "profile") as page:
            # Wide enough for all panes at once; in a narrow window they are tabs.
            page.ask(
                "Emulation.setDeviceMetricsOverride",
                **{"width": 1200, "height": 800, "deviceScaleFactor": 1, "mobile": False},
            )
            page.visit(address)
            until(lambda: "Network and training" in drawn(page))
            page.press("t")
            until(lambda: trained() > 0)
            page.press("g")
            until(lambda: "how each character is chosen" in drawn(page))  # the next hint
            page.screenshot(tmp_path / "seen.png")
            asked = [
                one["params"]["request"]["url"]
                for one in page.events
                if one["method"] == "Network.requestWillBeSent"
            ]
            refused = [
                one["params"]["entry"]["text"]
                for one in page.events
                if one["method"] == "Log.entryAdded"
            ]
            status, sentence, _ = fetched(address)
            assert (status, sentence) == (
                503,
                "All 1 sessions are taken; try again when somebody has left.",
            )
        until(lambda: events()[-1]["event"] == "finished")
        with Image.open(tmp_path / "seen.png") as seen:
            assert len(seen.convert("RGB").getcolors(1 << 24)) > 100  # text in many colours
        elsewhere = [one for one in asked if host not in one]
        assert all("fonts.googleapis.com" in one for one in elsewhere), elsewhere
        assert any("Content Security Policy" in one for one in refused)  # which was not asked
        until(lambda: fetched(address)[0] == 200)  # its place is free again
        status, _, headers = fetched(address)
        assert headers["Referrer-Policy"] == "no-referrer"
        for wrong in ("", "wrong/", "wrong/ws", "static/js/textual.js"):
            assert fetched(f"http://{host}/{wrong}")[0] == 404
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE_S) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""


def events() -> list[dict[str, Any]]:
    """The record of the only run there is."""
    records = list(places.checkpoints_dir().glob("*/metrics.jsonl"))
    lines = records[0].read_text().splitlines() if records else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def trained() -> int:
    """Steps of it so far."""
    return sum(event["event"] == "step" for event in events())


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = rnntui("serve", "--port", str(taken.getsockname()[1]))
    assert outcome.code == 1
    assert "choose another with --host or --port" in outcome.err


def test_what_is_not_there_is_told_before_anybody_comes() -> None:
    outcome = rnntui("serve", "--port", "0", "--replay", "nowhere")
    assert outcome.code == 1
    assert "nowhere" in outcome.err


def test_whoever_listens_to_others_is_warned() -> None:
    with served("--host", "0.0.0.0", "--read-only") as (address, server):
        assert address.startswith("http://0.0.0.0:")
        server.terminate()
        _, complaint = server.communicate()
    assert "whoever has the address can look at your runs and texts" in complaint
