"""How a training is shown: JSON lines, plain lines, a display."""

import json
import re

import pytest
from rich.console import Console

from rnntui.cli.output.progress import (
    PLAIN_STEP_SECONDS,
    JsonLines,
    PlainLines,
    ProgressDisplay,
    reader_for,
    sentence,
)
from rnntui.cli.output.training_line import TrainingLine
from rnntui.training.events import (
    KINDS,
    Changed,
    Continued,
    Evaluated,
    Failed,
    Finished,
    Paused,
    Resumed,
    RolledBack,
    Sampled,
    Saved,
    Started,
    Step,
    Switched,
    Tested,
    TrainEvent,
    Warned,
    from_json,
)
from rnntui.training.time_left import TimeLeft
from tests.command_line import Written

ABOUT = {
    "run": "tiny",
    "corpus": "play",
    "parameters": 12_345,
    "vocab_size": 65,
    "train_chars": 90_000,
    "val_chars": 10_000,
    "eval_chars": 5_000,
    "batches_per_epoch": 40,
    "device": "cpu",
}


def started(total_steps: int = 80, **other: int | str) -> Started:
    """The beginning of a training."""
    return Started(0, 0.0, total_steps=total_steps, **{**ABOUT, **other})  # type: ignore[arg-type]


def resumed(step: int) -> Resumed:
    """The beginning of a training that goes on."""
    return Resumed(step, 9.0, total_steps=80, **ABOUT)  # type: ignore[arg-type]


def step(number: int, elapsed_s: float, loss: float = 2.5) -> Step:
    """An optimiser step."""
    return Step(number, elapsed_s, number / 40, loss, 0.002, 1.5, 12_345.6)


STORY: list[TrainEvent] = [
    started(),
    Warned(0, 0.0, "The text is short."),
    Saved(0, 0.0, "/runs/tiny/last.safetensors"),
    step(1, 0.1, 4.17),
    step(2, 0.2),
    step(3, PLAIN_STEP_SECONDS),
    step(4, PLAIN_STEP_SECONDS + 0.1, 2.25),
    Evaluated(4, 5.2, 2.5, 2.25, 3.246, 9.49, None, best=True, full=False),
    Sampled(4, 5.3, "The ", "cat\x1b[2J sat.\nA\then"),
    Changed(4, 5.4, "learning_rate", 0.002, 0.0005),
    RolledBack(4, 5.5, 2),
    Paused(4, 5.5),
    Continued(4, 5.5),
    Evaluated(80, 9.5, 2.0, None, 2.885, 7.39, None, best=False, full=True),
    Finished(80, 9.54, "budget"),
]

PLAIN = """\
Training 'tiny' on play: 12,345 parameters, 65 symbols, 90,000 characters, 10,000 held out, cpu.
The text is short.
step 1  epoch 0.03  loss 4.1700  12,346 characters/s
step 4  epoch 0.10  loss 2.2500  12,346 characters/s
step 4  train loss 2.5000  val loss 2.2500  3.246 bits per character  best
sample at step 4: The cat␛[2J sat.
A⇥   hen
learning_rate is 0.0005 from step 4 on
back to the weights of step 2
step 80  train loss 2.0000  2.885 bits per character  in full
Done at step 80 after 9.5 s.
"""


def test_plain_lines_tell_what_matters_and_now_and_then_a_step() -> None:
    pipe = Written()
    reader = PlainLines(pipe)
    for event in STORY:
        reader.read(event)
    assert pipe.text == PLAIN


def test_plain_lines_of_a_classifier_count_texts_and_tell_accuracies() -> None:
    pipe = Written()
    reader = PlainLines(pipe)
    for event in (
        started(unit="texts", vocab_size=20_000),
        step(1, 0.1, 0.6931),
        Evaluated(40, 5.2, 0.6, 0.5, 0.721, 1.65, 0.81, best=True, full=True, train_accuracy=0.7),
        Evaluated(80, 9.2, 0.4, None, 0.577, 1.49, None, best=False, full=True),
        Tested(40, 9.5, loss=0.5, accuracy=0.8, texts=1_234, classes=("a", "b"), confusion=()),
    ):
        reader.read(event)
    assert pipe.text == (
        "Training 'tiny' on play: 12,345 parameters, 20,000 ids, 90,000 texts, 10,000 held out,"
        " cpu.\n"
        "step 1  epoch 0.03  loss 0.6931  12,346 texts/s\n"
        "step 40  train loss 0.6000  accuracy 0.7000  val loss 0.5000  val accuracy 0.8100  best\n"
        "step 80  train loss 0.4000\n"
        "test of the network of step 40: 1,234 texts, loss 0.5000, accuracy 0.8000\n"
    )


