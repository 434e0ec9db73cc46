"""The user's settings of the screen, kept in `settings.toml`.

Reading never fails: an invalid entry gives a sentence and its default. A file that
isn't TOML at all is never overwritten.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, get_args

import tomli_w

from rnntui.atomic_files import atomic_write
from rnntui.chart_characters import CHOICES, SETTING, Chosen
from rnntui.errors import ConfigError, reason
from rnntui.sampling.modes import MAX_TEMPERATURE, MIN_TEMPERATURE, READING_PACE, Mode
from rnntui.toml_files import UnreadableFileError, read_toml_if_there
from rnntui.tui.core.keymap import Scope, checked_keymap

MAX_PACE: Final = 100_000.0
MAX_SMOOTHING: Final = 0.99
MOST_COMPLAINTS: Final = 5

Scopes = Callable[[], Sequence[Scope]]

_HEAD = (
    "# Settings of rnntui's screen that differ from the defaults. The file is rewritten\n"
    "# when one is changed on screen; your comments would be lost.\n"
)


def _setting(default: Any, about: str, bounds: tuple[float, float] | None = None) -> Any:
    return field(default=default, metadata={"about": about, "bounds": bounds})


@dataclass(frozen=True)
class Preferences:
    """All settings of the screen, each with a sentence.

    Raises `ConfigError`, naming the setting, for an invalid value. Names of themes and
    bindings are not checked here.
    """

    theme: str = _setting("textual-dark", "Colour theme of the screen.")
    pace: float = _setting(
        READING_PACE,
        "Characters generated per second; 0 for full speed.",
        (0.0, MAX_PACE),
    )
    colour_by_probability: bool = _setting(
        True, "Whether characters are coloured by their probability."
    )
    underline_copied: bool = _setting(
        False, "Whether memorised stretches of the text are underlined."
    )
    smoothing: float = _setting(
        0.9,
        "Smoothing of the loss curve, from 0 (none) to 0.99.",
        (0.0, MAX_SMOOTHING),
    )
    chart_characters: Chosen = _setting(  # noqa: RUF009
        "auto",
        "Characters that charts are drawn with, on screen and headless: braille, blocks, ascii, or"
        " auto: blocks on the Linux console and Braille elsewhere.",
    )
    log_scale: bool = _setting(False, "Logarithmic scale of the loss.")
    reduced_motion: bool = _setting(False, "No animations on the screen.")
    temperature: float = _setting(
        1.0,
        "Sampling temperature: below 1 bolder, above 1 wilder.",
        (MIN_TEMPERATURE, MAX_TEMPERATURE),
    )
    mode: Mode = _setting(  # noqa: RUF009
        "random", "Sampling mode: argmax, random or hybrid."
    )
    log: Sequence[str] = _setting(
        (),
        "Loggers of training runs begun or resumed on screen: tensorboard, wandb, csv, and those"
        ' of other packages, as in log = ["tensorboard", "csv"].',
    )
    keymap: Mapping[str, str] = field(
        default_factory=dict,
        metadata={
            "about": "Other keys for actions: the name shown in the help, then a key, or several"
            ' separated by commas, as in train = "ctrl+t".'
        },
    )

    def __post_init__(self) -> None:
        """Check every value; whole numbers become floats where the setting is one."""
        for setting in fields(self):
            value = getattr(self, setting.name)
            if bounds := setting.metadata.get("bounds"):
                object.__setattr__(self, setting.name, _number(setting.name, value, bounds))
            elif setting.type is bool and not isinstance(value, bool):
                raise ConfigError(f"{setting.name} must be true or false, not {_shown(value)}")
            elif setting.type is str and not isinstance(value, str):
                raise ConfigError(f"{setting.name} must be a text, not {_shown(value)}")
        object.__setattr__(self, "log", _names_of_loggers(self.log))
        for name, choices in (("mode", get_args(Mode)), (SETTING, CHOICES)):
            if (value := getattr(self, name)) not in choices:
                names = ", ".join(choices)
                raise ConfigError(f"{name} must be one of {names}, not {_shown(value)}")

    def is_still(self, environ: Mapping[str, str]) -> bool:
        """Whether animations are off, by this setting or Textual's environment variable."""
        return self.reduced_motion or environ.get("TEXTUAL_ANIMATIONS", "").lower() == "none"


