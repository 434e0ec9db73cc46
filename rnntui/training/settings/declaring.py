"""Declaring settings: fields with bounds, a section and a line of help, and their checks.

A configuration is a frozen dataclass whose fields are made by `setting`; the settings themselves
are declared in the modules of the configurations.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import Field, field, fields, replace
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from rnntui.errors import ConfigError, quoted

BUDGETS = ("epochs", "steps", "minutes")
"""The budgets, of which exactly one is set."""

Section = Literal["network", "text", "batches", "optimizer", "budget", "pace", "machine"]
"""Groups of settings in flags, tables and forms, in this order."""

_ORDER: Final = {section: number for number, section in enumerate(get_args(Section))}

C = TypeVar("C")


def setting(
    default: Any,
    section: Section,
    about: str,
    low: float | None = None,
    high: float | None = None,
    known: tuple[str, ...] | Callable[[], tuple[str, ...]] = (),
) -> Any:
    """A field of a configuration, with what flags, forms and checks need.

    `known` are its possible values, if they are limited and not named by its type; a function
    where more may become known while the program runs.
    """
    return field(
        default=default,
        metadata={"section": section, "about": about, "low": low, "high": high, "known": known},
    )


def varied(base: type, name: str, default: Any = None, about: str = "") -> Any:
    """A setting of `base` with another default or help."""
    found = next(one for one in fields(base) if one.name == name)
    return field(
        default=found.default if default is None else default,
        metadata={**found.metadata, "about": about or found.metadata["about"]},
    )


def settings_of(config: Any) -> tuple["Field[Any]", ...]:
    """The settings of a configuration or of its type, by section."""
    return tuple(sorted(fields(config), key=lambda one: _ORDER[one.metadata["section"]]))


def choices(setting: "Field[Any]") -> tuple[str, ...]:
    """The possible values of a setting; empty if they are not limited."""
    named = get_args(setting.type) if get_origin(setting.type) is Literal else ()
    known: tuple[str, ...] | Callable[[], tuple[str, ...]] = setting.metadata["known"]
    return named or (known() if callable(known) else known)


def bounds_of(config: type, name: str) -> tuple[float, float]:
    """Lowest and highest value of a numeric setting."""
    found = next(one for one in fields(config) if one.name == name)
    return found.metadata["low"], found.metadata["high"]


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return "--" + name.replace("_", "-")


def check_settings(config: Any) -> None:
    """Raise `ConfigError` for a setting out of bounds, and unless exactly one budget is set."""
    for one in fields(config):
        check_setting(one, getattr(config, one.name))
    if sum(bool(getattr(config, budget)) for budget in BUDGETS) != 1:
        raise ConfigError("Give exactly one of --epochs, --steps and --minutes.")


def with_changes(config: C, changes: Mapping[str, object]) -> C:
    """A configuration with some settings changed.

    A budget among `changes` replaces the current one. Raises
    `ConfigError` for an unknown name or a value out of bounds.
    """
    names = {one.name for one in fields(config)}  # type: ignore[arg-type]
    for name in changes:
        if name not in names:
            raise ConfigError(f"There is no setting called {quoted(name)}.")
    no_budget = dict.fromkeys(BUDGETS, 0) if any(changes.get(name) for name in BUDGETS) else {}
    return replace(config, **{**no_budget, **changes})  # type: ignore[type-var]


def changed_flags(config: Any, usual: Any, left_out: Collection[str] = ()) -> Iterator[str]:
    """Flag and value of each setting that differs from `usual`."""
    for one in settings_of(config):
        value = getattr(config, one.name)
        if one.name in left_out or value == getattr(usual, one.name):
            continue
        if one.name in BUDGETS and not value:
            continue
        for part in value if isinstance(value, tuple) else (value,):
            yield from (flag(one.name), str(part))


def check_setting(setting: "Field[Any]", value: object) -> None:
    """Raise `ConfigError` for an invalid value of a setting."""
    name, kind = flag(setting.name), setting.type
    if known := choices(setting):
        if value not in known:
            raise ConfigError(f"{name} {value} is not known; it is one of {', '.join(known)}.")
        return
    kinds: dict[Any, tuple[str, tuple[type, ...]]] = {
        int: ("a whole number", (int,)),
        float: ("a number", (int, float)),
        str: ("a text", (str,)),
    }
    expected, accepted = kinds.get(kind, ("a list of names", (tuple,)))
    if isinstance(value, bool) or not isinstance(value, accepted):
        raise ConfigError(f"{name} must be {expected}, not {quoted(value)}.")
    if isinstance(value, tuple) and not all(isinstance(part, str) for part in value):
        raise ConfigError(f"{name} must be {expected}, not {quoted(list(value))}.")
    low, high = setting.metadata["low"], setting.metadata["high"]
    # In this form, NaN fails, too.
    if low is not None and not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low:g} and {high:g}.")
