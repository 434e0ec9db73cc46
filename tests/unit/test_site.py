"""The documentation as a site, built strictly and opened in a real browser from its folder."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnntui
from tests.chromium import Browser, browser

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's folder. `--strict` refuses a dead link, a missing anchor, a page not reached."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


def test_nothing_on_a_page_comes_from_elsewhere_and_every_link_leads_to_a_file(site: Path) -> None:
    dead, foreign = [], []
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        foreign += re.findall(
            r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"(?:https?:)?//", text
        )
        for link in re.findall(r"(?:href|src)=\"(?![a-z]+:|#)([^\"#?]+)", text):
            if file.name != "404.html" and not (file.parent / link).exists():
                dead.append((file.name, link))
    assert (foreign, dead) == ([], [])


def test_the_reference_has_every_name(site: Path) -> None:
    text = (site / "reference.html").read_text(encoding="utf-8")
    for home, names in rnntui._NAMES.items():
        for name in names:
            assert f'id="{home}.{name}"' in text
    assert "&gt;&gt;&gt;" in text
    assert "<blockquote>" not in text


def test_pages_are_shown_with_their_pictures_at_every_width(site: Path, page: Browser) -> None:
    for width in (1300, 390):
        page.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        page.open(site / "index.html")
        shown = page.value("[...document.images].map(image => image.naturalWidth > 0)")
        assert len(shown) >= 4
        assert all(shown)
        assert page.value("document.documentElement.scrollWidth") <= width


def test_a_folded_answer_has_its_markdown(site: Path, page: Browser) -> None:
    page.open(site / "lessons" / "ko" / "01-hello.html")
    assert page.value("document.querySelectorAll('details summary').length") == 3
    assert page.value("document.querySelectorAll('details strong, details code').length") > 2
    starts = page.value("[...document.querySelectorAll('article > ol')].map(list => list.start)")
    assert starts[:3] == [1, 2, 3]


@pytest.mark.parametrize(
    ("words", "found"), [("forget gate", "06-lstm-and-gru"), ("순전파", "ko/01-hello")]
)
def test_search_finds_without_a_server(site: Path, page: Browser, words: str, found: str) -> None:
    page.visit(f"{(site / 'index.html').as_uri()}?q={words.replace(' ', '+')}")
    links = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.href)"
    for _ in range(200):
        if results := page.value(links):
            break
        time.sleep(0.05)
    assert any(found in link for link in results), results
    assert [one for one in page.events if one["method"] == "Runtime.exceptionThrown"] == []
