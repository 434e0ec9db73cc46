"""Opening runs of character networks, new or resumed, and the events of their training.

The entry point of both the command line and the screen. Loads torch only for the first event,
so that the run's folder is there before; or earlier, to check a device given by name.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rnntui.clock import Clock
from rnntui.errors import CheckpointError, CorpusError
from rnntui.tasks.characters.changed_text import corpus_to_resume
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.characters.engines import check_engine
from rnntui.tasks.characters.fine_tuning import adopted_config, over_vocabulary
from rnntui.tasks.characters.memory import characters_bytes
from rnntui.tasks.characters.run import CHANGEABLE, Run, prepare_run, unit_choice
from rnntui.text.corpus import Corpus
from rnntui.text.in_units import in_units, over
from rnntui.text.vocabulary import describe_character
from rnntui.training.changed_text import AllowOldText, refuse_old_text
from rnntui.training.commands import Inbox, NullOutlet, WeightsOutlet
from rnntui.training.events import TrainEvent
from rnntui.training.loggers.logged_events import wants_gates
from rnntui.training.loggers.logger import NamedLogger
from rnntui.training.opening import check_can_train, folder_for, make_run, reopened
from rnntui.training.optimizing.devices import check_precision
from rnntui.training.optimizing.memory import check_memory
from rnntui.training.resuming import count_rates_given
from rnntui.training.runs.folder import check_new_name
from rnntui.training.stopwatch import AWAKE

if TYPE_CHECKING:
    from rnntui.training.optimizing.process_group import Together

LoadText = Callable[[TrainConfig], Corpus]
"""Reads the requested text, normalised and in the units that a configuration asks for."""

NAMED = 8
"""Number of added characters that a warning names; further ones are counted."""


def new_run(
    parent: Path,
    corpus: Corpus,
    config: TrainConfig,
    name: str | None,
    prime: str = "",
    init_from: str = "",
    force: bool = False,
) -> Run:
    """Make a run and its folder in `parent`; the default name has corpus, cell and a number.

    With `init_from`, the checkpoint of the initial weights, the text is already in that
    network's ids. Raises `CheckpointError` for a taken or invalid name, `CorpusError` for too
    short a text, `ConfigError` for an unavailable device or, unless `force`, too little memory.
    """
    check_new_name(parent, name)
    folder = folder_for(parent, name, corpus.name, config.cell)
    if not init_from:
        corpus = in_units(corpus, unit_choice(config))
    run = prepare_run(folder, corpus, config, prime, init_from)
    check_can_train(config)
    make_run(run, force)
    return run


def fine_tuned_run(
    parent: Path,
    load: LoadText,
    config: TrainConfig,
    asked: Collection[str],
    name: str | None,
    prime: str,
    start: Path,
    force: bool = False,
) -> Run:
    """Make a run that starts with the weights of the checkpoint `start`, on another text.

    `load` reads the text with the checkpoint's normalisation; `asked` names the settings
    given explicitly. Raises as `new_run`, and `ConfigError` if one of those contradicts the
    network.
    """
    checkpoint = load_checkpoint(start)
    header = checkpoint.header
    config = adopted_config(config, asked, header)
    corpus, added = over_vocabulary(load(config), header.vocabulary, config.min_count)
    run = new_run(parent, corpus, config, name, prime, str(start.resolve()), force)
    notices = run.notices
    if added:
        named = ", ".join(describe_character(symbol) for symbol in added[:NAMED])
        more = f" and {len(added) - NAMED} more" if len(added) > NAMED else ""
        notices += (f"New to the network, and added to its vocabulary: {named}{more}.",)
    return replace(run, notices=notices, init_weights=checkpoint.network)


def resume_run(
    parent: Path,
    name: str,
    changes: Mapping[str, object],
    load: LoadText | None = None,
    allow: AllowOldText = refuse_old_text,
    force: bool = False,
) -> Run:
    """Open a run to resume it from its last checkpoint, or from the start if it has none.

    `changes` are settings to change, of those in `CHANGEABLE`. The text is found by its
    provenance, unless `load` reads it; if it has changed, `allow` decides whether the old one
    is used. Raises `CheckpointError`, `ConfigError`, and `CorpusError` for a missing text.
    """
    folder, begun, config = reopened(parent, name, describe_run, changes, CHANGEABLE)
    provenance, prime, init_from = begun.corpus, begun.prime, begun.init_from
    before, eval_chars = begun.config, begun.eval_chars
    check_precision(config.precision, config.device)
    if load is None:
        checkpoint = f"{folder.name}:last"
        trained = f"the run '{folder.name}'"
        corpus = corpus_to_resume(provenance, before, checkpoint, trained, allow)
    else:
        corpus = load(before)
    if corpus.content_hash != provenance.content_hash:
        raise CorpusError(
            f"The text given is not the one that the run '{name}' was trained on; leave it out"
            " to resume with that one."
        )
    # Before the checkpoint is read, which needs memory, too.
    check_memory(characters_bytes(config, len(corpus.vocabulary)), config.device, force)
    last = load_checkpoint(folder.last) if folder.is_saved else None
    weights = None
    if init_from:
        start = last or load_checkpoint(Path(init_from))
        corpus, _ = over_vocabulary(corpus, start.header.vocabulary, before.min_count)
        weights = start.network
    else:
        corpus = (
            in_units(corpus, unit_choice(before))
            if last is None or before.units == "characters"
            else over(corpus, last.header.vocabulary)
        )
    if last is None:
        run = replace(prepare_run(folder, corpus, config, prime, init_from), init_weights=weights)
    else:
        rates = count_rates_given(begun.rates_given, changes, before, last.header.progress)
        run = Run(folder, corpus, config, prime, eval_chars, (), init_from, None, last, rates)
        _check_resumable(run, before)
    run.update_configuration(begun)
    return run


def _check_resumable(run: Run, before: TrainConfig) -> None:
    """Raise as `PreparedRun.check_resumable`, and for an invalid `eval_chars`."""
    assert run.resume_from is not None
    check_engine(run.config)
    held_out = len(run.parts[1])
    if not 0 <= run.eval_chars <= held_out or 0 < run.eval_chars <= max(run.config.window, 1):
        raise CheckpointError(
            f"{run.folder.configuration} is damaged: of the {held_out:,} held-out characters"
            f" an evaluation can't read {run.eval_chars:,}."
        )
    same = run.resume_from.header.vocabulary == run.corpus.vocabulary
    run.check_resumable(before, CHANGEABLE, same)


def events_of(
    run: Run,
    inbox: Inbox | None = None,
    outlet: WeightsOutlet | None = None,
    clock: Clock = AWAKE,
    loggers: Sequence[NamedLogger] = (),
    group: "Together | None" = None,
) -> Iterator[TrainEvent]:
    """Train a run, yielding its events, each after it is recorded in the run's folder.

    `clock` gives the seconds that the events tell; `loggers` are given the events, too;
    the processes of `group` train together, and this is its rank 0.

    Raises `CheckpointError` if another process trains the run.
    """
    from rnntui.tasks.characters.learners import learner_for
    from rnntui.training.loop import train_recorded

    make = partial(learner_for, group=group)
    if not any(map(wants_gates, loggers)):
        yield from train_recorded(run, make, inbox, outlet, clock=clock, loggers=loggers)
        return
    from rnntui.tasks.characters.gate_histograms import GateHistograms

    gates = GateHistograms(run, outlet or NullOutlet())
    yield from train_recorded(
        run,
        make,
        inbox,
        gates,
        clock=clock,
        loggers=loggers,
        measured=gates.measured,
    )