def test_json_lines_are_the_events() -> None:
    pipe = Written()
    reader = JsonLines(pipe)
    for event in STORY:
        reader.read(event)
    assert [from_json(line) for line in pipe.text.splitlines()] == STORY


def test_json_is_one_line_an_event_and_ascii() -> None:
    pipe = Written()
    JsonLines(pipe).read(Sampled(1, 0.5, "가", "\n\u2028\ud800\x1b"))
    assert pipe.text.isascii()
    assert pipe.text.count("\n") == 1
    assert json.loads(pipe.text)["text"] == "\n\u2028\ud800\x1b"


@pytest.mark.parametrize(
    ("terminal", "as_json", "kind"),
    [
        (False, False, PlainLines),
        (False, True, JsonLines),
        (True, False, ProgressDisplay),
        (True, True, JsonLines),
    ],
)
def test_the_reader_suits_the_output(terminal: bool, as_json: bool, kind: type) -> None:
    with reader_for(Written(terminal=terminal), as_json) as reader:
        assert isinstance(reader, kind)


# Sentences.


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            resumed(40),
            "Resuming at step 40: 'tiny' on play: 12,345 parameters, 65 symbols,"
            " 90,000 characters, 10,000 held out, cpu.",
        ),
        (
            started(val_chars=0),
            "Training 'tiny' on play: 12,345 parameters, 65 symbols, 90,000 characters, cpu.",
        ),
        (
            Finished(9, 1.25, "patience"),
            "Stopped early at step 9 after 1.2 s: the loss stopped improving.",
        ),
        (Finished(9, 1.25, "stopped"), "Stopped and saved at step 9 after 1.2 s."),
        (Failed(9, 1.0, "The loss is no number."), "The loss is no number."),
        (Switched(9, 1.0, "compiled"), "computed by the compiled engine from step 9 on"),
        (Changed(20, 1.0, "steps", 0, 5000), "steps is 5000 from step 20 on"),
        (Changed(20, 1.0, "steps", 0, 12_345_678), "steps is 12345678 from step 20 on"),
        (Changed(9, 1.0, "learning_rate", 1e-3, 2.5e-5), "learning_rate is 2.5e-05 from step 9 on"),
    ],
)
def test_events_are_said_in_words(event: TrainEvent, expected: str) -> None:
    assert sentence(event) == expected


@pytest.mark.parametrize("event", [step(1, 0.1), Saved(1, 0.1, "x"), Paused(1, 0.1)])
def test_figures_and_what_is_on_its_way_are_no_sentences(event: TrainEvent) -> None:
    assert sentence(event) == ""


def test_every_kind_of_event_has_a_plain_line_or_none() -> None:
    told = {type(event) for event in STORY} | {Resumed, Failed, Switched, Tested}
    assert told == set(KINDS.values())


# The display.


def shown(*events: TrainEvent) -> str:
    """What the display has written at the end, without its colours."""
    terminal = Written(terminal=True)
    with reader_for(terminal, as_json=False) as reader:
        for event in events:
            reader.read(event)
    return re.sub(r"\x1b\[[0-9;]*m", "", terminal.text)


def last_bar(written: str) -> str:
    """The bar as it was left."""
    return [line for line in written.splitlines() if "eta" in line][-1]


def test_the_display_ends_with_the_last_step_and_shows_the_cursor_again() -> None:
    written = shown(*STORY)
    last = last_bar(written)
    assert "step 4/80 " in last
    assert "epoch 0.10" in last
    assert "val 2.250" in last
    assert "0:05" in last
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l") >= 0


def test_messages_stand_above_the_bar_with_nothing_to_obey_in_them() -> None:
    written = shown(*STORY)
    for line in (
        "Training 'tiny' on play: 12,345 parameters",
        "The text is short.",
        "The cat␛[2J sat.",
        "learning_rate is 0.0005 from step 4 on",
        "back to the weights of step 2",
        "Done at step 80 after 9.5 s.",
    ):
        assert line in written
    assert "\x1b[2J" not in written


