"""`rnntui cells`, and `--cell FILE` from training to tracing."""

import json
from pathlib import Path

import pytest

from rnntui import places
from rnntui.nets.cells import own
from tests.cell_files import elman, gru_without_reset, two_states
from tests.command_line import SMALL, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, assert_same_tensors, losses


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know no cell, as a new process."""
    monkeypatch.setattr(own, "_registered", {})


def test_the_list_has_built_in_cells_and_those_in_the_folder() -> None:
    path = two_states(places.user_cells_dir())
    broken = elman(places.user_cells_dir(), "return (", name="broken")
    outcome = rnntui("cells", "list")
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["gru", "reset,", "update,", "new", "h", "2014", "yes", "built", "in"] in rows
    [row] = [row for row in rows if row and row[0].startswith("slow@")]
    assert row[1:] == ["keep,", "new", "h,", "slow", "2026", "no", str(path)]
    assert f"{broken}, line 16: it is not valid Python" in outcome.err
    assert str(places.user_cells_dir()) in outcome.err


def test_new_writes_a_file_that_passes_the_check_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rnntui("cells", "new", "my-own").code == 0
    checked = rnntui("cells", "check", "my-own.py")
    assert checked.out.startswith("my-own.py: the cell my-own works. Gates: reset, update, new;")
    before = (tmp_path / "my-own.py").read_bytes()
    stated(rnntui("cells", "new", "my-own"), "There is a file my-own.py already")
    assert (tmp_path / "my-own.py").read_bytes() == before
    assert rnntui("cells", "new", "my-own", "--folder", "deep/er").code == 0
    assert (tmp_path / "deep" / "er" / "my-own.py").is_file()
    stated(rnntui("cells", "new", "lstm"), "a built-in cell has that name")
    stated(rnntui("cells", "new", "../escape"), "small letters")
    (tmp_path / "file").touch()
    stated(rnntui("cells", "new", "mine", "--folder", "file"), "can't be")


def test_check_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    path = elman(tmp_path, "new = ops.tanh(inputs)\nreturn CellStep((new,), (new,), (new,))")
    stated(rnntui("cells", "check", path), f"{path}, line 16: NameError")
    stated(rnntui("cells", "check", tmp_path / "none.py"), "There is no file")
    text = text_file(TINY_TEXT)
    stated(rnntui("train", text, "--cell", path, "--name", "a", *SMALL), "line 16: NameError")
    assert not (places.checkpoints_dir() / "a").exists()


@pytest.mark.parametrize("make", [elman, gru_without_reset, two_states])
def test_a_cell_trains_resumes_bit_for_bit_samples_and_is_traced(
    make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = make(tmp_path), text_file(TINY_TEXT)
    given = ("--cell", path)
    whole = rnntui("train", text, *given, "--name", "whole", *SMALL, "--steps", "12", "--json")
    assert whole.code == 0, whole.err
    assert "trains on the general path" in whole.out
    rnntui("train", text, *given, "--name", "parts", *SMALL, "--steps", "5")
    forget(monkeypatch)
    assert rnntui("train", "--resume", "parts", *given, "--steps", "12").code == 0
    # The shorter run had an evaluation of its own at its end, so the records differ.
    assert losses(run_called("whole")) == losses(run_called("parts"))
    assert_same_tensors(run_called("whole").last, run_called("parts").last)

    forget(monkeypatch)
    sample = ("sample", "whole", "--length", "30", "--seed", "3")
    stated(rnntui(*sample), "can't be used without its cell", "--cell FILE", "cells")
    drawn = rnntui(*sample, *given)
    assert drawn.code == 0
    forget(monkeypatch)
    path.rename(places_for(path))
    assert rnntui(*sample).out == drawn.out
    assert rnntui("eval", "whole").code == 0
    traced = rnntui("trace", "the", "--checkpoint", "whole", "--json").out.splitlines()
    first = json.loads(traced[0])
    [cell] = own.own_names()
    assert list(first["layers"][0]["gates"]) == list(own.find_own_cell(cell).gate_names)
    for lens in ("--gradients", "--neurons", "--influence", "--surprise", "--map"):
        seen = rnntui("trace", "the cat sat", "--checkpoint", "whole", lens)
        assert seen.code == 0, seen.err


def places_for(path: Path) -> Path:
    """Where the file lies in the user's folder, under another name."""
    folder = places.user_cells_dir()
    folder.mkdir(parents=True)
    return folder / f"kept-{path.name}"


def test_another_hash_is_refused_and_the_stored_text_makes_it_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = elman(tmp_path), text_file(TINY_TEXT)
    written = path.read_text(encoding="utf-8")
    assert rnntui("train", text, "--cell", path, "--name", "a", *SMALL, "--steps", "3").code == 0
    path.write_text(written + "# changed\n", encoding="utf-8")
    forget(monkeypatch)
    refused = "whose SHA-256 begins with"
    stated(rnntui("sample", "a", "--cell", path), refused, "'rnntui checkpoints show RUN")
    stated(rnntui("train", "--resume", "a", "--cell", path), refused)
    stated(rnntui("eval", "a"), refused)
    stated(rnntui("trace", "the", "--checkpoint", "a"), refused)
    listed = rnntui("checkpoints", "list")
    assert refused in listed.err
    assert "no runs" not in listed.err
    shown = rnntui("checkpoints", "show", "a")
    assert shown.code == 0
    assert "new = ops.tanh(at)" in shown.out
    assert refused in shown.err
    stored = rnntui("checkpoints", "show", "a", "--cell-text")
    assert stored.out == written
    saved = tmp_path / "saved.py"
    saved.write_text(stored.out, encoding="utf-8")
    assert rnntui("sample", "a", "--cell", saved, "--length", "5").code == 0
    layers = rnntui("checkpoints", "show", "a")
    assert "best loss" in layers.out


