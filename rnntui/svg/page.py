"""What all pictures have: a white page with a title, and a note below, fit for a slide.

Every text is escaped and cut to what can be drawn, so it may come from outside.
"""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from rnntui.text.cells import printable

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart by people who are colour-blind, too (Okabe and Ito 2008)."""

NOTE_ROW: Final = 16
NOTE_CELL: Final = 7.3
"""Least width for a character of the note."""


def page(
    title: str, width: float, height: float, parts: Sequence[str], note: str = "", left: float = 20
) -> str:
    """The SVG text of `parts`, drawn on `width` x `height` pixels below and beside the title.

    The note, such as the command that repeats the picture, is added below, in as many lines as it
    needs; unbroken, with its spaces as they are, it is the picture's description (`desc`).
    """
    lines = _folded(clean(note), max(20, int((width - left - 10) / NOTE_CELL)))
    whole = height + NOTE_ROW * (len(lines) + 1)
    notes = [
        f'<text x="{left:g}" y="{height + NOTE_ROW * (number + 1) - 6:g}" font-size="11"'
        f' font-family="monospace" fill="#555" xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{whole:g}"'
            f' viewBox="0 0 {width:g} {whole:g}" font-family="sans-serif" font-size="12"'
            ' fill="#222">',
            f"<title>{label(title)}</title>",
            *([f"<desc>{escape(printable(note))}</desc>"] if note else []),
            f'<rect width="{width:g}" height="{whole:g}" fill="#fff"/>',
            f'<text x="{left:g}" y="26" font-size="17" font-weight="bold">{label(title)}</text>',
            *parts,
            *notes,
            "</svg>",
            "",
        ]
    )


def clean(text: str) -> str:
    """One line without control characters, which XML can't hold."""
    return printable(" ".join(text.split()))


def label(text: str) -> str:
    """A text as it stands in XML."""
    return escape(clean(text))


def _folded(note: str, characters: int) -> list[str]:
    """The note in lines of at most so many characters, broken between words."""
    lines: list[str] = []
    for word in note.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= characters:
            lines[-1] += " " + word
        else:
            lines += [word[at : at + characters] for at in range(0, max(1, len(word)), characters)]
    return [line for line in lines if line]