def test_markup_in_a_sample_is_text() -> None:
    assert "[bold]a[/bold] [/]" in shown(Sampled(1, 0.1, "[bold]", "a[/bold] [/]"))


def test_the_loss_shown_is_an_average_that_begins_with_the_first() -> None:
    assert "loss 4.000" in shown(started(), step(1, 0.1, 4.0))
    assert "loss 3.950" in shown(started(), step(1, 0.1, 4.0), step(2, 0.2, 3.0))


def test_an_unknown_number_of_steps_has_no_time_left() -> None:
    written = shown(started(total_steps=0), step(1, 0.1), step(2, 0.2))
    assert last_bar(written).rstrip().endswith("eta -:--")


def test_a_number_of_steps_that_becomes_known_is_taken() -> None:
    written = shown(
        started(total_steps=0), step(1, 0.1), Changed(1, 0.1, "steps", 0, 2), step(2, 0.2)
    )
    assert "step 2/2  epoch" in last_bar(written)
    assert "eta 0:00" in last_bar(written)


def test_the_last_evaluation_is_seen_though_no_step_follows_it() -> None:
    measured = Evaluated(1, 0.2, 2.0, 1.75, 2.5, 5.7, None, best=True, full=True)
    assert "val 1.750" in last_bar(shown(started(), step(1, 0.1), measured))
    assert "val" not in last_bar(shown(started(), step(1, 0.1)))


def test_a_display_without_a_step_is_left_well() -> None:
    assert "Training 'tiny'" in shown(started())
    assert "The loss is no number." in shown(started(), Failed(0, 0.0, "The loss is no number."))


def test_a_resumed_training_is_shown_from_its_step_on() -> None:
    assert "step 40/80  eta -:--" in last_bar(shown(resumed(40)))
    assert "step 41/80 " in last_bar(shown(resumed(40), step(41, 9.1)))


def long_line(width: int) -> str:
    """The line of a run of many steps that has gone on for five seconds, in so many cells."""
    line = TrainingLine()
    line.total_steps, line.loss, line.val_loss = 100_000, 1.234, 1.3
    for number in range(5001):
        line.step = Step(number, number / 1000, number / 446, 1.2, 0.002, 1.0, 123_456.0)
        line.time_left.add(number, number / 1000)
    console = Console(width=width, file=Written(), color_system=None)
    with console.capture() as capture:
        console.print(line)
    (only,) = capture.get().splitlines()
    return only.rstrip()


def test_step_and_time_left_are_whole_in_every_width_and_bar_and_speed_give_way_first() -> None:
    for width in range(20, 160):
        line = long_line(width)
        assert line.startswith("step 5,000")
        assert "eta 1:35" in line
        assert len(line) <= width
    assert long_line(42) == "step 5,000/100,000  loss 1.234  eta 1:35"
    assert long_line(80) == (
        "step 5,000/100,000  epoch 11.21  loss 1.234  val 1.300  0:05  eta 1:35"
    )
    assert "  123,456 char/s  0:05  eta 1:35  ━" in long_line(120)


def test_the_time_left_waits_for_an_engine_that_is_being_compiled_but_not_for_ever() -> None:
    left = TimeLeft()
    left.begin(10.0, "compiled")
    for number in range(1, 200):
        left.add(number, 10.0 + number)
        assert (left.seconds(1000) is None) == (number < 180)
    left.begin(10.0, "compiled")
    left.forget()  # it has taken over
    for number in range(1, 6):
        left.add(number, 12.0 + number)
    assert left.seconds(105) == pytest.approx(100)


def test_a_classifier_learns_texts() -> None:
    line = [
        text for text in shown(started(unit="texts"), step(1, 0.1)).splitlines() if "eta" in text
    ]
    assert "12,346 texts/s" in line[-1]


def test_the_time_left_is_not_told_before_the_speed_is_known_nor_after_another_engine() -> None:
    left = TimeLeft()
    for number in range(1, 31):
        left.add(number, 60 + number / 10)  # the first one set things up for a minute
        assert (left.seconds(100) is None) == (number <= 30)
    left.add(32, 63.2)
    assert left.seconds(100) == pytest.approx(6.8)
    left.forget()
    left.add(33, 63.3)
    assert left.seconds(100) is None
    assert left.seconds(33) == 0
