"""The optimiser over the flat buffers: sum the threads' gradients, clip, Adam."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnntui.nets.compiled.compiling import python_callable
from rnntui.nets.compiled.lanes import (
    LANES_BYTES,
    broadcast,
    fma,
    larger,
    load,
    number,
    put_number,
    smaller,
    square_root,
    store,
    total,
)
from rnntui.nets.compiled.products import PANEL, PANEL_BYTES
from rnntui.nets.compiled.records import Record, Records

_CHUNK = 64 * LANES_BYTES


@dataclass(frozen=True)
class Adam:
    """The optimiser's settings, named as in the paper (Kingma and Ba 2015).

    `weight_decay` is decoupled from the gradients (Loshchilov and Hutter 2019).
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0


ADAM = Adam()
"""torch's default settings."""


class AdamRule(NamedTuple):
    """The coefficients of a step of Adam, in single precision."""

    gradient_factor: np.float32
    """Multiplies each gradient, which is then clipped to ±`bound`."""
    bound: np.float32
    mean_weight: np.float32
    """1 - β1"""
    square_decay: np.float32
    """β2"""
    square_weight: np.float32
    """1 - β2"""
    epsilon: np.float32
    rate: np.float32
    """The learning rate, corrected for the bias of the first moment."""
    square_scale: np.float32
    """The bias correction for the root of the second moment."""
    shrinkage: np.float32
    """The factor of weight decay."""
    average_weight: np.float32
    """1 minus the decay of the averaged weights."""


def adam_rule(
    adam: Adam,
    step: int,
    learning_rate: float,
    gradient_factor: float,
    bound: float,
    average_decay: float,
) -> AdamRule:
    """The coefficients of step `step`, counted from 1; for the last three see `AdamRule`."""
    numbers = (
        gradient_factor,
        bound,
        1.0 - adam.beta_1,
        adam.beta_2,
        1.0 - adam.beta_2,
        adam.epsilon,
        learning_rate / (1.0 - adam.beta_1**step),
        1.0 / math.sqrt(1.0 - adam.beta_2**step),
        1.0 - learning_rate * adam.weight_decay,
        1.0 - average_decay,
    )
    return AdamRule(*(np.float32(number) for number in numbers))


@python_callable
def sum_gradients(parts: Records, first: int, last: int) -> float:
    """Add all parts' gradients to the first part's, between two offsets in bytes.

    Returns the result's sum of squares.
    """
    squares = 0.0
    for start in range(first, last, _CHUNK):
        sums = broadcast(np.float32(0.0))
        for offset in range(start, min(start + _CHUNK, last), LANES_BYTES):
            gradient = load(parts[0].gradients + offset)
            for part in range(1, len(parts)):
                gradient = gradient + load(parts[part].gradients + offset)
            store(gradient, parts[0].gradients + offset)
            sums = fma(gradient, gradient, sums)
        squares += np.float64(total(sums))
    return squares


@python_callable
def adam_step(
    blocks: Records, weights: int, gradients: int, means: int, squares: int, averages: int,
    thread: int, threads: int, rule: AdamRule,
) -> None:  # fmt: skip
    """One thread's share of Adam, and of packing the new weights for the backward products.

    `averages` is 0 without averaged weights.
    """
    factor, bounds = broadcast(rule.gradient_factor), broadcast(rule.bound)
    lowest = broadcast(-rule.bound)
    for place in range(len(blocks)):
        block = blocks[place]
        first = block.pieces * thread // threads
        last = block.pieces * (thread + 1) // threads
        start = block.offset + first * block.piece_bytes
        end = block.offset + last * block.piece_bytes
        for offset in range(start, end, LANES_BYTES):
            gradient = smaller(bounds, larger(lowest, load(gradients + offset) * factor))
            mean = load(means + offset)
            mean = fma(gradient - mean, broadcast(rule.mean_weight), mean)
            square = load(squares + offset) * broadcast(rule.square_decay)
            square = fma(gradient * gradient, broadcast(rule.square_weight), square)
            store(mean, means + offset)
            store(square, squares + offset)
            width = fma(square_root(square), broadcast(rule.square_scale), broadcast(rule.epsilon))
            move = mean / width * broadcast(rule.rate)
            weight = load(weights + offset) * broadcast(rule.shrinkage) - move
            store(weight, weights + offset)
            if averages > 0:
                average = load(averages + offset)
                average = fma(weight - average, broadcast(rule.average_weight), average)
                store(average, averages + offset)
        if block.back > 0:
            pack_transposed(block, weights, first, last)


@python_callable
def pack_transposed(block: Record, weights: int, first: int, last: int) -> None:
    """Pack the panels from `first` to `last` for the backward products, transposed."""
    for panel in range(first, last):
        source = weights + block.offset + panel * block.piece_bytes
        column = panel * PANEL
        for term in range(block.terms):
            target = block.back + (term // PANEL) * block.columns * PANEL_BYTES
            target += 4 * (term % PANEL) + column * PANEL_BYTES
            for offset in range(min(PANEL, block.columns - column)):
                value = number(source + term * PANEL_BYTES + 4 * offset)
                put_number(value, target + offset * PANEL_BYTES)
