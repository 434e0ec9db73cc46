"""Which characters a chart is drawn with, on screen and headless: Braille, blocks or ASCII.

The Linux console and some fonts have no Braille. What a person chose in the
settings decides; where that is `auto`, the kind of terminal does.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Characters = Literal["braille", "blocks", "ascii"]
Chosen = Literal["auto", "braille", "blocks", "ascii"]
CHOICES: Final[tuple[Chosen, ...]] = get_args(Chosen)
SETTING: Final = "chart_characters"
"""The name of the setting."""

MARKS: Final = "o+x*#@%&"
"""An ASCII character for each curve, so that they are told apart without colour."""

CURVE_SIGNS: Final = "●◆▲■○◇△□"
"""The sign of each curve where there is more than ASCII."""


def characters_for(chosen: Chosen, environ: Mapping[str, str]) -> Characters:
    """What to draw with on the terminal that `environ` names in `TERM`."""
    if chosen != "auto":
        return chosen
    terminal = environ.get("TERM", "")
    if terminal == "linux":
        return "blocks"
    return "ascii" if terminal.startswith("vt") or terminal == "dumb" else "braille"


def in_ascii(text: str) -> str:
    """`text` with the lines and signs of a chart in ASCII, each as wide as before."""
    return text.translate(ORNAMENTS["ascii"])


def on_the_console(text: str) -> str:
    """`text` with what the fonts of the Linux console lack in what they have, as wide as before."""
    return text.translate(_CONSOLE)


def _table(ornaments: str, instead: str) -> dict[int, int]:
    return {ord(one): ord(other) for one, other in zip(ornaments, instead, strict=True)}


ORNAMENTS: Final[Mapping[Characters, Mapping[int, int]]] = {
    "braille": {},
    # What the fonts of the Linux console have: those of the old code page 437.
    "blocks": _table(CURVE_SIGNS + "━╍┅★▴▾…", MARKS + "─-·!▲▼~"),
    "ascii": _table(CURVE_SIGNS + "━╍┅★▴▾…↑↓·│┤└─┬┴", MARKS + "--.!^v~^v.|++-++"),
}
"""For each kind, what stands for a sign of the chart that its terminals may lack."""

# Round corners, eighths of bars, arrows and signs of panes, labels of white space.
_CONSOLE: Final = _table(
    "╭╮╰╯" + "▏▎▍▋▊▉" + "▁▂▃▅▆▇" + "◂▸●★━╌…⏎␣⇥",
    "┌┐└┘" + " ▌▌▌██" + "_▄▄▄██" + "◄►*!─-~¶_→",
)
