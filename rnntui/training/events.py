"""The events of a training run, as plain values that all readers share.

The command line prints them, the record keeps them, the screen draws them.
Every event has `step`, the optimiser steps taken so far, and `elapsed_s`, the
seconds spent in training, pauses left out and carried over a resume.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from rnntui.errors import RnntuiError, quoted
from rnntui.training.checked_values import count, number, seconds, text, truth

LONGEST_LINE = 16 << 20
"""Maximum bytes of a line of a record, its line end included; the longest sample fits."""


@dataclass(frozen=True)
class TrainEvent:
    """An event, with its step and time."""

    step: int
    elapsed_s: float


@dataclass(frozen=True)
class Opened(TrainEvent):
    """A training run has begun, anew or from a checkpoint.

    `total_steps` is 0 until a budget in minutes is converted to steps. `train_chars` and
    `val_chars` are the sizes of the two parts, and `eval_chars` how much of the latter each
    evaluation in mid-run reads, all counted in `unit`: characters, words, bytes or subwords, or
    texts for a classifier; `chars_per_unit` and `val_chars_per_unit` are the mean characters of a
    unit in either part.
    `engine_to_come` is the engine that is still being compiled and will take over, or empty;
    `processes` how many train together, each on its sequences of every batch.
    """

    run: str
    corpus: str
    parameters: int
    vocab_size: int
    train_chars: int
    val_chars: int
    eval_chars: int
    batches_per_epoch: int
    total_steps: int
    device: str
    unit: str = "characters"
    chars_per_unit: float = 1.0
    val_chars_per_unit: float = 1.0
    engine_to_come: str = ""
    processes: int = 1


@dataclass(frozen=True)
class Started(Opened):
    """A new training run has begun."""


@dataclass(frozen=True)
class Resumed(Opened):
    """A training run has been resumed from a checkpoint."""


@dataclass(frozen=True)
class Step(TrainEvent):
    """One optimiser step.

    `epoch` is the position in epochs, from 0, as a fraction; `loss` the batch's mean
    cross-entropy in nats per unit; `grad_norm` the gradient norm before clipping;
    `chars_per_second` the characters trained on per second, averaged over about a second.
    """

    epoch: float
    loss: float
    learning_rate: float
    grad_norm: float
    chars_per_second: float


@dataclass(frozen=True)
class Evaluated(TrainEvent):
    """The network was evaluated.

    `train_loss` is the mean of the steps' losses since the last evaluation;
    `val_loss` that of the held-out part, None where there is none;
    `bits_per_char` (by the mean characters per unit of that part) and `perplexity` (per unit)
    are of `val_loss`, or of `train_loss` without one. `accuracy` of the held-out part and
    `train_accuracy` of the steps since the last evaluation are for classifiers. `best`: no earlier
    evaluation was as good; `full`: all of the held-out part was read. At the end, the
    best weights are evaluated in full, too, unless they are the last ones; `step` is
    then theirs.
    """

    train_loss: float
    val_loss: float | None
    bits_per_char: float
    perplexity: float
    accuracy: float | None
    best: bool
    full: bool
    train_accuracy: float | None = None


@dataclass(frozen=True)
class Sampled(TrainEvent):
    """A sample: `prime` is the text given to the network, `text` what it generated."""

    prime: str
    text: str


@dataclass(frozen=True)
class Saved(TrainEvent):
    """A checkpoint was written to `path`."""

    path: str


@dataclass(frozen=True)
class Paused(TrainEvent):
    """The run is paused."""


@dataclass(frozen=True)
class Continued(TrainEvent):
    """The run continues after a pause."""


@dataclass(frozen=True)
class Changed(TrainEvent):
    """A setting changed in mid-run, or by a resume; a schedule is given by its name."""

    setting: str
    old: float | str
    new: float | str


@dataclass(frozen=True)
class Switched(TrainEvent):
    """Another engine computed this step, and will compute those that follow."""

    engine: str


@dataclass(frozen=True)
class RolledBack(TrainEvent):
    """Weights and optimiser were restored from the best checkpoint, of step `to_step`."""

    to_step: int


@dataclass(frozen=True)
class Rewound(TrainEvent):
    """A replay went back, and repeats its events from the start. Never in a record."""


@dataclass(frozen=True)
class GateHistogram(TrainEvent):
    """How the activations of one gate were distributed at an evaluation. Never in a record.

    They are those of a layer, from 1, while it reads a stretch of text: `counts[i]` of them lie
    between `edges[i]` and `edges[i + 1]`.
    """

    layer: int
    gate: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Warned(TrainEvent):
    """A warning; the run continues."""

    sentence: str


@dataclass(frozen=True)
class Tested(TrainEvent):
    """The best network was evaluated on the test part.

    `confusion[i][j]` counts the texts of class `i` classified as `j`.
    """

    loss: float
    accuracy: float
    texts: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Finished(TrainEvent):
    """The training run has ended.

    `reason` is `budget` (all steps taken), `patience` (no improvement) or
    `stopped` (by a command). `best_loss` is the lowest loss of an evaluation, in full
    where that was measured, None before the first; `best_step` is its step, and `stale`
    the number of evaluations since.
    """

    reason: str
    best_loss: float | None = None
    best_step: int = 0
    stale: int = 0


@dataclass(frozen=True)
class Failed(TrainEvent):
    """The training run failed; `sentence` says why and what to do."""

    sentence: str


KINDS: Mapping[str, type[TrainEvent]] = {
    kind.__name__.lower(): kind
    for kind in (
        Started,
        Resumed,
        Step,
        Evaluated,
        Sampled,
        Saved,
        Paused,
        Continued,
        Changed,
        Switched,
        RolledBack,
        Warned,
        Tested,
        Finished,
        Failed,
    )
}
"""Event types by their names in JSON."""


def to_json(event: TrainEvent) -> str:
    """The event as one line of JSON, without a line end.

    Text is ASCII-escaped, so no generated control character or line separator gets through.
    """
    values = {"event": type(event).__name__.lower(), **vars(event)}
    return json.dumps(values, allow_nan=False)


def from_json(line: str) -> TrainEvent:
    """The event of a line by `to_json`. Raises `RnntuiError` for anything else."""
    try:
        values = json.loads(line)
        kind = KINDS[values.pop("event")]
        return kind(**{name: read(values) for name, read in _READERS[kind].items()})
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as e:
        raise RnntuiError(f"Not an event: {quoted(line)}.") from e


def _number_or_none(value: object, name: str) -> float | None:
    return None if value is None else number(value, name)


def _number_or_text(value: object, name: str) -> float | str:
    return value if isinstance(value, str) else number(value, name)


def _texts(value: object, name: str) -> tuple[str, ...]:
    return tuple(text(one, name) for one in _list(value, name))


def _table(value: object, name: str) -> tuple[tuple[int, ...], ...]:
    rows = [_list(row, name) for row in _list(value, name)]
    return tuple(tuple(count(one, name) for one in row) for row in rows)


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is of the wrong type")
    return value


_BY_TYPE: Mapping[object, Callable[[object, str], Any]] = {
    float: number,
    float | None: _number_or_none,
    float | str: _number_or_text,
    int: count,
    str: text,
    bool: truth,
    tuple[str, ...]: _texts,
    tuple[tuple[int, ...], ...]: _table,
}


def _reader(part: "Field[Any]") -> Callable[[Mapping[str, object]], Any]:
    """The function that reads a field from JSON; it raises for a wrong type or a missing field.

    A field with a default was added later, and may be missing in an older record.
    """
    name, default = part.name, part.default
    read = seconds if name == "elapsed_s" else _BY_TYPE[part.type]
    if default is MISSING:
        return lambda values: read(values[name], name)
    return lambda values: read(values.get(name, default), name)


_READERS = {kind: {p.name: _reader(p) for p in fields(kind)} for kind in KINDS.values()}
