"""Where things stand in the file of a cell, so that a sentence about it can name the line."""

import ast
from typing import TypeVar

from rnntui.nets.cells.own import wrong_in

S = TypeVar("S", bound=ast.stmt)


class CellLines:
    """The lines of a cell's file."""

    def __init__(self, text: str, path: str) -> None:
        """Parse the text of the file at `path`. Raises `ConfigError` unless it is Python."""
        self.path = path
        try:
            self._tree = ast.parse(text)
        except SyntaxError as error:
            what = f"it is not valid Python ({error.msg})"
            raise wrong_in(path, error.lineno or 1, what) from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise wrong_in(path, 1, f"it can't be read as Python ({error})") from error
        self.last = max(len(text.rstrip().splitlines()), 1)

    @property
    def classes(self) -> list[int]:
        """The line of each class that has a `step`."""
        return [found.lineno for found in self._classes()]

    @property
    def cells(self) -> list[int]:
        """The line of each assignment to `CELL`."""
        return [node.lineno for node in self._tree.body if "CELL" in _assigned(node)]

    def attribute(self, name: str) -> int:
        """The line that gives the cell an attribute, or that of its class."""
        for found in self._classes():
            for node in found.body:
                if name in _assigned(node) or getattr(node, "name", "") == name:
                    return node.lineno
        return self.classes[0] if self.classes else (self.cells or [1])[0]

    @property
    def step(self) -> int:
        """The line of the equations' `def`."""
        return self.attribute("step")

    @property
    def returned(self) -> int:
        """The line of the last `return` of the equations, or of their `def`."""
        return max((node.lineno for node in self._in_step(ast.Return)), default=self.step)

    @property
    def changed_in_place(self) -> int:
        """The first line of the equations that changes something in place, or their `return`."""
        return min((node.lineno for node in self._in_step(ast.AugAssign)), default=self.returned)

    def _classes(self) -> list[ast.ClassDef]:
        classes = [node for node in self._tree.body if isinstance(node, ast.ClassDef)]
        return [
            found
            for found in classes
            if any(isinstance(node, ast.FunctionDef) and node.name == "step" for node in found.body)
        ]

    def _in_step(self, kind: type[S]) -> list[S]:
        steps = [
            node
            for found in self._classes()
            for node in found.body
            if isinstance(node, ast.FunctionDef) and node.name == "step"
        ]
        return [node for step in steps for node in ast.walk(step) if isinstance(node, kind)]


def _assigned(node: ast.stmt) -> set[str]:
    """The names that a statement assigns to."""
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target] if node.value else []
    else:
        targets = list(node.targets) if isinstance(node, ast.Assign) else []
    return {
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    }
