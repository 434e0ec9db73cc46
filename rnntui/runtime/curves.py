"""Loss curves of a run, subsampled from a record that may be huge and still growing.

A record of 100,000 steps is read without parsing most of it: one step in so many
bytes, and every evaluation. This relies on how `to_json` writes: `event` comes first,
and quotation marks within texts are escaped, so the pattern for the start of a line
can't occur anywhere else.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rnntui.runtime.recorded.record_tail import RecordTail
from rnntui.training.checked_values import count, number, seconds
from rnntui.training.events import Evaluated, Opened, Step, TrainEvent

MOST_POINTS: Final = 4_000
"""Steps kept of a record, approximately."""

Point = tuple[float, float, float]
"""Step, seconds in training, bits per character."""

_STEP: Final = b'{"event": "step"'
_STARTED: Final = b'{"event": "started"'
_EVALUATED: Final = b'{"event": "evaluated"'


@dataclass
class Points:
    """Points of one curve in the order of the record; steps go back after a roll-back."""

    steps: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    bits_per_char: list[float] = field(default_factory=list)

    def append(self, point: Point) -> None:
        """Append a point."""
        step, seconds, bits = point
        self.steps.append(step)
        self.seconds.append(seconds)
        self.bits_per_char.append(bits)

    def add(self, others: "Points") -> None:
        """Append other points."""
        self.steps += others.steps
        self.seconds += others.seconds
        self.bits_per_char += others.bits_per_char


@dataclass
class Curves:
    """A run's curves: `training` losses of steps, `validation` losses of evaluations."""

    training: Points = field(default_factory=Points)
    validation: Points = field(default_factory=Points)

    def add(self, others: "Curves") -> None:
        """Append the points of other curves."""
        self.training.add(others.training)
        self.validation.add(others.validation)


@dataclass(frozen=True)
class NewCurves:
    """Points added since the last read; `rewound` says that all earlier ones are void."""

    curves: Curves
    rewound: bool


@dataclass
class _Scale:
    """Characters per unit of the training part and of the held-out part, as `Opened` says."""

    training: float = 1.0
    validation: float = 1.0

    @staticmethod
    def of(values: Mapping[str, Any]) -> "_Scale":
        """The scale in the fields of an event; 1 where there is none, or no possible one."""
        try:
            found = [
                number(values.get(name, 1.0), name)
                for name in ("chars_per_unit", "val_chars_per_unit")
            ]
        except ValueError:
            return _Scale()
        return _Scale(*found) if min(found) > 0 else _Scale()


class CurveReader:
    """Reads one record in blocks."""

    def __init__(self, record: Path, most_points: int = MOST_POINTS) -> None:
        """Begin at the start of the file."""
        self._tail = RecordTail(record)
        self._most_points = most_points
        self._to_skip = 0
        self._evaluated_at = -1.0
        self._scale = _Scale()

    def read(self) -> Iterator[NewCurves]:
        """Yield the points added since the last read, about a megabyte of the record at a time.

        Raises `OSError` where the record can't be read.
        """
        more = True
        while more:
            found = self._tail.look()
            if found.rewound:
                self._to_skip, self._evaluated_at = 0, -1.0
            if found.block or found.rewound:
                yield NewCurves(self._curves(found.block), found.rewound)
            more = found.more

    def _curves(self, block: bytes) -> Curves:
        stride = self._tail.size // self._most_points
        training, validation = Points(), Points()
        if block.startswith(_STARTED):
            self._scale = _Scale.of(_values(block[: block.index(b"\n")]))
        at = block.find(_STEP, self._to_skip)
        while at >= 0:
            end = block.index(b"\n", at)
            if point := _point(_values(block[at:end]), "loss", self._scale.training):
                training.append(point)
            self._to_skip = max(end, at + stride)
            at = block.find(_STEP, self._to_skip)
        self._to_skip = max(0, self._to_skip - len(block))
        at = block.find(_EVALUATED)
        while at >= 0:
            end = block.index(b"\n", at)
            values = _values(block[at:end])
            point = _point(values, "val_loss", self._scale.validation)
            # At its end a run also measures its best network, whose step is an earlier one.
            if point and not (values.get("full") and point[0] < self._evaluated_at):
                validation.append(point)
                self._evaluated_at = point[0]
            at = block.find(_EVALUATED, end)
        return Curves(training, validation)


class LiveCurves:
    """The curves of a run from its events as they happen."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._evaluated_at = -1
        self._scale = _Scale()

    def read(self, events: Iterable[TrainEvent], every: int = 1) -> Curves:
        """The points of the next events: one step in `every`, and the evaluations in mid-run."""
        training, validation = Points(), Points()
        for event in events:
            at = float(event.step), event.elapsed_s
            match event:
                case Opened():
                    self._scale = _Scale.of(vars(event))
                case Step(loss=loss) if event.step % every == 0:
                    training.append((*at, loss / math.log(2) / self._scale.training))
                case Evaluated(val_loss=float() as loss) if event.step > self._evaluated_at:
                    # What is read in full at the end repeats a step, or goes back to the best one.
                    self._evaluated_at = event.step
                    validation.append((*at, loss / math.log(2) / self._scale.validation))
                case _:
                    pass
        return Curves(training, validation)


def _values(line: bytes) -> Mapping[str, Any]:
    """The fields of a line; empty where it is damaged."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _point(values: Mapping[str, Any], loss: str, chars_per_unit: float) -> Point | None:
    """The point of a line's fields; None where that loss is missing."""
    try:
        at = float(count(values["step"], "step")), seconds(values["elapsed_s"], "elapsed_s")
        return (*at, number(values[loss], loss) / math.log(2) / chars_per_unit)
    except (ValueError, KeyError):
        return None
