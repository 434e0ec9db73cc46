"""The checkpoint: one safetensors file with all that a training or a stream needs to go on.

Needs no torch: tensors are NumPy arrays here. A file is checked whole (version,
names, shapes, types, finite weights) before anything in it is used. The format
is described in docs/file-formats.md.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from rnntui.errors import CheckpointError, RnntuiError
from rnntui.nets.config import STATE_TENSORS, ModelConfig, weight_shapes
from rnntui.sampling.fast_step import Weights
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.config import OptimizerName, TrainConfig
from rnntui.training.corpus_note import CorpusNote
from rnntui.whole_files import written_whole

FORMAT_VERSION = 1

KEPT_BY_OPTIMIZER: dict[OptimizerName, tuple[str, ...]] = {
    "adam": ("step", "exp_avg", "exp_avg_sq"),
    "rmsprop": ("step", "square_avg"),
    "adagrad": ("step", "sum"),
    "sgd": (),
}
"""What each optimiser keeps per weight, by torch's names; `step` is one number."""

MAX_COUNT, MAX_NUMBER = 2**53, 1e300
"""No count of steps or characters, and no sum of losses, is beyond these."""

Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Progress:
    """How far a training has come: all that must be carried over a resume but the tensors.

    `epoch` and `batch` are the position of the next batch. `rate_scale` is the
    learning rate's factor set by hand. `best_loss` is null before the first
    evaluation; `stale` counts evaluations since the best one. The two sums and
    counts are of the steps' losses in this epoch and since the last
    evaluation, whose own mean was `train_loss`. `events` is the number of lines
    of the record at the time.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    elapsed_s: float = 0.0
    total_steps: int = 0
    rate_scale: float = 1.0
    best_loss: float | None = None
    best_step: int = 0
    stale: int = 0
    epoch_loss_sum: float = 0.0
    epoch_loss_count: int = 0
    recent_loss_sum: float = 0.0
    recent_loss_count: int = 0
    train_loss: float = 0.0
    events: int = 0


@dataclass(frozen=True)
class Header:
    """All of a checkpoint but its tensors."""

    run: str
    model: ModelConfig
    vocabulary: Vocabulary
    normalisation: Normalisation
    corpus: CorpusNote
    config: TrainConfig
    progress: Progress


@dataclass(frozen=True)
class Checkpoint:
    """A training at one moment.

    `weights` are named as in `weight_shapes`; `optimizer` `<weight>.<kept>`,
    mostly empty before the first step; `state` has the carried `h` (and `c`), each
    `[L, B, H]`, empty where none is carried.
    """

    header: Header
    weights: Arrays
    optimizer: Arrays
    state: Arrays

    @property
    def for_sampling(self) -> Weights:
        """The weights as a character stream takes them."""
        return Weights(self.header.model, self.weights, self.header.progress.step)


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """The checkpoint as the content of its file."""
    tensors = {
        f"{part}.{name}": np.asarray(array, order="C")
        for part in ("model", "optimizer", "state")
        for name, array in getattr(checkpoint, "weights" if part == "model" else part).items()
    }
    header = checkpoint.header
    about = {
        "format_version": FORMAT_VERSION,
        "run": header.run,
        "model": asdict(header.model),
        "vocabulary": list(header.vocabulary.symbols),
        "normalisation": list(header.normalisation.steps),
        "corpus": asdict(header.corpus),
        "config": asdict(header.config),
        "progress": asdict(header.progress),
    }
    metadata = {name: json.dumps(value, allow_nan=False) for name, value in about.items()}
    return safetensors.numpy.save(tensors, metadata)


def save_checkpoint(checkpoint: Checkpoint, *paths: Path) -> None:
    """Write the checkpoint whole to each path. Raises `CheckpointError` where the disk refuses."""
    content = to_bytes(checkpoint)
    for path in paths:
        try:
            with written_whole(path) as file:
                file.write(content)
        except OSError as error:
            raise CheckpointError(
                f"The checkpoint {path} can't be written ({error.strerror}); what was saved"
                " before is untouched. Make room or choose another folder."
            ) from error


def read_header(path: Path) -> Header:
    """What a checkpoint says of itself, without reading its tensors.

    Raises `CheckpointError` for a file that is not a checkpoint of this version.
    """
    with _opened(path) as file:
        return _header(path, file)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint. Raises `CheckpointError` for anything wrong with it."""
    with _opened(path) as file:
        header = _header(path, file)
        expected = _expected_shapes(header)
        _check_shapes(path, file, expected)
        try:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, ValueError) as error:
            raise _bad(path, f"its tensors can't be read ({error})") from error
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise _bad(path, f"{name} holds numbers that are not finite")
    parts = {
        part: {
            name.removeprefix(part + "."): array
            for name, array in arrays.items()
            if name.startswith(part + ".")
        }
        for part in ("model", "optimizer", "state")
    }
    return Checkpoint(header, parts["model"], parts["optimizer"], parts["state"])