class PreferenceFile:
    """The preferences of this session, and the file that keeps them for the next one."""

    def __init__(self, path: Path, themes: Collection[str], scopes: Scopes) -> None:
        """Read `path`, which need not exist; never raises.

        `themes` are the names of all themes. `scopes` returns for each screen the
        bindings active on it, the app's included; it is called only where a key is
        rebound, as screens take a while to load.
        """
        self.path = path
        self.complaints: tuple[str, ...] = ()
        """A sentence for each invalid entry of the file."""
        self._is_broken = False
        try:
            self.now, self.complaints = _from_tables(read_toml_if_there(path), themes, scopes)
        except UnreadableFileError as error:
            self.now = Preferences()
            self._is_broken = True
            self.complaints = (
                f"{path} can't be used: {error}. The default settings apply until it is"
                " corrected; your changes are kept for this session only, not in the file.",
            )
        self._saved = self.now

    def change(self, **changes: Any) -> None:
        """Change settings for this session; `save` keeps them. Raises `ConfigError`."""
        self.now = replace(self.now, **changes)

    def save(self) -> None:
        """Write the file if a setting has changed and the file isn't broken.

        Raises `ConfigError` where it can't be written.
        """
        if self._is_broken or self.now == self._saved:
            return
        try:
            with atomic_write(self.path) as file:
                file.write(as_toml(self.now).encode())
        except OSError as error:
            raise ConfigError(
                f"The settings can't be saved in {self.path}: {reason(error)}."
            ) from error
        self._saved = self.now


def as_toml(preferences: Preferences) -> str:
    """The file's text: settings that differ from the defaults, each under its sentence."""
    parts = [_HEAD]
    defaults = Preferences()
    for setting in fields(preferences):
        value = getattr(preferences, setting.name)
        if value != getattr(defaults, setting.name):
            plain: Any = dict(value) if isinstance(value, Mapping) else value
            plain = list(plain) if isinstance(plain, tuple) else plain
            table = {setting.name: plain}
            parts.append(f"\n# {setting.metadata['about']}\n{tomli_w.dumps(table)}")
    return "".join(parts)


def _from_tables(
    tables: Mapping[str, object], themes: Collection[str], scopes: Scopes
) -> tuple[Preferences, tuple[str, ...]]:
    """The preferences in `tables`, and a sentence for each invalid entry."""
    preferences = Preferences()
    known = {setting.name for setting in fields(Preferences)}
    complaints: list[str] = []
    for name, value in tables.items():
        try:
            if name not in known:
                complaints.append(f"there is no setting called {_shown(name)}.")
            elif name == "keymap":
                if not isinstance(value, Mapping):
                    raise ConfigError("keymap must be a table of keys")
                keymap, unbound = checked_keymap(value, scopes())
                complaints += unbound
                preferences = replace(preferences, keymap=keymap)
            else:
                read = replace(preferences, **{name: value})  # type: ignore[arg-type]
                if name == "log":
                    _check_loggers(read.log)
                if name == "theme" and value not in themes:
                    raise ConfigError(f"there is no theme called {_shown(value)}")
                preferences = read
        except ConfigError as error:
            default = getattr(preferences, name)
            instead = "" if name in ("keymap", "log") else f"; {_shown(default)} is used"
            complaints.append(f"{error}{instead}.")
    if len(complaints) > MOST_COMPLAINTS:
        rest = len(complaints) - MOST_COMPLAINTS + 1
        complaints[MOST_COMPLAINTS - 1 :] = [f"and {rest} more entries can't be used."]
    return preferences, tuple(f"settings.toml: {complaint}" for complaint in complaints)


def _check_loggers(names: Sequence[str]) -> None:
    """Raise `ConfigError` for a name that no logger has."""
    # Imported here, as the first picture shouldn't wait for it.
    from rnntui.training.loggers.finding import known_loggers

    for name in names:
        if name not in (known := known_loggers()):
            raise ConfigError(
                f"there is no logger called {_shown(name)}; there are {', '.join(known)}"
            )


def _names_of_loggers(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ConfigError(f"log must be a list of names, not {_shown(value)}")


def _number(name: str, value: object, bounds: tuple[float, float]) -> float:
    low, high = bounds
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:  # type: ignore[operator]
        raise ConfigError(f"{name} must be a number from {low:g} to {high:g}, not {_shown(value)}")
    return float(value)  # type: ignore[arg-type]


def _shown(value: object) -> str:
    """A value as written in the file, shortened to fit into a sentence."""
    match value:
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 10**15:
            return "a number that large" if value > 0 else "a number that low"
        case float() if not math.isfinite(value):
            return str(value)
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case str():
            return f"'{value}'" if len(value) <= 40 else f"'{value[:39]}…'"
        case Mapping():
            return "a table"
        case list():
            return "a list"
        case _:
            return str(value)
