"""The container of all checkpoints: a safetensors file with groups of tensors and a JSON header.

Sizes are checked before anything is read: the header's against `LARGEST_HEADER`, the tensors'
against the configuration in the header and the free memory. Needs no torch: tensors are NumPy
arrays here. The groups and the parts of the header are each task's own (its `checkpoint.py`).
"""

import json
import math
import os
import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import numpy as np
import safetensors
import safetensors.numpy

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, quoted, reason
from rnntui.machine_memory import available_bytes
from rnntui.nets.arrays import Floats32ByName
from rnntui.plain_files import open_plain
from rnntui.toml_files import is_deep
from rnntui.training.settings.common import OptimizerName

FORMAT_VERSION = 2
READABLE_VERSIONS = (1, FORMAT_VERSION)
"""Version 1 lacks averages and some settings, which then take their defaults."""

LARGEST_HEADER: Final = 32 << 20
"""Maximum bytes of a header; a vocabulary of a million words takes half of that."""

LARGEST_PART: Final = 1 << 20
"""Maximum characters of a header's part, except those in `_LONG_PARTS`."""

_ROOM_FOR_TENSORS: Final = 1 << 20
"""Header bytes reserved for the tensors' names and shapes; they never need as many."""

_LONG_PARTS: Final = ("vocabulary", "classes")
_DEEPEST: Final = 4
_BY_DESCRIPTOR: Final = Path("/dev/fd")

KEPT_BY_OPTIMIZER: dict[OptimizerName, tuple[str, ...]] = {
    "adam": ("step", "exp_avg", "exp_avg_sq"),
    "adamw": ("step", "exp_avg", "exp_avg_sq"),
    "rmsprop": ("step", "square_avg"),
    "rmsprop-keras": ("square_avg",),
    "adagrad": ("step", "sum"),
    "sgd": (),
}
"""An optimiser's state per weight, by torch's names; `step` is a scalar."""

Shapes = Mapping[str, tuple[int, ...]]


class Snapshot(Protocol):
    """The state of a training run, ready to be saved."""

    def groups(self) -> Mapping[str, Floats32ByName]:
        """The tensors by group (`model`, `optimizer`, ...) and name; a group may be empty."""

    def about(self) -> Mapping[str, Any]:
        """The parts of the header, as values for JSON, without the format version."""


def to_bytes(snapshot: Snapshot) -> bytes:
    """Serialise a snapshot. Raises `CheckpointError` for too large a vocabulary."""
    tensors = {
        f"{group}.{name}": np.asarray(array, order="C")
        for group, arrays in snapshot.groups().items()
        for name, array in arrays.items()
    }
    about = {"format_version": FORMAT_VERSION, **snapshot.about()}
    metadata = {name: json.dumps(value, allow_nan=False) for name, value in about.items()}
    # safetensors encodes the metadata as JSON once more, which escapes the escapes.
    if len(json.dumps(metadata)) > LARGEST_HEADER - _ROOM_FOR_TENSORS:
        raise CheckpointError(
            f"The vocabulary is too large for a checkpoint, whose header may have"
            f" {LARGEST_HEADER >> 20} MB; ask for a smaller one."
        )
    return safetensors.numpy.save(tensors, metadata)


def save_checkpoint(snapshot: Snapshot, *paths: Path) -> None:
    """Write a snapshot atomically to each path. Raises `CheckpointError` for a failed write."""
    content = to_bytes(snapshot)
    for path in paths:
        try:
            with atomic_write(path) as file:
                file.write(content)
        except OSError as error:
            raise CheckpointError(
                f"The checkpoint {path} can't be written ({reason(error)}); the previous"
                " one is intact. Free some space or choose another folder."
            ) from error


