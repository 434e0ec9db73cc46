"""`rnntui race`: several configurations trained fairly on the same text."""

import sys
from collections.abc import Sequence
from dataclasses import Field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_origin

import typer

from rnntui.cli.options.prime_options import given_prime, prime_option
from rnntui.cli.options.run_options import Force, Log, OldText, allowance, check_old_text
from rnntui.cli.options.setting_options import settings_as_options
from rnntui.cli.output.written_files import repeated_command, write_whole
from rnntui.errors import ConfigError
from rnntui.runtime.race.lists import listed_values
from rnntui.tasks.characters.config import TrainConfig

if TYPE_CHECKING:
    from rnntui.runtime.race.opening import OpenedRace, RaceFile
    from rnntui.runtime.race.turns import LaneEvent
    from rnntui.tasks.characters.recipes import TrainRecipe

RECIPE_SUFFIX = ".toml"
MOST_SAMPLED = 100_000

_NOT_REPEATED = {"--json": 0, "--svg": 1, "--csv": 1}
"""Options that say what is made of a race, with the number of their values."""


def kind_of_list(setting: "Field[Any]") -> Any:
    """A text for Typer, which is split later; the option of a tuple may be repeated."""
    return list[str] if get_origin(setting.type) is tuple else str


@settings_as_options(TrainConfig, kind_of_list)
def race(
    configurations: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RECIPE.toml]... [CORPUS]...",
            help="Recipes that race each other, as TOML files; and the text, as for 'rnntui"
            " train' (default: the recipes' own).",
        ),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Recipes by name, with commas: minute,default.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the race, with which its runs' names begin.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="Race to go on with, all lanes that have steps left.")
    ] = None,
    equal_parameters: Annotated[
        bool,
        typer.Option(
            "--equal-parameters",
            help="Choose the hidden sizes of all lanes but the first so that their networks have"
            " as many parameters as that, as nearly as can be.",
        ),
    ] = False,
    slice_chars: Annotated[
        int | None,
        typer.Option(
            "--slice",
            min=1,
            max=1_000_000_000,
            help="Characters that each lane reads in a turn (default: 50,000).",
        ),
    ] = None,
    prime: Annotated[str | None, prime_option("Prime of the samples.")] = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw loss against steps, own seconds and characters into this file.",
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table into this file.")
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_SAMPLED,
            help="Characters to generate at the end with each lane's best network, all from one"
            " prime and random seed.",
        ),
    ] = 0,
    old_text: OldText = False,
    force: Force = False,
    log: Log = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One event a line, as JSON, with its lane.")
    ] = False,
    **settings: Any,
) -> None:
    """Train several configurations fairly on the same text, in turn slices.

    Every setting takes a list with commas (--cell lstm,gru --hidden-size 64,128): all
    combinations race each other, 2 to 6 lanes. Each is an ordinary run, with its own
    seconds of computing. Ctrl-C saves all; continue with --resume.
    """
    from rnntui import places
    from rnntui.cli.headless import run_headless
    from rnntui.cli.race.display import race_reader
    from rnntui.own_cells import named_cell
    from rnntui.runtime.commands import CommandQueue
    from rnntui.runtime.race.opening import load_shared_parts
    from rnntui.runtime.race.turns import SLICE_CHARACTERS, race
    from rnntui.training.loggers.finding import find_loggers

    find_loggers(log or ())  # before anything is made
    values = listed_values(settings)
    if "cell" in values:
        values["cell"] = [named_cell(str(cell)) for cell in values["cell"]]
    parent = places.checkpoints_dir()
    start = given_prime(prime, None)
    if resume is None:
        check_old_text(old_text)
        opened = _new(
            parent,
            *_told_apart(configurations or (), recipe),
            values,
            equal_parameters,
            name,
            start,
            slice_chars or SLICE_CHARACTERS,
            text_encoding,
            force,
        )
    else:
        given = {
            "A text or recipe": configurations,
            "--recipe": recipe,
            "--name": name,
            "--prime": start,
            "--slice": slice_chars,
            "--text-encoding": text_encoding,
            "--equal-parameters": equal_parameters or None,
        }
        opened = _resumed(parent, resume, given, values, old_text, force)
    load_shared_parts(opened.runs)
    inbox = CommandQueue()
    lanes = opened.lanes_publishing({}, log or ())
    events = race(lanes, inbox, opened.file.slice_characters)
    try:
        run_headless(events, inbox, race_reader(sys.stdout, as_json, lanes), _failure)
    finally:
        _report(parent, opened.file, svg, csv, sample, as_json, opened.runs[0].prime)


