"""Networks of other programs become runs: what they compute there they compute here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.nets.cell_checks import AGREEMENT, GRADIENTS, check_cell
from rnntui.nets.cells import own
from rnntui.nets.foreign_cells import TORCH_GRU
from rnntui.own_cells import find_by_hash, load_cell
from rnntui.runtime.run_list import RunList
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.export.table import FORMATS
from rnntui.tasks.characters.export.writing import export_network
from rnntui.tasks.characters.imports.table import format_of
from rnntui.tasks.characters.model_loading import model_of
from rnntui.text.units.raw_bytes import BYTE_VOCABULARY
from rnntui.text.units.subwords import SubwordVocabulary
from rnntui.text.units.words import WordVocabulary
from rnntui.text.vocabulary import UNKNOWN, Vocabulary
from rnntui.training.runs.folder import RunFolder
from tests.cell_files import two_states
from tests.command_line import rnntui, stated, text_file
from tests.networks import SYMBOLS, network_over, small_network

V = len(SYMBOLS)
TEXT = [3, 0, 7, 7, 2, 9, 0, 1, 4, 4, 8, 5]


class Script(nn.Module):
    """A network as training scripts have it, under names of their own."""

    def __init__(self, layer: Any, layers: int = 1, width: int = 0, **more: Any) -> None:
        super().__init__()
        torch.manual_seed(3)
        if width:
            self.encoder = nn.Embedding(V, width)
        self.lstm = layer(width or V, 6, layers, batch_first=True, **more)
        self.fc = nn.Linear(6, V)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The logits `[B, T, V]`."""
        one_hot = nn.functional.one_hot(ids, V).float()
        x = self.encoder(ids) if hasattr(self, "encoder") else one_hot
        return self.fc(self.lstm(x)[0])


def vocabulary_file(folder: Path) -> Path:
    """The symbols by id."""
    path = folder / "symbols.json"
    path.write_text(json.dumps(SYMBOLS))
    return path


def imported(file: Path, *flags: str | Path) -> Checkpoint:
    """The checkpoint of the run that a file becomes."""
    done = rnntui("checkpoints", "import", file, "--name", "taken", *flags)
    assert (done.code, done.out) == (0, ""), done
    assert done.err == f"rnntui: Imported {file} as the run 'taken'.\n"
    return load_checkpoint(RunFolder(places.checkpoints_dir() / "taken").best)


def scores_of(checkpoint: Checkpoint) -> torch.Tensor:
    """The logits along `TEXT`, `[1, T, V]`, by rnntui's own network."""
    model = model_of(checkpoint)
    zero = torch.zeros(model.config.num_layers, 1, 6)
    with torch.no_grad():
        return model(torch.tensor([TEXT]), tuple(zero for _ in model.config.state_tensors))[0]


@pytest.mark.parametrize(
    ("script", "flags"),
    [
        (lambda: Script(nn.LSTM, 2, width=4), ()),
        (lambda: Script(nn.LSTM, bias=False), ()),
        (lambda: Script(nn.RNN, 2), ()),
        (lambda: Script(nn.RNN, width=6, nonlinearity="relu"), ("--nonlinearity", "relu")),
    ],
    ids=["lstm", "lstm-without-bias", "rnn", "relu"],
)
def test_a_state_dict_becomes_a_run_that_computes_the_same(
    script: Callable[[], Script], flags: tuple[str, ...], tmp_path: Path
) -> None:
    model = script()
    torch.save({"step": 7, "model_state_dict": model.state_dict()}, tmp_path / "net.pt")
    found = imported(tmp_path / "net.pt", "--vocabulary", vocabulary_file(tmp_path), *flags)
    with torch.no_grad():
        torch.testing.assert_close(scores_of(found), model(torch.tensor([TEXT])), atol=1e-6, rtol=0)
    assert found.header.vocabulary.symbols == SYMBOLS