def test_a_built_in_cell_has_no_text_to_print() -> None:
    stated(rnntui("checkpoints", "show", "tiny", "--cell-text"), "has a built-in cell")


def test_names_that_are_not_known_are_wrong_usage() -> None:
    misused(rnntui("train", "hello", "--cell", "elman"), "elman is not known", "minlstm")
    stated(rnntui("train", "hello", "--cell", "elman@00000000"), "give it with --cell FILE")
    stated(rnntui("train", "hello", "--cell", "no/such.py"), "There is no file no/such.py")


def test_a_cell_of_the_folder_goes_by_its_files_name() -> None:
    elman(places.user_cells_dir())
    text = text_file(TINY_TEXT)
    outcome = rnntui("train", text, "--cell", "elman", "--name", "a", *SMALL, "--steps", "2")
    assert outcome.code == 0
    assert 'cell = "elman@' in run_called("a").configuration.read_text(encoding="utf-8")


def test_recipes_given_as_files_name_cells_beside_them(tmp_path: Path) -> None:
    elman(tmp_path)
    recipe = tmp_path / "own.toml"
    recipe.write_text('[network]\ncell = "./elman.py"\n[budget]\nsteps = 2\n', "utf-8")
    text = text_file(TINY_TEXT)
    assert rnntui("train", text, "--recipe", recipe, "--name", "a", *SMALL).code == 0
    shown = rnntui("recipes", "show", recipe)
    assert shown.code == 0
    assert 'cell = "elman@' in shown.out


def test_a_classifier_trains_resumes_and_predicts_with_a_cell_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gru_without_reset(tmp_path)
    rows = "".join(f"{'good fine' if n % 2 else 'bad poor'} {n},{n % 2}\n" for n in range(40))
    table = tmp_path / "table.csv"
    table.write_text("text,label\n" + rows, encoding="utf-8")
    small = ("--hidden-size", "4", "--threads", "1", "--batch-size", "8")
    begun = ("classify", "train", table, "--cell", path, "--name", "c", *small)
    outcome = rnntui(*begun, "--steps", "4")
    assert outcome.code == 0, outcome.err
    forget(monkeypatch)
    stated(rnntui("classify", "predict", "c", "good"), "can't be used without its cell")
    given = ("--cell", path)
    assert rnntui("classify", "train", "--resume", "c", *given, "--steps", "6").code == 0
    forget(monkeypatch)
    assert rnntui("classify", "predict", "c", "good", *given).code == 0


def test_the_api_takes_files_of_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rnntui as api
    from rnntui.errors import CheckpointError

    path, corpus = two_states(tmp_path), api.corpus_from_text(TINY_TEXT)
    small = {"hidden_size": 4, "num_layers": 1, "steps": 3, "threads": 1}
    list(api.train(corpus, name="a", folder=tmp_path, cell=path, **small))
    forget(monkeypatch)
    with pytest.raises(CheckpointError, match="without its cell"):
        api.load_checkpoint("a", folder=tmp_path)
    loaded = api.load_checkpoint("a", folder=tmp_path, cell=path)
    assert len(list(api.generate(loaded, length=5))) == 5
    forget(monkeypatch)
    *_, last = api.resume("a", corpus=corpus, folder=tmp_path, cell=path, steps=5)
    assert last.step == 5


def test_a_cell_of_ones_own_races_built_in_ones(tmp_path: Path) -> None:
    path, text = elman(tmp_path), text_file(TINY_TEXT)
    raced = ("race", text, "--cell", f"rnn,{path}", "--name", "r", *SMALL, "--steps", "3")
    outcome = rnntui(*raced)
    assert outcome.code == 0, outcome.err
    assert run_called("r-elman").is_saved


def test_a_file_that_the_network_does_not_use_is_said_to_be_unused(tmp_path: Path) -> None:
    given = ("--cell", elman(tmp_path))
    said = "The file given as --cell isn't used: this network's cell is "
    for command in (
        ("sample", "tiny", "--length", "3"),
        ("trace", "the", "--checkpoint", "tiny"),
        ("trace", "the", "--checkpoint", "tiny", "--gradients"),
        ("trace", "--map", "--recipe", "hello"),
        ("checkpoints", "show", "tiny"),
    ):
        outcome = rnntui(*command, *given)
        assert outcome.code == 0, outcome.err
        assert outcome.err.count(said) == 1, outcome.err


def test_a_file_that_one_of_several_networks_uses_is_no_mistake(tmp_path: Path) -> None:
    path, text = elman(tmp_path), text_file("the rest " * 40)
    begun = rnntui("train", text, "--cell", path, "--name", "own", *SMALL, "--steps", "1")
    assert begun.code == 0, begun.err
    rnntui("train", text, "--cell", "gru", "--name", "built-in", *SMALL, "--steps", "1")
    both = ("--checkpoint", "own", "--checkpoint", "built-in")
    outcome = rnntui("trace", "the rest", *both, "--gradients", "--cell", path)
    assert outcome.code == 0, outcome.err
    assert "isn't used" not in outcome.err
    alone = rnntui("eval", "built-in", "--cell", path, "--old-text")
    assert "isn't used: this network's cell is gru." in alone.err
