"""What a training tells: which events, in which order, and what stands in them."""

import math
import statistics
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.evaluation import evaluate
from rnntui.tasks.characters.learners import learner_for
from rnntui.tasks.characters.model_loading import model_of
from rnntui.tasks.characters.run import Run
from rnntui.training.events import Evaluated, Finished, Sampled, Saved, Started, Step, Warned
from rnntui.training.loop import train
from rnntui.training.runs.record import read_events
from tests.factories import (
    TINY_TEXT,
    Shelf,
    killed_after,
    names,
    only,
    story,
    tiny_run,
    trained,
)

NEW_BEST = ["Evaluated", "Sampled", "Saved", "Saved"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of twelve steps that gets better all the time, not yet trained."""
    return tiny_run(tmp_path_factory.mktemp("runs"), prime="the ")


@pytest.fixture(scope="module")
def events(run: Run) -> list[object]:
    """All events of that run."""
    return list(trained(run))


def test_a_tiny_run_tells_its_whole_story_in_order(events: list[object]) -> None:
    assert [type(event).__name__ for event in events] == [
        *("Started", "Saved"),
        *(["Step"] * 4 + NEW_BEST) * 2,
        *["Step"] * 4,
        # The prefix that is measured in mid-run, then all that is held out.
        *("Evaluated", "Evaluated", "Sampled", "Saved", "Saved", "Finished"),
    ]


def test_the_start_says_what_is_trained_on_what(run: Run, events: list[object]) -> None:
    vocabulary = len(set(TINY_TEXT))
    weights = vocabulary * 3 + 5 * 3 + 5 * 5 + 5 + vocabulary * 5 + vocabulary
    assert events[0] == Started(
        step=0,
        elapsed_s=0.0 if not isinstance(events[0], Started) else events[0].elapsed_s,
        run="tiny",
        corpus="tiny",
        parameters=weights,
        vocab_size=vocabulary,
        train_chars=1006,
        val_chars=112,
        eval_chars=9,
        batches_per_epoch=1006 // 21,
        total_steps=12,
        device="cpu",
    )


def test_steps_are_numbered_and_their_time_goes_on(run: Run) -> None:
    steps = only(Step, list(read_events(run.folder)))
    assert [step.step for step in steps] == list(range(1, 13))
    assert [step.epoch for step in steps] == [number / 47 for number in range(1, 13)]
    assert all(step.chars_per_second > 0 and step.grad_norm > 0 for step in steps)
    assert all(step.learning_rate == 2e-3 for step in steps)
    assert all(one.elapsed_s <= other.elapsed_s for one, other in pairwise(steps))


def test_a_network_that_knows_nothing_is_as_good_as_chance(run: Run) -> None:
    first = only(Step, list(read_events(run.folder)))[0]
    assert first.loss == pytest.approx(math.log(len(set(TINY_TEXT))), rel=0.15)


def test_an_evaluation_has_the_mean_of_the_steps_since_the_one_before(run: Run) -> None:
    recorded = list(read_events(run.folder))
    losses = [step.loss for step in only(Step, recorded)]
    evaluations = only(Evaluated, recorded)
    means = [statistics.fmean(losses[first : first + 4]) for first in (0, 4, 8)]
    assert [event.train_loss for event in evaluations[:3]] == pytest.approx(means)
    assert evaluations[3].train_loss == evaluations[2].train_loss


def test_an_evaluation_says_its_loss_in_bits_and_choices_too(run: Run) -> None:
    for event in only(Evaluated, list(read_events(run.folder))):
        assert event.val_loss is not None
        assert event.bits_per_char == pytest.approx(event.val_loss / math.log(2))
        assert event.perplexity == pytest.approx(math.exp(event.val_loss))
        assert event.accuracy is None
        assert event.best


def test_the_best_checkpoint_has_the_loss_that_was_recorded(run: Run) -> None:
    best = load_checkpoint(run.folder.best)
    measure = evaluate(model_of(best), run.parts[1][: run.eval_chars])
    assert best.header.progress.best_loss == measure.loss
    assert best.header.progress.best_step == best.header.progress.step == 12


def test_the_end_is_measured_on_all_that_was_held_out(run: Run) -> None:
    evaluations = only(Evaluated, list(read_events(run.folder)))
    assert [event.full for event in evaluations] == [False, False, False, True]
    last = model_of(load_checkpoint(run.folder.last))
    assert evaluations[-1].val_loss == evaluate(last, run.parts[1]).loss


def test_every_line_of_the_record_is_an_event_that_was_told(run: Run, events: list[object]) -> None:
    assert list(read_events(run.folder)) == events


def test_saved_files_are_where_the_events_say(run: Run) -> None:
    paths = [event.path for event in only(Saved, list(read_events(run.folder)))]
    last, best = str(run.folder.last), str(run.folder.best)
    assert paths == [last, *[best, last] * 3]


def test_a_checkpoint_is_there_before_the_first_step(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    killed_after(run, 2)
    checkpoint = load_checkpoint(run.folder.last)
    assert checkpoint.header.progress.step == 0
    assert checkpoint.header.progress.events == 2
    assert not run.folder.best.exists()


@pytest.mark.usefixtures("events")
def test_a_checkpoint_knows_all_about_its_run(run: Run) -> None:
    header = load_checkpoint(run.folder.last).header
    assert header.run == "tiny"
    assert header.config == run.config
    assert header.vocabulary == run.corpus.vocabulary
    assert header.corpus.content_hash == run.corpus.content_hash
    assert header.progress.step == header.progress.total_steps == 12
    assert header.progress.epoch == 0
    assert header.progress.batch == 12


def test_an_evaluation_that_is_no_better_is_no_new_best(tmp_path: Path) -> None:
    events = trained(tiny_run(tmp_path, learning_rate=3.0, steps=20, eval_every=2))
    evaluations = [event for event in only(Evaluated, events) if not event.full]
    best = math.inf
    for event in evaluations:
        assert event.val_loss is not None
        assert event.best == (event.val_loss < best)
        best = min(best, event.val_loss)
    assert not all(event.best for event in evaluations)


def test_the_best_network_is_measured_in_full_beside_a_worse_last_one(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=3.0, steps=20, eval_every=2)
    last, best = [event for event in only(Evaluated, trained(run)) if event.full]
    held_out = run.parts[1]
    assert not last.best
    assert last.val_loss == evaluate(model_of(load_checkpoint(run.folder.last)), held_out).loss
    assert best.best
    assert best.val_loss == evaluate(model_of(load_checkpoint(run.folder.best)), held_out).loss


def test_without_a_held_out_part_the_best_is_the_lowest_mean_of_an_epoch(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, val_fraction=0.0, batch_size=20, epochs=4, learning_rate=0.5)
    events = trained(run)
    per_epoch = run.batches.batches_per_epoch
    losses = [step.loss for step in only(Step, events)]
    means = [
        statistics.fmean(losses[first : first + per_epoch])
        for first in range(0, 4 * per_epoch, per_epoch)
    ]
    evaluations = only(Evaluated, events)
    assert [event.step for event in evaluations] == [per_epoch * epoch for epoch in (1, 2, 3, 4)]
    assert all(event.val_loss is None for event in evaluations)
    assert [event.train_loss for event in evaluations] == pytest.approx(means)
    assert [event.bits_per_char for event in evaluations] == pytest.approx(
        [mean / math.log(2) for mean in means]
    )
    progress = load_checkpoint(run.folder.best).header.progress
    assert progress.best_loss == pytest.approx(min(means))
    assert progress.best_step == per_epoch * (1 + means.index(min(means)))


def test_short_epochs_are_not_each_judged(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, val_fraction=0.0, batch_size=40, epochs=6)
    assert run.batches.batches_per_epoch == 3
    assert [event.step for event in only(Evaluated, trained(run))] == [6, 12, 18]


def test_less_than_an_epoch_without_a_held_out_part_is_measured_once(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, val_fraction=0.0)
    events = trained(run)
    (evaluated,) = only(Evaluated, events)
    assert evaluated.step == 12
    assert evaluated.train_loss == pytest.approx(
        statistics.fmean(step.loss for step in only(Step, events))
    )
    assert load_checkpoint(run.folder.best).header.progress.step == 12


@pytest.mark.parametrize(("eval_every", "steps"), [(1, [1, 2, 3]), (2, [2, 3]), (5, [3])])
def test_evaluations_come_at_their_cadence_and_at_the_end(
    tmp_path: Path, eval_every: int, steps: list[int]
) -> None:
    events = trained(tiny_run(tmp_path, steps=3, eval_every=eval_every))
    assert [event.step for event in only(Evaluated, events) if not event.full] == steps


def test_epochs_are_counted_in_steps(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, epochs=2, batch_size=20, seq_length=20)
    steps = only(Step, trained(run))
    assert run.batches.batches_per_epoch == 2
    assert [step.epoch for step in steps] == [0.5, 1.0, 1.5, 2.0]


def test_samples_come_with_each_evaluation_or_at_their_own_cadence(tmp_path: Path) -> None:
    with_evaluations = trained(tiny_run(tmp_path / "a", steps=9))
    assert [event.step for event in only(Sampled, with_evaluations)] == [4, 8, 9]
    on_their_own = trained(tiny_run(tmp_path / "b", steps=9, sample_every=3))
    assert [event.step for event in only(Sampled, on_their_own)] == [3, 6, 9]
    by_epochs = trained(tiny_run(tmp_path / "c", epochs=3, batch_size=40, val_fraction=0.0))
    assert [event.step for event in only(Sampled, by_epochs)] == [6, 9]


def test_a_sample_is_what_the_saved_network_writes_for_its_step(run: Run) -> None:
    recorded = list(read_events(run.folder))
    last = load_checkpoint(run.folder.last)
    spec = SamplingSpec()
    stream = CharacterStream(
        lambda: last.for_sampling, last.header.vocabulary, lambda: spec, "the ", (1 << 32) ^ 12
    )
    assert only(Sampled, recorded)[-1].text == "".join(next(stream).symbol for _ in range(6))


def test_an_unknown_character_in_the_prime_is_replaced(tmp_path: Path) -> None:
    events = trained(tiny_run(tmp_path, prime="thé"))
    assert {event.prime for event in only(Sampled, events)} == {"the"}


@pytest.mark.parametrize("settings", [{"window": 5}, {"cell": "lstm"}, {"cell": "gru"}])
def test_samples_have_their_length_and_the_texts_characters(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    for event in only(Sampled, trained(tiny_run(tmp_path, **settings))):
        assert len(event.text) == 6
        assert set(event.text) <= set(TINY_TEXT)


def test_the_same_seed_tells_the_same_story_and_another_another(tmp_path: Path) -> None:
    one, same, other = (
        tiny_run(tmp_path / name, dropout=0.3, seed=seed)
        for name, seed in (("one", 5), ("same", 5), ("other", 6))
    )
    for run in (one, same, other):
        trained(run)
    assert story(one.folder) == story(same.folder)
    assert story(one.folder) != story(other.folder)


def test_training_leaves_torchs_own_generator_alone(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    trained(tiny_run(tmp_path, dropout=0.5))
    assert torch.equal(torch.get_rng_state(), before)


def test_weights_handed_out_stay_what_they_were(tmp_path: Path) -> None:
    run, shelf = tiny_run(tmp_path, save_every=0.0), Shelf()
    copies: dict[int, bytes] = {}
    for event in train(run, learner_for(run), outlet=shelf):
        if isinstance(event, Saved):
            saved = load_checkpoint(run.folder.last)
            copies[event.step] = saved.weights["head.weight"].tobytes()
    assert [weights.step for weights in shelf.copies] == [*range(13), 12]
    for weights in shelf.copies:
        assert weights.arrays["head.weight"].tobytes() == copies[weights.step]


def test_nothing_is_copied_for_nobody(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.wanted = lambda: False  # type: ignore[method-assign]
    run = tiny_run(tmp_path)
    list(train(run, learner_for(run), outlet=shelf))
    assert [weights.step for weights in shelf.copies] == [0, 12]


def test_notices_of_the_text_and_the_shape_are_told_at_the_start(tmp_path: Path) -> None:
    events = trained(tiny_run(tmp_path, text="abc" * 20, batch_size=50, seq_length=50))
    assert names(events)[:3] == ["Started", "Warned", "Warned"]
    too_short, shrunk = only(Warned, events)
    assert "too short to hold 10% out for validation" in too_short.sentence
    assert shrunk.sentence.endswith("training uses 1 of 50.")


def test_the_end_says_why(tmp_path: Path) -> None:
    assert only(Finished, trained(tiny_run(tmp_path)))[-1].reason == "budget"


def test_carried_state_makes_the_second_batch_another_one(tmp_path: Path) -> None:
    losses = {
        carry: [
            step.loss
            for step in only(
                Step,
                trained(
                    tiny_run(
                        tmp_path / carry, state_carry=carry, epochs=2, batch_size=20, seq_length=20
                    )
                ),
            )
        ]
        for carry in ("never", "epoch", "always")
    }
    never, epoch, always = (np.array(losses[carry]) for carry in ("never", "epoch", "always"))
    assert never[0] == epoch[0] == always[0]
    assert never[1] != epoch[1] == always[1]
    # The second epoch begins with the third step.
    assert epoch[2] != always[2]
