"""Dropout masks as functions of seed, layer and position."""

import numpy as np
import pytest

from rnntui.nets.compiled.dropout import dropout_masks


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_the_promised_part_is_kept_and_scaled_up(keep: float) -> None:
    mask = dropout_masks(3, 0, (50, 20, 100), keep)
    kept = mask > 0
    assert kept.mean() == pytest.approx(keep, abs=0.005)
    np.testing.assert_array_equal(mask[kept], np.float32(1 / keep))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_neighbours_are_kept_independently_of_each_other(axis: int) -> None:
    kept = np.moveaxis(dropout_masks(3, 0, (50, 50, 50), 0.5) > 0, axis, 0)
    assert (kept[1:] == kept[:-1]).mean() == pytest.approx(0.5, abs=0.01)


def test_seeds_and_layers_have_masks_of_their_own() -> None:
    shape = (10, 10, 10)
    masks = [dropout_masks(seed, layer, shape, 0.5) for seed in (0, 1, 2**63) for layer in (0, 1)]
    for place, mask in enumerate(masks):
        for other in masks[:place]:
            assert (mask == other).mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_array_equal(masks[0], dropout_masks(0, 0, shape, 0.5))
