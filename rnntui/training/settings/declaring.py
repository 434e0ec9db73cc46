"""What a setting is: a field with bounds, a section and a sentence, and all that follows from that.

A configuration is a frozen dataclass whose fields are made by `setting`. Which
settings there are is said by the modules of the configurations themselves.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import Field, field, fields, replace
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from rnntui.errors import ConfigError, quoted

BUDGETS = ("epochs", "steps", "minutes")
"""The settings of which exactly one says when a training ends."""

Section = Literal["network", "text", "batches", "optimizer", "budget", "pace", "machine"]
"""What settings are grouped by, in flags, tables and forms, in this order."""

_ORDER: Final = {section: number for number, section in enumerate(get_args(Section))}

C = TypeVar("C")


def setting(
    default: Any,
    section: Section,
    about: str,
    low: float | None = None,
    high: float | None = None,
    known: tuple[str, ...] = (),
) -> Any:
    """A field of a configuration with what flags, forms and checks need to know of it.

    `known` are its values where they are a matter of choice that its type doesn't name.
    """
    return field(
        default=default,
        metadata={"section": section, "about": about, "low": low, "high": high, "known": known},
    )


def varied(base: type, name: str, default: Any = None, about: str = "") -> Any:
    """A setting of `base` with another default, another sentence, or both."""
    found = next(one for one in fields(base) if one.name == name)
    return field(
        default=found.default if default is None else default,
        metadata={**found.metadata, "about": about or found.metadata["about"]},
    )


def settings_of(config: Any) -> tuple["Field[Any]", ...]:
    """The settings of a configuration, or of a type of them, by section."""
    return tuple(sorted(fields(config), key=lambda one: _ORDER[one.metadata["section"]]))


def choices(setting: "Field[Any]") -> tuple[str, ...]:
    """The values that a setting may have, empty where it is not a matter of choice."""
    named = get_args(setting.type) if get_origin(setting.type) is Literal else ()
    return named or setting.metadata["known"]


def bounds_of(config: type, name: str) -> tuple[float, float]:
    """The lowest and the highest value of a setting that is a number."""
    found = next(one for one in fields(config) if one.name == name)
    return found.metadata["low"], found.metadata["high"]


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return "--" + name.replace("_", "-")


def check_settings(config: Any) -> None:
    """Raise `ConfigError` unless each setting is in its bounds and there is exactly one budget."""
    for one in fields(config):
        _check(one, getattr(config, one.name))
    if sum(bool(getattr(config, budget)) for budget in BUDGETS) != 1:
        raise ConfigError("Give exactly one of --epochs, --steps and --minutes.")


def with_changes(config: C, changes: Mapping[str, object]) -> C:
    """A configuration with some settings changed.

    A budget among `changes` takes the place of whichever was set. Raises
    `ConfigError` for an unknown name or a value out of bounds.
    """
    names = {one.name for one in fields(config)}  # type: ignore[arg-type]
    for name in changes:
        if name not in names:
            raise ConfigError(f"There is no setting called {quoted(name)}.")
    no_budget = dict.fromkeys(BUDGETS, 0) if any(changes.get(name) for name in BUDGETS) else {}
    return replace(config, **{**no_budget, **changes})  # type: ignore[type-var]


def changed_flags(config: Any, usual: Any, left_out: Collection[str] = ()) -> Iterator[str]:
    """A flag with its value for each setting that is not the usual one."""
    for one in settings_of(config):
        value = getattr(config, one.name)
        if one.name in left_out or value == getattr(usual, one.name):
            continue
        if one.name in BUDGETS and not value:
            continue
        for part in value if isinstance(value, tuple) else (value,):
            yield from (flag(one.name), str(part))


def _check(setting: "Field[Any]", value: object) -> None:
    """Raise `ConfigError` where `value` is not one that `setting` may have."""
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
    # Written so that a NaN fails, too.
    if low is not None and not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low:g} and {high:g}.")
