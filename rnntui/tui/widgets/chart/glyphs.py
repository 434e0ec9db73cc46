"""Dots to characters: Braille, half blocks, or one mark per cell.

Only the number of dots per cell depends on the glyphs; the rest of the plot doesn't.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnntui.chart_characters import Characters
from rnntui.tui.widgets.chart.braille import BIT_OF_DOT, BLANK, Bits, Dots

Codes = NDArray[np.uint32]

NOTHING: Final = 0
"""The code of an empty cell."""

_HALF_BLOCKS: Final = np.array([NOTHING, ord("▀"), ord("▄"), ord("█")], np.uint32)


@dataclass(frozen=True)
class Glyphs:
    """A way to draw dots in cells."""

    characters: Characters
    bit_of_dot: tuple[tuple[int, ...], ...]
    """The bit of each dot of a cell, by row and column."""

    raw_mark: str
    """The mark of raw values where a cell can't show faint dots."""

    @property
    def down(self) -> int:
        """Dots down a cell."""
        return len(self.bit_of_dot)

    @property
    def across(self) -> int:
        """Dots across a cell."""
        return len(self.bit_of_dot[0])

    def pack(self, dots: Dots) -> Bits:
        """Bits of each cell, [h, w], from dots [down·h, across·w]."""
        flags = dots.view(np.uint8)
        height, width = dots.shape[0] // self.down, dots.shape[1] // self.across
        bits: Bits = np.zeros((height, width), np.uint8)
        for down, row in enumerate(self.bit_of_dot):
            for across, bit in enumerate(row):
                bits |= flags[down :: self.down, across :: self.across] << np.uint8(bit)
        return bits

    def shortened_pattern(self, on: int, off: int) -> tuple[int, int]:
        """A pattern of Braille dots along x, converted to dots of these cells."""
        share = self.across / len(BIT_OF_DOT[0])
        return max(1, round(on * share)), max(1, round(off * share)) if off else 0

    def codes(self, bits: Bits, marks: Codes, in_dots: NDArray[np.bool_]) -> Codes:
        """Code points of cells, [h, w]; `NOTHING` where there is no dot.

        `marks` are the characters of cells not shown as dots; `in_dots` selects those shown.
        """
        if self.characters == "braille":
            return np.where(bits > 0, bits.astype(np.uint32) + BLANK, NOTHING).astype(np.uint32)
        shown = np.where(bits > 0, marks, NOTHING)
        if self.characters == "blocks":
            shown = np.where(in_dots, _HALF_BLOCKS[bits & 3], shown)
        return shown.astype(np.uint32)


GLYPHS: Final[dict[Characters, Glyphs]] = {
    "braille": Glyphs("braille", BIT_OF_DOT, ""),
    "blocks": Glyphs("blocks", ((0,), (1,)), "░"),
    "ascii": Glyphs("ascii", ((0,),), ":"),
}
