"""The words that can stand in a place of the command line, each with what it is.

They are read from disk at each call, by names alone: nothing here loads torch, NumPy or Textual,
and no file of a text, a run or a cell is opened. A folder that can't be read offers nothing.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rnntui import places

SAFE_MARKS: Final = frozenset("._-+@%,:/")
"""What may stand in an offered word besides letters, digits and their marks."""


@dataclass(frozen=True)
class Word:
    """A word that is offered, and what it is, in a few words or none."""

    value: str
    help: str | None = None
    type: str = "plain"


Words = Callable[[], Iterable[Word]]
"""A source of words."""


def is_safe(value: str) -> bool:
    """Whether a shell takes the word as it is, unquoted.

    The scripts that shells have from Typer evaluate what they are given, so that a folder's name
    with quotation marks, spaces or control characters could become a command: it is left out.
    """
    return not value.startswith("-") and all(
        character.isalnum() or character in SAFE_MARKS or _joins(character) for character in value
    )


def texts() -> Iterator[Word]:
    """The texts of the library."""
    from rnntui.text.library.entries import text_names

    for name, title in text_names().items():
        yield Word(name, title)


def own_texts() -> Iterator[Word]:
    """The texts that can be removed: one's own files."""
    from rnntui.text.library.entries import own_text_names

    yield from map(Word, own_text_names())


def catalogue_names() -> Iterator[Word]:
    """The texts that can be fetched."""
    from rnntui.text.library.catalogue import catalogue

    for text in catalogue():
        yield Word(text.name, text.title)


def labelled_names() -> Iterator[Word]:
    """The labelled texts that can be fetched, which are found by their names then."""
    from rnntui.text.library.catalogue import catalogue

    for text in catalogue():
        if text.labelled:
            yield Word(text.name, text.title)


def runs() -> Iterator[Word]:
    """The runs."""
    for folder in _folders(places.checkpoints_dir()):
        yield Word(folder.name, "a run")


def checkpoints() -> Iterator[Word]:
    """The runs, which mean their best checkpoint, and the last one of each; the shipped one."""
    for folder in _folders(places.checkpoints_dir()):
        yield Word(folder.name, "the run's best network")
        yield Word(f"{folder.name}:last", "the run's last network")
    for folder in _folders(places.shipped_checkpoints_dir()):
        yield Word(folder.name, "the network that comes with rnntui")


def races() -> Iterator[Word]:
    """The races, of which all lanes are resumed."""
    for path in _listed(places.checkpoints_dir()):
        if path.name.endswith(RACE_ENDING):
            yield Word(path.name.removesuffix(RACE_ENDING), "a race")


RACE_ENDING: Final = ".race.toml"


def recipes(*kinds: str) -> Words:
    """The shipped recipes of these kinds; of all without any."""

    def named() -> Iterator[Word]:
        for path in _listed(places.recipes_dir()):
            if path.suffix == ".toml":
                with suppress(OSError, ValueError):
                    table = tomllib.loads(path.read_text(encoding="utf-8"))
                    if not kinds or table["kind"] in kinds:
                        yield Word(path.stem, str(table["about"]))

    return named


def cells() -> Iterator[Word]:
    """The built-in cells, then the names of the files in the user's folder; none is run."""
    from rnntui.nets.cells import CELLS

    for name, cell in CELLS.items():
        yield Word(name, f"built in, of {cell.year}")
    yield from own_cells()


def own_cells() -> Iterator[Word]:
    """The cells of the user's own, by their files' names."""
    for path in _listed(places.user_cells_dir()):
        if path.suffix == ".py" and not path.name.startswith((".", "_")):
            yield Word(path.stem, "a cell of your own")


def lessons() -> Iterator[Word]:
    """The lessons."""
    for path in _listed(places.lessons_dir()):
        if path.suffix == ".toml":
            number, _, name = path.stem.partition("-")
            yield Word(name, f"lesson {number.lstrip('0')}")


def loggers() -> Iterator[Word]:
    """The loggers, those of other packages included."""
    from rnntui.training.loggers.finding import known_loggers

    yield from map(Word, known_loggers())


def normalisations() -> Iterator[Word]:
    """The steps of normalisation."""
    from rnntui.text.normalisation import NORMALISATION_STEPS

    yield from map(Word, (*NORMALISATION_STEPS, "chapter-1"))


def text_encodings() -> Iterator[Word]:
    """Encodings that files of text mostly have; any of Python's can be typed."""
    common = ("utf-8", "utf-16", "latin-1", "cp1252", "euc-kr", "cp949", "shift_jis", "gb18030")
    yield from map(Word, common)


def fixed(*values: str) -> Words:
    """Always the same words."""
    return lambda: map(Word, values)


def _folders(parent: Path) -> Iterator[Path]:
    """The folders of runs, as `list_runs` finds them."""
    for path in _listed(parent):
        if not path.name.startswith(".") and (path / "run.toml").exists():
            yield path


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _joins(character: str) -> bool:
    """Whether it is a mark of the letter before it, as in decomposed names and Devanagari."""
    import unicodedata

    return unicodedata.category(character) in ("Mn", "Mc")
