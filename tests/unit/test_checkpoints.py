"""A checkpoint comes back as it was saved, and no damage to its file does more than a sentence."""

import errno
import json
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnntui import atomic_files as whole_files
from rnntui.errors import CheckpointError
from rnntui.nets.cells import find_cell
from rnntui.nets.config import weight_shapes
from rnntui.tasks.characters.checkpoint import Checkpoint, Header, load_checkpoint, read_header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.provenance import CorpusProvenance
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.checkpoint_file import KEPT_BY_OPTIMIZER, save_checkpoint, to_bytes
from rnntui.training.progress import Progress
from tests.factories import tiny_config

Tensors = dict[str, NDArray[Any]]
Metadata = dict[str, str]


def checkpoint_of(
    config: TrainConfig, vocabulary: Vocabulary, progress: Progress | None = None, seed: int = 0
) -> Checkpoint:
    """A checkpoint with random numbers wherever there are any."""
    draw = np.random.default_rng(seed)
    model = config.model(len(vocabulary))
    shapes = weight_shapes(model)
    state_shape = (config.num_layers, config.batch_size, config.hidden_size)
    progress = progress or Progress(step=7, epoch=1, batch=2, best_loss=2.5, events=9)
    return Checkpoint(
        header=Header(
            run="a run",
            model=model,
            vocabulary=vocabulary,
            normalisation=Normalisation(config.normalise),
            corpus=CorpusProvenance("tiny", "given as text", "tiny", "utf-8", "0" * 64, 1118),
            config=config,
            progress=progress,
        ),
        weights={name: draw.random(shape, np.float32) for name, shape in shapes.items()},
        optimizer={
            f"{name}.{kept}": np.array(min(progress.step, 7), np.float32)
            if kept == "step"
            else draw.random(shape, np.float32)
            for name, shape in shapes.items()
            for kept in KEPT_BY_OPTIMIZER[config.optimizer]
        },
        state={
            part: draw.random(state_shape, np.float32)
            for part in find_cell(config.cell).state_tensors
        },
        averages={name: draw.random(shape, np.float32) for name, shape in shapes.items()}
        if config.average_decay
        else {},
    )


def tiny_checkpoint(**changes: Any) -> Checkpoint:
    """A checkpoint of about three kilobytes."""
    config = tiny_config(cell="lstm", hidden_size=2, embedding_size=2, batch_size=2, **changes)
    return checkpoint_of(config, Vocabulary(tuple("abc\n")))


CONFIGS = st.builds(
    tiny_config,
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    input_encoding=st.sampled_from(["one-hot", "embedding"]),
    embedding_size=st.integers(1, 4),
    hidden_size=st.integers(1, 5),
    num_layers=st.integers(1, 3),
    dropout=st.floats(0, 0.9),
    normalise=st.sampled_from([(), ("lowercase",), ("lowercase", "nfd-jamo")]),
    batch_size=st.integers(1, 4),
    window=st.integers(0, 9),
    optimizer=st.sampled_from(["adam", "adamw", "rmsprop", "adagrad", "sgd"]),
    average_decay=st.sampled_from([0.0, 0.9]),
    connections=st.sampled_from(["plain", "residual"]),
    learning_rate=st.floats(1e-8, 100),
    state_carry=st.sampled_from(["always", "epoch", "never"]),
)
SYMBOLS = st.one_of(st.characters(codec=None), st.just("<EOS>"), st.just("\ud800"))
VOCABULARIES = st.lists(SYMBOLS, min_size=1, max_size=6, unique=True).map(
    lambda symbols: Vocabulary(tuple(symbols))
)
COUNTS = st.integers(0, 2**53)
AMOUNTS = st.floats(0, 1e300)
PROGRESSES = st.builds(
    Progress,
    step=COUNTS,
    epoch=COUNTS,
    batch=COUNTS,
    elapsed_s=st.floats(0, 1e10),
    total_steps=COUNTS,
    rate_scale=AMOUNTS,
    best_loss=st.none() | AMOUNTS,
    epoch_loss_sum=AMOUNTS,
    train_loss=AMOUNTS,
    events=COUNTS,
)


