"""`--log tensorboard` as TensorBoard's own reader reads it."""

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata as hparams

from rnntui.tasks.characters.gate_histograms import CHARACTERS
from rnntui.tasks.characters.opening import events_of
from rnntui.tasks.characters.run import Run
from rnntui.training.events import Evaluated, Sampled, Step, TrainEvent
from rnntui.training.loggers.logger import NamedLogger
from rnntui.training.loggers.scalars import Scalars
from rnntui.training.loggers.tensorboard import TensorBoardLogger
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.factories import left_after, only, resumed, tiny_run

EVERYTHING = {"scalars": 0, "tensors": 0, "histograms": 0}


def logging(run: Run) -> list[TrainEvent]:
    return list(events_of(run, loggers=every_step()))


def every_step() -> list[NamedLogger]:
    return [NamedLogger("tensorboard", TensorBoardLogger(step_seconds=0.0))]


def read(folder: RunFolder) -> EventAccumulator:
    found = EventAccumulator(str(folder.logs / "tensorboard"), EVERYTHING)
    found.Reload()
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An LSTM of 12 steps, evaluated every 4, that was logged."""
    run = tiny_run(tmp_path_factory.mktemp("logged"), cell="lstm", learning_rate=0.01)
    logging(run)
    return run


@pytest.mark.parametrize("name", ["loss", "learning_rate", "grad_norm", "chars_per_second"])
def test_each_step_is_a_point_of_its_curves(name: str, run: Run):
    points = read(run.folder).Scalars(name)
    steps = only(Step, list(read_events(run.folder)))
    assert [point.step for point in points] == [step.step for step in steps]
    assert [point.value for point in points] == pytest.approx([getattr(s, name) for s in steps])


def test_no_curve_has_two_points_at_a_step(run: Run):
    found = read(run.folder)
    for tag in found.Tags()["scalars"]:
        steps = [point.step for point in found.Scalars(tag)]
        assert len(set(steps)) == len(steps), tag


@pytest.mark.parametrize("name", ["val_loss", "bits_per_char", "perplexity", "train_loss"])
def test_evaluations_are_curves(name: str, run: Run):
    evaluated = only(Evaluated, list(read_events(run.folder)))
    points = read(run.folder).Scalars(name)
    by_step = {one.step: getattr(one, name) for one in reversed(evaluated)}
    assert [point.step for point in points] == [4, 8, 12]
    assert [point.value for point in points] == pytest.approx([by_step[s] for s in (4, 8, 12)])


def test_relative_time_is_the_time_of_the_training(run: Run):
    points = read(run.folder).Scalars("loss")
    steps = only(Step, list(read_events(run.folder)))
    between = points[-1].wall_time - points[0].wall_time
    assert between == pytest.approx(steps[-1].elapsed_s - steps[0].elapsed_s, abs=1e-3)


def test_the_settings_are_hyperparameters(run: Run):
    found = read(run.folder)
    start = found.SummaryMetadata(hparams.SESSION_START_INFO_TAG).plugin_data.content
    values = hparams.parse_session_start_info_plugin_data(start).hparams
    assert values["cell"].string_value == "lstm"
    assert values["hidden_size"].number_value == run.config.hidden_size
    end = found.SummaryMetadata(hparams.SESSION_END_INFO_TAG).plugin_data.content
    assert hparams.parse_session_end_info_plugin_data(end).status == 1  # STATUS_SUCCESS


def test_samples_are_text_that_is_shown_and_not_obeyed(tmp_path: Path):
    run = tiny_run(tmp_path, text="# <b>*a*</b>\n" * 90, prime="# <b>\n", sample_length=40)
    logging(run)
    samples = only(Sampled, list(read_events(run.folder)))
    texts = [one.tensor_proto.string_val[0].decode() for one in read(run.folder).Tensors("sample")]
    assert texts == [
        "".join(f"    {line}\n" for line in (one.prime + one.text).split("\n")) for one in samples
    ]


def test_gates_are_histograms_at_each_evaluation(run: Run):
    found = read(run.folder)
    gates = [f"gates/layer 1/{gate}" for gate in ("input", "forget", "cell", "output")]
    assert found.Tags()["histograms"] == gates
    for gate in gates:
        histograms = found.Histograms(gate)
        assert [one.step for one in histograms] == [4, 8, 12]
        read_characters = min(CHARACTERS, len(run.parts[1]))
        for one in histograms:
            value = one.histogram_value
            assert value.num == sum(value.bucket) == read_characters * run.config.hidden_size
            assert value.min < value.max <= 1


def test_after_a_kill_and_a_resume_no_point_is_doubled_or_lacking(run: Run, tmp_path: Path):
    stopped = tiny_run(tmp_path, cell="lstm", learning_rate=0.01, save_every=0.0)
    # The step after the save at step 6 is logged, and so lies behind the checkpoint.
    steps = events_of(stopped, loggers=every_step())
    left_after(steps, 25)
    before = read(stopped.folder).Scalars("loss")[-1].step
    events = logging(resumed(stopped))
    assert 0 < events[0].step <= before < 12
    one, other = read(run.folder), read(stopped.folder)
    for tag in ("loss", "val_loss", "grad_norm"):
        assert [point.step for point in other.Scalars(tag)] == [p.step for p in one.Scalars(tag)]
        assert [point.value for point in other.Scalars(tag)] == [p.value for p in one.Scalars(tag)]
    gate = "gates/layer 1/forget"
    assert [h.histogram_value for h in one.Histograms(gate)] == [
        h.histogram_value for h in other.Histograms(gate)
    ]
    assert len(other.Tensors("sample")) == len(one.Tensors("sample"))


def test_logging_may_begin_with_a_resume(tmp_path: Path):
    run = tiny_run(tmp_path, save_every=0.0)
    left_after(events_of(run), 15)
    logging(resumed(run))
    assert [point.step for point in read(run.folder).Scalars("loss")] == list(range(1, 13))


def test_steps_in_quick_succession_are_thinned_out():
    scalars = Scalars(0.25)
    steps = [Step(n, n / 10, 0.0, 1.0, 0.1, 1.0, 1.0) for n in range(1, 11)]
    assert [step.step for step in steps if scalars.of(step)] == [1, 4, 7, 10]
