"""Recipes: named, complete configurations in TOML, shipped in `rnntui/recipes` or a user's own.

The kind of a recipe decides what its tables hold and which command runs it; the tables of
trace and compare recipes are read by their commands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from rnntui import places
from rnntui.errors import ConfigError, quoted
from rnntui.tasks.kinds import KINDS, Kind, RecipeKind
from rnntui.text.escapes import unescaped
from rnntui.toml_files import UnreadableFileError, read_toml
from rnntui.training.settings.tables import from_tables

C = TypeVar("C")

SHIPPED = places.recipes_dir()

DEFAULT = "default"
"""The default recipe of `rnntui train`."""

_COMMANDS: dict[RecipeKind, str] = {
    **{kind.recipes: f"{kind.train} --recipe {{}}" for kind in KINDS.values()},
    "trace": "rnntui trace --recipe {}",
    "compare": "rnntui compare {}",
}


@dataclass(frozen=True)
class RecipeFile:
    """The content of a recipe's file.

    `corpus` is the text it is meant for, if any; `prime` the prime of its samples, empty for
    the start of a line; `tables` are unchecked; `source` names the file in sentences.
    """

    name: str
    kind: RecipeKind
    about: str
    corpus: str
    prime: str
    tables: Mapping[str, Any]
    source: str

    @property
    def command(self) -> str:
        """The command that runs it."""
        return _COMMANDS[self.kind].format(self.name)


@dataclass(frozen=True)
class Recipe(Generic[C]):
    """A recipe for training: a configuration, and the corpus it is meant for, if any.

    `prime` is the prime of its samples, empty for the start of a line.
    """

    name: str
    about: str
    corpus: str
    prime: str
    config: C


def list_recipe_files() -> tuple[RecipeFile, ...]:
    """All shipped recipes, the default one first, then by name."""
    files = [_read(path) for path in SHIPPED.glob("*.toml")]
    return tuple(sorted(files, key=lambda file: (file.name != DEFAULT, file.name)))


def find_recipe_file(reference: str, kind: RecipeKind | None = None) -> RecipeFile:
    """The recipe of that name, or in that TOML file, of kind `kind` or any.

    Raises `ConfigError` for a missing or unreadable recipe, or one of another kind; the
    sentence then names the command that runs it.
    """
    named = SHIPPED / f"{reference}.toml"
    if Path(reference).name == reference and named.is_file():
        found = _read(named)
    elif Path(reference).is_file():
        found = _read(Path(reference))
    else:
        files = [file for file in list_recipe_files() if kind in (None, file.kind)]
        known = ", ".join(file.name for file in files)
        raise ConfigError(
            f"There is no recipe {quoted(reference)}; name a TOML file or one of {known}."
        )
    if kind not in (None, found.kind):
        raise ConfigError(
            f"{found.source} is of kind '{found.kind}', not '{kind}'; '{found.command}' runs it."
        )
    return found


def list_recipes_of(kind: Kind, config: type[C]) -> tuple[Recipe[C], ...]:
    """The shipped recipes for networks of a kind, which `config` configures."""
    files = list_recipe_files()
    return tuple(configured(file, config) for file in files if file.kind == kind.recipes)


Prepare = Callable[[RecipeFile, str], RecipeFile]
"""Changes a recipe before its settings are checked, given the reference by which it was found."""


def find_recipe_of(
    reference: str, kind: Kind, config: type[C], prepare: Prepare | None = None
) -> Recipe[C]:
    """The recipe of that name, or in that TOML file, for networks of a kind.

    Raises `ConfigError` as `find_recipe_file`, and for an invalid setting.
    """
    file = find_recipe_file(reference, kind.recipes)
    return configured(prepare(file, reference) if prepare else file, config)


def configured(file: RecipeFile, config: type[C]) -> Recipe[C]:
    """The recipe with all settings, defaults included. Raises `ConfigError`."""
    settings = config(**from_tables(file.tables, file.source, config))
    return Recipe(file.name, file.about, file.corpus, file.prime, settings)


def _read(path: Path) -> RecipeFile:
    try:
        content = read_toml(path, "followed")
    except UnreadableFileError as error:
        raise ConfigError(f"The recipe {path} can't be read: {error}.") from error
    texts = {"kind": "train", "name": path.stem, "about": "", "corpus": "", "prime": ""}
    for name in texts:
        texts[name] = content.pop(name, texts[name])
        if not isinstance(texts[name], str):
            raise ConfigError(f"The recipe {path}: '{name}' must be a string.")
    for kind in get_args(RecipeKind):
        if texts["kind"] == kind:
            return RecipeFile(
                name=texts["name"],
                kind=kind,
                about=texts["about"],
                corpus=texts["corpus"],
                prime=unescaped(texts["prime"]),
                tables=content,
                source=f"The recipe {path}",
            )
    known = ", ".join(get_args(RecipeKind))
    raise ConfigError(f"The recipe {path} is of kind '{texts['kind']}'; it must be one of {known}.")
