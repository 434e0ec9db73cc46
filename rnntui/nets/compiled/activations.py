"""Exponential, sigmoid and hyperbolic tangent of sixteen numbers at a time.

Errors are below 2e-7: relative for the exponential, absolute for the others.
"""

from typing import Any

import numpy as np

from rnntui.nets.compiled.compiling import llvm_inlined
from rnntui.nets.compiled.lanes import (
    broadcast,
    fma,
    larger,
    rounded,
    smaller,
    times_power_of_two,
)

_LOWEST, _HIGHEST = np.float32(-87.0), np.float32(87.0)
_LOG2_E = np.float32(1.4426950408889634)
# ln 2 in two parts; the first times a small integer is exact.
_LN_2_HIGH, _LN_2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
# 1/n! for n from 2 to 7: the rest of the series is below 1e-8 for |x| <= ln(2)/2.
_SERIES = tuple(np.float32(1.0 / n) for n in (5040.0, 720.0, 120.0, 24.0, 6.0, 2.0))
_ONE, _TWO = np.float32(1.0), np.float32(2.0)


@llvm_inlined
def exponential(x: Any) -> Any:
    """`e^x`, with x clipped to ±87; NaN stays NaN."""
    x = larger(broadcast(_LOWEST), smaller(broadcast(_HIGHEST), x))
    exponent = rounded(x * broadcast(_LOG2_E))
    rest = fma(exponent, broadcast(-_LN_2_HIGH), x)
    rest = fma(exponent, broadcast(-_LN_2_LOW), rest)
    power = broadcast(_SERIES[0])
    power = fma(power, rest, broadcast(_SERIES[1]))
    power = fma(power, rest, broadcast(_SERIES[2]))
    power = fma(power, rest, broadcast(_SERIES[3]))
    power = fma(power, rest, broadcast(_SERIES[4]))
    power = fma(power, rest, broadcast(_SERIES[5]))
    power = fma(power, rest, broadcast(_ONE))
    power = fma(power, rest, broadcast(_ONE))
    return times_power_of_two(power, exponent)


@llvm_inlined
def sigmoid(x: Any) -> Any:
    """`1 / (1 + e^-x)`."""
    one = broadcast(_ONE)
    return one / (one + exponential(broadcast(np.float32(0.0)) - x))


@llvm_inlined
def hyperbolic_tangent(x: Any) -> Any:
    """`tanh x`, as `1 - 2 / (1 + e^2x)`."""
    one = broadcast(_ONE)
    return one - broadcast(_TWO) / (one + exponential(x + x))
