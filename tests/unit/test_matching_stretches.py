"""Matching stretches: against a plain search, and in a text whose pattern is known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.lenses import activations as lens
from rnntui.lenses.activations import activations
from rnntui.lenses.matching_stretches import (
    Match,
    OnOff,
    SignedUnit,
    matches,
    on_off,
    units_on_through,
)
from rnntui.lenses.neurons import Unit
from rnntui.text.ngrams.counts import MeasurementStoppedError
from tests.unit.lens_networks import Network, network, networks, texts


@settings(max_examples=20, deadline=None)
@given(net=networks(num_layers=3), ids=texts(least=1, most=40))
def test_a_unit_is_on_beyond_the_threshold(net: Network, ids: Any) -> None:
    found = on_off(*net, ids, 0.2, precision=np.float64)
    whole = activations(*net, ids)
    for number, (unit, sign) in enumerate((signed.unit, signed.sign) for signed in found.units):
        values = whole.layers[unit.layer].hidden[:, unit.number]
        np.testing.assert_array_equal(found.row(number), sign * values >= 0.2)
        np.testing.assert_array_equal(found.part(0, len(ids))[number], found.row(number))


def test_chunks_are_joined_by_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    net, ids = network(cell="lstm"), np.arange(45) * 7 % 6
    whole = on_off(*net, ids)
    monkeypatch.setattr(lens, "CHUNK", 8)
    np.testing.assert_array_equal(on_off(*net, ids).bits, whole.bits)


def _drawn(*rows: str) -> OnOff:
    """Units that are on where a row has a #."""
    is_on = np.array([[mark == "#" for mark in row] for row in rows])
    units = tuple(SignedUnit(Unit(0, "h", number), 1) for number in range(len(rows)))
    return OnOff(units, np.packbits(is_on, axis=1), is_on.shape[1])


TEXT = _drawn(
    "..###.......###...##.",
    ".####.......###...##.",
    "..###......#####.....",
    "###..####............",
)


def test_units_on_through_a_stretch_are_off_around_it() -> None:
    assert units_on_through(TEXT, 2, 5) == [0, 2]
    assert units_on_through(TEXT, 2, 5, slack=1) == [0, 1, 2]
    assert units_on_through(TEXT, 12, 15, slack=1) == [0, 1, 2]
    assert units_on_through(TEXT, 0, 3) == [3]
    assert units_on_through(TEXT, 9, 11) == []


def test_matches_are_ranked_by_units_then_by_length() -> None:
    assert matches(TEXT, [0, 2], 3, count=2) == [Match(2, 5, 2), Match(12, 15, 1)]
    # The third stretch has one of the two units alone.
    assert matches(TEXT, [0, 1], 3, count=3) == [
        Match(12, 15, 2),
        Match(18, 20, 2),
        Match(2, 5, 1),
    ]
    assert matches(TEXT, [], 3) == []
    assert matches(TEXT, [0, 1], 3, count=3, slack=1)[0] == Match(2, 5, 2)


def test_fewer_units_are_asked_for_where_all_are_rarely_on() -> None:
    found = matches(TEXT, [0, 1, 2], 3, count=3)
    assert [(match.start, match.units) for match in found] == [(2, 2), (12, 2), (18, 2)]


@settings(max_examples=50)
@given(
    slack=st.integers(0, 2),
    rows=st.integers(1, 3).flatmap(
        lambda count: st.lists(
            st.text(alphabet=".#", min_size=25, max_size=25), min_size=count, max_size=count
        )
    ),
)
def test_every_stretch_is_found(rows: list[str], slack: int) -> None:
    text = _drawn(*rows)
    found = matches(text, range(len(rows)), 3, count=1, slack=slack)
    together = "".join("#" if set(column) == {"#"} else "." for column in zip(*rows, strict=True))
    longest_fit = [
        (start, stop)
        for start in range(25)
        for stop in range(start + 1, 26)
        if set(together[start:stop]) == {"#"}
        and together[start - 1 : start] != "#"
        and together[stop : stop + 1] != "#"
    ]
    if longest_fit:
        assert (found[0].start, found[0].stop) in longest_fit
        fitting = len(units_on_through(text, found[0].start, found[0].stop, slack))
        assert found[0].units == fitting


def test_a_stretch_outside_the_text_is_refused() -> None:
    for start, stop in ((-1, 2), (3, 3), (20, 22)):
        with pytest.raises(ValueError, match="within the text"):
            units_on_through(TEXT, start, stop)


def test_a_stop_is_obeyed() -> None:
    with pytest.raises(MeasurementStoppedError):
        on_off(*network(), np.arange(6), should_stop=lambda: True)
    with pytest.raises(MeasurementStoppedError):
        matches(TEXT, [0], 3, should_stop=lambda: True)
