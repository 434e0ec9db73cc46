"""The file of a sweep: a recipe in which some settings have a range or a list of choices."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass
from itertools import islice, product
from typing import Any, Final, get_origin

from rnntui.errors import ConfigError, quoted
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.recipes import RecipeFile
from rnntui.training.settings.declaring import check_setting, flag, settings_of
from rnntui.training.settings.tables import from_tables

TABLE: Final = "sweep"
"""The table of a sweep's own options."""

_SECTIONS: Final = ("network", "batches", "optimizer", "budget")
_MOST_TRIED: Final = 2_000
"""Maximum combinations of settings that are tried before the start."""

_RANGE_KEYS: Final = ("low", "high", "log", "step")

Value = str | int | float


@dataclass(frozen=True)
class Range:
    """A swept setting that takes numbers from `low` to `high`, both included.

    `log`: its logarithm is drawn evenly; `step` is the distance of possible values, 0 for any;
    `whole`: only whole numbers.
    """

    low: float
    high: float
    log: bool = False
    step: float = 0
    whole: bool = False

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values at which other settings may contradict it."""
        return (self.low, self.high)

    @property
    def grid(self) -> tuple[Value, ...]:
        """All its values; none where they can't be counted."""
        step = self.step or (1 if self.whole and not self.log else 0)
        if not step:
            return ()
        count = int((self.high - self.low) / step + 1e-9) + 1
        values = (self.low + number * step for number in range(min(count, _MOST_TRIED)))
        return tuple(int(value) if self.whole else value for value in values)

    def place(self, value: Value) -> float:
        """Where in the range a value lies: from 0 to 1, in logarithms where they are drawn."""
        if isinstance(value, str) or (self.log and value <= 0):
            return 0.0
        low, high, at = self.low, self.high, float(value)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low)

    def as_table(self) -> dict[str, Any]:
        """As it stands in a file."""
        table: dict[str, Any] = {"low": self.low, "high": self.high}
        return (
            table | ({"log": True} if self.log else {}) | ({"step": self.step} if self.step else {})
        )


@dataclass(frozen=True)
class Choices:
    """A swept setting that takes one of some values."""

    values: tuple[Value, ...]

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values at which other settings may contradict it."""
        return self.values

    @property
    def grid(self) -> tuple[Value, ...]:
        """All its values."""
        return self.values

    def place(self, value: Value) -> float:
        """Where in the list a value stands: from 0 to 1."""
        at = self.values.index(value) if value in self.values else 0
        return at / max(1, len(self.values) - 1)

    def as_table(self) -> list[Value]:
        """As it stands in a file."""
        return list(self.values)


Swept = Range | Choices


@dataclass(frozen=True)
class Space:
    """What a sweep's file says: the fixed settings, the swept ones, and the sweep's own options.

    `corpus` and `prime` are as in a recipe; `options` are checked by who reads them.
    """

    source: str
    corpus: str
    prime: str
    fixed: Mapping[str, Any]
    swept: Mapping[str, Swept]
    options: Mapping[str, Any]

    def config(self, values: Mapping[str, Value]) -> TrainConfig:
        """The configuration of a trial. Raises `ConfigError` for settings that contradict."""
        return TrainConfig(**{**self.fixed, **values})


def read_space(file: RecipeFile) -> Space:
    """The space of a sweep's file, all of whose settings are checked.

    Raises `ConfigError` with a sentence for each fault.
    """
    tables = dict(file.tables)
    options = tables.pop(TABLE, {})
    faults: list[str] = []
    fixed: dict[str, Any] = {}
    swept: dict[str, Swept] = {}
    by_name = {one.name: one for one in settings_of(TrainConfig)}
    if not isinstance(options, Mapping):
        faults.append(f"{file.source}: [{TABLE}] must be a table.")
    for one in _single(tables):
        try:
            (name, value), *_ = from_tables(one, file.source, TrainConfig).items()
            setting = by_name[name]
            if not _is_swept(setting, value):
                check_setting(setting, value)
                fixed[name] = value
            elif setting.metadata["section"] not in _SECTIONS and name != "seed":
                raise ConfigError(
                    f"{flag(name)} can't be swept: it changes the text or the machine, not what is"
                    " learned."
                )
            else:
                swept[name] = _swept(setting, value)
        except ConfigError as error:
            sentence = str(error)
            faults.append(
                sentence if sentence.startswith(file.source) else f"{file.source}: {error}"
            )
    if not swept and not faults:
        faults.append(
            f"{file.source} sweeps no setting; give one a range, as learning_rate = {{low = 1e-4,"
            " high = 1e-2, log = true}, or a list of choices."
        )
    space = Space(file.source, file.corpus, file.prime, fixed, swept, options)
    faults = faults or list(_contradictions(space))
    if faults:
        raise ConfigError("\n".join(faults))
    return space


def _single(tables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each setting in a table of its own, so that each fault is found."""
    for section, table in tables.items():
        if not isinstance(table, Mapping):
            yield {section: table}
        else:
            for name, value in table.items():
                yield {section: {name: value}}


