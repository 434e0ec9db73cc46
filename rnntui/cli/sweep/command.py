"""`rnntui sweep`: settings chosen by Optuna, one training run a trial."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.options.run_options import Force
from rnntui.cli.output.terminal import write_line
from rnntui.errors import ConfigError

if TYPE_CHECKING:
    from rnntui.runtime.sweep.events import SweepEnded
    from rnntui.runtime.sweep.space import Space

TRIALS, SAMPLER, PRUNER, SEED = 20, "tpe", "median", 1
"""What a sweep does unless its file or a flag says otherwise."""

MOST_TRIALS = 1_000_000

_OPTIONS: dict[str, tuple[type, object]] = {
    "name": (str, ""),
    "trials": (int, TRIALS),
    "sampler": (str, SAMPLER),
    "pruner": (str, PRUNER),
    "seed": (int, SEED),
}


def sweep(
    space: Annotated[
        Path,
        typer.Argument(
            metavar="SPACE.toml",
            help="A recipe in which some settings have a range or a list of choices.",
        ),
    ],
    corpora: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CORPUS]...", help="The text, as for 'rnntui train'."),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_TRIALS, help=f"Trials of the study in all (default: {TRIALS})."
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the study, with which its runs' names begin (default: the file's)."
        ),
    ] = None,
    storage: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Optuna's storage: SQLite (.db, .sqlite, .sqlite3) or a journal (.journal, .log)"
            " (default: NAME.journal beside the runs).",
        ),
    ] = None,
    sampler: Annotated[
        str | None, typer.Option(help=f"tpe, random or grid (default: {SAMPLER}).")
    ] = None,
    pruner: Annotated[
        str | None, typer.Option(help=f"median, hyperband or none (default: {PRUNER}).")
    ] = None,
    sampler_seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**31 - 1, help=f"Random seed of the sampler (default: {SEED})."),
    ] = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    save_best: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the best trial into this recipe.")
    ] = None,
    force: Force = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One event a line, as JSON, with its trial.")
    ] = False,
) -> None:
    """Train trials whose settings Optuna chooses, and tell the best.

    Each is an ordinary run, NAME-0, NAME-1 and so on; pruned ones are ended early. Ctrl-C saves
    the trial in training; the same command goes on. Several processes may work on one study.
    """
    from rnntui import places
    from rnntui.cli.headless import run_headless
    from rnntui.cli.sweep.display import sweep_reader
    from rnntui.own_cells import with_own_cell
    from rnntui.runtime.commands import CommandQueue
    from rnntui.runtime.sweep.events import SweepEnded
    from rnntui.runtime.sweep.running import Sweep
    from rnntui.runtime.sweep.running import sweep as sweep_events
    from rnntui.runtime.sweep.space import read_space
    from rnntui.runtime.sweep.study import Study
    from rnntui.tasks.kinds import CHARACTERS
    from rnntui.tasks.recipes import find_recipe_file
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library.entries import default_text_name
    from rnntui.text.library.references import joined_reference
    from rnntui.text.normalisation import Normalisation
    from rnntui.training.runs.folder import check_run_name

    file = find_recipe_file(str(space), CHARACTERS.recipes)
    found = read_space(with_own_cell(file, str(space)))
    given = {
        "name": name,
        "trials": trials,
        "sampler": sampler,
        "pruner": pruner,
        "seed": sampler_seed,
    }
    chosen = _options(found, given)
    study_name = chosen["name"] or space.stem
    check_run_name(f"{study_name}-{MOST_TRIALS}")
    parent = places.checkpoints_dir()
    reference = joined_reference(corpora) if corpora else found.corpus or default_text_name()
    first = found.config({setting: one.ends[0] for setting, one in found.swept.items()})
    corpus = load_corpus(
        reference,
        normalisation=Normalisation(first.normalise),
        text_encoding=first.read_as or text_encoding,
    )
    study = Study(
        study_name,
        storage or parent / f"{study_name}.journal",
        parent,
        found,
        chosen["sampler"],
        chosen["pruner"],
        chosen["seed"],
        corpus.content_hash,
    )
    work = Sweep(parent, study, found, corpus, reference, chosen["trials"], force)
    inbox, ends = CommandQueue(), list[SweepEnded]()

    def events() -> Any:
        for event in sweep_events(work, inbox):
            if isinstance(event, SweepEnded):
                ends.append(event)
            yield event

    run_headless(events(), inbox, sweep_reader(sys.stdout, as_json), lambda _: "")
    for end in ends:
        _report(end, as_json)
        if save_best is not None:
            _save_best(end, found, study_name, reference, save_best)


def _options(space: "Space", given: dict[str, Any]) -> dict[str, Any]:
    """The sweep's own options: flags, else what the file's table says, else the defaults.

    Raises `ConfigError`, naming the file, for an unknown one or a wrong value.
    """
    chosen = {}
    for name, value in space.options.items():
        if name not in _OPTIONS:
            raise ConfigError(
                f"{space.source}: [sweep] has no '{name}'; it may have {', '.join(_OPTIONS)}."
            )
        kind = _OPTIONS[name][0]
        if not isinstance(value, kind) or isinstance(value, bool):
            expected = "a whole number" if kind is int else "a text"
            raise ConfigError(f"{space.source}: '{name}' in [sweep] must be {expected}.")
        lowest = 1 if name == "trials" else 0
        if isinstance(value, int) and not lowest <= value <= (MOST_TRIALS if lowest else 2**31 - 1):
            raise ConfigError(f"{space.source}: '{name}' in [sweep] is out of bounds.")
    for name, (_, default) in _OPTIONS.items():
        value = given[name]
        chosen[name] = space.options.get(name, default) if value is None else value
    return chosen


def _report(end: "SweepEnded", as_json: bool) -> None:
    """Say which trial is the best one, and how to train it again."""
    from rnntui.cli.sweep.display import shown

    if as_json:
        return
    if end.best is None or end.loss is None:
        write_line("No trial is complete.", sys.stdout)
        return
    write_line(
        f"The best is trial {end.best} ({end.run}), loss {end.loss:.4f}: {shown(end.values)}",
        sys.stdout,
    )
    write_line(f"Train it again with: {end.command}", sys.stdout)


def _save_best(end: "SweepEnded", space: "Space", study: str, corpus: str, path: Path) -> None:
    """Write the settings of the best trial as a recipe. Raises `RnntuiError`."""
    import tomli_w

    from rnntui.cli.output.written_files import write_whole
    from rnntui.text.escapes import escaped
    from rnntui.training.settings.tables import to_tables

    if end.best is None or end.loss is None:
        raise ConfigError(f"No trial is complete, so there is nothing to write into {path}.")
    recipe = {
        "name": f"{study}-best",
        "kind": "train",
        "about": f"Trial {end.best} of the sweep '{study}', the best: loss {end.loss:.4f}.",
        "corpus": corpus,
        "prime": escaped(space.prime),
        **to_tables(space.config(end.values)),
    }
    write_whole(tomli_w.dumps(recipe), path)
