"""`import rnntui`: lazy, typed, and as its docstrings and pages say."""

import ast
import doctest
import json
from pathlib import Path

import pytest

import rnntui
from rnntui import api, api_lenses, places
from rnntui.errors import CheckpointError
from rnntui.training.runs.folder import RunFolder
from tests.command_line import python
from tests.factories import TINY_TEXT, assert_same_training

ROOT = Path(rnntui.__file__).parent.parent

SMALL = {
    **{"cell": "rnn", "hidden_size": 8, "num_layers": 1, "embedding_size": 4, "batch_size": 4},
    **{"seq_length": 16, "sample_length": 5, "save_every": 1e6, "engine": "torch", "threads": 1},
}
EXAMPLES = {
    example.name: example
    for module in (api, api_lenses)
    for example in doctest.DocTestFinder().find(module)
    if example.examples
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_it_says(name: str) -> None:
    assert not doctest.DocTestRunner().run(EXAMPLES[name]).failed


def test_every_function_has_an_example() -> None:
    functions = {
        f"{home}.{name}"
        for home in ("rnntui.api", "rnntui.api_lenses")
        for name in rnntui._NAMES[home]
        if name != "TrainingRun"
    }
    assert functions <= set(EXAMPLES)


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_a_page_does_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    outcome = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=options)
    assert outcome.attempted
    assert not outcome.failed


def test_an_import_loads_nothing_that_is_slow_to_load() -> None:
    outcome = python(
        "import json, sys, rnntui; dir(rnntui); rnntui.train; rnntui.Step; rnntui.CorpusError;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    loaded = set(json.loads(outcome.out))
    assert "rnntui" in loaded
    assert not loaded & {"numpy", "torch", "textual", "typer", "rich"}


def test_type_checkers_see_the_names_that_there_are() -> None:
    stub = ast.parse(Path(rnntui.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    seen = {
        node.module: tuple(alias.asname for alias in node.names)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
    }
    assert seen == rnntui._NAMES
    assert set(rnntui.__all__) <= set(dir(rnntui))
    assert all(getattr(rnntui, name) for name in rnntui.__all__)
    assert (ROOT / "rnntui" / "py.typed").is_file()


def test_a_name_that_there_is_not_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        rnntui.trian  # noqa: B018


def test_a_run_that_is_stopped_and_resumed_is_one_that_never_was(tmp_path: Path) -> None:
    corpus = rnntui.corpus_from_text(TINY_TEXT)
    whole = rnntui.train(corpus, name="a", folder=tmp_path / "whole", steps=12, **SMALL)
    *_, last = whole
    assert (last.step, last.reason) == (12, "budget")
    parted = rnntui.train(corpus, name="a", folder=tmp_path / "parted", steps=12, **SMALL)
    for event in parted:
        if isinstance(event, rnntui.Step) and event.step == 5:
            parted.stop()
    assert (event.step, event.reason) == (5, "stopped")
    list(rnntui.resume("a", corpus=corpus, folder=tmp_path / "parted"))
    assert_same_training(RunFolder(whole.folder), RunFolder(parted.folder))
    assert not places.checkpoints_dir().exists()


def test_a_failure_is_told_and_then_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise CheckpointError("No room.")

    run = rnntui.train("hello", folder=tmp_path, steps=1, **SMALL)
    monkeypatch.setattr("rnntui.training.loop_state.LoopState.step", no_room)
    told = next(event for event in run if isinstance(event, rnntui.Failed))
    with pytest.raises(rnntui.RnntuiError, match=r"No room\."):
        next(run)
    assert told.sentence == "No room."


def test_another_text_is_learned_from_a_checkpoint_on(tmp_path: Path) -> None:
    text = rnntui.corpus_from_text(TINY_TEXT)
    list(rnntui.train(text, name="a", folder=tmp_path, steps=1, **SMALL))
    tuned = rnntui.train(
        rnntui.corpus_from_text(TINY_TEXT + "Zoë! "),
        name="b",
        folder=tmp_path,
        init_from="a",
        steps=1,
    )
    warned = [event.sentence for event in tuned if isinstance(event, rnntui.Warned)]
    assert any("added to its vocabulary" in sentence for sentence in warned)
    network = rnntui.load_checkpoint(tuned.folder).header.model
    assert (network.cell, network.hidden_size) == ("rnn", 8)


def test_a_named_text_is_normalised_as_the_settings_say(tmp_path: Path) -> None:
    run = rnntui.train("hello", folder=tmp_path, steps=1, normalise=("lowercase",), **SMALL)
    list(run)
    header = rnntui.load_checkpoint(run.name, folder=tmp_path).header
    assert header.normalisation.steps == ("lowercase",)


def test_a_text_that_is_normalised_in_another_way_is_refused(tmp_path: Path) -> None:
    plain = rnntui.corpus_from_text(TINY_TEXT)
    lower = rnntui.corpus_from_text(TINY_TEXT, normalise=["lowercase"])
    with pytest.raises(rnntui.ConfigError, match="load_corpus"):
        rnntui.train(plain, folder=tmp_path, normalise=("lowercase",))
    list(rnntui.train(lower, name="a", folder=tmp_path, steps=1, **SMALL))
    with pytest.raises(rnntui.CorpusError, match=r"\['lowercase'\]"):
        rnntui.evaluate(rnntui.load_checkpoint("a", folder=tmp_path), plain)
    with pytest.raises(rnntui.CorpusError, match=r"\['lowercase'\]"):
        rnntui.train(plain, folder=tmp_path, init_from="a", steps=1)


def test_what_is_replaced_in_a_prime_is_warned_of() -> None:
    checkpoint = rnntui.load_checkpoint("tiny")
    with pytest.warns(UserWarning, match="never saw"):
        drawn = list(rnntui.generate(checkpoint, "猫", length=2))
    assert len(drawn) == 2


def test_a_network_on_windows_is_traced_through_its_last(tmp_path: Path) -> None:
    corpus = rnntui.corpus_from_text(TINY_TEXT)
    list(rnntui.train(corpus, name="a", folder=tmp_path, steps=1, window=4, **SMALL))
    checkpoint = rnntui.load_checkpoint("a", folder=tmp_path)
    symbols = checkpoint.header.vocabulary.symbols
    assert "".join(symbols[s.id] for s in rnntui.trace(checkpoint, "the cat")) == " cat"
    with pytest.raises(rnntui.CorpusError):
        rnntui.trace(checkpoint, "Zoë")
