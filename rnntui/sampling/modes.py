"""Names and bounds of the sampling settings. Needs no NumPy."""

from typing import Literal

Mode = Literal["argmax", "random", "hybrid"]

SamplingEngine = Literal["auto", "numpy", "compiled"]
"""The generator of the characters (see `rnntui.sampling.generators`)."""

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 5.0

READING_PACE = 60.0
"""Default pace in characters a second: fast to read along, and next to no work."""