def _told_apart(words: Sequence[str], recipes: str | None) -> tuple[list[str], list[str]]:
    """The recipes and the texts among the arguments; recipes by name come first."""
    named = [part.strip() for part in recipes.split(",")] if recipes else []
    files = [word for word in words if word.endswith(RECIPE_SUFFIX)]
    return [*named, *files], [word for word in words if not word.endswith(RECIPE_SUFFIX)]


def _new(
    parent: Path,
    recipes: Sequence[str],
    texts: Sequence[str],
    values: dict[str, list[object]],
    equal_parameters: bool,
    name: str | None,
    prime: str | None,
    slice_chars: int,
    text_encoding: str | None,
    force: bool,
) -> "OpenedRace":
    from rnntui.own_cells import with_own_cell
    from rnntui.runtime.race.entries import Entry, check_fair, product, with_equal_parameters
    from rnntui.runtime.race.opening import new_race
    from rnntui.tasks.characters.recipes import find_recipe
    from rnntui.tasks.recipes import DEFAULT
    from rnntui.text.corpus import load_corpus
    from rnntui.text.normalisation import Normalisation
    from rnntui.text.rare import with_rare_merged

    if equal_parameters and len(values.get("hidden_size", ())) > 1:
        raise ConfigError(
            "--equal-parameters chooses the hidden sizes itself; give --hidden-size one value,"
            " the first lane's."
        )
    found = [find_recipe(one, with_own_cell) for one in recipes or (DEFAULT,)]
    entries: Sequence[Entry] = product([Entry(one.name, one.config) for one in found], values)
    check_fair(entries)
    first = entries[0].config
    corpus = load_corpus(
        _text_of(found, texts),
        normalisation=Normalisation(first.normalise),
        text_encoding=text_encoding,
    )
    if equal_parameters:
        symbols = len(with_rare_merged(corpus, first.min_count).vocabulary)
        entries = with_equal_parameters(entries, symbols)
    start = found[0].prime if prime is None else prime.encode("utf-8", "replace").decode()
    return new_race(
        parent, corpus, entries, name, start, slice_chars, repeated_command(_NOT_REPEATED), force
    )


def _text_of(recipes: Sequence["TrainRecipe"], texts: Sequence[str]) -> str:
    """The text of all lanes. Raises `ConfigError` for recipes that are meant for different ones."""
    from rnntui.text.library.entries import default_text_name
    from rnntui.text.library.references import joined_reference

    if texts:
        return joined_reference(texts)
    own = sorted({one.corpus for one in recipes})
    if len(own) > 1:
        meant = " and ".join(f"'{one or default_text_name()}'" for one in own)
        raise ConfigError(
            f"The recipes are meant for different texts ({meant}); name one text for all lanes."
        )
    return own[0] or default_text_name()


def _resumed(
    parent: Path,
    name: str,
    only_new: dict[str, Any],
    values: dict[str, list[object]],
    old_text: bool,
    force: bool,
) -> "OpenedRace":
    from rnntui.nets.cells import CELLS
    from rnntui.runtime.race.opening import resume_race
    from rnntui.training.settings.declaring import flag

    for option, value in only_new.items():
        if value:
            raise ConfigError(f"{option} can't go with --resume: the race has its own already.")
    if any(cell in CELLS for cell in values.pop("cell", ())):
        raise ConfigError("With --resume, --cell takes only the files of cells of your own.")
    for setting, listed in values.items():
        if len(listed) > 1:
            raise ConfigError(f"{flag(setting)} takes one value with --resume, for all lanes.")
    changes = {setting: listed[0] for setting, listed in values.items()}
    return resume_race(parent, name, changes, allowance(old_text), force)


def _failure(event: "LaneEvent") -> str:
    from rnntui.cli.headless import sentence_of_failure

    sentence = sentence_of_failure(event.event)
    return f"The lane '{event.lane}' failed: {sentence}" if sentence else ""


def _report(
    parent: Path,
    file: "RaceFile",
    svg: Path | None,
    csv: Path | None,
    sample: int,
    as_json: bool,
    prime: str,
) -> None:
    """Print, write and draw what the records of all lanes say."""
    from rnntui.cli.race import report
    from rnntui.runtime.race.picture import race_picture
    from rnntui.runtime.race.results import lane_result
    from rnntui.training.runs.folder import RunFolder

    results = [
        lane_result(RunFolder(parent / lane), label)
        for lane, label in zip(file.lanes, file.labels, strict=True)
    ]
    if not as_json:
        report.print_results(results)
    if csv is not None:
        report.write_csv(results, csv)
    if svg is not None:
        title = f"{file.name}: {len(results)} lanes on {results[0].corpus}"
        write_whole(race_picture(results, title, file.command), svg)
    if sample:
        report.show_samples(report.samples_of(parent, results, prime, sample), as_json)
