"""A network in the formats of other programs, read by those programs."""

import json
import re
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors import safe_open
from torch import nn

from rnntui import places
from rnntui.cli.checkpoints import EXPORT_FORMATS
from rnntui.errors import CheckpointError, ConfigError, CorpusError
from rnntui.nets.cell_program import cell_program
from rnntui.nets.cells import CELLS
from rnntui.own_cells import load_cell
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.export.network import ExportedNetwork
from rnntui.tasks.characters.export.table import FORMATS
from rnntui.tasks.characters.export.writing import export_network
from rnntui.text.units.words import WordVocabulary
from rnntui.text.vocabulary import UNKNOWN
from rnntui.training.runs.folder import find_checkpoint
from tests.cell_files import EVERY_OPERATOR, elman, gru_without_reset, two_states
from tests.command_line import misused, rnntui, stated
from tests.networks import (
    SYMBOLS,
    network_over,
    probabilities_along,
    small_model,
    small_network,
)

TEXT = [3, 0, 7, 7, 2, 9, 0, 1, 4, 4, 8, 5]

BUILT_IN = [
    *(
        {"cell": cell, "input_encoding": encoding, "num_layers": layers, "connections": joined}
        for cell, encoding, (layers, joined) in product(
            CELLS, ("one-hot", "embedding"), ((1, "plain"), (2, "plain"), (2, "residual"))
        )
    ),
    {"cell": "rnn", "nonlinearity": "relu"},
]


def onnx_session(network: ExportedNetwork) -> Any:
    """The network in ONNX Runtime."""
    (content,) = FORMATS["onnx"].files(network).values()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def run_by_onnx(network: ExportedNetwork, streams: list[list[int]]) -> Any:
    """The probabilities after each id of each stream, `[T, N, V]`, step by step from zero."""
    session, config = onnx_session(network), network.config
    names = config.state_tensors
    shape = (config.num_layers, len(streams), config.hidden_size)
    state = {name: np.zeros(shape, np.float32) for name in names}
    rows = []
    for ids in zip(*streams, strict=True):
        row, _, *after = session.run(None, {"ids": np.array(ids), **state})
        state = dict(zip(names, after, strict=True))
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize(
    "settings", BUILT_IN, ids=lambda settings: "-".join(map(str, settings.values()))
)
def test_onnx_runtime_computes_the_same_probabilities_step_by_step(
    settings: dict[str, Any],
) -> None:
    network = small_network(**settings)
    other = TEXT[::-1]
    found = run_by_onnx(network, [TEXT, other])
    np.testing.assert_allclose(found[:, 0], probabilities_along(network, TEXT), atol=1e-5)
    np.testing.assert_allclose(found[:, 1], probabilities_along(network, other), atol=1e-5)


@pytest.mark.parametrize("make", [gru_without_reset, two_states])
def test_a_cell_of_ones_own_is_exported_by_its_equations(make: Any, tmp_path: Path) -> None:
    network = small_network(cell=load_cell(make(tmp_path)).name, num_layers=2)
    found = run_by_onnx(network, [TEXT])[:, 0]
    np.testing.assert_allclose(found, probabilities_along(network, TEXT), atol=1e-5)


def test_every_operator_that_a_cell_may_use_is_exported(tmp_path: Path) -> None:
    network = small_network(cell=load_cell(elman(tmp_path, EVERY_OPERATOR)).name)
    found = run_by_onnx(network, [TEXT])[:, 0]
    np.testing.assert_allclose(found, probabilities_along(network, TEXT), atol=1e-5)


def test_an_onnx_model_is_valid_and_describes_itself() -> None:
    network = small_network(normalise=("lowercase",), cell="lstm", window=7)
    (content,) = FORMATS["onnx"].files(network).values()
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model, full_check=True)
    about = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert about["vocabulary"] == list(SYMBOLS)
    assert about["normalisation"] == ["lowercase"]
    assert about["model"]["window"] == 7
    assert about["state_tensors"] == ["h", "c"]
    assert [one.name for one in model.graph.output] == [
        *("probabilities", "logits", "next_h", "next_c"),
    ]


def test_a_network_of_words_is_exported_with_them_but_not_to_a_page() -> None:
    words = WordVocabulary(("\n", " hen", "The", UNKNOWN))
    network = network_over(words, cell="gru")
    np.testing.assert_allclose(
        run_by_onnx(network, [[2, 1, 3, 0]])[:, 0],
        probabilities_along(network, [2, 1, 3, 0]),
        atol=1e-5,
    )
    about = onnx_session(network).get_modelmeta().custom_metadata_map
    assert json.loads(about["vocabulary"]) == {"units": "words", "symbols": list(words.symbols)}
    with pytest.raises(CorpusError, match=r"--format html\) works on characters so far"):
        FORMATS["html"].files(network)


def test_a_program_has_only_what_its_states_need() -> None:
    functions = [one.name for one in cell_program("minlstm", 3, "tanh").operations]
    assert functions.count("sigmoid") == 1  # the gates' own values lead to no state


