"""Which colour a run has, from visit to visit; and which names a filter lets through."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui.tui.runs.name_filter import matching_runs
from rnntui.tui.runs.slots import RememberedSlots, assign_slots
from rnntui.tui.runs.table import duration, natural_key

NAMES = st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=10)


@given(NAMES, st.dictionaries(st.text("abc", max_size=3), st.integers(0, 5)))
def test_no_two_runs_share_a_slot(names: list[str], remembered: dict[str, int]) -> None:
    slots = assign_slots(names, remembered)
    assert set(slots) == set(names)
    assert len(set(slots.values())) == len(names)


@given(NAMES, NAMES)
def test_runs_keep_their_slots_whatever_comes_and_goes(before: list[str], now: list[str]) -> None:
    old = assign_slots(before, {})
    new = assign_slots(now, old)
    assert all(new[name] == old[name] for name in set(before) & set(now))


def test_new_runs_take_the_lowest_slots_that_are_free() -> None:
    assert assign_slots(["a", "b", "c"], {"b": 0}) == {"a": 1, "b": 0, "c": 2}


def test_slots_are_the_same_on_the_next_visit(tmp_path: Path) -> None:
    file, runs = tmp_path / "state" / "slots.json", tmp_path / "runs"
    first = RememberedSlots(file, runs).of(["b", "c"])
    assert RememberedSlots(file, runs).of(["a", "b", "c"]) == {**first, "a": 2}


def test_folders_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "slots.json"
    RememberedSlots(file, tmp_path / "one").of(["x", "b"])
    assert RememberedSlots(file, tmp_path / "two").of(["b"]) == {"b": 0}
    assert RememberedSlots(file, tmp_path / "one").of(["b"]) == {"b": 1}


def test_a_renamed_run_keeps_its_slot(tmp_path: Path) -> None:
    slots = RememberedSlots(tmp_path / "slots.json", tmp_path)
    slots.of(["a", "b"])
    slots.rename("b", "c")
    assert slots.of(["a", "c"]) == {"a": 0, "c": 1}


@pytest.mark.parametrize(
    "content",
    ["", "nonsense", "[]", '{"/": 1}', '{"%s": {"a": "x", "b": true, "c": -1}}', "\xff"],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "slots.json"
    file.write_bytes(content.replace("%s", str(tmp_path)).encode("latin-1"))
    assert RememberedSlots(file, tmp_path).of(["a", "b"]) == {"a": 0, "b": 1}
    assert json.loads(file.read_text())


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    slots = RememberedSlots(tmp_path / "file" / "slots.json", tmp_path)
    assert slots.of(["a"]) == {"a": 0}


def test_a_folder_without_runs_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "slots.json"
    slots = RememberedSlots(file, tmp_path)
    slots.of(["a"])
    slots.of([])
    assert json.loads(file.read_text()) == {}


# The filter.


@pytest.mark.parametrize(
    ("wanted", "passed"),
    [
        ("", {"play-lstm-1", "Play-gru-2", "alice[1]"}),
        ("PLAY", {"play-lstm-1", "Play-gru-2"}),
        ("lstm|alice", {"play-lstm-1", "alice[1]"}),
        ("2$", {"Play-gru-2"}),
        ("nothing", set()),
    ],
)
def test_names_are_matched_by_parts_and_expressions(wanted: str, passed: set[str]) -> None:
    runs = dict.fromkeys(["play-lstm-1", "Play-gru-2", "alice[1]"], "")
    assert matching_runs(runs, wanted) == (passed, True)


@pytest.mark.parametrize(
    ("wanted", "passed"),
    [
        ("tale", {"a", "b", "tale-2"}),
        ("text:tale", {"a"}),
        ("text: TALE ", {"a"}),
        ("text:", set()),
    ],
)
def test_runs_are_matched_by_their_text(wanted: str, passed: set[str]) -> None:
    runs = {"a": "tale", "b": "fairytale", "tale-2": "play", "c": "play"}
    assert matching_runs(runs, wanted) == (passed, True)


@pytest.mark.parametrize("wanted", ["alice[", "(", "*", "a{99999999999}"])
def test_what_is_no_expression_is_looked_for_as_it_stands(wanted: str) -> None:
    assert matching_runs({f"x{wanted}y": "", "other": ""}, wanted) == ({f"x{wanted}y"}, False)


@given(st.text(max_size=8))
def test_no_filter_that_is_typed_breaks_anything(wanted: str) -> None:
    matching_runs({"play-lstm-1": "play"}, wanted)


# Words of the table.


def test_names_sort_as_people_count() -> None:
    assert sorted(["run-10", "run-9", "Run-1", "run"], key=natural_key) == [
        "run",
        "Run-1",
        "run-9",
        "run-10",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (36_000, "10:00:00")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
