"""What units track over the steps that a run has kept: the curves, and when a unit is there."""

import json

import numpy as np
import pytest

from rnntui import places
from rnntui.lenses.neurons import Unit, UnitCorrelations, unit_correlations
from rnntui.lenses.text_features import text_features
from rnntui.lenses.unit_history import UnitHistory, unit_history
from rnntui.sparkline import sparkline
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.runs.kept import kept_file, kept_steps
from tests.command_line import rnntui, stated
from tests.factories import TINY_TEXT, tiny_run, trained
from tests.tables import records

TEXT = TINY_TEXT[:40]


def history_of(*curve: float) -> UnitHistory:
    """One unit and one feature after the steps 0, 10, 20, …"""
    units, features = (Unit(0, "h", 0),), ("vowel",)
    found = [UnitCorrelations(units, features, np.array([[one]]), 9) for one in curve]
    return UnitHistory(tuple(range(0, 10 * len(curve), 10)), tuple(found))


@pytest.mark.parametrize(
    ("curve", "step"),
    [
        ((0.1, 0.2, 0.5, 0.8), 20),
        ((-0.9, 0.2, 0.5, 0.8), 20),
        ((0.9, 0.1, -0.5, -0.8), 20),
        ((0.9, 0.1, 0.2, 0.8), 30),
        ((0.7, 0.6, 0.7, 0.8), 0),
        ((np.nan, 0.6, np.nan, 0.8), 30),
        ((0.5, np.nan), None),
        ((0.5, 0.0), None),
    ],
)
def test_a_unit_is_there_from_the_step_on_behind_which_it_stays(
    curve: tuple[float, ...], step: int | None
) -> None:
    assert history_of(*curve).there_from(Unit(0, "h", 0), "vowel") == step


@pytest.mark.parametrize("cell", ["lstm", "mingru"])
def test_each_kept_network_is_measured_as_by_itself(cell: str) -> None:
    run = tiny_run(places.checkpoints_dir(), keep_every=4, cell=cell, num_layers=2)
    trained(run)
    kept = [load_checkpoint(kept_file(run.folder, step)) for step in kept_steps(run.folder)]
    ids = kept[0].header.vocabulary.encode(TEXT)
    features = text_features(TEXT)
    history = unit_history((one.for_sampling for one in kept), ids, features)
    assert history.steps == (0, 4, 8, 12)
    for one, found in zip(kept, history.found, strict=True):
        alone = unit_correlations(one.header.model, one.network, ids, features)
        np.testing.assert_array_equal(found.values, alone.values)
    unit = history.found[0].units[-1]
    column = history.found[0].features.index("vowel")
    expected = [found.values[-1, column] for found in history.found]
    np.testing.assert_array_equal(history.curve(unit, "vowel"), expected)


def test_the_command_has_every_unit_after_every_kept_step() -> None:
    run = tiny_run(places.checkpoints_dir(), keep_every=4)
    trained(run)
    table = places.checkpoints_dir() / "born.csv"
    flags = ("trace", TEXT, "--neurons", "--checkpoint", "tiny")
    told = rnntui(*flags, "--over-steps", "--pattern", "[st]e", "--json", "--csv", table)
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert told.code == 0
    for step in kept_steps(run.folder):
        there = [{**one} for one in rows if one["at_step"] == step]
        path = kept_file(run.folder, step)
        alone = rnntui(
            *("trace", TEXT, "--neurons", "--pattern", "[st]e", "--json", "--checkpoint", path)
        )
        assert [{"at_step": step} | json.loads(line) for line in alone.out.splitlines()] == there
    assert [line["at_step"] for line in records(table)] == [str(one["at_step"]) for one in rows]


def test_the_summary_says_from_which_step_on_a_unit_is_there() -> None:
    run = tiny_run(places.checkpoints_dir(), keep_every=4)
    trained(run)
    flags = ("trace", TEXT, "--neurons", "--checkpoint", "tiny", "--over-steps", "--units", "1")
    picture = places.checkpoints_dir() / "born.svg"
    out = rnntui(*flags, "--svg", picture).out
    assert "over the steps 0 to 12" in out
    kept = [load_checkpoint(kept_file(run.folder, step)) for step in kept_steps(run.folder)]
    ids = kept[0].header.vocabulary.encode(TEXT)
    history = unit_history((one.for_sampling for one in kept), ids, text_features(TEXT), np.float64)
    best = history.found[-1].of_feature("vowel", 1)[0]
    (line,) = (line for line in out.splitlines() if line.strip().startswith("vowel"))
    curve = [float(abs(one)) for one in history.curve(best.unit, "vowel")]
    assert sparkline(curve, 32) in line
    assert f"{best.correlation:+.2f}" in line
    assert f"vowel: 1 h{best.unit.number + 1}<" in picture.read_text()
    assert line.split()[-1] == str(history.there_from(best.unit, "vowel"))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--surprise", "--over-steps"), "--over-steps goes with --neurons"),
        (("--neurons", "--over-steps", "--mark", "1:1"), "--mark and --over-steps exclude"),
        (("--neurons", "--over-steps", "--at-step", "1"), "--at-step and --over-steps exclude"),
        (("--neurons", "--over-steps"), "has kept no checkpoints; train it with --keep-every N"),
        (("--neurons", "--over-steps", "--checkpoint", "b"), "needs one run"),
    ],
)
def test_what_is_not_to_be_had_over_steps_is_stated(arguments: tuple[str, ...], part: str) -> None:
    trained(tiny_run(places.checkpoints_dir()))
    stated(rnntui("trace", "the", *arguments, "--checkpoint", "tiny"), part)


def test_bars_of_many_values_show_the_largest_of_each_part() -> None:
    assert sparkline([0.0, 1.0, None, 0.5], 9) == "▁█ ▅"
    assert sparkline([0.0, 1.0, None, None, 2.0, -1.0], 3) == "█ █"
    assert sparkline([0.0, 1.0], 2, in_ascii=True) == ".@"
    assert sparkline([], 5) == ""