def _is_swept(setting: "Field[Any]", value: object) -> bool:
    is_list = get_origin(setting.type) is tuple
    return isinstance(value, Mapping) or (isinstance(value, tuple) and not is_list)


def _swept(setting: "Field[Any]", value: Any) -> Swept:
    if isinstance(value, Mapping):
        return _range(setting, value)
    if not value:
        raise ConfigError(f"{flag(setting.name)} has an empty list; name its choices.")
    for one in value:
        check_setting(setting, one)
    if len(set(value)) < len(value):
        raise ConfigError(f"{flag(setting.name)} names a choice twice.")
    return Choices(tuple(value))


def _range(setting: "Field[Any]", table: Mapping[str, Any]) -> Range:
    """The range of a table. Raises `ConfigError`."""
    name, whole = flag(setting.name), setting.type is int
    if setting.type not in (int, float):
        raise ConfigError(f"{name} has no numbers to range over; list its choices.")
    if unknown := [key for key in table if key not in _RANGE_KEYS]:
        known = ", ".join(_RANGE_KEYS)
        raise ConfigError(f"{name}: a range has {known}, not {quoted(unknown[0])}.")
    for key in ("low", "high"):
        if key not in table:
            raise ConfigError(f"{name}: the range has no '{key}'.")
        check_setting(setting, table[key])
    low, high, log, step = table["low"], table["high"], table.get("log", False), table.get("step")
    if not low < high:
        raise ConfigError(f"{name}: 'low' must be less than 'high'.")
    if not isinstance(log, bool):
        raise ConfigError(f"{name}: 'log' must be true or false.")
    if log and low <= 0:
        raise ConfigError(f"{name}: with 'log', 'low' must be above 0.")
    if step is not None:
        is_number = isinstance(step, int if whole else int | float) and not isinstance(step, bool)
        if not is_number or not 0 < step <= high - low:
            kind = "a whole number" if whole else "a number"
            raise ConfigError(f"{name}: 'step' must be {kind} above 0, at most high - low.")
        if log:
            raise ConfigError(f"{name}: give 'log' or 'step', not both.")
    number = int if whole else float
    return Range(number(low), number(high), log, number(step or 0), whole)


def _contradictions(space: Space) -> Iterator[str]:
    """The first combination of settings that contradict each other, in a sentence."""
    names = list(space.swept)
    combinations: Iterator[Sequence[Value]] = product(*(one.ends for one in space.swept.values()))
    for values in islice(combinations, _MOST_TRIED):
        chosen = dict(zip(names, values, strict=True))
        try:
            space.config(chosen)
        except ConfigError as error:
            shown = ", ".join(f"{name} = {value}" for name, value in chosen.items())
            yield f"{space.source}, with {shown}: {error}"
            return
