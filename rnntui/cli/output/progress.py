"""Output of a training run's events: JSON lines, plain lines, or a live display."""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, Self, TextIO, cast

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rnntui.cli.output.terminal import unwritable, write_line
from rnntui.cli.output.training_line import TrainingLine
from rnntui.lasting_stream import LastingStream
from rnntui.text.cells import printable
from rnntui.training.endings import why_early
from rnntui.training.events import (
    Changed,
    Evaluated,
    Failed,
    Finished,
    Opened,
    RolledBack,
    Sampled,
    Saved,
    Started,
    Step,
    Switched,
    Tested,
    TrainEvent,
    Warned,
    to_json,
)

PLAIN_STEP_SECONDS = 5.0
"""Training seconds between the plain lines of two steps."""


class EventReader(Protocol):
    """Shows the events of one training run, in their order."""

    def read(self, event: TrainEvent) -> None:
        """Show an event. Raises as `write_line`."""


def reader_for(stream: TextIO, as_json: bool) -> AbstractContextManager[EventReader]:
    """JSON lines if asked for, a display on a terminal, else plain lines."""
    if as_json:
        return nullcontext(JsonLines(stream))
    if stream.isatty():
        return ProgressDisplay(stream)
    return nullcontext(PlainLines(stream))


class JsonLines:
    """One line of JSON for each event, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def read(self, event: TrainEvent) -> None:
        """Write and flush a line."""
        write_line(to_json(event), self._stream)


class PlainLines:
    """A line for each event that has a sentence, and for a step every few seconds."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._last_step_s = -math.inf
        self._unit = "characters"

    def read(self, event: TrainEvent) -> None:
        """Write a line, or nothing."""
        if isinstance(event, Opened):
            self._unit = event.unit
        if isinstance(event, Step):
            if event.elapsed_s - self._last_step_s < PLAIN_STEP_SECONDS:
                return
            self._last_step_s = event.elapsed_s
            each = "texts" if self._unit == "texts" else "characters"
            line = (
                f"step {event.step}  epoch {event.epoch:.2f}  loss {event.loss:.4f}"
                f"  {event.chars_per_second:,.0f} {each}/s"
            )
        else:
            line = sentence(event, self._unit)
        if line:
            write_line(printable(line), self._stream)


class ProgressDisplay:
    """A live line with step, loss, speed, remaining time and a bar; messages scroll above it."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on the terminal behind `stream`."""
        self._stream = LastingStream(stream)
        self._console = Console(file=cast(TextIO, self._stream), highlight=False)
        self._line = TrainingLine()
        self._live = Live(
            get_renderable=lambda: self._line, console=self._console, refresh_per_second=10
        )

    def __enter__(self) -> Self:
        """Start drawing."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state of the line on the terminal."""
        self._live.stop()

    def read(self, event: TrainEvent) -> None:
        """Move the bar, or write a line above it. Raises as `write_line`."""
        line = self._line
        match event:
            case Step():
                # Averaged, as the losses of single batches vary widely.
                before = event.loss if math.isnan(line.loss) else line.loss
                line.loss = before + 0.05 * (event.loss - before)
                line.step = event
                line.time_left.add(event.step, event.elapsed_s)
            case Opened():
                line.loss = line.val_loss = math.nan  # of the run before, in a sweep
                line.step, line.total_steps, line.unit = event.step, event.total_steps, event.unit
                line.time_left.begin(event.elapsed_s, event.engine_to_come)
                self._say(event)
            case Changed(setting="steps", new=int() | float() as total):
                line.total_steps = int(total)
            case Evaluated():
                if event.val_loss is not None:
                    line.val_loss = event.val_loss
                if line.unit == "texts":
                    # A classifier's are one an epoch, and their lines a learning curve.
                    self._say(event)
            case Saved():
                pass
            case Sampled():
                self._console.print(Text(printable(event.prime + event.text), style="dim"))
                self._console.rule(style="dim")
            case Switched():
                line.time_left.forget()
                self._say(event)
            case _:
                self._say(event)
        if self._stream.lost is not None:
            raise unwritable(self._stream.lost) from self._stream.lost

    def say(self, words: str) -> None:
        """Write a line above the bar."""
        self._console.print(Text(printable(words)))

    def _say(self, event: TrainEvent) -> None:
        if words := sentence(event, self._line.unit):
            self.say(words)


def sentence(event: TrainEvent, unit: str = "characters") -> str:
    """The sentence of an event; empty for events without one.

    `unit` is that of the run's `Opened`; the wording of evaluations depends on it.
    """
    match event:
        case Opened():
            verb = "Training" if isinstance(event, Started) else f"Resuming at step {event.step}:"
            held_out = f", {event.val_chars:,} held out" if event.val_chars else ""
            vocabulary = (
                f"{event.vocab_size:,} ids"
                if event.unit == "texts"
                else f"{event.vocab_size} symbols"
            )
            if event.chars_per_unit != 1 and event.unit != "texts":
                held_out += f" ({event.chars_per_unit:.2f} characters each)"
            return (
                f"{verb} '{event.run}' on {event.corpus}: {event.parameters:,} parameters,"
                f" {vocabulary}, {event.train_chars:,} {event.unit}{held_out}, {event.device}"
                f"{f', {event.processes} processes' if event.processes > 1 else ''}."
            )
        case Evaluated():
            figures = _accuracies(event) if unit == "texts" else _bits(event)
            return f"step {event.step}  train loss {event.train_loss:.4f}{figures}" + (
                "  best" if event.best else ""
            )
        case Tested():
            return (
                f"test of the network of step {event.step}: {event.texts:,} texts,"
                f" loss {event.loss:.4f}, accuracy {event.accuracy:.4f}"
            )
        case Sampled():
            return f"sample at step {event.step}: {event.prime}{event.text}"
        case Warned() | Failed():
            return event.sentence
        case Changed():
            # All digits of a number of steps, and no rounding error of a rate.
            new = event.new if isinstance(event.new, str) else f"{event.new:.15g}"
            return f"{event.setting} is {new} from step {event.step} on"
        case Switched():
            return f"computed by the {event.engine} engine from step {event.step} on"
        case RolledBack():
            return f"back to the weights of step {event.to_step}"
        case Finished():
            ends = {"patience": "Stopped early", "stopped": "Stopped and saved"}
            why = f": {early}" if (early := why_early(event)) else ""
            end = ends.get(event.reason, "Done")
            return f"{end} at step {event.step} after {event.elapsed_s:.1f} s{why}."
        case _:
            return ""


def _bits(event: Evaluated) -> str:
    val_loss = "" if event.val_loss is None else f"  val loss {event.val_loss:.4f}"
    in_full = "  in full" if event.full else ""
    return f"{val_loss}  {event.bits_per_char:.3f} bits per character{in_full}"


def _accuracies(event: Evaluated) -> str:
    figures = (
        ("accuracy", event.train_accuracy),
        ("val loss", event.val_loss),
        ("val accuracy", event.accuracy),
    )
    return "".join(f"  {name} {figure:.4f}" for name, figure in figures if figure is not None)
