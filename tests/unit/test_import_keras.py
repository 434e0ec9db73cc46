"""Networks that Keras made and saved become runs: what they compute there they compute here."""

import io
import json
import os
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.nets.numpy_network import NumpyNetwork
from rnntui.sampling.choice import SamplingSpec, probabilities
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.imports.keras_file import KerasFile
from rnntui.training.runs.folder import RunFolder
from tests.command_line import rnntui, stated, text_file

TEXT = "The cat sat on the mat;\n\n  a hen met Ten men.\n" * 3
SYMBOLS = sorted(set("the cat sat on the mat; a hen met ten men."))
V = len(SYMBOLS)


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras on torch, which takes two seconds to import."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.utils.set_random_seed(3)
    return keras


def chain(keras: Any, *layers: Any, shape: tuple[int | None, ...]) -> Any:
    """A model of these layers, its weights three times as large as they start.

    Recurrent ones stay: a network of three times those is chaotic, and no two programs agree on it.
    """
    model = keras.Sequential([keras.Input(shape), *layers])
    for weight in model.weights:
        if "bias" in weight.path:
            weight.assign(keras.random.normal(weight.shape, stddev=0.3))
        elif "recurrent" not in weight.path:
            weight.assign(3 * weight)
    return model


def alice(keras: Any) -> Any:
    """The network of the lesson: windows of one-hot characters, a SimpleRNN, a softmax."""
    layers = keras.layers.SimpleRNN(128), keras.layers.Dense(V, activation="softmax")
    return chain(keras, *layers, shape=(10, V))


def imported(path: Path, *flags: str | Path) -> Checkpoint:
    """The checkpoint of the run that a file becomes."""
    done = rnntui("checkpoints", "import", path, "--name", path.name, *flags)
    assert done.code == 0, done
    return load_checkpoint(RunFolder(places.checkpoints_dir() / path.name).best)


def argmax_text(checkpoint: Checkpoint, prime: str) -> CharacterStream:
    """What a network generates, the likeliest character each time."""
    weights, spec = checkpoint.for_sampling, SamplingSpec("argmax")
    return CharacterStream(lambda: weights, checkpoint.header.vocabulary, lambda: spec, prime, 1)


def test_the_network_of_the_alice_lesson_writes_what_keras_says(keras: Any, tmp_path: Path) -> None:
    model = alice(keras)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    flags = (
        "--vocabulary",
        text_file(TEXT),
        "--normalise",
        "lowercase",
        "--normalise",
        "join-lines",
    )
    for name in ("net.keras", "net.h5"):
        model.save(tmp_path / name)
    found = imported(tmp_path / "net.keras", *flags)
    assert found.header.vocabulary.symbols == tuple(SYMBOLS)
    assert (found.header.model.window, found.header.model.cell) == (10, "rnn")
    assert sum(array.size for array in found.weights.values()) == model.count_params()
    ids = [SYMBOLS.index(one) for one in "the cat sa"]
    for character in islice(argmax_text(found, "the cat sa"), 30):
        shares = np.asarray(model(np.eye(V, dtype="float32")[ids][None]).detach())[0]
        assert character.symbol == SYMBOLS[int(shares.argmax())]
        assert character.probability == pytest.approx(float(shares.max()), abs=1e-5)
        ids = [*ids[1:], int(shares.argmax())]
    other = KerasFile().read(tmp_path / "net.h5")
    assert other.model == found.header.model
    for name, array in found.weights.items():
        np.testing.assert_array_equal(other.weights[name], array)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_stacked_layers_on_an_embedding_compute_the_same_along_a_text(
    keras: Any, kind: str, tmp_path: Path
) -> None:
    layers = keras.layers
    relu = {"activation": "relu"} if kind == "SimpleRNN" else {}
    first, second = (getattr(layers, kind)(8, return_sequences=True, **relu) for _ in range(2))
    ends = layers.Dense(V), layers.Activation("softmax")
    model = chain(
        keras, layers.Embedding(V, 5), first, layers.Dropout(0.3), second, *ends, shape=(None,)
    )
    model.save(tmp_path / "net.keras")
    (tmp_path / "symbols.json").write_text(json.dumps({one: at for at, one in enumerate(SYMBOLS)}))
    found = imported(tmp_path / "net.keras", "--vocabulary", tmp_path / "symbols.json")
    ids = [3, 1, 4, 1, 5, 9, 2, 6]
    expected = np.asarray(model(np.array([ids])).detach())[0]
    network, rows = NumpyNetwork(found.header.model, found.weights), []
    state = network.zero_state(1)
    for one in ids:
        state = network.read(np.array([one]), state)
        rows.append(probabilities(network.scores(state)[0], 1.0))
    np.testing.assert_allclose(rows, expected, atol=1e-5)