class Plain(nn.Module):
    """A network of torch's own layers."""

    def __init__(
        self, layer: type[nn.Module], width: int, layers: int, embedded: bool, **more: Any
    ):
        super().__init__()
        if embedded:
            self.embedding = nn.Embedding(len(SYMBOLS), width)
        self.rnn = layer(width, 6, layers, batch_first=True, **more)
        self.head = nn.Linear(6, len(SYMBOLS))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The logits `[B, T, V]`."""
        one_hot = nn.functional.one_hot(ids, len(SYMBOLS)).float()
        x = self.embedding(ids) if hasattr(self, "embedding") else one_hot
        return self.head(self.rnn(x)[0])


@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
@pytest.mark.parametrize(
    ("cell", "layer", "more"),
    [
        ("lstm", nn.LSTM, {}),
        ("gru", nn.GRU, {}),
        ("rnn", nn.RNN, {}),
        ("rnn", nn.RNN, {"nonlinearity": "relu"}),
    ],
)
def test_plain_torch_layers_load_a_state_dict_and_give_the_same_scores(
    cell: str, layer: type[nn.Module], more: Any, encoding: str, tmp_path: Path
) -> None:
    settings = {"cell": cell, "input_encoding": encoding, "num_layers": 2, **more}
    export_network(small_network(**settings), FORMATS["torch"], tmp_path / "net.pt")
    state = torch.load(tmp_path / "net.pt", weights_only=True)
    embedded = encoding == "embedding"
    plain = Plain(layer, 4 if embedded else len(SYMBOLS), 2, embedded, **more)
    plain.load_state_dict(state, strict=True)
    ids = torch.tensor([TEXT, TEXT[::-1]])
    model = small_model(**settings)
    with torch.no_grad():
        zero = torch.zeros(2, 2, 6)
        expected, _ = model(ids, tuple(zero for _ in model.config.state_tensors))
        torch.testing.assert_close(plain(ids), expected, atol=1e-6, rtol=0)
    symbols = json.loads((tmp_path / "net.vocabulary.json").read_text(encoding="ascii"))
    assert symbols == list(SYMBOLS)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"cell": "mingru"}, "torch has no layer for mingru cells;"),
        ({"cell": "lstm", "num_layers": 2, "connections": "residual"}, "no residual connections;"),
    ],
)
def test_what_torch_has_no_layer_for_is_refused_with_what_to_do(settings: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=f"{why} export it with --format onnx"):
        FORMATS["torch"].files(small_network(**settings))


def test_safetensors_and_npz_hold_the_weights_by_name_and_the_vocabulary(tmp_path: Path) -> None:
    network = small_network(("\0", "<UNK>", "가", "a"), cell="gru")
    for name in ("safetensors", "npz"):
        export_network(network, FORMATS[name], tmp_path / f"net.{name}")
    with safe_open(str(tmp_path / "net.safetensors"), framework="np") as file:
        kept, about = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    packed = np.load(tmp_path / "net.npz", allow_pickle=False)
    for name, array in network.weights.items():
        np.testing.assert_array_equal(kept[name], array)
        np.testing.assert_array_equal(packed[name], array)
    for vocabulary in (about["vocabulary"], str(packed["vocabulary"])):
        assert json.loads(vocabulary) == ["\0", "<UNK>", "가", "a"]


def test_the_command_writes_the_networks_file_and_the_zip_stays_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, files in (
        ("onnx", ["tiny.onnx"]),
        ("torch", ["tiny.pt", "tiny.vocabulary.json"]),
    ):
        done = rnntui("checkpoints", "export", "tiny", "--format", name)
        assert done.err == "".join(f"rnntui: Wrote {file}.\n" for file in files)
        assert done.code == 0
    session = onnxruntime.InferenceSession("tiny.onnx", providers=["CPUExecutionProvider"])
    tiny = load_checkpoint(
        find_checkpoint(places.checkpoints_dir(), "tiny", places.shipped_checkpoints_dir())
    )
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["vocabulary"]) == list(tiny.header.vocabulary.symbols)
    stated(rnntui("checkpoints", "export", "tiny", "--format", "onnx"), "tiny.onnx already")
    unknown = rnntui("checkpoints", "export", "tiny", "--format", "pickle")
    misused(unknown, "is not one of zip, onnx")
    assert not list(tmp_path.glob("*.zip"))


def test_without_onnx_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    done = rnntui("checkpoints", "export", "tiny", "--format", "onnx", "--output", "net.onnx")
    assert done.code == 1
    assert done.err.startswith("rnntui: --format onnx needs a package that isn't installed")
    assert done.err.endswith("'rnntui[onnx]'\n")


@pytest.mark.parametrize(
    ("equation", "why"),
    [
        ("at = from_input % from_hidden", "line 16: TypeError: unsupported operand"),
        ("at = from_input + abs(from_hidden)", "line 16: TypeError: bad operand type for abs"),
        ("at = from_input[..., ::-1]", "line 16: TypeError: of indices only x[..., a:b] can be"),
        ("at = from_input + [1]", "line 16: TypeError: a list can't be"),
        ("at = ops.tanh(from_input) + from_hidden[..., :2]", "vectors of 2 and 6"),
    ],
)
def test_an_equation_that_other_programs_lack_is_named_by_its_line(
    equation: str, why: str, tmp_path: Path
) -> None:
    own = load_cell(elman(tmp_path, f"{equation}\nreturn CellStep((at,), (at,), (at,))"))
    with pytest.raises(ConfigError, match=re.escape(why)):
        FORMATS["onnx"].files(small_network(cell=own.name))


def test_the_command_offers_every_format() -> None:
    assert ("zip", *FORMATS) == EXPORT_FORMATS


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "net.vocabulary.json").write_text("mine")
    with pytest.raises(CheckpointError, match=r"net\.vocabulary\.json already"):
        export_network(small_network(cell="rnn"), FORMATS["torch"], tmp_path / "net.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["net.vocabulary.json"]


def test_a_place_that_cant_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="can't be written"):
        export_network(small_network(cell="rnn"), FORMATS["npz"], tmp_path / "file" / "net.npz")