@given(CONFIGS, VOCABULARIES, PROGRESSES, st.integers(0, 99))
@settings(max_examples=60)
def test_a_checkpoint_comes_back_as_it_was_saved(
    config: TrainConfig, vocabulary: Vocabulary, progress: Progress, seed: int
) -> None:
    saved = checkpoint_of(config, vocabulary, progress, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.safetensors"
        save_checkpoint(saved, path)
        loaded = load_checkpoint(path)
        assert read_header(path) == loaded.header
    assert loaded.header == saved.header
    for part in ("weights", "optimizer", "state"):
        arrays, others = getattr(saved, part), getattr(loaded, part)
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            assert others[name].dtype == np.float32
            assert others[name].shape == array.shape
            assert others[name].tobytes() == array.tobytes()


def test_a_checkpoint_may_come_without_optimizer_and_state(tmp_path: Path) -> None:
    slim = replace(tiny_checkpoint(), optimizer={}, state={})
    save_checkpoint(slim, tmp_path / "slim.safetensors")
    loaded = load_checkpoint(tmp_path / "slim.safetensors")
    assert loaded.optimizer == loaded.state == {}
    assert loaded.for_sampling.arrays.keys() == slim.weights.keys()


def test_one_content_goes_to_every_path(tmp_path: Path) -> None:
    paths = (tmp_path / "best.safetensors", tmp_path / "new" / "last.safetensors")
    save_checkpoint(tiny_checkpoint(), *paths)
    assert paths[0].read_bytes() == paths[1].read_bytes()


# Damage. A file is either refused with a sentence or a checkpoint; never anything else happens.


def assert_refused(path: Path, why: str | None = None) -> None:
    """Loading the file raises a `CheckpointError` that names it and ends as a sentence does."""
    with pytest.raises(CheckpointError, match=why) as refused:
        load_checkpoint(path)
    sentence = str(refused.value)
    assert path.name in sentence
    assert sentence.endswith((".", "them."))


def test_a_file_cut_off_at_any_byte_is_refused(tmp_path: Path) -> None:
    path, content = tmp_path / "cut.safetensors", in_order(to_bytes(tiny_checkpoint()))
    ends = [*range(0, 24), *range(24, len(content), 41), *range(len(content) - 9, len(content))]
    for end in ends:
        path.write_bytes(content[:end])
        assert_refused(path, "not a complete safetensors file")


def test_bytes_behind_the_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.safetensors"
    path.write_bytes(to_bytes(tiny_checkpoint()) + b"\0")
    assert_refused(path)


def in_order(content: bytes) -> bytes:
    """A checkpoint's file with its header sorted, which safetensors leaves to chance."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), sort_keys=True).encode()
    return len(header).to_bytes(8, "little") + header + content[end:]


CONTENT = in_order(to_bytes(tiny_checkpoint()))
HEADER_BYTES = 8 + int.from_bytes(CONTENT[:8], "little")


@given(
    st.lists(
        st.tuples(st.integers(0, HEADER_BYTES - 1), st.integers(1, 255)), min_size=1, max_size=3
    )
)
@example([(7, 255)])
@settings(max_examples=300)
def test_flipped_bytes_in_the_header_never_raise_anything_else(
    flips: list[tuple[int, int]],
) -> None:
    content = bytearray(CONTENT)
    for place, bits in flips:
        content[place] ^= bits
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flipped.safetensors"
        path.write_bytes(content)
        try:
            loaded = load_checkpoint(path)
        except CheckpointError:
            return
    # What the flips left whole is a checkpoint in all its parts.
    assert loaded.weights.keys() == weight_shapes(loaded.header.model).keys()


def rewritten(
    path: Path, change: Callable[[Tensors, Metadata], None], checkpoint: Checkpoint | None = None
) -> Path:
    """A checkpoint's file after a change to its tensors and metadata."""
    content = to_bytes(checkpoint or tiny_checkpoint())
    tensors = dict(safetensors.numpy.load(content))
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + size])["__metadata__"]
    change(tensors, metadata)
    path.write_bytes(safetensors.numpy.save(tensors, metadata))
    return path


