"""A classifier's training: what it tells, what it keeps, and that a resume repeats it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui import places
from rnntui.errors import CheckpointError, ConfigError, CorpusError
from rnntui.runtime.classifier_session import measure_classifier
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.classification.batches import TextBatches, batches_to_measure
from rnntui.tasks.classification.checkpoint import load_classifier, read_classifier_header
from rnntui.tasks.classification.description import describe_classify_run
from rnntui.tasks.classification.opening import (
    classify_events,
    new_classify_run,
    resume_classify_run,
)
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.tasks.classification.recipes import DEFAULT, find_classify_recipe
from rnntui.tasks.classification.scoring import score_labelled
from rnntui.tasks.kinds import kind_of_run
from rnntui.tasks.recipes import list_recipe_files
from rnntui.tasks.summary import summarise
from rnntui.training.changed_text import ChangedTextError, allow_old_text
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.commands import RollBack, SetLearningRate, Stop
from rnntui.training.events import (
    Evaluated,
    Finished,
    RolledBack,
    Started,
    Step,
    from_json,
    to_json,
)
from rnntui.training.events import (
    Tested as PartTested,
)
from tests.classify_factories import (
    assert_same_classifier,
    best_of,
    classified,
    classify_config,
    classify_run,
    resumed_classifier,
    tiny_labelled,
    tiny_tested,
)
from tests.factories import Script, names, only, tiny_run, trained

EVERY_KIND: list[dict[str, Any]] = [
    {"cell": "rnn", "input_encoding": "one-hot", "optimizer": "rmsprop-keras"},
    {"cell": "lstm", "pooling": "max", "dropout": 0.4, "initial_weights": "keras"},
    {"cell": "gru", "pooling": "mean", "num_layers": 2, "eval_every": 3, "schedule": "cosine"},
    {"head": "sigmoid", "padding": "front", "max_length": 6, "optimizer": "adagrad"},
    {"units": "characters", "max_length": 12, "keep": "first", "val_fraction": 0.0},
]


@pytest.mark.parametrize("settings", EVERY_KIND, ids=lambda s: "-".join(map(str, s.values())))
def test_a_training_stopped_and_resumed_is_bit_for_bit_one_never_stopped(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    whole = classify_run(tmp_path / "whole", epochs=2, **settings)
    classified(whole)
    run = classify_run(tmp_path / "broken", epochs=2, **settings)
    for stop_at in (0, 3):
        classified(run, Script({stop_at: [Stop()]}))
        run = resumed_classifier(run)
    classified(run)
    assert_same_classifier(whole.folder, run.folder)


def test_a_training_tells_losses_and_accuracies_once_an_epoch(tmp_path: Path) -> None:
    events = classified(classify_run(tmp_path, epochs=3))
    started = only(Started, events)[0]
    assert (started.unit, started.train_chars, started.val_chars) == ("texts", 30, 10)
    assert len(only(Step, events)) == 3 * 4
    measures = [event for event in only(Evaluated, events) if event.train_accuracy is not None]
    assert [event.step for event in measures] == [4, 8, 12]
    for event in measures:
        assert event.val_loss is not None
        assert 0 <= event.accuracy <= 1
        assert event.train_accuracy * 30 == pytest.approx(round(event.train_accuracy * 30))
    assert names(events)[-1] == "Finished"


def test_a_training_learns_to_tell_the_classes_apart(tmp_path: Path) -> None:
    corpus = tiny_labelled(tmp_path / "three.tsv", 90, ("bad", "good", "odd"))
    run = classify_run(
        tmp_path, corpus, cell="gru", pooling="max", learning_rate=0.05, epochs=12, hidden_size=8
    )
    events = classified(run)
    best = [event for event in only(Evaluated, events) if event.best][-1]
    assert best.accuracy is not None
    assert best.accuracy > 0.8
    assert best_of(run).header.classes == ("bad", "good", "odd")


def test_patience_ends_a_training_that_gets_no_better(tmp_path: Path) -> None:
    events = classified(classify_run(tmp_path, epochs=500, patience=2, learning_rate=0.3))
    assert only(Finished, events)[0].reason == "patience"


def test_the_best_network_is_tested_on_the_part_set_aside(tmp_path: Path) -> None:
    run = classify_run(tmp_path, tiny_tested(tmp_path / "corpus"))
    events = classified(run)
    assert names(events)[-3:] == ["Saved", "Tested", "Finished"]
    tested = only(PartTested, events)[0]
    assert tested.classes == ("neg", "pos")
    assert [sum(row) for row in tested.confusion] == [4, 4]
    assert tested.accuracy == (tested.confusion[0][0] + tested.confusion[1][1]) / 8
    assert from_json(to_json(tested)) == tested
    parts = score_labelled(best_of(run), None).parts
    assert [(part.part, part.measure.texts) for part in parts] == [("held out", 6), ("test", 8)]
    assert parts[1].measure.loss == tested.loss


def test_a_stopped_training_is_not_tested(tmp_path: Path) -> None:
    run = classify_run(tmp_path, tiny_tested(tmp_path / "corpus"))
    assert not only(PartTested, classified(run, Script({2: [Stop()]})))


def test_commands_are_obeyed(tmp_path: Path) -> None:
    script = Script({5: [SetLearningRate(0.001)], 6: [RollBack()]})
    events = classified(classify_run(tmp_path, epochs=2), script)
    assert only(Step, events)[5].learning_rate == pytest.approx(0.001)
    assert only(RolledBack, events)[0].to_step == 4


def test_every_text_is_learned_from_once_an_epoch_whatever_its_length(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    for config in (run.config, classify_config(padding="front", max_length=5)):
        batches = TextBatches(run.examples, run.split.train, config)
        for epoch in (0, 1):
            cut = [batches.batch(epoch, n) for n in range(batches.batches_per_epoch)]
            assert sum(len(batch.labels) for batch in cut) == 30
            assert sum(int(batch.labels.sum()) for batch in cut) == int(
                run.examples.labels[run.split.train].sum()
            )
            assert all(batch.ids.shape[1] >= batch.lengths.max() for batch in cut)


def test_an_evaluation_reads_every_text_once_in_batches_of_a_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = classify_run(tmp_path)
    monkeypatch.setattr("rnntui.tasks.classification.batches.MAX_EVALUATED_NUMBERS", 8 * 4 * 24)
    batches = list(batches_to_measure(run.examples, np.arange(40), run.config))
    assert sum(len(batch.labels) for batch in batches) == 40
    assert max(batch.ids.size for batch in batches) <= 24
    assert len(batches) > 10


def test_a_checkpoint_has_all_that_reads_a_text(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    classified(run)
    header = read_classifier_header(run.folder.best)
    assert header.classes == ("bad", "good")
    assert header.vocabulary == run.vocabulary
    assert header.config == run.config
    assert header.corpus.texts == 40


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("classes", ["bad"], "its header is damaged"),
        ("classes", ["bad", "bad"], "a class is named twice"),
        ("classes", ["bad", "good", "odd"], "its network is not the one of its configuration"),
        ("vocabulary", {"units": "words", "tokens": ["the"]}, "its network is not the one"),
        ("vocabulary", ["the"], "its header is damaged"),
        ("tally", {"right": -1, "given": 2}, "right is out of bounds"),
        ("config", {"cell": "rnn", "epochs": 1, "hidden_size": 10**9}, "--hidden-size must lie"),
        ("kind", "tree", "its kind 'tree' is unknown"),
        ("kind", "characters", "'rnntui sample'"),
    ],
)
def test_a_damaged_header_gets_a_sentence(
    tmp_path: Path, part: str, value: object, sentence: str
) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    checkpoint = best_of(run)

    class Damaged:
        def groups(self) -> Any:
            return checkpoint.groups()

        def about(self) -> Any:
            return {**checkpoint.about(), part: value}

    save_checkpoint(Damaged(), run.folder.best)
    with pytest.raises(CheckpointError, match=sentence):
        load_classifier(run.folder.best)


def test_a_network_that_writes_and_one_that_classifies_are_not_taken_for_each_other(
    tmp_path: Path,
) -> None:
    writer, classifier = tiny_run(tmp_path / "w", steps=1), classify_run(tmp_path / "c", steps=1)
    trained(writer)
    classified(classifier)
    with pytest.raises(CheckpointError, match="a network that generates text; 'rnntui sample'"):
        load_classifier(writer.folder.last)
    with pytest.raises(
        CheckpointError, match="a network that classifies; 'rnntui classify predict'"
    ):
        load_checkpoint(classifier.folder.last)
    with pytest.raises(CheckpointError, match="'rnntui train --resume' resumes it"):
        resumed_classifier(replace(classifier, folder=writer.folder))
    with pytest.raises(CheckpointError, match="'rnntui classify train --resume' resumes it"):
        describe_run(classifier.folder)


def test_a_run_of_an_unknown_kind_is_damaged(tmp_path: Path) -> None:
    folder = classify_run(tmp_path).folder
    text = folder.configuration.read_text()
    folder.configuration.write_text(text.replace('kind = "classifier"', 'kind = "tree"'))
    for read in (describe_classify_run, describe_run, kind_of_run, summarise):
        with pytest.raises(CheckpointError, match="its kind is unknown"):
            read(folder)


def test_a_resume_may_change_what_leaves_its_steps_what_they_are(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    with pytest.raises(ConfigError, match="has taken all its 4 steps"):
        resumed_classifier(run)
    with pytest.raises(ConfigError, match="--hidden-size can't change in a resumed run"):
        resumed_classifier(run, hidden_size=9)
    events = classified(resumed_classifier(run, epochs=2))
    assert only(Finished, events)[0].step == 8


def test_a_resume_wants_the_same_texts(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    classified(run, Script({1: [Stop()]}))
    tiny_labelled(tmp_path / "texts.tsv", 44)
    with pytest.raises(ChangedTextError, match="has changed since the run 'tiny' was trained"):
        resumed_classifier(run)
    shutil.rmtree(places.cache_dir())
    with pytest.raises(ChangedTextError, match="as it is no longer in the cache"):
        resumed_classifier(run)
    (tmp_path / "texts.tsv").unlink()
    with pytest.raises(CorpusError, match="can't be found again"):
        resumed_classifier(run)


def test_a_resume_goes_on_with_the_old_texts_where_that_is_allowed(tmp_path: Path) -> None:
    whole, broken = (classify_run(tmp_path / name) for name in ("whole", "broken"))
    classified(whole)
    classified(broken, Script({1: [Stop()]}))
    tiny_labelled(tmp_path / "broken" / "texts.tsv", 44)
    parent = broken.folder.path.parent
    again = resume_classify_run(parent, broken.folder.name, {}, None, allow_old_text)
    classified(again)
    assert_same_classifier(whole.folder, again.folder)


def test_texts_that_are_gone_but_kept_still_train(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    classified(run, Script({1: [Stop()]}))
    (tmp_path / "texts.tsv").unlink()
    assert only(Finished, classified(resumed_classifier(run)))


def test_texts_that_have_changed_are_measured_as_they_were_only_where_allowed(
    tmp_path: Path,
) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    before = score_labelled(best_of(run), None).as_json()
    tiny_labelled(tmp_path / "texts.tsv", 44)
    with pytest.raises(ChangedTextError, match="has changed since the network was trained"):
        score_labelled(best_of(run), None)
    assert score_labelled(best_of(run), None, allow_old_text).as_json() == before
    measured = measure_classifier(run.folder.best)
    assert [score.part for score in measured] == ["held out, texts as they were"]


def test_a_text_that_is_no_table_any_more_has_changed(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    (tmp_path / "texts.tsv").write_text("")
    with pytest.raises(ChangedTextError, match="rnntui classify train /"):
        score_labelled(best_of(run), None)


def test_a_class_that_was_never_learned_can_not_be_measured(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    other = tiny_labelled(tmp_path / "other.tsv", 12, ("bad", "good", "odd"))
    with pytest.raises(CorpusError, match="odd"):
        score_labelled(best_of(run), LabelledSource(str(other)))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"padding": "front"}, "--max-length"),
        ({"pooling": "sum"}, "--pooling sum is not known"),
        ({"vocab_size": -1}, "--vocab-size must lie between"),
        ({"epochs": 0}, "exactly one of --epochs, --steps and --minutes"),
    ],
)
def test_settings_that_make_no_sense_get_a_sentence(
    settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        classify_config(**settings)


def test_nothing_is_left_of_a_run_whose_network_does_not_suit_its_classes(tmp_path: Path) -> None:
    corpus = tiny_labelled(tmp_path / "three.tsv", 30, ("bad", "good", "odd"))
    with pytest.raises(ConfigError, match="--head sigmoid"):
        classify_run(tmp_path, corpus, head="sigmoid")
    assert not (tmp_path / "runs").exists()


def test_a_name_that_is_taken_is_refused_before_any_text_is_read(tmp_path: Path) -> None:
    run = classify_run(tmp_path)
    with pytest.raises(CheckpointError, match="There is a run called 'tiny' already"):
        new_classify_run(run.folder.path.parent, LabelledSource("gone"), run.config, "tiny")


def test_the_recipes_of_classifiers_are_whole() -> None:
    found = [file.name for file in list_recipe_files() if file.kind == "classify"]
    assert found == ["imdb-embedding", "imdb-onehot", "imdb-rnn", "reviews"]
    onehot, embedding = (find_classify_recipe(name).config for name in found[1::-1])
    changes = {"input_encoding": "embedding", "embedding_size": 16}
    assert onehot.replaced(changes) == embedding
    assert find_classify_recipe(DEFAULT).corpus == "reviews"


def test_the_record_holds_the_events_and_no_more(tmp_path: Path) -> None:
    run = classify_run(tmp_path, tiny_tested(tmp_path / "corpus"))
    told = [to_json(event) for event in classify_events(run)]
    assert run.folder.metrics.read_text().splitlines() == told
    assert all(json.loads(line)["event"] for line in told)
