"""The exponential, the sigmoid and the hyperbolic tangent of the compiled engine."""

from typing import Any

import numpy as np

from rnntui.nets.compiled.activations import exponential, hyperbolic_tangent, sigmoid
from rnntui.nets.compiled.compiling import python_callable
from rnntui.nets.compiled.lanes import LANES_BYTES, load, store


@python_callable
def _apply(function: int, source: int, target: int, size: int) -> None:
    for offset in range(0, size, LANES_BYTES):
        x = load(source + offset)
        if function == 0:
            store(exponential(x), target + offset)
        elif function == 1:
            store(sigmoid(x), target + offset)
        else:
            store(hyperbolic_tangent(x), target + offset)


def _of(function: int, x: Any) -> Any:
    """The function at each number of `x`, in double precision."""
    source = np.zeros(-(-len(x) // 16) * 16, np.float32)
    source[: len(x)] = x
    target = np.empty_like(source)
    _apply(function, source.ctypes.data, target.ctypes.data, source.nbytes)
    return target[: len(x)].astype(np.float64)


_WIDE = np.linspace(-80, 80, 100_001, dtype=np.float32)


def test_the_exponential_is_within_2e_7_of_its_value() -> None:
    exact = np.exp(_WIDE.astype(np.float64))
    assert np.abs(_of(0, _WIDE) / exact - 1).max() < 2e-7


def test_sigmoid_and_tangent_are_within_2e_7_of_theirs() -> None:
    x = np.concatenate([_WIDE, np.linspace(-1, 1, 100_001, dtype=np.float32)])
    exact = x.astype(np.float64)
    assert np.abs(_of(1, x) - 1 / (1 + np.exp(-exact))).max() < 2e-7
    assert np.abs(_of(2, x) - np.tanh(exact)).max() < 2e-7


def test_what_is_not_a_number_stays_so_and_infinity_has_its_limits() -> None:
    odd = np.array([np.nan, np.inf, -np.inf], np.float32)
    for function in range(3):
        assert np.isnan(_of(function, odd)[0])
    np.testing.assert_allclose(_of(1, odd)[1:], [1, 0], atol=1e-30)
    np.testing.assert_allclose(_of(2, odd)[1:], [1, -1], atol=1e-30)
