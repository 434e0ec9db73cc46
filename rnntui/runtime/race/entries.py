"""The configurations that race each other: a product of settings, and whether they are comparable.

Needs no torch.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rnntui.errors import ConfigError
from rnntui.nets.config import parameter_count
from rnntui.nets.equal_parameters import equal_hidden_size
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.settings.declaring import bounds_of, flag

FEWEST_LANES, MOST_LANES = 2, 6

ALIKE = ("normalise", "min_count", "val_fraction", "val_split", "threads")
"""Settings that all lanes share: losses on other texts, or at other speeds, don't compare."""


@dataclass(frozen=True)
class Entry:
    """A configuration in a race; `label` says what differs from the others."""

    label: str
    config: TrainConfig


def product(entries: Sequence[Entry], varied: Mapping[str, Sequence[object]]) -> tuple[Entry, ...]:
    """Every entry with every combination of the varied settings.

    A setting with one value is given to all, and stands in no label. Raises `ConfigError` for a
    value out of bounds, too many or too few lanes, or two that are the same.
    """
    lanes = len(entries)
    for values in varied.values():
        lanes *= len(values)
    if not FEWEST_LANES <= lanes <= MOST_LANES:
        raise ConfigError(
            f"A race has {FEWEST_LANES} to {MOST_LANES} lanes, and these settings make {lanes:,};"
            " give lists of values with commas, or several recipes."
        )
    made = []
    for entry in entries:
        for chosen in itertools.product(*varied.values()):
            settings = dict(zip(varied, chosen, strict=True))
            parts = [entry.label] if len(entries) > 1 else []
            parts += [_words(name, value) for name, value in settings.items() if varied[name][1:]]
            made.append(Entry(", ".join(parts), entry.config.replaced(settings)))
    if twice := {entry.label for entry in made if made.count(entry) > 1}:
        raise ConfigError(f"Two lanes are the same ({min(twice)}); give each value once.")
    return tuple(made)


def check_fair(entries: Sequence[Entry]) -> None:
    """Raise `ConfigError` for entries whose losses or seconds would not be comparable."""
    if units := {entry.config.units for entry in entries} - {"characters"}:
        raise ConfigError(
            f"A race is run in characters, not in {min(units)}; leave --units out, or train the"
            " lanes one by one and compare their bits per character in 'rnntui checkpoints list'."
        )
    for name in ALIKE:
        if len({getattr(entry.config, name) for entry in entries}) > 1:
            raise ConfigError(
                f"The lanes of a race must have the same {flag(name)}, or they would not be"
                " comparable; give one for all."
            )


def with_equal_parameters(entries: Sequence[Entry], vocab_size: int) -> tuple[Entry, ...]:
    """The entries with hidden sizes that bring them nearest to the first one's parameters."""
    parameters = parameter_count(entries[0].config.model(vocab_size))
    most = int(bounds_of(TrainConfig, "hidden_size")[1])

    def sized(entry: Entry) -> Entry:
        size = equal_hidden_size(entry.config.model(vocab_size), parameters, most)
        return replace(entry, config=replace(entry.config, hidden_size=size))

    return (entries[0], *(sized(entry) for entry in entries[1:]))


def names_of(race: str, entries: Sequence[Entry]) -> tuple[str, ...]:
    """A name for the run of each entry, from the race's name and its label."""
    stems = [_plain(f"{race}-{entry.label}") for entry in entries]
    return tuple(
        f"{stem}-{stems[: number + 1].count(stem)}" if stems.count(stem) > 1 else stem
        for number, stem in enumerate(stems)
    )


def _words(name: str, value: object) -> str:
    """A setting's value in a label: a name by itself, a number with what it is."""
    if name == "cell":
        return str(value).partition("@")[0]  # a person's own has its hash behind its name
    return str(value) if isinstance(value, str) else f"{name.replace('_', ' ')} {value:g}"


def _plain(text: str) -> str:
    words = text.replace(", ", "-").replace(" ", "-")
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in words)