def without(name: str) -> Callable[[Tensors, Metadata], None]:
    """Leave out a tensor."""

    def change(tensors: Tensors, _: Metadata) -> None:
        del tensors[name]

    return change


def tensor(name: str, array: NDArray[Any]) -> Callable[[Tensors, Metadata], None]:
    """Put a tensor in a file."""

    def change(tensors: Tensors, _: Metadata) -> None:
        tensors[name] = array

    return change


def about(name: str, text: str) -> Callable[[Tensors, Metadata], None]:
    """Put a text in the metadata."""

    def change(_: Tensors, metadata: Metadata) -> None:
        metadata[name] = text

    return change


def about_part(part: str, /, **values: Any) -> Callable[[Tensors, Metadata], None]:
    """Change some values of one part of the metadata."""

    def change(_: Tensors, metadata: Metadata) -> None:
        metadata[part] = json.dumps({**json.loads(metadata[part]), **values})

    return change


def filled(shape: tuple[int, ...], value: float = 0.0) -> NDArray[np.float32]:
    """A tensor of one number."""
    return np.full(shape, value, np.float32)


DAMAGES: dict[str, tuple[Callable[[Tensors, Metadata], None], str]] = {
    "missing weights": (without("model.head.bias"), "'model.head.bias' is missing"),
    "half an optimizer": (without("optimizer.head.bias.exp_avg"), "exp_avg' is missing"),
    "half a state": (without("state.c"), "'state.c' is missing"),
    "a strange tensor": (tensor("model.tail", filled((2,))), "unexpected tensor 'model.tail'"),
    "averages that the training keeps none of": (
        tensor("average.head.bias", filled((4,))),
        "unexpected tensor",
    ),
    "a tensor of no group": (tensor("head.bias", filled((4,))), "unexpected tensor"),
    "a tensor of another optimizer": (
        tensor("optimizer.head.bias.sum", filled((4,))),
        "unexpected tensor",
    ),
    "a wrong shape": (tensor("model.head.bias", filled((5,))), r"F32 \(5,\), not F32 4"),
    "too many dimensions": (tensor("model.head.bias", filled((4, 1))), r"not F32 4"),
    "no dimensions": (tensor("model.head.bias", filled(())), r"F32 \(\), not F32 4"),
    "a wrong type": (tensor("model.head.bias", np.zeros(4)), r"F64 \(4,\), not F32"),
    "half precision": (tensor("model.head.bias", np.zeros(4, np.float16)), "F16"),
    "a state of another batch size": (tensor("state.h", filled((1, 3, 2))), "not F32 1x2x2"),
    "an empty state": (tensor("state.h", filled((1, 0, 2))), "not F32 1x2x2"),
    "a weight that is no number": (
        tensor("model.head.bias", filled((4,), math.nan)),
        "model.head.bias holds numbers that are not finite",
    ),
    "an infinite optimizer": (
        tensor("optimizer.head.bias.exp_avg_sq", filled((4,), math.inf)),
        "not finite",
    ),
    "a newer version": (about("format_version", "3"), "format version is 3"),
    "a version in words": (about("format_version", '"one"'), "format version is 'one'"),
    "no JSON": (about("progress", "{"), "not valid JSON"),
    "a deep nest": (about("progress", "[" * 100_000), "not valid JSON"),
    "a list for progress": (about("progress", "[]"), "header is damaged"),
    "a number for a network": (about("model", "5"), "header is damaged"),
    "a list for a configuration": (about("config", "[1]"), "header is damaged"),
    "nothing for a text": (about("corpus", "null"), "header is damaged"),
    "a larger vocabulary": (about("vocabulary", '["a", "b", "c", "d", "e"]'), "differ in size"),
    "a smaller vocabulary": (about("vocabulary", '["a"]'), "differ in size"),
    "an empty vocabulary": (about("vocabulary", "[]"), "header is damaged"),
    "a vocabulary of numbers": (about("vocabulary", "[1, 2, 3, 4]"), "not a list of strings"),
    "a vocabulary of lists": (about("vocabulary", "[[], [], [], []]"), "not a list of strings"),
    "a text for a vocabulary": (about("vocabulary", '"abcd"'), "not a list of strings"),
    "a character twice": (about("vocabulary", '["a", "a", "b", "c"]'), "distinct"),
    "an unknown normalisation": (about("normalisation", '["shout"]'), "header is damaged"),
    "a negative step": (about_part("progress", step=-1), "step is out of bounds"),
    "a step in parts": (about_part("progress", step=1.5), "step is of the wrong type"),
    "a step in words": (about_part("progress", step="1"), "step is of the wrong type"),
    "a true step": (about_part("progress", step=True), "step is of the wrong type"),
    "no step": (about_part("progress", step=None), "step is of the wrong type"),
    "a step beyond all floats": (about_part("progress", step=10**400), "step is out of bounds"),
    "a loss that is no number": (
        about_part("progress", best_loss=math.nan),
        "best_loss is out of bounds",
    ),
    "an infinite time": (about_part("progress", elapsed_s=math.inf), "elapsed_s is out"),
    "an unknown progress": (about_part("progress", leaps=1), "header is damaged"),
    "a text without a length": (about_part("corpus", characters="long"), "characters is of"),
    "a text with a number for a name": (about_part("corpus", name=5), "name is of the wrong"),
    "an absurd width": (about_part("model", hidden_size=10**15), "network is not the one"),
    "absurdly many layers": (about_part("model", num_layers=10**15), "network is not the one"),
    "layers in parts": (about_part("model", num_layers=1.5), "network is not the one"),
    "a width in words": (about_part("model", hidden_size="2"), "header is damaged"),
    "an unknown cell": (about_part("model", cell="abacus"), "header is damaged"),
    "an absurd configuration": (about_part("config", hidden_size=10**15), "header is damaged"),
    "another configuration": (about_part("config", hidden_size=3), "network is not the one"),
    "a setting out of bounds": (about_part("config", learning_rate=-1.0), "header is damaged"),
    "an unknown setting": (about_part("config", fingers=10), "header is damaged"),
    "a normalisation of numbers": (about_part("config", normalise=[5]), "header is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_with_what_it_is(tmp_path: Path, damage: str) -> None:
    change, why = DAMAGES[damage]
    assert_refused(rewritten(tmp_path / "damaged.safetensors", change), why)


@pytest.mark.parametrize("part", json.loads(CONTENT[8:HEADER_BYTES])["__metadata__"])
def test_a_header_without_one_of_its_parts_is_refused(tmp_path: Path, part: str) -> None:
    def change(_: Tensors, metadata: Metadata) -> None:
        del metadata[part]

    assert_refused(rewritten(tmp_path / "damaged.safetensors", change))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.sampled_from(["model", "config", "progress", "corpus"]), st.data(), JSON)
@settings(max_examples=200)
@pytest.mark.slow
def test_any_value_in_any_place_of_the_header_is_accepted_or_refused(
    part: str, data: st.DataObject, value: Any
) -> None:
    values = json.loads(json.loads(CONTENT[8:HEADER_BYTES])["__metadata__"][part])
    name = data.draw(st.sampled_from(sorted(values)))
    with tempfile.TemporaryDirectory() as folder:
        path = rewritten(Path(folder) / "odd.safetensors", about_part(part, **{name: value}))
        try:
            header = load_checkpoint(path).header
        except CheckpointError:
            return
    assert json.loads(json.dumps(getattr(getattr(header, part), name))) == value


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"{}", b"It is a truth universally acknowledged" * 9, b"PK\3\4" + b"\0" * 400],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(content)
    assert_refused(path, "not a complete safetensors file")


