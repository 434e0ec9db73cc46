"""The named choices of how labelled texts are cut and padded; light enough for a list of flags."""

from typing import Literal, get_args

Units = Literal["words", "tokens", "characters"]
"""What a text is cut into; see `units_of` in `labelled_tokens`."""

UNITS: tuple[Units, ...] = get_args(Units)

Side = Literal["front", "behind"]
"""Where padding stands."""

End = Literal["first", "last"]
"""Which tokens of a text that is too long are kept."""
