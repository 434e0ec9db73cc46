"""The choices for cutting and padding labelled texts. Light enough for a list of flags."""

from typing import Literal, get_args

Units = Literal["words", "tokens", "characters"]
"""The tokens of a text (see `units_of` in `tokens.py`)."""

UNITS: tuple[Units, ...] = get_args(Units)

Side = Literal["front", "behind"]
"""The side of the padding."""

End = Literal["first", "last"]
"""The tokens kept of a text that is too long."""