@pytest.mark.parametrize("second", ["kept", "zero"])
def test_both_biases_of_a_gru_are_taken(
    second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "_finders", [find_by_hash])
    model = Script(nn.GRU, 2, width=4)
    path = tmp_path / "net.safetensors"
    if second == "zero":
        with torch.no_grad():
            model.lstm.bias_hh_l0[12:] = model.lstm.bias_hh_l1[12:] = 0
    save_file({f"module.{name}": one.half() for name, one in model.state_dict().items()}, path)
    model.load_state_dict({name: one.half().float() for name, one in model.state_dict().items()})
    found = imported(path, "--vocabulary", vocabulary_file(tmp_path))
    with torch.no_grad():
        torch.testing.assert_close(scores_of(found), model(torch.tensor([TEXT])), atol=1e-6, rtol=0)
    assert found.header.model.cell == (TORCH_GRU if second == "kept" else "gru")
    monkeypatch.setattr(own, "_registered", {})  # as in another process
    assert rnntui("sample", "taken", "--length", "5").code == 0
    assert (
        rnntui(
            "checkpoints", "export", "taken", "--format", "onnx", "--to", tmp_path / "net.onnx"
        ).code
        == 0
    )


def test_the_gru_of_torch_is_a_sound_cell_and_its_file_stays_as_it_is() -> None:
    cell = load_cell(places.foreign_cells_dir() / "torchgru.py")
    assert cell.name == TORCH_GRU
    report = check_cell(cell)
    assert report.numpy_torch < AGREEMENT
    assert report.gradients < GRADIENTS


@pytest.mark.parametrize("name", ["torch", "safetensors", "npz"])
def test_an_export_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    network = small_network(cell="lstm", num_layers=2)
    path = tmp_path / f"net{FORMATS[name].suffix}"
    export_network(network, FORMATS[name], path)
    found = imported(path)
    assert found.header.model == network.config
    assert found.header.vocabulary == network.vocabulary
    for weight, array in network.weights.items():
        np.testing.assert_array_equal(found.weights[weight], array)