class OpenCheckpoint:
    """A checkpoint's file, open for reading; each method raises `CheckpointError`."""

    def __init__(self, path: Path, file: Any) -> None:
        """Wrap a file opened by safetensors."""
        self.path = path
        self._file = file
        self._metadata: Mapping[str, str] = file.metadata() or {}

    def check_version(self) -> None:
        """Raise for a format version that can't be read."""
        if "format_version" not in self._metadata:
            raise self.bad("its header has no format version")
        if (version := self.part("format_version")) not in READABLE_VERSIONS:
            known = " and ".join(map(str, READABLE_VERSIONS))
            raise self.bad(
                f"its format version is {quoted(version)}, and this rnntui reads {known}"
            )

    def parts(self) -> dict[str, Any]:
        """All parts of the header by name, parsed."""
        return {name: self.part(name) for name in self._metadata}

    def part(self, name: str, default: Any = None) -> Any:
        """A part of the header, parsed; `default` if it is missing."""
        text = self._metadata.get(name)
        if text is None:
            return default
        if name not in _LONG_PARTS and len(text) > LARGEST_PART:
            raise self.bad(f"a part of its header has more than {LARGEST_PART:,} characters")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.bad("its header is not valid JSON") from error
        if is_deep(value, _DEEPEST):
            raise self.bad("its header is nested too deep")
        return value

    def groups(
        self, expected: Mapping[str, Shapes], required: Collection[str]
    ) -> dict[str, Floats32ByName]:
        """The tensors by group and name, checked to be finite and of the expected shapes.

        A group is complete or empty; those in `required` are never empty.
        """
        shapes = {
            f"{group}.{name}": shape
            for group, tensors in expected.items()
            for name, shape in tensors.items()
        }
        self._check_shapes(shapes, expected, required)
        self._check_room(shapes)
        try:
            arrays = {name: self._file.get_tensor(name) for name in self._file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, ValueError) as error:
            raise self.bad(f"its tensors can't be read ({error})") from error
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise self.bad(f"{name} holds numbers that are not finite")
        return {
            group: {
                name.removeprefix(group + "."): array
                for name, array in arrays.items()
                if name.startswith(group + ".")
            }
            for group in expected
        }

    def check_optimizer(self, kept: Floats32ByName, step: int) -> None:
        """Raise for a state that no optimiser can have at step `step`.

        Its own step count is the same for all weights and at most `step`; mean and summed
        squares are not negative.
        """
        taken = {float(array) for name, array in kept.items() if name.endswith(".step")}
        # Rolling back lowers the optimiser's count, which is stored in single precision.
        if len(taken) > 1 or any(not 0 <= one <= np.float32(step) or one % 1 for one in taken):
            raise self.bad(f"its optimiser's step count is impossible at step {step}")
        for name, array in kept.items():
            if name.endswith((".exp_avg_sq", ".square_avg", ".sum")) and (array < 0).any():
                raise self.bad(f"its optimiser's {name} is negative")

    def bad(self, why: str) -> CheckpointError:
        """The error for a file that can't be used, `why` in its sentence."""
        return _bad(self.path, why)

    def _check_room(self, shapes: Shapes) -> None:
        """Raise for tensors that exceed the free memory."""
        size = sum(4 * math.prod(shapes[name]) for name in self._file.keys())  # noqa: SIM118
        if size > (room := available_bytes()):
            raise self.bad(
                f"its tensors take {size / 1e9:,.1f} GB of memory, and only"
                f" {room / 1e9:,.1f} GB are free"
            )

    def _check_shapes(
        self, shapes: Shapes, groups: Mapping[str, Shapes], required: Collection[str]
    ) -> None:
        present = set(self._file.keys())
        if strange := sorted(present - set(shapes)):
            raise self.bad(f"it has an unexpected tensor {quoted(strange[0])}")
        for group in groups:
            wanted = {name for name in shapes if name.startswith(group + ".")}
            found = present & wanted
            if found != wanted and (found or group in required):
                raise self.bad(f"its tensor {quoted(min(wanted - found))} is missing")
        for name in present:
            part = self._file.get_slice(name)
            shape, kind = tuple(part.get_shape()), part.get_dtype()
            if shape != shapes[name] or kind != "F32":
                want = "x".join(map(str, shapes[name])) or "one number"
                raise self.bad(f"its tensor {quoted(name)} is {kind} {shape}, not F32 {want}")


@contextmanager
def open_checkpoint(path: Path) -> Iterator[OpenCheckpoint]:
    """Open a checkpoint. Raises `CheckpointError` for a missing or invalid file."""
    with ExitStack() as stack:
        try:
            plain = stack.enter_context(open_plain(path))
            check_header_size(path, plain)
            reopened = _BY_DESCRIPTOR / str(plain.fileno())
            # By descriptor: the name may refer to another file by now.
            place = reopened if _BY_DESCRIPTOR.exists() else path
            file = stack.enter_context(safetensors.safe_open(str(place), framework="np"))
        except FileNotFoundError as error:
            raise CheckpointError(
                f"There is no checkpoint {path}; 'rnntui checkpoints list' shows them all."
            ) from error
        except OSError as error:
            raise _bad(path, f"it can't be read ({reason(error)})") from error
        except (ValueError, safetensors.SafetensorError) as error:
            raise _bad(path, f"it is not a complete safetensors file ({error})") from error
        yield OpenCheckpoint(path, file)


def check_header_size(path: Path, file: BinaryIO) -> None:
    """Raise `CheckpointError` for a header over `LARGEST_HEADER`; reads only its length."""
    start, size = file.read(8), file.seek(0, os.SEEK_END)
    # A length beyond the end of the file is left to safetensors to report.
    if len(start) == 8 and LARGEST_HEADER < struct.unpack("<Q", start)[0] <= size - 8:
        raise _bad(path, f"its header has more than {LARGEST_HEADER >> 20} MB")


def optimizer_shapes(optimizer: OptimizerName, weights: Shapes) -> dict[str, tuple[int, ...]]:
    """Shapes of an optimiser's state for weights of these shapes, named `<weight>.<kept>`."""
    return {
        f"{name}.{kept}": () if kept == "step" else shape
        for name, shape in weights.items()
        for kept in KEPT_BY_OPTIMIZER[optimizer]
    }


def _bad(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a checkpoint that can be used: {why}. Name another one;"
        " 'rnntui checkpoints list' shows them."
    )
