"""Commands imported only when they are run, so that none waits for the others' imports."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from rnntui.cli.completion.wiring import summaries, wire
from rnntui.cli.help.examples import as_epilog
from rnntui.cli.help.panels import group_options
from rnntui.errors import shortened

LONGEST_COMPLAINT: Final = 500
"""Maximum characters of a complaint about a value, which repeats the value."""

PLACES: Final = {
    "train": "train:train",
    "race": "race.command:race",
    "sweep": "sweep.command:sweep",
    "sample": "sample.command:sample",
    "eval": "evaluate:evaluate",
    "trace": "trace.command:trace",
    "compare": "compare:compare",
    "learn": "learn:learn",
    "serve": "serve.command:serve",
    "classify": "classify.group:app",
    "corpora": "corpora:app",
    "checkpoints": "checkpoints:app",
    "recipes": "recipes:app",
    "cells": "cells:app",
    "cache": "machine.cache:app",
    "doctor": "machine.doctor:doctor",
}
"""The place of each command: a module of `rnntui.cli`, and the function or group in it."""

SUMMARIES: Final = {
    "train": "Train a network on a text, and save it as a run.",
    "race": "Train several configurations fairly on the same text, in turn slices.",
    "sweep": "Train trials whose settings Optuna chooses, and tell the best.",
    "sample": "Generate text with a trained network, streamed to standard output.",
    "eval": "Loss, bits per character and perplexity of a network on a text.",
    "trace": "Trace a forward pass, number by number, or look through another lens.",
    "compare": "Compare one-hot input with an embedding.",
    "learn": "Open the lessons.",
    "serve": "Serve the playground to browsers.",
    "classify": "Classification of labelled texts.",
    "corpora": "The library of texts.",
    "checkpoints": "The runs and their checkpoints.",
    "recipes": "Recipes: named configurations.",
    "cells": "The recurrent cells, and cells of your own.",
    "cache": "The cache: files that can be made again, so deleting them is always safe.",
    "doctor": "Report versions, device, kernels, folders, settings and terminal, for a bug report.",
}
"""What each command does, as its help begins: said to a shell without importing them all."""


class LazyCommands(MutableMapping[str, Any]):
    """The commands by name, in the order of `PLACES`, each imported on access."""

    def __init__(self) -> None:
        """Import nothing yet."""
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Import the command of that name. Raises `KeyError`."""
        if name not in self._loaded:
            module, attribute = PLACES[name].split(":")
            found = getattr(import_module(f"rnntui.cli.{module}"), attribute)
            if isinstance(found, typer.Typer):
                command: Any = typer.main.get_group(found)
            else:
                alone = typer.Typer(add_completion=False)
                alone.command(name)(found)
                command = typer.main.get_command(alone)
            command.name = name
            _complete((name,), command)
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        """Replace a command."""
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        """Refuse: commands can't be removed."""
        raise TypeError("A command can't be removed.")

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(PLACES)

    def __len__(self) -> int:
        """The number of commands."""
        return len(PLACES)

    def __contains__(self, name: object) -> bool:
        """Whether a command has that name; imports nothing."""
        return name in PLACES


class LazyGroup(TyperGroup):
    """A group with these commands."""

    def __init__(self, **settings: Any) -> None:
        """Replace Typer's set of commands by the lazy one."""
        super().__init__(**settings)
        self.commands = LazyCommands()
        wire((), self)
        self.epilog = f"{as_epilog(())}\n\n{self.epilog}"

    def shell_complete(self, context: Any, incomplete: str) -> Any:
        """Offer the commands, or the program's own options, without importing any command."""
        if incomplete.startswith("-"):
            return super().shell_complete(context, incomplete)
        return summaries(PLACES, SUMMARIES.__getitem__, incomplete)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Read the program's own options."""
        with _short_complaints():
            return super().make_context(*arguments, **settings)

    def invoke(self, context: Any) -> Any:
        """Parse the command's options and run it."""
        with _short_complaints():
            return super().invoke(context)


def _complete(path: tuple[str, ...], command: Any) -> None:
    """Give a command, and those in a group, completions, groups of flags and examples."""
    wire(path, command)
    group_options(path, command)
    command.epilog = as_epilog(path)
    for name, part in getattr(command, "commands", {}).items():
        _complete((*path, name), part)


@contextmanager
def _short_complaints() -> Iterator[None]:
    """Shorten Typer's complaint about a wrong value, which repeats the whole value."""
    try:
        yield
    except TyperException as error:
        if hasattr(error, "message"):
            error.message = shortened(error.message, LONGEST_COMPLAINT)
        raise
