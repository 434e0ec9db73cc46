"""Cells of people's own: what a check of a file finds, and how one is found again."""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnntui import places
from rnntui.cli.cell_template import template_for
from rnntui.errors import CheckpointError, ConfigError
from rnntui.nets import cell_time_limit
from rnntui.nets.cell_checks import AGREEMENT, GRADIENTS, check_before_training, check_cell
from rnntui.nets.cell_time_limit import time_limit
from rnntui.nets.cells import find_cell, own
from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig
from rnntui.own_cells import (
    LARGEST_BYTES,
    find_by_hash,
    load_cell,
    load_cells_folder,
    named_cell,
    with_own_cell,
)
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.training.events import Failed
from tests.cell_files import ELMAN, FIRST_LINE, cell_file, elman, gru_without_reset, two_states
from tests.factories import only, tiny_run, trained
from tests.unit.cell_checks import (
    check_it_trains_and_resumes,
    check_samples_go_by_the_scores_of_the_model,
)


@pytest.fixture(autouse=True)
def none_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a new process: with a finder in the user's folder, and, as all tests, no cell."""
    monkeypatch.setattr(own, "_finders", [find_by_hash])


def complaint(path: Path) -> str:
    """The sentence about the file of a cell."""
    with pytest.raises(ConfigError) as raised:
        check_cell(load_cell(path))
    sentence = str(raised.value)
    assert sentence.startswith(f"{path}, line ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}, line ")


