"""A picture saved from the screen is the one that its command draws."""

import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnntui import places
from rnntui.runtime.session import Session
from rnntui.training.runs.folder import BEST
from rnntui.tui.lens.export_picture import lens_command, lens_svg
from rnntui.tui.lens.findings import Lens
from tests.command_line import rnntui
from tests.tui.test_microscope import FOUND, TEXT, MicroscopeApp, looking
from tests.tui.waiting import until


def drawn(svg: str) -> list[dict[str, str]]:
    """The bars, and the characters of a text or a map, with their places."""
    return [
        one.attrib
        for one in ElementTree.fromstring(svg).iter()
        if one.tag.endswith(("rect", "tspan", "polyline")) or one.get("font-size") == "15"
    ][1:]


@pytest.mark.parametrize(
    ("key", "lens"), [("1", "strips"), ("3", "influence"), ("4", "surprise"), ("5", "map")]
)
async def test_the_command_in_a_picture_draws_the_same(
    key: str, lens: Lens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    session = Session()
    session.load(places.shipped_checkpoints_dir() / "tiny" / BEST, "tiny", "tiny")
    assert session.network is not None
    app = MicroscopeApp(session.network, TEXT * 5)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press(*("full_stop" for _ in range(5)), key, "right")
        await until(pilot, lambda: key == "1" or FOUND[key](app.microscope.findings))
        seen = app.microscope.seen(traced)
    assert (seen.place, seen.unit) == (1, 5)
    command = lens_command(lens, seen, session.network)
    assert rnntui(*shlex.split(command)[1:]).code == 0
    ours = drawn(lens_svg(lens, seen, session.network))
    assert len(ours) > 2
    assert ours == drawn(Path("lens.svg").read_text(encoding="utf-8"))


async def test_the_command_names_what_was_operated_on_the_mark_and_the_regular_expression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    session = Session()
    session.load(places.shipped_checkpoints_dir() / "tiny" / BEST, "tiny", "tiny")
    assert session.network is not None
    app = MicroscopeApp(session.network, TEXT * 5)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        app.microscope.pattern = "[A-Z]+:|-x"
        hidden = [number for number, row in enumerate(traced.rows) if row.is_hidden_state]
        app.microscope.row = hidden[-1]
        await pilot.press("2", "x", "minus", "y")
        pattern = shlex.split(app.clipboard)
        await pilot.press("z", "k", "right", "right", "k", "y")
        mark = shlex.split(app.clipboard)
        assert app.microscope.seen(traced).marking.mark == (0, 3)
    done = ["--cut", "1:h:1", "--nudge", "1:h:1=-0.25"]
    at = pattern.index("--pattern=[A-Z]+:|-x")
    assert pattern[at + 1 : -2] == done
    at = mark.index("--mark")
    assert mark[at + 1 : at + 6] == ["1:3", *done]
    assert mark[at + 6] == "--freeze"
    assert "--pattern" not in " ".join(mark)
    for command in (pattern, mark):
        svg = Path("lens.svg")
        assert rnntui(*command[1:]).code == 0
        assert "layer 1" in svg.read_text(encoding="utf-8")
        svg.unlink()
