"""`rnntui corpora fetch`: texts from a server on the loopback."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rnntui.cli.output.fetch_progress import PlainFetch
from rnntui.text.library import catalogue as catalogue_module
from rnntui.text.library.catalogue import catalogue
from rnntui.text.library.entries import find_text
from rnntui.text.library.fetching import wanted as wanted_module
from rnntui.text.library.fetching.events import Downloading, Unpacking
from tests.command_line import Written, rnntui, stated
from tests.text_server import TextServer, serving

TEXT = "a text to be fetched\n" * 2000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextServer]:
    """A server that is asked directly, whatever proxy this machine has."""
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        yield running


def test_an_address_becomes_a_text_of_the_library(server: TextServer) -> None:
    address = server.put("novel.txt", TEXT, cut_after=9000)
    outcome = rnntui("corpora", "fetch", address)
    assert outcome.code == 0, outcome
    assert outcome.err == "rnntui: Added 'novel'; train on it with 'rnntui train novel'.\n"
    lines = outcome.out.splitlines()
    assert lines[0] == f"Fetching {address}"
    assert lines[1] == "The connection to 127.0.0.1 broke off; trying again."
    assert lines[2] == f"Fetching {address}, from 9.0 kB on"
    assert lines[-1].startswith("SHA-256 ")
    assert lines[-1].endswith(" (noted)")
    assert find_text("novel").path.read_text() == TEXT
    shown = rnntui("corpora", "show", "novel", "--length", "0").out
    assert f"from {address}" in shown
    assert "not published, so not verified" in shown
    assert "fetched from 127.0.0.1" in rnntui("corpora", "list").out


def test_with_json_every_event_is_a_line_and_nothing_else_is(server: TextServer) -> None:
    address = server.put("a.txt", TEXT)
    outcome = rnntui("corpora", "fetch", address, "--name", "mine", "--json")
    events = [json.loads(line) for line in outcome.out.splitlines()]
    assert [event["event"] for event in events if event["event"] != "downloading"] == [
        "connecting", "verifying", "adding", "fetched",
    ]  # fmt: skip
    assert events[1] == {"event": "downloading", "received": 0, "total": len(TEXT)}
    assert events[-1]["name"] == "mine"
    assert outcome.code == 0


def test_on_a_terminal_a_bar_is_drawn_and_sentences_stay(server: TextServer) -> None:
    outcome = rnntui("corpora", "fetch", server.put("a.txt", TEXT), terminal=True)
    assert outcome.code == 0, outcome
    assert "42.0/42.0 kB" in outcome.out
    assert "\x1b[" in outcome.out
    assert "(noted)" in outcome.out


def test_an_interruption_keeps_what_has_come(server: TextServer) -> None:
    address = server.put("a.txt", TEXT)

    def interrupt(line: str) -> None:
        if '"verifying"' in line:
            signal.raise_signal(signal.SIGINT)

    outcome = rnntui("corpora", "fetch", address, "--json", heard=interrupt)
    assert outcome.code == 130
    assert "the same command goes on with what has come" in outcome.err
    assert rnntui("corpora", "fetch", address).code == 0
    assert server.ranges() == [None, f"bytes={len(TEXT)}-"]


def test_failures_are_one_sentence(server: TextServer) -> None:
    stated(rnntui("corpora", "fetch", f"{server.address}/no.txt"), "404 Not Found")
    stated(rnntui("corpora", "fetch", "file:///etc/passwd"), "'file:'")
    stated(rnntui("corpora", "fetch", "text9"), "did you mean text8")
    address = server.put("a.txt", TEXT, headers={"X": "y"})
    stated(rnntui("corpora", "fetch", address, "--sha256", "0" * 64), "nothing was added")
    stated(rnntui("corpora", "fetch", server.put("play.txt", TEXT)), "already a text called play")


def test_a_text_of_the_catalogue_is_fetched_by_its_name(
    server: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alice,) = (text for text in catalogue() if text.name == "alice")
    here = replace(alice, addresses=(server.put("pg11.txt", TEXT),))
    for module in (catalogue_module, wanted_module):
        monkeypatch.setattr(module, "catalogue", lambda: (here,))
    stated(rnntui("corpora", "show", "alice"), "'rnntui corpora fetch alice' gets it")
    before = rnntui("corpora", "list").out
    assert "Project Gutenberg License" in before
    assert "here" not in before.partition("To fetch")[2]
    outcome = rnntui("corpora", "fetch", "alice")
    assert outcome.code == 0, outcome
    assert "The catalogue has no SHA-256 of alice" in outcome.out
    assert " here " in rnntui("corpora", "list").out.partition("To fetch")[2]
    stated(rnntui("corpora", "fetch", "alice"), "alice is in the library already")


def test_plain_progress_is_told_every_few_seconds() -> None:
    now = [0.0]
    written = Written()
    reader = PlainFetch(written, clock=lambda: now[0])
    for second in range(12):
        now[0] = float(second)
        reader.read(Downloading(second * 1000, 11_000))
    now[0] = 30.0
    reader.read(Unpacking(5000, None))
    assert written.text.splitlines() == [
        "5.0 kB of 11 kB fetched (45%)",
        "10 kB of 11 kB fetched (91%)",
        "5.0 kB unpacked",
    ]
