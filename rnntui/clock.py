"""The type of a clock, which what needs the time is given, so that a test can give its own."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Returns the seconds since some moment, as `time.time` and `time.perf_counter` do."""
