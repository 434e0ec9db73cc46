"""Toasts that don't pile up: a newer one replaces an older one of its severity.

They are shown at the top right, one row each if there is room, and cover no output.
"""

from collections.abc import Iterable
from typing import Generic

from textual.app import App, ReturnType, ScreenStackError
from textual.css.query import NoMatches
from textual.notifications import Notification, Notifications
from textual.widgets._toast import ToastRack


class ToastingApp(App[ReturnType], Generic[ReturnType]):
    """An app that shows only the newest toast of each severity."""

    CSS = """
    ToastRack {
        dock: top;
        align: right top;
        margin: 1 0 0 0;
    }
    Toast {
        width: auto;
        max-width: 78;
        margin: 0 1 0 0;
        padding: 0 1;
    }
    """

    _replaced: frozenset[str] = frozenset()
    """Replaced toasts, which don't come back when their successors expire."""

    def _refresh_notifications(self) -> None:
        try:
            rack = self.screen.get_child_by_type(ToastRack)
        except (ScreenStackError, NoMatches):
            return
        left = [one for one in self._notifications if one.identity not in self._replaced]
        shown = newest_of_each_kind(left)
        self._replaced |= {one.identity for one in left if one not in shown}
        self.call_later(_show, rack, shown)


def _show(rack: ToastRack, shown: Notifications) -> None:
    """Let the rack show exactly these, removing also toasts that are still being mounted."""
    kept = {rack._toast_id(notification) for notification in shown}
    for holder in rack.children:
        if holder.id not in kept:
            holder.remove()
    rack.show(shown)


def newest_of_each_kind(notifications: Iterable[Notification]) -> Notifications:
    """The newest information, the newest warning, and every distinct error.

    Information answers keys, of which the last one counts; errors must not be missed.
    """
    newest: dict[str, Notification] = {}
    for notification in notifications:
        is_error = notification.severity == "error"
        newest[notification.message if is_error else notification.severity] = notification
    shown = Notifications()
    for notification in newest.values():
        shown.add(notification)
    return shown
