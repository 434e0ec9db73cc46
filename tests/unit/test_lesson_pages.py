"""The lessons show what the program prints."""

import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import rnntui

ROOT = Path(__file__).parent.parent.parent
LESSONS = runpy.run_path(str(ROOT / "scripts" / "lessons.py"))
SOURCES = sorted((ROOT / "docs" / "lessons" / "source").glob("*.md"))
STABLE = [
    pytest.param(one, id=one.command)
    for source in SOURCES
    for one in LESSONS["recordings_of"](source).values()
    if one.stable
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_page_is_its_source_with_what_was_recorded(source: Path) -> None:
    page = (ROOT / "docs" / "lessons" / source.name).read_text(encoding="utf-8")
    rendered = LESSONS["render"](source, LESSONS["from_recordings"](source))
    assert page == rendered, "run scripts/lessons.py"


@pytest.mark.parametrize("recording", STABLE)
def test_what_was_recorded_is_what_is_printed_today(recording: Any) -> None:
    outcome = rnntui(*shlex.split(recording.command)[1:])
    assert (outcome.code, outcome.out) == (0, recording.out), "run make lessons"


def test_a_page_that_claims_what_its_figures_do_not_show_is_not_made(tmp_path: Path) -> None:
    source = tmp_path / "page.md"
    source.write_text("It is so.{{ holds(run('rnntui').out == 'so') }}", encoding="utf-8")
    for out, fits in (("so", True), ("otherwise", False)):
        recording = LESSONS["Recording"]("rnntui", out, "", 0.0)
        if fits:
            assert LESSONS["render"](source, lambda _, one=recording: one) == "It is so.\n"
        else:
            with pytest.raises(ValueError, match="claims"):
                LESSONS["render"](source, lambda _, one=recording: one)
