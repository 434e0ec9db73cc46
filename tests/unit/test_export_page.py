"""A network as a web page, in a real browser: it generates there what it generates here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from rnntui import places
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.own_cells import load_cell
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.prime import prepare_prime
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.export.network import ExportedNetwork, exported_network
from rnntui.tasks.characters.export.table import FORMATS
from rnntui.tasks.characters.export.writing import export_network
from rnntui.text.vocabulary import UNKNOWN
from rnntui.training.runs.folder import find_checkpoint
from tests.cell_files import EVERY_OPERATOR, elman, two_states
from tests.chromium import Browser, browser
from tests.networks import SYMBOLS, small_network

GIVEN, GENERATED = (
    f"document.getElementById('{name}').textContent" for name in ("given", "generated")
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


def tiny() -> ExportedNetwork:
    """The trained network that is shipped."""
    parent = places.checkpoints_dir()
    return exported_network(find_checkpoint(parent, "tiny", places.shipped_checkpoints_dir()))


def by_rnntui(
    network: ExportedNetwork, prime: str, spec: SamplingSpec, seed: int, length: int
) -> str:
    """What the program generates."""
    start = prepare_prime(prime, network.vocabulary, network.normalisation).text
    weights = NetworkWeights(network.config, network.weights, 0)
    stream = CharacterStream(
        lambda: weights, network.vocabulary, lambda: spec, start, seed, engine="numpy"
    )
    return "".join(character.symbol for character in islice(stream, length))


def by_page(
    page: Browser,
    folder: Path,
    network: ExportedNetwork,
    prime: str,
    spec: SamplingSpec,
    seed: int,
    length: int,
) -> str:
    """What the page generates, opened by a link."""
    export_network(network, FORMATS["html"], folder / "net.html")
    settings = f"mode={spec.mode}&temperature={spec.temperature}&seed={seed}"
    page.open(folder / "net.html", f"prime={quote(prime)}&{settings}&length={length}")
    text: str = page.value(GENERATED)
    return text


@pytest.mark.parametrize(
    ("settings", "mode"),
    [
        ({"cell": "rnn", "input_encoding": "one-hot"}, "random"),
        ({"cell": "rnn", "nonlinearity": "relu", "num_layers": 2}, "hybrid"),
        ({"cell": "lstm", "num_layers": 2}, "random"),
        ({"cell": "lstm", "input_encoding": "one-hot", "window": 5}, "random"),
        ({"cell": "gru", "num_layers": 3, "connections": "residual"}, "random"),
        ({"cell": "minlstm", "num_layers": 2}, "hybrid"),
        ({"cell": "mingru", "num_layers": 2}, "argmax"),
    ],
    ids=str,
)
def test_every_cell_generates_the_same_text_in_the_browser(
    page: Browser, tmp_path: Path, settings: Any, mode: Any
) -> None:
    network, spec = small_network(**settings), SamplingSpec(mode, temperature=0.8)
    expected = by_rnntui(network, "the sea", spec, 12_345_678_901, 300)
    assert by_page(page, tmp_path, network, "the sea", spec, 12_345_678_901, 300) == expected


@pytest.mark.parametrize("make", [two_states, lambda folder: elman(folder, EVERY_OPERATOR)])
def test_a_cell_of_ones_own_generates_there_too(
    page: Browser, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    network, spec = small_network(cell=load_cell(make(tmp_path)).name), SamplingSpec()
    expected = by_rnntui(network, "", spec, 0, 200)
    assert by_page(page, tmp_path, network, "", spec, 0, 200) == expected


def test_a_trained_network_writes_its_argmax_text_quickly_in_a_small_page(
    page: Browser, tmp_path: Path
) -> None:
    network, spec = tiny(), SamplingSpec("argmax")
    expected = by_rnntui(network, "The ", spec, 1, 400)
    assert by_page(page, tmp_path, network, "The ", spec, 1, 400) == expected
    assert page.value("1000 * writing.count / writing.computed") > 30
    weights = 4 * sum(array.size for array in network.weights.values())
    assert (tmp_path / "net.html").stat().st_size - weights * 4 / 3 < 200_000


def test_a_prime_is_read_as_the_program_reads_it(page: Browser, tmp_path: Path) -> None:
    symbols = tuple(" etaonihs'.가")
    network = small_network(symbols, ("lowercase", "join-lines"), cell="gru")
    prime = "  THE\r\n\r\n  éta’s 가x\tÑ… "
    expected = by_rnntui(network, prime, SamplingSpec(), 3, 100)
    assert by_page(page, tmp_path, network, prime, SamplingSpec(), 3, 100) == expected
    read = prepare_prime(prime, network.vocabulary, network.normalisation).text
    assert page.value(GIVEN) == read == " the eta's 가  n... "
    assert "The network never saw" in page.value("document.getElementById('status').textContent")


def test_jamo_are_composed_on_the_page_and_the_unknown_symbol_is_never_generated(
    page: Browser, tmp_path: Path
) -> None:
    symbols = (" ", UNKNOWN, "\u1100", "\u1161", "\u11a8")
    network = small_network(symbols, ("nfd-jamo",), cell="gru")
    expected = by_rnntui(network, "각q", SamplingSpec(), 4, 200)
    found = by_page(page, tmp_path, network, "각q", SamplingSpec(), 4, 200)
    assert found == network.normalisation.restore_for_display(expected)
    assert UNKNOWN not in found
    assert page.value(GIVEN) == "각q"


def test_what_a_file_calls_itself_is_text_and_nothing_can_be_loaded(
    page: Browser, tmp_path: Path
) -> None:
    hostile = (
        "</script></title><img src='http://127.0.0.1:9/x' onerror=\"document.title='broken'\">"
    )
    network = replace(small_network(tuple("<>/ab \n"), cell="rnn"), run=hostile, corpus=hostile)
    by_page(page, tmp_path, network, "<b>", SamplingSpec(), 1, 50)
    assert page.value("document.querySelectorAll('img, b').length") == 1  # the footer's own
    assert page.value("document.title") == page.value("document.querySelector('h1').textContent")
    assert page.value("document.title").replace("'", '"') == hostile.replace("'", '"')
    assert page.value(GIVEN) == "<b>"
    refused = page.value("fetch('http://127.0.0.1:9/x').then(() => 'loaded', () => 'refused')")
    assert refused == "refused"
    asked = [told for told in page.events if told["method"] == "Network.requestWillBeSent"]
    assert {told["params"]["request"]["url"].partition("#")[0] for told in asked} <= {
        (tmp_path / "net.html").as_uri(),
        "http://127.0.0.1:9/x",
    }
    blocked = [told for told in page.events if told["method"] == "Log.entryAdded"]
    assert any("Content Security Policy" in told["params"]["entry"]["text"] for told in blocked)


def test_the_form_generates_until_it_is_stopped_and_follows_a_change_of_mode(
    page: Browser, tmp_path: Path
) -> None:
    export_network(small_network(cell="gru"), FORMATS["html"], tmp_path / "net.html")
    page.open(tmp_path / "net.html")
    until = "new Promise((done) => (function look() { %s ? done(true) : setTimeout(look, 5); })())"
    page.value("document.getElementById('pace').value = '0'")
    page.value("document.getElementById('generate').click()")
    assert page.value(until % "writing.count > 50")
    assert page.value("document.getElementById('generate').textContent") == "Stop"
    page.value("document.getElementsByName('mode')[0].click()")
    count = page.value("writing.count")
    assert page.value(until % f"writing.count > {count} + 500")
    page.value("document.getElementById('generate').click()")
    text = page.value(GENERATED)
    period = next(n for n in range(1, 200) if text[-200:] == text[-200 - n : -n])
    assert period < 200  # what argmax ends in
    assert page.value("document.getElementById('generate').textContent") == "Generate"


def test_a_text_begun_anew_within_a_frame_is_drawn_once_a_frame(
    page: Browser, tmp_path: Path
) -> None:
    export_network(small_network(cell="gru"), FORMATS["html"], tmp_path / "net.html")
    page.open(tmp_path / "net.html")
    page.value(
        "var asked = 0, ask = requestAnimationFrame;"
        " requestAnimationFrame = (then) => (asked++, ask(then));"
        " for (let i = 0; i < 11; i++) document.getElementById('generate').click(); asked = 0"
    )
    page.value(
        "new Promise((done) => { let n = 0;"
        " ask(function tick() { ++n > 10 ? done(n) : ask(tick); }); })"
    )
    assert 8 <= page.value("asked") <= 12  # not six times as often


def test_a_page_is_one_file_without_an_address() -> None:
    (content,) = FORMATS["html"].files(small_network(cell="lstm")).values()
    text = content.decode("ascii")
    assert not re.search(r"https?:|\bsrc=|\bhref=|@import|url\(|innerHTML|eval\(", text)
    assert all(word in text for word in SYMBOLS[1])
