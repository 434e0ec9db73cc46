"""The table of all tasks, each imported when it is needed."""

from collections.abc import Callable, Mapping
from typing import Final

from rnntui.tasks.kinds import CHARACTERS, CLASSIFIER, KINDS, Kind
from rnntui.tasks.recipes import RecipeFile
from rnntui.tasks.task import Task


def _characters() -> Task:
    from rnntui.tasks.characters.task import CharactersTask

    return CharactersTask()


def _classification() -> Task:
    from rnntui.tasks.classification.task import ClassificationTask

    return ClassificationTask()


_TASKS: Final[Mapping[Kind, Callable[[], Task]]] = {
    CHARACTERS: _characters,
    CLASSIFIER: _classification,
}


def task_of(kind: Kind) -> Task:
    """The task of that kind."""
    return _TASKS[kind]()


def task_of_recipe(file: RecipeFile) -> Task | None:
    """The task of a recipe; None for one that trains nothing."""
    return next((task_of(kind) for kind in KINDS.values() if kind.recipes == file.kind), None)
