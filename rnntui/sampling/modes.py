"""The names and bounds of sampling, for those who need no more than these."""

from typing import Literal

Mode = Literal["argmax", "random", "hybrid"]

SamplingEngine = Literal["auto", "numpy", "compiled"]
"""What computes the characters (see `rnntui.sampling.generators`)."""

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 5.0

READING_PACE = 60.0
"""Characters a second unless told otherwise: fast to read along, and next to no work."""
