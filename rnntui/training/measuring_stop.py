"""Cancelling the final evaluation of a training run by a `Stop` command."""

from rnntui.training.commands import Inbox, Stop
from rnntui.training.measure import ReportProgress


class MeasuringStoppedError(Exception):
    """A `Stop` arrived during the final evaluation."""


def until_stopped(inbox: Inbox) -> ReportProgress:
    """Raise `MeasuringStoppedError` once a `Stop` has arrived; other commands no longer matter."""

    def report(count: int) -> None:  # noqa: ARG001
        if any(isinstance(command, Stop) for command in inbox.drain()):
            raise MeasuringStoppedError

    return report
