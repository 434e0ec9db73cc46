"""How `rnntui classify train` shows a training: as `rnntui train` does, in its own words."""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import TextIO

from rnntui.cli.progress import (
    PLAIN_STEP_SECONDS,
    EventReader,
    JsonLines,
    ProgressDisplay,
    sentence,
)
from rnntui.cli.terminal import write_line
from rnntui.text.cells import printable
from rnntui.training.events import (
    Evaluated,
    Resumed,
    Started,
    Step,
    Tested,
    TrainEvent,
)


def classify_reader_for(stream: TextIO, as_json: bool) -> AbstractContextManager[EventReader]:
    """The reader that suits: JSON if asked for, a display on a terminal, else plain lines."""
    if as_json:
        return nullcontext(JsonLines(stream))
    if stream.isatty():
        return ClassifyDisplay(stream)
    return nullcontext(ClassifyLines(stream))


class ClassifyLines:
    """A line for what matters, and now and then for a step."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._last_step_s = -math.inf

    def read(self, event: TrainEvent) -> None:
        """Write a line, or nothing."""
        if isinstance(event, Step):
            if event.elapsed_s - self._last_step_s < PLAIN_STEP_SECONDS:
                return
            self._last_step_s = event.elapsed_s
        if line := classify_sentence(event):
            write_line(printable(line), self._stream)


class ClassifyDisplay(ProgressDisplay):
    """A line with step, loss, validation loss and speed; messages above it."""

    def read(self, event: TrainEvent) -> None:
        """Move the bar, or write a line above it."""
        super().read(event)
        if isinstance(event, Evaluated):
            # One an epoch, so that the lines are a learning curve.
            self._say(event)

    def _in_words(self, event: TrainEvent) -> str:
        return classify_sentence(event)


def classify_sentence(event: TrainEvent) -> str:
    """An event in words, as `sentence` has it, where that speaks of characters."""
    match event:
        case Step():
            return (
                f"step {event.step}  epoch {event.epoch:.2f}  loss {event.loss:.4f}"
                f"  {event.chars_per_second:,.0f} texts/s"
            )
        case Started() | Resumed():
            verb = "Training" if isinstance(event, Started) else f"Going on at step {event.step}:"
            held_out = f", {event.val_chars:,} held out" if event.val_chars else ""
            return (
                f"{verb} '{event.run}' on {event.corpus}: {event.parameters:,} parameters,"
                f" {event.vocab_size:,} ids, {event.train_chars:,} texts{held_out}, {event.device}."
            )
        case Evaluated():
            figures = [f"train loss {event.train_loss:.4f}"]
            if event.train_accuracy is not None:
                figures.append(f"accuracy {event.train_accuracy:.4f}")
            if event.val_loss is not None:
                figures.append(f"val loss {event.val_loss:.4f}")
            if event.accuracy is not None:
                figures.append(f"val accuracy {event.accuracy:.4f}")
            if event.best:
                figures.append("best")
            return f"step {event.step}  " + "  ".join(figures)
        case Tested():
            return (
                f"test of the network of step {event.step}: {event.texts:,} texts,"
                f" loss {event.loss:.4f}, accuracy {event.accuracy:.4f}"
            )
        case _:
            return sentence(event)
