"""Opening runs of classifiers, new or resumed, and the events of their training.

The entry point of both the command line and the screen. Loads torch only for the first event, or
to check a device given by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rnntui.errors import CheckpointError, CorpusError
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.description import describe_classify_run
from rnntui.tasks.classification.provenance import (
    LabelledProvenance,
    LabelledSource,
    corpus_to_resume,
    provenance_of,
)
from rnntui.tasks.classification.run import ClassifyRun, prepare_classify_run
from rnntui.text.labelled.corpus import LabelledCorpus
from rnntui.training.changed_text import AllowOldText, refuse_old_text
from rnntui.training.commands import Inbox, NullInbox
from rnntui.training.events import Finished, Tested, TrainEvent, Warned
from rnntui.training.loggers.logger import NamedLogger
from rnntui.training.measuring_stop import MeasuringStoppedError, until_stopped
from rnntui.training.opening import check_can_train, folder_for, make_run, reopened
from rnntui.training.optimizing.memory import check_memory
from rnntui.training.resuming import RATE_SETTINGS, count_rates_given
from rnntui.training.runs.folder import check_new_name
from rnntui.training.settings.declaring import BUDGETS

CHANGEABLE = (
    *(*BUDGETS, *RATE_SETTINGS),
    *("patience", "save_every", "keep_every", "threads", "device"),
)
"""Settings that a resume may change; those of network, data and past steps are fixed."""

TEST_BROKEN_OFF = "The test was cut short; 'rnntui classify eval' repeats it."


def new_classify_run(
    parent: Path,
    source: LabelledSource,
    config: ClassifyConfig,
    name: str | None,
    force: bool = False,
) -> ClassifyRun:
    """Make a run and its folder in `parent`; the default name has corpus, cell and a number.

    Raises `CheckpointError` for a taken or invalid name, `CorpusError` for unsuitable texts,
    `ConfigError` if the network doesn't fit their classes, the device is unavailable or,
    unless `force`, there is too little memory.
    """
    check_new_name(parent, name)
    check_can_train(config)
    corpus = source.read()
    folder = folder_for(parent, name, corpus.name, config.cell)
    run = prepare_classify_run(folder, corpus, provenance_of(corpus, source), config)
    make_run(run, force)
    return run


def resume_classify_run(
    parent: Path,
    name: str,
    changes: Mapping[str, object],
    source: LabelledSource | None = None,
    allow: AllowOldText = refuse_old_text,
    force: bool = False,
) -> ClassifyRun:
    """Open a run to resume it from its last checkpoint, or from the start if it has none.

    `changes` are settings to change, of those in `CHANGEABLE`. The texts are found by their
    provenance, unless `source` reads them; if they have changed, `allow` decides whether the
    old ones are used. Raises `CheckpointError`, `ConfigError`, and `CorpusError` for missing
    texts.
    """
    folder, begun, config = reopened(parent, name, describe_classify_run, changes, CHANGEABLE)
    provenance, before = begun.corpus, begun.config
    if source is None:
        corpus = corpus_to_resume(provenance, before, f"the run '{name}'", allow)
    else:
        corpus = _same_corpus(provenance, name, source)
    run = prepare_classify_run(folder, corpus, provenance, config)
    check_memory(run.needed_bytes, config.device, force)
    if folder.is_saved:
        last = load_classifier(folder.last)
        given = count_rates_given(begun.rates_given, changes, before, last.header.progress)
        run = replace(run, notices=(), resume_from=last, rates_given=given)
        same = (last.header.vocabulary, last.header.classes) == (run.vocabulary, run.classes)
        run.check_resumable(before, CHANGEABLE, same)
    run.update_configuration(begun)
    return run


def classify_events(
    run: ClassifyRun, inbox: Inbox | None = None, loggers: Sequence[NamedLogger] = ()
) -> Iterator[TrainEvent]:
    """Train a run, yielding its events, each after it is recorded in the run's folder.

    `loggers` are given them, too. At its end, unless it was stopped, the best network is evaluated
    on the test part, if there is one. Raises `CheckpointError` if another process trains the run.
    """
    from rnntui.tasks.classification.learner import ClassifyLearner
    from rnntui.training.loop import train_recorded

    def ending(events: Iterator[TrainEvent]) -> Iterator[TrainEvent]:
        return _with_test(run, events, inbox or NullInbox())

    yield from train_recorded(run, ClassifyLearner, inbox, ending=ending, loggers=loggers)


def _with_test(
    run: ClassifyRun, events: Iterator[TrainEvent], inbox: Inbox
) -> Iterator[TrainEvent]:
    for event in events:
        if isinstance(event, Finished) and event.reason != "stopped" and run.test is not None:
            yield _tested(run, event, inbox)
        yield event


def _tested(run: ClassifyRun, finished: Finished, inbox: Inbox) -> TrainEvent:
    """Evaluate the best network on the test part; a `Warned` if that fails."""
    from rnntui.tasks.classification.scoring import score_part

    assert run.test is not None
    when = finished.elapsed_s
    try:
        best = load_classifier(run.folder.best)
        measure, _ = score_part(best, run.test, run.test.labels, report=until_stopped(inbox))
    except MeasuringStoppedError:
        return Warned(finished.step, when, TEST_BROKEN_OFF)
    except (CheckpointError, CorpusError) as error:
        sentence = f"The best network can't be tested: {error}"
        return Warned(finished.step, when, sentence)
    confusion = tuple(tuple(row) for row in measure.confusion.tolist())
    return Tested(
        best.header.progress.step,
        when,
        loss=measure.loss,
        accuracy=measure.accuracy,
        texts=measure.texts,
        classes=run.classes,
        confusion=confusion,
    )


def _same_corpus(
    provenance: LabelledProvenance, name: str, source: LabelledSource
) -> LabelledCorpus:
    corpus = source.read()
    if corpus.content_hash != provenance.content_hash:
        raise CorpusError(
            f"The texts given are not those that the run '{name}' was trained on; leave them out"
            " to resume with those."
        )
    return corpus
