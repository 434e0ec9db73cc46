"""The ways to hold out a part of a text. Light enough for a list of flags."""

from typing import Literal

ValSplit = Literal["tail", "lines"]
"""The tail, or lines spread over the text; see `hold_out` in `holding_out`."""