def _bad(path: Path, why: str) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a checkpoint that can be used: {why}. Name another one;"
        " 'rnntui checkpoints list' shows them."
    )


def _opened(path: Path) -> Any:
    try:
        return safetensors.safe_open(str(path), framework="np")
    except FileNotFoundError as error:
        raise CheckpointError(
            f"There is no checkpoint {path}; 'rnntui checkpoints list' shows those there are."
        ) from error
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise _bad(path, f"it is no whole safetensors file ({error})") from error


def _header(path: Path, file: Any) -> Header:
    metadata = file.metadata() or {}
    try:
        about = {name: json.loads(text) for name, text in metadata.items()}
    except (ValueError, RecursionError) as error:
        raise _bad(path, "its header is no JSON") from error
    if "format_version" not in about:
        raise _bad(path, "its header has no format version")
    if about["format_version"] != FORMAT_VERSION:
        version = about["format_version"]
        raise _bad(
            path, f"its format version is {version!r}, and this rnntui reads {FORMAT_VERSION}"
        )
    try:
        config = {**about["config"], "normalise": tuple(about["config"]["normalise"])}
        header = Header(
            run=str(about["run"]),
            model=ModelConfig(**about["model"]),
            vocabulary=_vocabulary(about["vocabulary"]),
            normalisation=Normalisation(tuple(about["normalisation"])),
            corpus=CorpusNote(**about["corpus"]),
            config=TrainConfig(**config),
            progress=Progress(**about["progress"]),
        )
        _check_numbers(header.corpus)
        _check_numbers(header.progress)
    except (KeyError, TypeError, ValueError, AttributeError, RnntuiError) as error:
        raise _bad(path, f"its header is damaged ({error})") from error
    if len(header.vocabulary) != header.model.vocab_size:
        raise _bad(path, "its vocabulary and its network differ in size")
    # The configuration's bounds and types have been checked, so the network's hold, too.
    if header.model != header.config.model(len(header.vocabulary)):
        raise _bad(path, "its network is not the one of its configuration")
    return replace(header, model=header.config.model(len(header.vocabulary)))


def _vocabulary(symbols: object) -> Vocabulary:
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise ValueError("the vocabulary is no list of texts")
    return Vocabulary(tuple(symbols))


def _check_numbers(values: CorpusNote | Progress) -> None:
    """Raise `ValueError` unless all is of its type, and numbers finite and not negative."""
    for part in fields(values):
        value = getattr(values, part.name)
        if part.name == "best_loss" and value is None:
            continue
        kinds: Any = (int, float)
        if part.type in (int, str):
            kinds = (int,) if part.type is int else (str,)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise ValueError(f"{part.name} is of the wrong type")
        if isinstance(value, str):
            continue
        if not 0 <= value <= (MAX_COUNT if isinstance(value, int) else MAX_NUMBER):
            raise ValueError(f"{part.name} is out of bounds")


def _expected_shapes(header: Header) -> dict[str, tuple[int, ...]]:
    """Every tensor that may stand in the file, with its shape."""
    model = header.model
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in weight_shapes(model).items():
        shapes[f"model.{name}"] = shape
        for kept in KEPT_BY_OPTIMIZER[header.config.optimizer]:
            shapes[f"optimizer.{name}.{kept}"] = () if kept == "step" else shape
    for part in STATE_TENSORS[model.cell]:
        shapes[f"state.{part}"] = (model.num_layers, header.config.batch_size, model.hidden_size)
    return shapes


def _check_shapes(path: Path, file: Any, expected: Mapping[str, tuple[int, ...]]) -> None:
    present = set(file.keys())
    if strange := sorted(present - set(expected)):
        raise _bad(path, f"it has a tensor {strange[0]!r} that does not belong there")
    # Either all of a group is there or none; the network itself always is.
    for group in ("model.", "optimizer.", "state."):
        wanted = {name for name in expected if name.startswith(group)}
        found = present & wanted
        if found != wanted and (found or group == "model."):
            raise _bad(path, f"its tensor {min(wanted - found)!r} is missing")
    for name in present:
        part = file.get_slice(name)
        shape, kind = tuple(part.get_shape()), part.get_dtype()
        if shape != expected[name] or kind != "F32":
            want = "x".join(map(str, expected[name])) or "one number"
            raise _bad(path, f"its tensor {name!r} is {kind} {shape}, not F32 {want}")
