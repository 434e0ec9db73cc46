"""The embedding map: against the eigenvectors of the covariance, and in planes that are known."""

import numpy as np
import pytest

from rnntui.lenses.embedding_map import Neighbour, embedding_map, symbol_vectors
from tests.unit.lens_networks import network

SYMBOLS = tuple("aB1. 한")


@pytest.mark.parametrize("input_encoding", ["one-hot", "embedding"])
def test_the_plane_is_that_of_the_largest_eigenvalues(input_encoding: str) -> None:
    _, arrays = network(cell="gru", input_encoding=input_encoding)
    found = embedding_map(arrays, SYMBOLS)
    assert found.vectors.shape == (6, 3 if input_encoding == "embedding" else 15)
    values, directions = np.linalg.eigh(np.cov(found.vectors.T))
    np.testing.assert_allclose(found.explained, values[::-1][:2] / values.sum(), atol=1e-8)
    centred = found.vectors - found.vectors.mean(axis=0)
    expected = centred @ directions[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(found.points), np.abs(expected), atol=1e-8)
    np.testing.assert_allclose(found.placed(found.vectors), found.points, atol=1e-12)
    assert found.kinds == ("vowel", "capital", "digit", "punctuation", "space", "Hangul ㅎ")


def test_one_hot_symbols_have_the_vectors_that_they_add_to_the_gates() -> None:
    _, arrays = network(cell="lstm", input_encoding="one-hot")
    np.testing.assert_array_equal(symbol_vectors(arrays), arrays["layers.0.weight_ih"].T)


def test_neighbours_are_the_nearest_by_cosine() -> None:
    table = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 3.0], [-1.0, 0.0], [0.0, 0.0], [5.0, 0.0]])
    found = embedding_map({"embedding.weight": table}, SYMBOLS)
    first, second, *_, last = found.neighbours(0, 9)
    assert first == Neighbour(5, pytest.approx(1))
    assert second == Neighbour(2, pytest.approx(np.sqrt(0.5)))
    assert last == Neighbour(3, pytest.approx(-1))
    assert len(found.neighbours(0, 9)) == 5
    assert {near.cosine for near in found.neighbours(4, 9)} == {0.0}


def test_a_mirrored_network_has_the_same_axes() -> None:
    _, arrays = network()
    plain = embedding_map(arrays, SYMBOLS)
    again = embedding_map({"embedding.weight": -arrays["embedding.weight"]}, SYMBOLS)
    np.testing.assert_allclose(again.points, -plain.points, atol=1e-12)


def test_vectors_of_one_number_lie_on_a_line_and_equal_ones_in_a_point() -> None:
    line = embedding_map({"embedding.weight": np.array([[1.0], [2.0], [4.0]])}, "abc")
    np.testing.assert_allclose(line.explained, [1, 0])
    assert not line.points[:, 1].any()
    point = embedding_map({"embedding.weight": np.ones((3, 4))}, "abc")
    assert point.explained.tolist() == [0, 0]
    np.testing.assert_allclose(point.points, 0, atol=1e-12)


def test_other_weights_keep_the_plane_and_move_in_it() -> None:
    _, arrays = network()
    found = embedding_map(arrays, SYMBOLS)
    np.testing.assert_allclose(found.of_weights(arrays).points, found.points, atol=1e-12)
    np.testing.assert_allclose(found.of_weights(arrays).explained, found.explained, atol=1e-12)
    table = arrays["embedding.weight"]
    # Of its own, each of these would have other axes: turned, or in another order.
    for other in (table[::-1], -table, table * [1, 5, 0.1], table + 3.0):
        moved = found.of_weights({"embedding.weight": other})
        assert moved.axes is found.axes
        np.testing.assert_allclose(moved.points, (other - found.centre) @ found.axes.T)
        variances = np.cov(moved.points.T).diagonal() / np.trace(np.cov(other.T))
        np.testing.assert_allclose(moved.explained, variances, atol=1e-12)
        own = embedding_map({"embedding.weight": other}, SYMBOLS)
        np.testing.assert_array_equal(moved.vectors, own.vectors)
