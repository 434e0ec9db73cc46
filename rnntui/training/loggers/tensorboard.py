"""`--log tensorboard`: event files that TensorBoard shows.

They are framed by the tensorboard package's `RecordWriter`, and consist of its own messages. Its
`EventFileWriter` is the same in a thread of its own, which writes a traceback over the screen
where a disk is full; `torch.utils.tensorboard` wraps that once more, imports far more, and
imports TensorFlow where that is installed.

An event's wall time is the start plus its training seconds, so that TensorBoard's relative time
is the run's own, pauses left out and whatever was resumed.
"""

import io
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from rnntui.clock import Clock
from rnntui.extras import import_extra
from rnntui.plain_files import open_to_append
from rnntui.training.events import (
    Failed,
    Finished,
    GateHistogram,
    Sampled,
    Step,
    TrainEvent,
)
from rnntui.training.loggers.logger import LoggedRun
from rnntui.training.loggers.scalars import Scalars

PREFIX: Final = "events.out.tfevents."
"""How event files' names begin; TensorBoard reads a folder's in the order of their names."""

STEP_S: Final = 0.01
"""Training seconds between two steps that are logged; TensorBoard draws a thousand at most."""

FLUSHED_S: Final = 2.0
"""Training seconds of steps after which they are in the file at the latest."""


class TensorBoardLogger:
    """Writes scalars, settings, samples as text, and histograms of gates."""

    wants_gates = True

    def __init__(self, clock: Clock = time.time, step_seconds: float = STEP_S) -> None:
        """Import the package; `clock` gives the time of the day. Raises `MissingExtraError`."""
        self._messages = _Messages()
        self._clock = clock
        self._scalars = Scalars(step_seconds)
        self._writer: Any = None
        self._began = self._flushed_s = 0.0

    def start(self, run: LoggedRun) -> None:
        """Open a new file with all that the record has; those before it are deleted then.

        The histograms, which no record has, are taken over from those. Raises `OSError`.
        """
        run.folder.mkdir(parents=True, exist_ok=True)
        before = sorted(run.folder.glob(f"{PREFIX}*"))
        now = self._clock()
        self._began = now - run.elapsed_s
        path = run.folder / f"{PREFIX}{int(now):010d}.{int(now % 1 * 1e9):09d}.rnntui"
        self._writer = self._messages.writer(io.BufferedWriter(open_to_append(path)))
        try:
            self._write(0, 0.0, file_version="brain.Event:2")
            # Has a TensorBoard that is looking on drop what it has read before a resume.
            self._write(0, 0.0, session_log=self._messages.restarted)
            self._write(0, 0.0, summary=self._messages.settings(run.settings, self._began))
            for event in run.earlier():
                if not isinstance(event, Finished | Failed):
                    self._add(event)
            for written in self._messages.read(before):
                if written.step <= run.step and self._messages.is_histogram(written):
                    self._writer.write(written.SerializeToString())
            self._writer.flush()
        except BaseException:
            path.unlink()
            raise
        for file in before:
            file.unlink()

    def event(self, event: TrainEvent) -> None:
        """Write an event, and flush unless there are more steps to come soon. Raises `OSError`."""
        self._add(event)
        if not isinstance(event, Step) or event.elapsed_s - self._flushed_s >= FLUSHED_S:
            self._writer.flush()
            self._flushed_s = event.elapsed_s

    def close(self) -> None:
        """Close the file. Raises `OSError`."""
        if self._writer is not None:
            self._writer.close()

    def _add(self, event: TrainEvent) -> None:
        messages, at = self._messages, (event.step, event.elapsed_s)
        if scalars := self._scalars.of(event):
            self._write(*at, summary=messages.scalars(scalars))
        match event:
            case Sampled():
                self._write(*at, summary=messages.sample(event))
            case GateHistogram():
                self._write(*at, summary=messages.histogram(event))
            case Finished() | Failed():
                ended = self._began + event.elapsed_s
                self._write(*at, summary=messages.end(isinstance(event, Finished), ended))

    def _write(self, step: int, elapsed_s: float, **content: Any) -> None:
        event = self._messages.event(wall_time=self._began + elapsed_s, step=step, **content)
        self._writer.write(event.SerializeToString())