@pytest.mark.parametrize("name", ["torch", "safetensors", "npz"])
@pytest.mark.parametrize(
    "vocabulary",
    [
        WordVocabulary((" hen", "\n", "The", UNKNOWN)),
        BYTE_VOCABULARY,
        SubwordVocabulary((UNKNOWN, "h", "e", "he"), (("h", "e"),)),
    ],
    ids=lambda vocabulary: vocabulary.units,
)
def test_an_export_comes_back_with_its_units(
    name: str, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    network = network_over(vocabulary, cell="gru")
    path = tmp_path / f"net{FORMATS[name].suffix}"
    export_network(network, FORMATS[name], path)
    found = imported(path).header
    assert (found.vocabulary, found.config.units) == (vocabulary, vocabulary.units)
    generated = rnntui("sample", "taken", "--length", "8", "--seed", "1")
    assert (generated.code, generated.err) == (0, "")
    assert UNKNOWN not in generated.out


def test_an_export_of_a_cell_of_ones_own_needs_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = two_states(tmp_path)
    network = small_network(cell=load_cell(file).name)
    export_network(network, FORMATS["npz"], tmp_path / "net.npz")
    monkeypatch.setattr(own, "_registered", {})  # as in another process
    stated(rnntui("checkpoints", "import", tmp_path / "net.npz"), "is needed: give it with --cell")
    assert imported(tmp_path / "net.npz", "--cell", file).header.model == network.config


def test_an_imported_run_generates_is_evaluated_traced_and_trained_further(
    tmp_path: Path,
) -> None:
    text = text_file("".join(SYMBOLS) * 40)
    model = Script(nn.LSTM)
    torch.save(model.state_dict(), tmp_path / "net.pth")
    imported(tmp_path / "net.pth", "--vocabulary", text, "--window", "4")
    sampled = rnntui("sample", "taken", "--prime", "the", "--length", "20", "--json")
    assert sampled.code == 0
    order = sorted(SYMBOLS)  # as the text's characters are numbered
    first, ids = json.loads(sampled.out.splitlines()[0]), [order.index(one) for one in "\nthe"]
    assert order.index("\n") == 0
    with torch.no_grad():
        shares = model(torch.tensor([ids]))[0, -1].softmax(0)
    assert first["probability"] == pytest.approx(
        shares[order.index(first["char"])].item(), abs=1e-6
    )
    assert json.loads(rnntui("eval", "taken", text, "--json").out)
    assert rnntui("trace", "the", "--checkpoint", "taken").code == 0
    assert "0 of 0" in rnntui("checkpoints", "show", "taken").out
    assert "taken" in rnntui("checkpoints", "list").out
    (listed,) = RunList(places.checkpoints_dir()).look()
    assert listed.note == "It was imported, and hasn't been trained here."
    before = load_checkpoint(RunFolder(places.checkpoints_dir() / "taken").last)
    assert rnntui("train", "--resume", "taken", "--steps", "2", "--threads", "1").code == 0
    after = load_checkpoint(RunFolder(places.checkpoints_dir() / "taken").last)
    assert after.header.progress.step == 2
    assert after.header.vocabulary == before.header.vocabulary
    assert not np.array_equal(after.weights["head.bias"], before.weights["head.bias"])
    np.testing.assert_allclose(after.weights["head.bias"], before.weights["head.bias"], atol=0.01)


def test_without_its_text_an_imported_run_says_so(tmp_path: Path) -> None:
    torch.save(Script(nn.RNN).state_dict(), tmp_path / "net.pt")
    imported(tmp_path / "net.pt", "--vocabulary", vocabulary_file(tmp_path))
    stated(rnntui("eval", "taken"), "'net' can't be found again", "give the text again")
    stated(rnntui("train", "--resume", "taken", "--epochs", "2"), "'net' can't be found again")


def changed(change: Callable[[dict[str, torch.Tensor]], Any]) -> Callable[[Path], None]:
    """What saves a state dict after a change."""

    def save(path: Path) -> None:
        state = dict(Script(nn.LSTM, width=4).state_dict())
        change(state)
        torch.save(state, path)

    return save


class Dangerous:
    """An object that would run code if it was unpickled."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("ran"),)


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "code": (lambda path: torch.save(Dangerous(), path), "reading that could run code"),
    "whole-module": (
        lambda path: torch.save(Script(nn.RNN), path),
        "save model.state_dict() alone",
    ),
    "no-dict": (lambda path: torch.save([1], path), "it is not a state dict"),
    "numbers": (lambda path: torch.save({"a": 1}, path), "not a state dict of tensors"),
    "whole-numbers": (
        changed(lambda state: state.update({"fc.bias": torch.zeros(V, dtype=torch.int64)})),
        "fc.bias is not an ordinary one of real numbers",
    ),
    "garbage": (lambda path: path.write_bytes(b"PK\x03\x04" + b"x" * 99), "torch can't read it"),
    "empty": (lambda path: path.write_bytes(b""), "torch can't read it"),
    "missing": (lambda path: None, "can't be read"),
    "huge": (
        changed(lambda state: state.update({"fc.bias": torch.zeros(1).expand(1 << 45)})),
        "GB of memory",
    ),
    "no-recurrence": (
        lambda path: torch.save(nn.Linear(2, 3).state_dict(), path),
        "no weights of an nn.LSTM",
    ),
    "two-modules": (
        changed(lambda state: state.update({"other.weight_ih_l0": torch.zeros(2, 2)})),
        "several recurrent modules, 'lstm' and 'other'",
    ),
    "bidirectional": (
        lambda path: torch.save(Script(nn.LSTM, bidirectional=True).state_dict(), path),
        "bidirectional or has projections",
    ),
    "no-head": (changed(lambda state: state.pop("fc.bias")), "no linear layers with a bias"),
    "head-of-another-size": (
        changed(lambda state: state.update({"fc.weight": torch.zeros(V, 5)})),
        "fc.weight of 10 x 5 doesn't read 6 hidden units",
    ),
    "no-embedding": (
        changed(lambda state: state.pop("encoder.weight")),
        "a one-hot vector of the 10",
    ),
    "another-tensor": (
        changed(lambda state: state.update({"norm.weight": torch.zeros(6)})),
        "'norm.weight', for which there is no place",
    ),
    "gap": (
        changed(lambda state: state.update({"lstm.weight_ih_l2": torch.zeros(24, 6)})),
        "its tensor layers.1.weight_ih is missing",
    ),
    "shape": (
        changed(lambda state: state.update({"lstm.weight_ih_l0": torch.zeros(23, 4)})),
        "layers.0.weight_ih is 23 x 4, not 24 x 4",
    ),
    "no-cell": (
        changed(lambda state: state.update({"lstm.weight_hh_l0": torch.zeros(12, 6)})),
        "weight_hh_l0 of 12 x 6 is of no LSTM, GRU or RNN",
    ),
    "not-finite": (
        changed(lambda state: state["fc.weight"].fill_(float("nan"))),
        "head.weight holds numbers that are not finite",
    ),
    "one-bias": (
        changed(lambda state: state.pop("lstm.bias_hh_l0")),
        "the two biases of its recurrent layer 0 don't go together",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_another_network_or_a_bad_file_is_one_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make, why = BAD[case]
    make(Path("net.pt"))
    with pytest.raises(CheckpointError) as raised:
        format_of(Path("net.pt")).read(Path("net.pt"))
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[1, 2]", "is not a JSON list of symbols"),
        ("{", "is not a JSON list of symbols"),
        ('["a", "a"]', "must be distinct"),
        ('{"a": 0, "b": 2}', "its ids are not 0, 1, 2 and so on"),
        ('{"a": 0, "b": 1}', "has 10 symbols and --vocabulary symbols.json has 2"),
        ('{"0": "a", "1": "b", "2": "c"}', "has 10 symbols and --vocabulary symbols.json has 3"),
        ("[" * 5000, "is not a JSON list of symbols"),
        ('{"units": "syllables", "symbols": ["a"]}', "of no units that this rnntui knows"),
        ('{"units": "words", "symbols": ["a"]}', "has no symbol <UNK>"),
    ],
)
def test_a_bad_vocabulary_is_one_sentence(
    content: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(Script(nn.RNN).state_dict(), "net.pt")
    Path("symbols.json").write_text(content)
    stated(rnntui("checkpoints", "import", "net.pt", "--vocabulary", "symbols.json"), why)
    assert not list(places.checkpoints_dir().glob("net*"))


def test_what_is_not_said_or_contradicted_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(Script(nn.RNN).state_dict(), "net.pt")
    export_network(small_network(cell="rnn"), FORMATS["npz"], Path("net.npz"))
    stated(rnntui("checkpoints", "import", "net.pt"), "which symbol each id is: give --vocabulary")
    stated(rnntui("checkpoints", "import", "net.doc"), "of no format", ".safetensors")
    windowed = rnntui("checkpoints", "import", "net.npz", "--window", "3")
    stated(windowed, "--window can't be set: the network of net.npz has 0")
    for file, why in (("net.safetensors", "not a complete"), ("bad.npz", "not a complete .npz")):
        Path(file).write_bytes(b"no such thing")
        stated(rnntui("checkpoints", "import", file), why)
    np.savez("plain.npz", a=np.zeros(3))
    stated(rnntui("checkpoints", "import", "plain.npz"), "doesn't describe its network")
    assert rnntui("checkpoints", "import", "net.npz", "--name", "taken").code == 0
    again = rnntui("checkpoints", "import", "net.npz", "--name", "taken")
    stated(again, "There is a run called 'taken' already")
    checkpoint = places.checkpoints_dir() / "taken" / "best.safetensors"
    stated(rnntui("checkpoints", "import", checkpoint), "is a checkpoint of rnntui")