def test_a_functional_model_is_taken_too(keras: Any, tmp_path: Path) -> None:
    given = keras.Input((7,))
    x = keras.layers.LSTM(6, use_bias=False)(keras.layers.Embedding(V, 4)(given))
    model = keras.Model(given, keras.layers.Dense(V, use_bias=False)(x))
    model.save(tmp_path / "net.h5")
    found = KerasFile().read(tmp_path / "net.h5")
    assert (found.model.window, found.model.cell) == (7, "lstm")
    assert not found.weights["head.bias"].any()


def another_network(keras: Any, case: str) -> Any:
    """A model that rnntui has no place for."""
    layers, rnn = keras.layers, keras.layers.SimpleRNN(4)
    dense = layers.Dense(V)
    if case == "branches":
        given = keras.Input((None, V))
        both = layers.GRU(4)(given), layers.GRU(4)(given)
        return keras.Model(given, dense(layers.Add()(both)))
    chains = {
        "lambda": (layers.Lambda(lambda x: x), rnn, dense),
        "two-dense": (rnn, dense, layers.Dense(V)),
        "sigmoid": (rnn, layers.Dense(V, activation="sigmoid")),
        "none": (dense,),
        "sizes": (layers.GRU(4, return_sequences=True), layers.GRU(5), dense),
        "activation": (layers.LSTM(4, activation="relu"), dense),
        "backwards": (layers.SimpleRNN(4, go_backwards=True), dense),
        "reset": (layers.GRU(4, reset_after=False), dense),
        "width": (rnn, layers.Dense(V + 1)),
    }
    return keras.Sequential([keras.Input((None, V)), *chains[case]])


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("lambda", "it has a 'Lambda', for which there is no place"),
        ("branches", "it has a 'Add', for which there is no place"),
        ("two-dense", "there isn't one Dense layer"),
        ("sigmoid", "its last layer is neither softmax nor linear"),
        ("none", "no recurrent layers"),
        ("sizes", "not all of one kind and size"),
        ("activation", "other activations, or reads backwards"),
        ("backwards", "other activations, or reads backwards"),
        ("reset", "reset_after=False"),
        ("width", f"its layers.0.weight_ih is 4 x {V}, not 4 x {V + 1}"),
    ],
)
def test_another_network_is_one_sentence(keras: Any, case: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    another_network(keras, case).save(path)
    with pytest.raises(CheckpointError) as raised:
        KerasFile().read(path)
    assert why in str(raised.value)


def rewritten(keras: Any, path: Path, change: Any) -> None:
    """Save the network of the lesson with another description."""
    alice(keras).save(path)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    description = json.loads(parts["config.json"])
    parts["config.json"] = json.dumps(change(description)).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def dangerous(description: Any) -> Any:
    """A description whose layer is a function of any module."""
    layer = description["config"]["layers"][1]
    layer.update(module="os", class_name="SimpleRNN")
    return description


def of_somebodys_own(description: Any) -> Any:
    """A description whose layer is registered by somebody."""
    description["config"]["layers"][1]["registered_name"] = "mine>SimpleRNN"
    return description


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (dangerous, "it has a 'SimpleRNN' of 'os', not of Keras"),
        (of_somebodys_own, "it has a 'SimpleRNN' of somebody's own"),
        (lambda description: [description], "it is not a whole model"),
        (lambda description: {**description, "config": {"layers": 3}}, "Keras can't load it"),
    ],
)
def test_a_description_is_looked_at_before_keras_makes_anything_of_it(
    keras: Any, change: Any, why: str, tmp_path: Path
) -> None:
    rewritten(keras, tmp_path / "net.keras", change)
    with pytest.raises(CheckpointError) as raised:
        KerasFile().read(tmp_path / "net.keras")
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["net.keras", "net.h5"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no such thing", b"\x89HDF\r\n\x1a\n"])
def test_a_damaged_file_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    done = rnntui("checkpoints", "import", tmp_path / name, "--vocabulary", "none.json")
    stated(done, "it is not a whole model saved by Keras")
    stated(rnntui("checkpoints", "import", tmp_path / "other.h5"), "can't be read")


def test_a_damaged_description_in_a_whole_archive_is_one_sentence(
    keras: Any, tmp_path: Path
) -> None:
    path = tmp_path / "net.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Sequential" * 99}))
    content = bytearray(path.read_bytes())
    content[45:60] = b"\xff" * 15
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="it is not a whole model saved by Keras"):
        KerasFile().read(path)