def test_another_programs_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(safetensors.numpy.save({"w": filled((2,))}, {"format": "pt"}))
    assert_refused(path, "not valid JSON|no format version")
    path.write_bytes(safetensors.numpy.save({"w": filled((2,))}))
    assert_refused(path, "no format version")


@pytest.mark.parametrize("header_size", [10**7, 2**40, 2**63, 2**64 - 1])
def test_an_absurd_header_size_is_refused(tmp_path: Path, header_size: int) -> None:
    path = tmp_path / "absurd.safetensors"
    path.write_bytes(header_size.to_bytes(8, "little") + CONTENT[8:])
    assert_refused(path, "not a complete safetensors file")


@pytest.mark.parametrize("shape", [[2**40], [2**62, 2**62], [2**31, 2**31, 0]])
def test_a_tensor_of_absurd_size_is_refused_without_room_for_it(
    tmp_path: Path, shape: list[int]
) -> None:
    header = json.loads(CONTENT[8:HEADER_BYTES])
    header["model.head.bias"]["shape"] = shape
    text = json.dumps(header).encode()
    path = tmp_path / "absurd.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + CONTENT[HEADER_BYTES:])
    assert_refused(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "folder.safetensors"
    path.mkdir()
    assert_refused(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert_refused(tmp_path / "nothing.safetensors", "There is no checkpoint")


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A test may run as root, who may read everything.
    def forbidden(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(safetensors, "safe_open", forbidden)
    save_checkpoint(tiny_checkpoint(), tmp_path / "secret.safetensors")
    assert_refused(tmp_path / "secret.safetensors", "Permission denied")


def full_disk(*_: object, **__: object) -> NoReturn:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["os.fsync", "Path.replace", "Path.open"])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    paths = (tmp_path / "best.safetensors", tmp_path / "last.safetensors")
    save_checkpoint(tiny_checkpoint(), *paths)
    before = [path.read_bytes() for path in paths]
    owner, name = call.split(".")
    with monkeypatch.context() as patch:
        patch.setattr(getattr(whole_files, owner), name, full_disk)
        with pytest.raises(CheckpointError, match=r"No space left on device.*one is intact"):
            save_checkpoint(tiny_checkpoint(seed=2), *paths)
    assert [path.read_bytes() for path in paths] == before
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_a_disk_that_fills_up_between_two_paths_leaves_both_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, last = tmp_path / "best.safetensors", tmp_path / "last.safetensors"
    save_checkpoint(tiny_checkpoint(), best, last)
    flush, flushed = os.fsync, []

    def fills_up(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) > 2:
            full_disk()
        flush(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills_up)
        with pytest.raises(CheckpointError):
            save_checkpoint(tiny_checkpoint(seed=2), best, last)
    assert load_checkpoint(best).header.config.seed == 2
    assert load_checkpoint(last).header.config.seed == 1
    assert sorted(tmp_path.iterdir()) == [best, last]


def test_a_network_is_used_with_its_averages_and_goes_on_from_its_weights(tmp_path: Path) -> None:
    saved = tiny_checkpoint(average_decay=0.9)
    path = tmp_path / "a.safetensors"
    save_checkpoint(saved, path)
    loaded = load_checkpoint(path)
    for name, average in saved.averages.items():
        np.testing.assert_array_equal(loaded.network[name], average)
        np.testing.assert_array_equal(loaded.for_sampling.arrays[name], average)
        np.testing.assert_array_equal(loaded.weights[name], saved.weights[name])


def test_averages_that_are_missing_are_missed(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(replace(tiny_checkpoint(average_decay=0.9), averages={}), path)
    with pytest.raises(CheckpointError, match=r"'average\.embedding\.weight' is missing"):
        load_checkpoint(path)


def test_a_file_of_the_first_version_has_the_defaults_of_what_came_later(tmp_path: Path) -> None:
    later = {
        *("connections", "dropout_masks", "embedding_dropout"),
        *("weight_decay", "beta_2", "average_decay"),
    }

    def as_it_was(_: Tensors, metadata: Metadata) -> None:
        metadata["format_version"] = "1"
        for part in ("model", "config"):
            values = json.loads(metadata[part])
            metadata[part] = json.dumps({k: v for k, v in values.items() if k not in later})

    path = rewritten(tmp_path / "old.safetensors", as_it_was)
    assert load_checkpoint(path).header == tiny_checkpoint().header
