"""Clickable actions in the borders of panes: each with its key, as many as fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from textual.app import App
from textual.content import Content

from rnntui.tui.core.actions import Action, find_action
from rnntui.tui.core.key_groups import keys_of
from rnntui.tui.core.read_only import ReadOnlyApp

_BETWEEN: Final = "  "


@dataclass(frozen=True)
class LinkPair:
    """Two actions that lower and raise a value, with its name between their keys."""

    down: str
    words: str
    up: str


Link = str | LinkPair
"""The name of an action, or two of them."""


def fitting_links(
    app: App[Any],
    actions: Sequence[Action],
    links: Sequence[Link],
    cells: int,
    words: Mapping[str, str],
) -> Content:
    """The links that fit into `cells` cells, from the left.

    `words` are current labels of actions that differ from their short ones. Those that the
    app refuses are left out.
    """
    line = Content("")
    for place in links:
        names = (place.down, place.up) if isinstance(place, LinkPair) else (place,)
        if isinstance(app, ReadOnlyApp) and not all(map(app.allows, names)):
            continue
        match place:
            case LinkPair(down, about, up):
                piece = _key(app, find_action(down, actions)) + Content(f" {about} ")
                piece += _key(app, find_action(up, actions))
            case name:
                action = find_action(name, actions)
                piece = _key(app, action)
                piece += _link(
                    f" {words.get(name, (action.in_short or action.label).lower())}", action
                )
        if line:
            piece = Content(_BETWEEN) + piece
        if line.cell_length + piece.cell_length > cells:
            break
        line += piece
    return line


def _key(app: App[Any], action: Action) -> Content:
    """The first key of an action, in the colour that keys have in the footer."""
    keys = keys_of(action, app)
    return _link(keys[0] if keys else "·", action).stylize("$footer-key-foreground bold")


def _link(words: str, action: Action) -> Content:
    call = action.call if action.call.startswith("app.") else f"screen.{action.call}"
    return Content.from_markup(f"[@click={call}]$words[/]", words=words)
