"""A marked stretch: its units in their order, and the other places with its pattern."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnntui.lenses import activations as lens
from rnntui.lenses.activations import activations
from rnntui.lenses.marked_stretch import marked_stretch
from rnntui.lenses.matching_stretches import (
    Match,
    OnOff,
    SignedUnit,
    on_off,
    on_off_so_far,
)
from rnntui.lenses.neurons import Unit
from tests.unit.lens_networks import Network, network, networks, texts


def _drawn(*rows: str) -> OnOff:
    """Units that are on where a row has a #."""
    is_on = np.array([[mark == "#" for mark in row] for row in rows])
    units = tuple(SignedUnit(Unit(0, "h", number), 1) for number in range(len(rows)))
    return OnOff(units, np.packbits(is_on, axis=1), is_on.shape[1])


TEXT = _drawn(
    "..###.......###...##.",
    ".####.......###...##.",
    "..###...............#",
    "###..####............",
)


def test_units_are_ranked_by_how_rarely_they_are_on() -> None:
    found = marked_stretch(TEXT, 2, 5, TEXT)
    assert [(unit.row, unit.share) for unit in found.units] == [(2, 4 / 21), (0, 8 / 21)]
    assert (found.slack, found.looked_for) == (0, 2)


def test_the_marked_stretch_itself_is_no_other_place() -> None:
    assert marked_stretch(TEXT, 2, 5, TEXT, count=2).places == (Match(12, 15, 1), Match(18, 21, 0))
    corpus = _drawn(*(row * 2 for row in ("..###.", ".####.", "..###.", "......")))
    assert marked_stretch(TEXT, 2, 5, corpus, count=2).places == (Match(2, 5, 2), Match(8, 11, 2))


def test_where_no_unit_fits_exactly_the_ends_may_be_some_characters_off() -> None:
    found = marked_stretch(TEXT, 5, 8, TEXT)
    assert [unit.row for unit in found.units] == [3]
    assert found.slack == 1
    assert marked_stretch(TEXT, 9, 11, TEXT).units == ()
    assert marked_stretch(TEXT, 9, 11, TEXT).places == ()


@settings(max_examples=30, deadline=None)
@given(net=networks(), ids=texts(least=9, most=30))
def test_the_units_are_those_of_a_plain_search(net: Network, ids: Any) -> None:
    found = marked_stretch(*(text := on_off(*net, ids, precision=np.float64), 3, 6), text)
    whole = activations(*net, ids)
    expected = set()
    for number, layer in enumerate(whole.layers):
        for unit, values in enumerate(layer.hidden.T):
            for sign in (1, -1):
                # The ends of the text count as off.
                is_on = np.pad(sign * values >= 0.3, 4)
                around = is_on[6 - found.slack : 7], is_on[10 : 11 + found.slack]
                if is_on[7:10].all() and not any(side.all() for side in around):
                    expected.add((Unit(number, "h", unit), sign))
    assert {(one.signed.unit, one.signed.sign) for one in found.units} == expected


def test_a_text_can_be_searched_while_it_is_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    net, ids = network(cell="lstm"), np.arange(45) * 7 % 6
    whole = on_off(*net, ids)
    monkeypatch.setattr(lens, "CHUNK", 16)
    parts = list(on_off_so_far(*net, ids))
    assert [part.characters for part in parts] == [16, 32, 45]
    for part in parts:
        for row in range(len(part.units)):
            np.testing.assert_array_equal(part.row(row), whole.row(row)[: part.characters])
            assert part.share(row) == pytest.approx(part.row(row).mean())