def edited(path: Path, old: str, new: str) -> Path:
    """The file with a part of it replaced."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [elman, gru_without_reset, two_states])
def test_a_cell_that_works_passes_every_check(make, tmp_path: Path) -> None:
    report = check_cell(load_cell(make(tmp_path)))
    assert report.numpy_torch < AGREEMENT
    assert report.gradients < GRADIENTS


def test_the_starting_point_is_a_gru_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(template_for("mine", "mine.py"), encoding="utf-8")
    cell = load_cell(path)
    check_cell(cell)
    import torch

    config = ModelConfig(7, "gru", hidden_size=6, embedding_size=4)
    gru, mine = build_model(config, 3), build_model(replace(config, cell=cell.name), 3)
    assert gru.state_dict().keys() == mine.state_dict().keys()
    for one, other in zip(gru.parameters(), mine.parameters(), strict=True):
        assert torch.equal(one, other)
    with torch.no_grad():
        ids = torch.tensor([[0, 3, 6, 2]])
        torch.testing.assert_close(gru(ids, gru.zero_state(1))[0], mine(ids, mine.zero_state(1))[0])


def test_the_cells_of_the_documents_work(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "own-cells.md"
    cells = page.read_text(encoding="utf-8").split("```python\n")[1:]
    assert len(cells) == 2
    for number, text in enumerate(cells):
        path = tmp_path / f"cell{number}.py"
        path.write_text(text.partition("```")[0], encoding="utf-8")
        check_cell(load_cell(path))


@pytest.mark.parametrize(
    ("equations", "line", "parts"),
    [
        ("at = (from_input", FIRST_LINE, ["not valid Python"]),
        ("return CellStep((), (), ())", FIRST_LINE, ["returns 0 pre_activations, not 1 (new)"]),
        (
            "new = from_input + from_hidden\nreturn CellStep((new,), (new, new), (new,))",
            FIRST_LINE + 1,
            ["returns 2 gates, not 1 (new)"],
        ),
        (
            "new = from_input + from_hidden\nreturn CellStep((new,), (new,), (new, new))",
            FIRST_LINE + 1,
            ["returns 2 state, not 1 (h)"],
        ),
        (
            "new = from_input + from_hidden\nreturn CellStep((new,), (new,), (new[..., :2],))",
            FIRST_LINE + 1,
            ["h of state has the shape (2,), not (4,)"],
        ),
        (
            "new = from_input + from_hidden\nreturn CellStep((new,), (0.5,), (new,))",
            FIRST_LINE + 1,
            ["new of gates is a 'float', not an array"],
        ),
        (
            "import numpy as np\nnew = np.tanh(from_input + from_hidden)\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE + 1,
            ["Tensor", "use `ops`"],
        ),
        (
            "from_input += from_hidden\nnew = ops.tanh(from_input)\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["changes one of its inputs in place"],
        ),
        (
            "new = ops.tanh(from_input)\ntwo = new * new\nnew += from_hidden\n"
            "return CellStep((new,), (new,), (two,))",
            FIRST_LINE + 2,
            ["changed in place"],
        ),
        (
            "new = from_input + from_hidden\nnew = new / (new - new)\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE + 1,
            ["not finite"],
        ),
        (
            "new = ops.tanh(from_inputs)\nreturn CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["NameError", "from_inputs"],
        ),
        (
            "new = ops.tan(from_input)\nreturn CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["AttributeError", "tan"],
        ),
        ("return from_input", FIRST_LINE, ["must return CellStep"]),
        (
            "new = (from_input + from_hidden).tanh()\nreturn CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["no attribute 'tanh'", "arrays of NumPy have no such method; use `ops`"],
        ),
        (
            "new = ops.tahn(from_input)\nreturn CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["'tahn'", "ops has sigmoid, tanh, relu and softplus alone"],
        ),
        (
            "h, c = state\nreturn CellStep((h,), (h,), (h,))",
            FIRST_LINE,
            ["not enough values to unpack", "blocks(x, 1) gives new, and state is h"],
        ),
        (
            "new = from_input if from_input > 0 else from_hidden\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE,
            ["compute with `ops` in place of `if`"],
        ),
        (
            "new = (from_input > 0) * 1\nreturn CellStep((new,), (new,), (new,))",
            FIRST_LINE + 1,
            ["new of pre_activations is an array of int64"],
        ),
        (
            "import random\nnew = from_input * random.random()\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE - 1,
            ["other values for the same inputs"],
        ),
        (
            "import numpy as np\nnew = from_input * np.float64(0.3)\n"
            "return CellStep((new,), (new,), (new,))",
            FIRST_LINE + 2,
            ["float32"],
        ),
    ],
)
def test_broken_equations_are_one_sentence_that_names_the_line(
    equations: str, line: int, parts: list[str], tmp_path: Path
) -> None:
    sentence = complaint(elman(tmp_path, equations))
    assert sentence.startswith(f"{line}: ")
    assert all(part in sentence for part in parts), sentence


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("CELL = Own()", "", 18, "no cell"),
        ("CELL = Own()", "CELL = Own()\nCELL = Own()", 22, "second cell"),
        ("CELL = Own()", "class Two(Own):\n    def step(self): ...\n\nCELL = Two()", 21, "second"),
        ("CELL = Own()", "CELL = Own", 21, "is a class"),
        ("    year = 2026\n", "", 6, "no year"),
        ('name = "elman"', 'name = "gru"', 7, "a built-in cell has that name"),
        ('name = "elman"', 'name = "my cell"', 7, "small letters"),
        ("initial_biases = (0.0,)", "initial_biases = (0.0, 1.0)", 10, "2 numbers for 1 gates"),
        ("state_tensors = ('h',)", "state_tensors = ('c',)", 11, "must be 'h'"),
        ("gate_names = ('new',)", "gate_names = ('new')", 9, "tuple of names"),
        ("gate_names = ('new',)", "gate_names = ('a b',)", 9, "'a b'"),
        ("keeping_gate = None", "keeping_gate = 1", 12, "None or one of 0 to 0"),
        ("state, nonlinearity)", "state)", 15, "TypeError"),
        ("state, nonlinearity)", "state)", 15, "write step(self, ops, from_input, from_hidden"),
        ("is_recurrent = True", "is_recurrent = False", 16, "from_hidden is None, as is_recurrent"),
        ("CELL = Own()", "CELL = 3", 21, "no step"),
        ("import CellStep", "import CellSteps", 3, "CellSteps"),
        ("CELL = Own()", "CELL = Own()\nraise SystemExit", 22, "SystemExit"),
    ],
)
def test_what_else_is_wrong_in_a_file_names_its_line(
    old: str, new: str, line: int, part: str, tmp_path: Path
) -> None:
    sentence = complaint(edited(elman(tmp_path), old, new))
    assert sentence.startswith(f"{line}: ")
    assert part in sentence


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("at = from_input + from_hidden", "while True: pass", FIRST_LINE),
        # In torch alone, through another function, and against what would break it off.
        (
            "at = from_input + from_hidden",
            "at = from_input + from_hidden\n        while hasattr(at, 'detach'): ops.tanh(at)",
            FIRST_LINE + 1,
        ),
        (
            "at = from_input + from_hidden",
            "at = from_input\n        while True:\n            try:\n"
            "                while True: pass\n            except Exception: pass",
            FIRST_LINE + 3,
        ),
        ("class Own:", "while True: pass\nclass Own:", 6),
    ],
)
def test_code_that_never_ends_is_broken_off_in_time(
    old: str, new: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_time_limit, "SECONDS", 0.3)
    sentence = complaint(edited(elman(tmp_path), old, new))
    assert sentence.startswith(f"{line}: the code is still here after 0.3 s; it may be a loop")


def test_no_run_is_made_of_a_cell_that_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_time_limit, "SECONDS", 0.2)
    path = elman(tmp_path, "while True: pass")
    with pytest.raises(ConfigError, match=f"line {FIRST_LINE}: the code is still here"):
        tiny_run(tmp_path, cell=load_cell(path).name)
    assert not (tmp_path / "tiny").exists()


def test_a_limit_that_was_kept_breaks_nothing_off_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cell_time_limit, "SECONDS", 0.1)
    ended = 0
    for wait in (0.0, 0.1, 0.1, 0.1):  # ends when the limit does, or nearly
        with suppress(ConfigError), time_limit("mine.py"):
            time.sleep(wait)
        ended += 1
        assert not [one for one in threading.enumerate() if one.name == "cell time limit"]
    assert ended == 4


def test_files_that_cant_be_read_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no file .*cells new NAME"):
        load_cell(tmp_path / "none.py")
    (tmp_path / "latin.py").write_bytes(b"# a\n# \xe9\n")
    with pytest.raises(ConfigError, match="line 2: it isn't UTF-8"):
        load_cell(tmp_path / "latin.py")
    (tmp_path / "long.py").write_bytes(b"#" * (LARGEST_BYTES + 1))
    with pytest.raises(ConfigError, match="can't be read"):
        load_cell(tmp_path / "long.py")


def test_gradients_that_are_not_those_of_the_values_are_found(tmp_path: Path) -> None:
    equations = """
        new = ops.tanh(from_input + from_hidden)
        if hasattr(new, "detach"):
            new = new.detach() + 0 * new
        return CellStep((new,), (new,), (new,))
    """
    assert "finite differences" in complaint(elman(tmp_path, equations))


def test_an_error_in_the_middle_of_a_training_names_file_and_line(tmp_path: Path) -> None:
    equations = """
    self.steps = getattr(self, "steps", 0) + 1
    if self.steps > 150:
        raise ValueError("no more")
    """
    path = elman(tmp_path, equations.rstrip() + ELMAN)
    run = tiny_run(tmp_path, cell=load_cell(path).name)
    [failed] = only(Failed, trained(run))
    assert failed.sentence == f"{path}, line {FIRST_LINE + 2}: ValueError: no more."


@pytest.mark.parametrize("make", [elman, gru_without_reset, two_states])
def test_a_run_that_was_killed_goes_on_bit_for_bit(make, tmp_path: Path) -> None:
    name = load_cell(make(tmp_path)).name
    check_it_trains_and_resumes(name, tmp_path)
    check_samples_go_by_the_scores_of_the_model(name)


def test_a_cell_is_checked_before_its_run_is_made(tmp_path: Path) -> None:
    path = elman(tmp_path, "new = ops.tanh(from_inputs)\nreturn CellStep((new,), (new,), (new,))")
    with pytest.raises(ConfigError, match=f"line {FIRST_LINE}: NameError"):
        tiny_run(tmp_path, cell=load_cell(path).name)
    assert not (tmp_path / "tiny").exists()
    check_before_training("lstm")


def test_a_cell_is_looked_up_by_name_and_hash(tmp_path: Path) -> None:
    cell = load_cell(elman(tmp_path))
    assert cell.name == f"elman@{cell.sha256[:8]}"
    assert find_cell(cell.name) is cell
    assert load_cell(elman(tmp_path / "copy")) is cell
    with pytest.raises(ConfigError, match="--cell elman is not known"):
        find_cell("elman")


def test_the_users_folder_is_searched_by_hash_whatever_the_files_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = elman(tmp_path)
    name = load_cell(path).name
    monkeypatch.setattr(own, "_registered", {})
    with pytest.raises(ConfigError, match=r"give it with --cell FILE, or put it into .*cells"):
        find_cell(name)
    folder = places.user_cells_dir()
    folder.mkdir(parents=True)
    (folder / "other.py").write_text("raise SystemExit('never run')", encoding="utf-8")
    path.rename(folder / "renamed.py")
    assert find_cell(name).gate_names == ("new",)


def test_a_broken_file_in_the_folder_hides_no_other(tmp_path: Path) -> None:
    elman(places.user_cells_dir())
    elman(places.user_cells_dir(), "return", name="broken")
    edited(places.user_cells_dir() / "broken.py", "CELL =", "CALL =")
    found = list(load_cells_folder())
    assert isinstance(found[0], ConfigError)
    assert not isinstance(found[1], ConfigError)
    assert named_cell("elman") == found[1].name
    assert named_cell("lstm") == "lstm"
    assert named_cell("nonsense") == "nonsense"


def test_a_checkpoint_holds_the_file_and_never_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two_states(tmp_path / "cells")
    text = path.read_text(encoding="utf-8")
    run = tiny_run(tmp_path, cell=load_cell(path).name)
    trained(run)
    monkeypatch.setattr(own, "_registered", {})
    with pytest.raises(CheckpointError, match=r"last.safetensors can't be used without its cell"):
        load_checkpoint(run.folder.last)
    edited(path, "name = ", "other = 1\n    name = ")
    load_cell(path)
    with pytest.raises(CheckpointError, match="can't be used without its cell"):
        load_checkpoint(run.folder.last)
    path.write_text(text, encoding="utf-8")
    load_cell(path)
    header = load_checkpoint(run.folder.last).header
    assert header.as_json([])["own_cell"] == {
        "name": "slow",
        "sha256": own.hash_of(text),
        "text": text,
    }


def test_a_file_of_the_same_first_digits_is_refused_by_the_whole_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = load_cell(elman(tmp_path / "cells"))
    run = tiny_run(tmp_path, cell=cell.name)
    trained(run)
    other = replace(cell, sha256=cell.sha256[:8] + "0" * 56)
    monkeypatch.setattr(own, "_registered", {cell.name: other})
    with pytest.raises(CheckpointError, match="is another one: its SHA-256 is"):
        load_checkpoint(run.folder.last)


def test_checkpoints_of_built_in_cells_say_nothing_of_files(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run)
    assert "own_cell" not in load_checkpoint(run.folder.last).about()


def test_a_recipe_names_a_cell_beside_it(tmp_path: Path) -> None:
    elman(tmp_path / "cells")
    recipe = tmp_path / "own.toml"
    recipe.write_text('[network]\ncell = "cells/elman.py"\n[budget]\nsteps = 3\n', "utf-8")
    assert find_recipe(str(recipe), with_own_cell).config.cell.startswith("elman@")
    # Nobody who reads a recipe without being told to runs anything.
    with pytest.raises(ConfigError, match="is not known"):
        find_recipe(str(recipe))


def test_values_of_float32_stay_float32_through_a_network(tmp_path: Path) -> None:
    from rnntui.nets.numpy_network import NumpyNetwork

    cell = load_cell(two_states(tmp_path))
    config = ModelConfig(5, cell.name, hidden_size=4, embedding_size=3)
    arrays = {
        name: part.detach().numpy() for name, part in build_model(config, 1).named_parameters()
    }
    network = NumpyNetwork(config, arrays)
    state = network.read(np.array([1]), network.zero_state(1))
    assert all(part.dtype == np.float32 for layer in state for part in layer)


def test_a_cell_that_doesnt_read_its_hidden_state_needs_no_weights_for_it(tmp_path: Path) -> None:
    equations = """
        new = ops.tanh(from_input)
        return CellStep((from_input,), (new,), (0.5 * state[0] + new,))
    """
    path = cell_file(tmp_path, "blind", ("new",), ("h",), equations)
    cell = load_cell(edited(path, "is_recurrent = True", "is_recurrent = False"))
    check_cell(cell)
    assert "layers.0.weight_hh" not in dict(
        build_model(ModelConfig(5, cell.name), 1).named_parameters()
    )
