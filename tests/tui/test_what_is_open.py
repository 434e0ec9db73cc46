"""Settings and status describe the network that is open."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from rnntui import places
from rnntui.runtime.classifier_session import NewClassifier, ResumedClassifier
from rnntui.tasks.characters.checkpoint import read_header
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.training.runs.folder import BEST, LAST
from rnntui.tui.training.status import TrainingStatus
from tests.run_files import record, run_on_disk
from tests.tui.scripted import ScriptedTraining, scripted_app
from tests.tui.scripted_classifying import ScriptedClassifier, save_scripted
from tests.tui.test_classify import classifying
from tests.tui.test_playground import SIZE, estimate
from tests.tui.waiting import until


def row(pilot: Pilot[int], name: str) -> str:
    """What a row of the form says; empty where it is not shown."""
    field = pilot.app.screen.query_one(f"#{name}")
    assert isinstance(field, Input | Select)
    assert field.parent is not None
    return str(field.value) if field.parent.display else ""


def status(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one(TrainingStatus).render())


async def test_a_checkpoint_without_a_run_brings_its_settings():
    app = scripted_app(checkpoint="tiny")
    header = read_header(places.shipped_checkpoints_dir() / "tiny" / BEST)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.pause()
        assert row(pilot, "num_layers") == str(header.config.num_layers)
        assert row(pilot, "hidden_size") == str(header.config.hidden_size)
        assert app.playground.setup.form.recipe.name == "tiny (checkpoint)"
        await until(pilot, lambda: "242,559" not in estimate(pilot))
        assert status(pilot) == f"trained to step {header.progress.step:,}"


async def test_at_the_very_start_the_form_is_that_of_a_new_run():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.pause()
        assert app.playground.setup.form.recipe.name == "default"
        assert app.playground.setup.corpus == "play"


async def test_a_run_that_rests_says_how_far_it_was_trained_and_that_t_continues():
    app = scripted_app(ScriptedTraining())
    async with app.run_test(size=SIZE) as pilot:
        run_on_disk(places.checkpoints_dir(), "mine", record(30))
        app.open_checkpoint(places.checkpoints_dir() / "mine" / LAST)
        await until(pilot, lambda: "t resumes" in status(pilot))
        assert status(pilot).startswith("trained to step 30 · t resumes")
        app.playground.controller.begin_new_run()
        await until(pilot, lambda: "t resumes" not in status(pilot))


async def test_a_run_with_windows_shows_them_and_no_sequence_length():
    app = scripted_app(ScriptedTraining())
    async with app.run_test(size=SIZE) as pilot:
        assert (row(pilot, "seq_length"), row(pilot, "window")) == ("64", "")
        run_on_disk(places.checkpoints_dir(), "mine", record(30), window=10)
        app.open_checkpoint(places.checkpoints_dir() / "mine" / LAST)
        await pilot.pause()
        assert (row(pilot, "seq_length"), row(pilot, "window")) == ("", "10")
        # And its budget, where that is a number of steps.
        assert row(pilot, "steps") == "100"
        assert app.playground.setup.form.config is not None


async def test_an_opened_classifier_brings_its_texts_and_settings(tmp_path: Path):
    training = ScriptedClassifier(tmp_path)
    async with classifying(training) as (pilot, screen):
        path = save_scripted(tmp_path / "reviews-rnn-7" / BEST)
        screen.open(path)
        await until(pilot, lambda: screen.session.classifier is not None)
        await pilot.pause()
        assert row(pilot, "cell") == "rnn"
        assert row(pilot, "hidden_size") == "1"
        assert screen.setup.source.reference == "reviews"
        await until(pilot, lambda: status(pilot).startswith("trained to step 120"))


async def test_an_opened_classifier_brings_how_its_table_was_read(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (_, screen):
        checkpoint = load_classifier(save_scripted(tmp_path / "sms" / BEST))
        table = LabelledSource("sms.tsv", "2", "1", no_header=True, skip_bad=True)
        note = replace(checkpoint.header.corpus, **asdict(table))
        screen.setup.show_classifier("sms", replace(checkpoint.header, corpus=note))
        assert screen.setup.source == table


@pytest.mark.parametrize("texts", ["sms.tsv", "films"])
async def test_an_opened_classifier_brings_the_encoding_of_its_texts(tmp_path: Path, texts: str):
    async with classifying(ScriptedClassifier(tmp_path)) as (_, screen):
        checkpoint = load_classifier(save_scripted(tmp_path / "sms" / BEST))
        source = LabelledSource(texts, text_encoding="cp1252")
        note = replace(checkpoint.header.corpus, **asdict(source))
        screen.setup.show_classifier("sms", replace(checkpoint.header, corpus=note))
        assert screen.setup.source == source
        screen.query_one("#reference", Input).value = "other.tsv"
        assert screen.setup.source.text_encoding == ""


async def test_a_classifier_is_gone_on_with_only_while_the_form_is_its_own(tmp_path: Path):
    training = ScriptedClassifier(tmp_path)
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.session.phase == "training")
        await pilot.press("k")
        await until(pilot, lambda: screen.session.phase == "stopped")
        await until(pilot, lambda: not screen.session.is_training)
        screen.query_one("#hidden_size", Input).value = "5"
        await until(pilot, lambda: screen.controller.run_to_resume is None)
        screen.query_one("#hidden_size", Input).value = str(
            screen.setup.form.recipe.config.hidden_size
        )
        await until(pilot, lambda: screen.controller.run_to_resume == "reviews-gru-1")
        await pilot.press("t")
        await until(pilot, lambda: len(training.requests) == 2)
        assert isinstance(training.requests[0], NewClassifier)
        assert isinstance(training.requests[1], ResumedClassifier)
