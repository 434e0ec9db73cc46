"""The settings of a configuration as options of a command."""

import inspect
from collections.abc import Callable
from dataclasses import Field
from typing import Annotated, Any, Literal, get_origin

import typer

from rnntui.cli.options.cell_option import cell_setting
from rnntui.nets.cells import CELLS
from rnntui.training.settings.declaring import choices, flag, settings_of

_SECTIONS = {
    "network": "Network",
    "text": "Text",
    "batches": "Batches",
    "optimizer": "Optimiser",
    "budget": "How long",
    "pace": "Evaluating, saving, sampling",
    "machine": "Machine",
}


Kind = Callable[["Field[Any]"], Any]
"""The type that the option of a setting has for Typer."""


def kind_of(setting: "Field[Any]") -> Any:
    """One value of the setting; that of a tuple may be repeated."""
    if get_origin(setting.type) is tuple:
        return list[str]
    known = choices(setting)
    return Literal[known] if known else setting.type


def settings_as_options(
    config: type, kind: Kind = kind_of
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add an option, None by default, to a command for each setting of `config`.

    They replace the command's `**` parameter; `kind` gives the type of each.
    """

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        parameters = [*own, *(_option(setting, kind) for setting in settings_of(config))]
        command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        return command

    return with_options


def _option(setting: "Field[Any]", kind: Kind) -> inspect.Parameter:
    panel = _SECTIONS[setting.metadata["section"]]
    if setting.name == "cell" and kind is kind_of:
        # Not a choice: there are as many cells as files.
        cell = cell_setting(tuple(CELLS), setting.metadata["about"], panel)
        return _parameter(setting.name, cell)
    option = typer.Option(flag(setting.name), help=setting.metadata["about"], rich_help_panel=panel)
    value: Any = kind(setting)
    return _parameter(setting.name, Annotated[value | None, option])


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=None, annotation=annotation)