class _Messages:
    """TensorBoard's messages, made by its own package, which is imported here."""

    def __init__(self) -> None:
        import_extra("tensorboard", "--log tensorboard")
        events = _module("compat.proto.event_pb2")
        self.event: Callable[..., Any] = events.Event
        self.restarted = events.SessionLog(status=events.SessionLog.START)
        self.writer: Callable[..., Any] = _module("summary.writer.record_writer").RecordWriter
        self._summaries = _module("compat.proto.summary_pb2")
        self._text = _module("plugins.text.summary_v2").text_pb
        self._hparams = _module("plugins.hparams.summary_v2").hparams_pb

    def scalars(self, values: Mapping[str, float]) -> Any:
        """Numbers by their tags."""
        value = self._summaries.Summary.Value
        return self._summaries.Summary(
            value=[value(tag=tag, simple_value=number) for tag, number in values.items()]
        )

    def sample(self, event: Sampled) -> Any:
        """A sample; indented, as TensorBoard reads Markdown, and would else obey what is in it."""
        text = (event.prime + event.text).encode("utf-8", "backslashreplace").decode()
        return self._text("sample", "".join(f"    {line}\n" for line in text.split("\n")))

    def histogram(self, event: GateHistogram) -> Any:
        """A histogram; its sums are those of the middles of its bins."""
        edges, counts = event.edges, event.counts
        middles = [(low + high) / 2 for low, high in pairwise(edges)]
        pairs = tuple(zip(middles, counts, strict=True))
        histogram = self._summaries.HistogramProto(
            min=edges[0],
            max=edges[-1],
            num=sum(counts),
            sum=sum(middle * count for middle, count in pairs),
            sum_squares=sum(middle * middle * count for middle, count in pairs),
            # The first bucket ends where the values begin, as TensorBoard's own has it.
            bucket_limit=edges,
            bucket=(0, *counts),
        )
        tag = f"gates/layer {event.layer}/{event.gate}"
        return self._summaries.Summary(value=[{"tag": tag, "histo": histogram}])

    def settings(self, settings: Mapping[str, str | int | float | bool], began: float) -> Any:
        """The settings, for the table of hyperparameters."""
        return self._hparams(dict(settings), start_time_secs=began)

    def end(self, well: bool, ended: float) -> Any:
        """The end of a run, for the same table."""
        statuses, data = (
            _module("plugins.hparams.api_pb2"),
            _module("plugins.hparams.plugin_data_pb2"),
        )
        metadata = _module("plugins.hparams.metadata")
        status = statuses.STATUS_SUCCESS if well else statuses.STATUS_FAILURE
        end = data.SessionEndInfo(status=status, end_time_secs=ended)
        content = metadata.create_summary_metadata(data.HParamsPluginData(session_end_info=end))
        tag = metadata.SESSION_END_INFO_TAG
        value = {"tag": tag, "metadata": content, "tensor": metadata.NULL_TENSOR}
        return self._summaries.Summary(value=[value])

    def read(self, files: Iterable[Path]) -> Iterable[Any]:
        """The events of files, each up to where it is torn."""
        if not files:
            return
        loader = _module("backend.event_processing.event_file_loader").LegacyEventFileLoader
        for file in files:
            with suppress(Exception):
                yield from loader(str(file)).Load()

    def is_histogram(self, event: Any) -> bool:
        """Whether an event that was read has one of `histogram`."""
        return any(value.HasField("histo") for value in event.summary.value)


def _module(name: str) -> Any:
    return import_extra("tensorboard", "--log tensorboard", f"tensorboard.{name}")
