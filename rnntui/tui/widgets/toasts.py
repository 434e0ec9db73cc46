"""Toasts that don't pile up: the newest takes the place of older ones, but for errors.

They stand at the top right, where they cover no output.
"""

from typing import Generic

from textual.app import App, ReturnType


class ToastingApp(App[ReturnType], Generic[ReturnType]):
    """An app that shows the newest toast, and errors, in as few rows as they take."""

    CSS = """
    ToastRack {
        dock: top;
        align: right top;
        margin: 1 0 0 0;
    }
    ToastHolder {
        & > Toast { margin: 0 1 0 0; padding: 0 1; }
        & > Toast.-information, & > Toast.-warning { display: none; }
        &:last-child > Toast { display: block; }
    }
    """
