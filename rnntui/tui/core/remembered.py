"""Screen state kept from one session to the next, apart from settings.

Reading and writing never fail and report nothing: only a convenience would be lost.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tomli_w

from rnntui.atomic_files import atomic_write
from rnntui.toml_files import UnreadableFileError, read_toml_if_there

SCREEN_NAME: Final = "screen.toml"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """State of the last session."""

    corpus: str | None = None
    """The text chosen last: a name in the library or a path."""

    layout: Mapping[str, float] = field(default_factory=dict)
    """Share of its row or column, 0 to 1, by the pane's id."""

    first_start: bool = True
    """Whether there was no session before."""

    run: str | None = None
    """The absolute path of the run whose network was open last."""

    followed: tuple[str, ...] = ()
    """Names of the hints that were followed."""

    lessons: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Numbers of the questions answered, from 0, by the lesson's name."""

    lesson: str | None = None
    """The lesson open last."""

    language: str | None = None
    """The language chosen for the lessons."""


def load_remembered(path: Path) -> Remembered:
    """Read the state from `path`, as far as it is valid."""
    try:
        tables = read_toml_if_there(path)
    except UnreadableFileError as error:
        log.info("%s is not used: %s", path, error)
        return Remembered(first_start=False)  # there was a session before
    layout = tables.get("layout")
    return Remembered(
        _text(tables, "corpus"),
        _shares(layout) if isinstance(layout, Mapping) else {},
        tables.get("first_start") is not False,
        _text(tables, "run"),
        _names(tables.get("followed")),
        _numbers(tables.get("lessons")),
        _text(tables, "lesson"),
        _text(tables, "language"),
    )


def save_remembered(path: Path, remembered: Remembered) -> None:
    """Write `remembered` to `path` for the next session."""
    tables: dict[str, Any] = {"first_start": remembered.first_start}
    if remembered.corpus is not None:
        tables["corpus"] = remembered.corpus
    if remembered.run is not None:
        tables["run"] = remembered.run
    if remembered.followed:
        tables["followed"] = list(remembered.followed)
    if remembered.lesson is not None:
        tables["lesson"] = remembered.lesson
    if remembered.language is not None:
        tables["language"] = remembered.language
    if remembered.lessons:
        tables["lessons"] = {name: list(one) for name, one in remembered.lessons.items()}
    if remembered.layout:
        tables["layout"] = dict(remembered.layout)
    try:
        # The name of a file need not be valid UTF-8.
        content = tomli_w.dumps(tables).encode()
        with atomic_write(path) as file:
            file.write(content)
    except (OSError, UnicodeEncodeError) as error:
        log.info("The screen's state can't be saved in %s: %s", path, error)


def _text(tables: Mapping[str, object], name: str) -> str | None:
    value = tables.get(name)
    return value if isinstance(value, str) and value else None


def _names(value: object) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _numbers(value: object) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, Mapping):
        return {}
    return {
        name: tuple(one for one in numbers if isinstance(one, int))
        for name, numbers in value.items()
        if isinstance(numbers, list)
    }


def _shares(layout: Mapping[str, object]) -> dict[str, float]:
    return {
        pane: share for pane, share in layout.items() if isinstance(share, float) and 0 < share < 1
    }
