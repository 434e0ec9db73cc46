"""What the shown unit tracks after each kept step is measured, and drawn below the scrubber."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from rnntui.lenses.neurons import Unit
from rnntui.lenses.unit_history import UnitHistory, unit_history
from rnntui.runtime.recorded import kept_networks
from rnntui.runtime.recorded.kept_networks import KeptNetworks, short_sample
from rnntui.sparkline import sparkline
from rnntui.text.ngrams.baselines import never
from rnntui.training.runs.kept import kept_file
from rnntui.tui.lens.findings import text_and_features
from rnntui.tui.lens.kept_units import (
    MEASURED_CHARACTERS,
    MEASURED_STEPS,
    coarse_first,
    kept_units_of,
    spread,
)
from rnntui.tui.lens.lens_figures import best_units
from rnntui.tui.lens.looking import LEAST_REST_S, LookedAt, look_while_shown
from rnntui.tui.lens.marking_screen import REST_SHARE
from rnntui.tui.microscope.screen import MicroscopeScreen
from tests.run_files import keep_on_disk
from tests.tui.test_kept_scrubber import (
    KEPT,
    SIZES,
    TEXT,
    kept_run,
    line,
    network_from,
    sample,
    scrubber,
    scrubbing,
    shows,
)
from tests.tui.test_microscope import MicroscopeApp, looking
from tests.tui.waiting import until


def history_of(screen: MicroscopeScreen, steps: Sequence[int]) -> UnitHistory:
    """What all units track after the kept steps, by the lens's function."""
    network, kept = screen.network, screen.network.kept
    assert kept is not None
    assert screen.traced is not None
    ids, features = text_and_features(
        network, screen.traced.ids, screen.pattern, MEASURED_CHARACTERS
    )
    return unit_history(map(kept.at, steps), ids, features, np.float32)


def words(screen: MicroscopeScreen) -> str:
    return str(screen.query_one("KeptScrubber .about", Static).content)


def measured_steps(screen: MicroscopeScreen) -> tuple[int, ...]:
    units = screen.kept_units
    return () if units is None or units.history is None else units.history.steps


async def test_the_chosen_unit_has_its_curve_over_the_kept_steps(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT)) as (pilot, screen):
        assert line(screen).size.height == 1
        await pilot.press("2")
        await until(pilot, lambda: measured_steps(screen) == KEPT)
        history = history_of(screen, KEPT)
        for unit in (0, 1):
            (best,) = history.found[-1].of_unit(Unit(0, "h", unit), 1)
            sizes = np.abs(history.curve(best.unit, best.feature))
            await until(pilot, lambda best=best: best.feature in words(screen))
            _, curve = line(screen).plain.splitlines()
            columns = [round(place * len(curve) / len(KEPT)) for place in range(len(KEPT))]
            assert "".join(curve[at] for at in columns) == sparkline(list(sizes), len(KEPT))
            there = history.there_from(best.unit, best.feature)
            assert words(screen).endswith(f"{best.feature} from {there}")
            if unit == 0:
                await pilot.press("full_stop")
        await pilot.press("left_curly_bracket")
        await until(pilot, lambda: "step 0, 1 of 4" in words(screen))
        curve_of_last = history.curve(best.unit, best.feature)
        await until(pilot, lambda: f" {curve_of_last[0]:+.2f} from" in words(screen))
        await pilot.press("1")
        await until(pilot, lambda: line(screen).size.height == 1)


async def test_the_best_unit_for_a_feature_has_its_curve_with_that_feature(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT)) as (pilot, screen):
        await pilot.press("2")
        await until(pilot, lambda: measured_steps(screen) == KEPT)
        await until(pilot, lambda: screen.findings.tracked is not None)
        for best in best_units(screen.findings):
            await pilot.press("f")
            assert words(screen).startswith(f"newest, step 60\n{best.feature} from ")


async def test_a_curve_goes_on_with_a_run_and_passes_over_what_is_not_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnntui.tui.lens.looking.LEAST_REST_S", 0.01)
    folder = kept_run(tmp_path, 0, 15)
    kept_file(folder, 15).write_bytes(b"nothing")
    async with scrubbing(folder) as (pilot, screen):
        await pilot.press("2")
        await until(pilot, lambda: measured_steps(screen) == (0,))
        keep_on_disk(folder, (30, 45))
        await until(pilot, lambda: measured_steps(screen) == (0, 30, 45))
        kept_file(folder, 45).unlink()
        await until(pilot, lambda: measured_steps(screen) == (0, 30))
        assert not screen.app._notifications


async def test_a_pattern_is_measured_over_the_kept_steps_too(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT)) as (pilot, screen):
        await pilot.press("2", "slash", "e", "enter")
        await until(pilot, lambda: measured_steps(screen) == KEPT)
        await until(pilot, lambda: screen.pattern == "e")
        await until(pilot, lambda: measured_steps(screen) == KEPT)
        assert screen.kept_units is not None
        assert screen.kept_units.history is not None
        assert "/e/" in screen.kept_units.history.found[-1].features


@pytest.mark.parametrize(
    ("is_being_trained", "rests"),
    [(True, [2 * REST_SHARE, LEAST_REST_S + REST_SHARE]), (False, [1.0, 1.0])],
)
def test_the_thread_rests_after_each_kept_step_as_long_as_a_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_being_trained: bool, rests: list[float]
) -> None:
    clock = count()  # a second for each look, and for each step
    fake = SimpleNamespace(perf_counter=lambda: float(next(clock)))
    monkeypatch.setattr("rnntui.tui.lens.looking.time", fake)
    monkeypatch.setattr(kept_networks, "is_being_trained", lambda _: is_being_trained)
    network = network_from(kept_run(tmp_path, *KEPT))
    units = kept_units_of(network, "", None)
    rested: list[float] = []

    def wait(seconds: float) -> bool:
        rested.append(seconds)
        return False

    looked_at = LookedAt(network, None, TEXT, "unit", (), "", None, units)
    look_while_shown(
        looked_at, lambda *_: None, lambda _: None, lambda: len(rested) == len(rests), wait
    )
    assert rested == rests
    assert units is not None
    assert units.history is not None
    assert len(units.history.steps) == len(rests)


def test_of_too_many_steps_every_second_is_measured_the_last_one_first() -> None:
    steps = tuple(range(0, MEASURED_STEPS * 10, 10))
    assert spread(steps) == steps
    more = (*steps, steps[-1] + 10)
    assert spread(more) == more[::2]
    assert set(spread(more)) < set(steps) | {more[-1]}
    assert coarse_first((0, 1, 2, 3, 4, 5, 6, 7))[:4] == [7, 0, 4, 2]
    assert sorted(coarse_first(steps)) == list(steps)
    assert coarse_first(()) == []


@SIZES
def test_picture(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    kept = kept_run(tmp_path, *KEPT)
    app = MicroscopeApp(network_from(kept), TEXT)

    async def scrub(pilot: Pilot[Any]) -> None:
        screen = app.microscope
        await looking(pilot, screen)
        await until(pilot, lambda: bool(scrubber(screen).steps))
        await pilot.press("2", "left_square_bracket", "left_square_bracket", "right")
        await shows(pilot, screen, 30)
        generated = short_sample(KeptNetworks(kept).at(30), screen.network.vocabulary, never)
        await until(pilot, lambda: sample(screen) == generated.replace("\n", "⏎"))
        await until(pilot, lambda: screen.findings.tracked is not None)
        await until(pilot, lambda: measured_steps(screen) == KEPT)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=scrub)
