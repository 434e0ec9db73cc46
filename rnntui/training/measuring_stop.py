"""Measuring at a training's end, which takes long and is broken off where a stop is asked for."""

from rnntui.training.commands import Inbox, Stop
from rnntui.training.measure import ReportProgress


class MeasuringStoppedError(Exception):
    """Somebody told the training to stop while it measured."""


def until_stopped(inbox: Inbox) -> ReportProgress:
    """Raise `MeasuringStoppedError` where a stop has come; at the end nothing else matters."""

    def report(count: int) -> None:  # noqa: ARG001
        if any(isinstance(command, Stop) for command in inbox.drain()):
            raise MeasuringStoppedError

    return report
