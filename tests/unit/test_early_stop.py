"""A training that patience ended says why, and what was best: on a terminal, and in its record."""

from pathlib import Path

import pytest

from rnntui.cli.output.progress import sentence
from rnntui.tasks.characters import learners
from rnntui.training.commands import Stop
from rnntui.training.events import Evaluated, Finished, Resumed, Started, from_json
from rnntui.tui.training.sentences import end_sentence
from tests.classify_factories import classified, classify_run
from tests.factories import ReadyFrom, Script, only, resumed, tiny_run, trained


def test_the_last_event_says_what_was_best_and_how_long_nothing_was_better(tmp_path: Path) -> None:
    # A rate this high makes it worse from some evaluation on.
    run = tiny_run(tmp_path, steps=400, eval_every=2, patience=3, optimizer="sgd", learning_rate=9)
    events = trained(run)
    end, judged = only(Finished, events)[0], only(Evaluated, events)
    best = judged[-1]  # measured once more, in full
    assert best.best
    assert best.full
    assert end.reason == "patience"
    assert end.step < 400
    assert (end.best_loss, end.best_step, end.stale) == (best.val_loss, best.step, 3)
    told = f"no better loss in 3 evaluations, the best was {best.val_loss:.4f} at step {best.step}"
    assert sentence(end).startswith(f"Stopped early at step {end.step} after ")
    assert sentence(end).endswith(f": {told}.")
    assert end_sentence(end, "") == f"Stopped early at step {end.step}: {told}."


def test_a_classifier_says_so_too(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=50, patience=1, learning_rate=5.0)
    end = only(Finished, classified(run))[0]
    assert end.reason == "patience"
    assert "no better loss in 1 evaluation, the best was" in sentence(end)


@pytest.mark.parametrize("stop", [True, False])
def test_other_ends_have_nothing_to_explain(tmp_path: Path, stop: bool) -> None:
    end = trained(tiny_run(tmp_path), Script({5: [Stop()]} if stop else {}))[-1]
    assert isinstance(end, Finished)
    assert sentence(end).endswith(" s.")


def test_an_end_of_an_older_record_has_less_to_say() -> None:
    end = from_json('{"event": "finished", "step": 9, "elapsed_s": 1.5, "reason": "patience"}')
    assert sentence(end) == "Stopped early at step 9 after 1.5 s: the loss stopped improving."


def test_an_engine_that_is_being_compiled_is_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learners, "preparation", lambda: ReadyFrom(5))
    run = tiny_run(tmp_path, engine="auto")
    events = trained(run, Script({8: [Stop()]}))
    assert only(Started, events)[0].engine_to_come == "compiled"
    # It took over before the stop, and a resume begins with it.
    assert only(Resumed, trained(resumed(run)))[0].engine_to_come == ""
    assert only(Started, trained(tiny_run(tmp_path / "torch")))[0].engine_to_come == ""
