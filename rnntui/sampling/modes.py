"""The names of the sampling modes, for those who need no more than names."""

from typing import Literal

Mode = Literal["argmax", "random", "hybrid"]
