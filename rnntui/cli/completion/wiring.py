"""Which words are offered for which argument or option.

Choices that the parser knows are offered by Typer itself. Every other text is in one of the tables
here; a test walks all commands, so that none is forgotten.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from rnntui.cli.completion import words
from rnntui.cli.completion.protocol import is_completing, standing
from rnntui.cli.completion.words import Word, Words, is_safe
from rnntui.errors import RnntuiError

EVERYWHERE: Final[dict[str, Words]] = {
    "corpus": words.texts,
    "corpora": words.texts,
    "labelled": words.labelled_names,
    "checkpoint": words.checkpoints,
    "init_from": words.checkpoints,
    "resume": words.runs,
    "replay": words.runs,
    "recipe": words.recipes(),
    "cell": words.cells,
    "lesson": words.lessons,
    "log": words.loggers,
    "text_encoding": words.text_encodings,
    "normalise": words.normalisations,
    "device": words.fixed("auto", "cpu", "cuda", "cuda:0", "mps"),
}
"""By the name of a parameter, in any command but those of `SOMEWHERE`."""

SOMEWHERE: Final[dict[tuple[str, ...], Words]] = {
    ("recipe",): words.recipes("train"),
    ("train", "recipe"): words.recipes("train"),
    ("race", "recipe"): words.recipes("train"),
    ("race", "configurations"): words.texts,
    ("race", "resume"): words.races,
    ("serve", "recipe"): words.recipes("train"),
    ("sample", "cell"): words.own_cells,
    ("sweep", "sampler"): words.fixed("tpe", "random", "grid"),
    ("sweep", "pruner"): words.fixed("median", "hyperband", "none"),
    ("compare", "recipe"): words.recipes("compare"),
    ("trace", "recipe"): words.recipes("trace"),
    ("classify", "train", "recipe"): words.recipes("classify"),
    ("corpora", "fetch", "text"): words.catalogue_names,
    ("corpora", "remove", "name"): words.own_texts,
    ("checkpoints", "rename", "name"): words.runs,
    ("checkpoints", "remove", "name"): words.runs,
    ("checkpoints", "export", "name"): words.checkpoints,
    ("checkpoints", "import", "vocabulary"): words.texts,
}
"""By the path of a command and the name of its parameter."""

TYPED: Final = frozenset(
    {
        *("choose", "cut", "file", "freeze", "hold", "host", "label_column", "mark"),
        *("member", "name", "new_name", "nudge", "pattern", "prime", "prime_file", "public_url"),
        *("sha256", "sources", "text", "text_column", "until"),
    }
)
"""Parameters that a person makes up, and files, which shells complete where nothing is offered."""

_CLEARED: Final = str.maketrans({'"': None, "'": "’", "`": None, "$": None, "\\": None, "[": "("})


def wire(path: tuple[str, ...], command: Any) -> None:
    """Give the parameters of a command their words."""
    for parameter in command.params:
        source = source_of(path, parameter)
        if source is not None:
            parameter.shell_complete = partial(offered, source)
    if is_completing():
        # Values are only looked at. Typer would load Pydantic to convert them.
        command.get_params = partial(_unconverted, command.get_params)


def source_of(path: tuple[str, ...], parameter: Any) -> Words | None:
    """The words for a parameter; None where Typer knows its choices, or nobody does."""
    if path == ("race",) and (values := _listed_choices(parameter.name)):
        return words.fixed(*values)
    found = SOMEWHERE.get((*path, parameter.name)) or EVERYWHERE.get(parameter.name)
    if found is None and parameter.metavar and parameter.metavar.startswith("["):
        values = parameter.metavar.strip("[]").split("|")
        return words.fixed(*values) if all(map(str.isalnum, values)) else None
    return None if parameter.type_descriptor.is_choice else found


def offered(source: Words, _context: Any, incomplete: str) -> list[Word]:
    """The words that go on as typed; behind a comma, the further values of a list.

    What can't be read offers nothing: a shell has no place for a complaint.
    """
    try:
        found = list(source())
    except (OSError, ValueError, RnntuiError):
        return []
    before, comma, begun = incomplete.rpartition(",")
    taken = set(before.split(","))
    begins = [
        Word(before + comma + word.value, _described(word.help))
        for word in found
        if is_safe(word.value) and word.value.startswith(begun) and word.value not in taken
    ]
    left = len(standing())
    return [Word(word.value[left:], word.help) for word in begins]


def _listed_choices(setting: str) -> tuple[str, ...]:
    """The values of a setting that has few."""
    from dataclasses import fields

    from rnntui.tasks.characters.config import TrainConfig
    from rnntui.training.settings.declaring import choices

    return next((choices(one) for one in fields(TrainConfig) if one.name == setting), ())


def _unconverted(parameters: Callable[[Any], list[Any]], context: Any) -> list[Any]:
    """The parameters, `--help` included, each leaving its value as it is."""
    found = parameters(context)
    for parameter in found:
        parameter.process_value = _as_typed
    return found


def _as_typed(_context: Any, value: Any) -> Any:
    return value


def _described(about: str | None) -> str | None:
    """A description without what a shell would obey."""
    if not about:
        return None
    printable = "".join(character if character.isprintable() else " " for character in about)
    return printable.translate(_CLEARED)


def summaries(names: Iterable[str], about: Callable[[str], str], incomplete: str) -> list[Word]:
    """The names of commands, each with what it does."""
    return [Word(name, about(name)) for name in names if name.startswith(incomplete)]
