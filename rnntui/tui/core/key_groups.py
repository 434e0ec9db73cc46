"""The keys that act on a screen now, grouped as in the help, and the keys of an action."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from textual.app import App
from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from rnntui.tui.core.actions import Action


@dataclass(frozen=True)
class KeyRow:
    """One or several keys of an action."""

    keys: str
    """The keys as bound now and as displayed, separated by spaces."""

    label: str
    sentence: str
    """The action as a sentence; may be empty."""

    is_enabled: bool
    """Whether the action is available now."""

    def matches(self, words: Iterable[str]) -> bool:
        """Whether all of `words`, in lower case, occur in this row."""
        said = f"{self.keys} {self.label} {self.sentence}".lower()
        return all(word in said for word in words)


@dataclass(frozen=True)
class KeyGroup:
    """The keys of one widget, of the screen or of the app."""

    title: str
    rows: tuple[KeyRow, ...]


def key_groups(screen: Screen[object]) -> tuple[KeyGroup, ...]:
    """The keys that act now: the focused widget's first, then the screen's, then the app's.

    Call it before anything is pushed over the screen.
    """
    groups: dict[DOMNode, dict[str, KeyRow]] = {}
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        if binding.system or not binding.description:
            continue
        rows = groups.setdefault(node, {})
        key = screen.app.get_key_display(binding)
        if row := rows.get(binding.action):
            if key not in row.keys.split():
                rows[binding.action] = replace(row, keys=f"{row.keys} {key}")
        else:
            rows[binding.action] = KeyRow(key, binding.description, tooltip, enabled)
    # Textual goes outwards from the focus; only a priority key may be out of order.
    ordered = sorted(groups, key=lambda node: isinstance(node, App))
    return tuple(
        # Our own keys have a sentence and come before Textual's.
        KeyGroup(_title(node, screen), tuple(sorted(groups[node].values(), key=_has_no_sentence)))
        for node in ordered
    )


def keys_of(action: Action, app: App[Any]) -> tuple[str, ...]:
    """The keys of an action after rebinding, as displayed, whatever has the focus."""
    bound = BindingsMap([action.binding])
    bound.apply_keymap(app._keymap)
    return tuple(app.get_key_display(binding) for _, binding in bound)


def types_letters(screen: Screen[object]) -> bool:
    """Whether letters go into a text field instead of acting."""
    focused = screen.focused
    return focused is not None and focused.check_consume_key("t", "t")


def _has_no_sentence(row: KeyRow) -> bool:
    return not row.sentence


def _title(node: DOMNode, screen: Screen[object]) -> str:
    if isinstance(node, App):
        return "Everywhere"
    if isinstance(node, Screen):
        return "On this screen"
    where = "In focus" if node is screen.focused else "Around it"
    return f"{where}: {node.BINDING_GROUP_TITLE or _words(type(node).__name__)}"


def _words(name: str) -> str:
    """The name of a class in words, as in `Option list`."""
    return " ".join(re.findall(r"[A-Z]+[a-z0-9]*|[a-z0-9]+", name)).capitalize()
