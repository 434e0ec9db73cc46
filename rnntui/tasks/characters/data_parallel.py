"""Training a character network in several processes, each on its own sequences of every batch.

Rank 0 opens and trains the run as a training in one process does. The others need no file of
it: they are sent its last checkpoint and the text, and then follow rank 0's orders.
"""

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnntui.errors import RnntuiError
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.run import Run
from rnntui.tasks.characters.torch_learner import TorchLearner
from rnntui.text.corpus import Corpus
from rnntui.training.checkpoint_file import to_bytes
from rnntui.training.optimizing.process_group import LostRankError, Together
from rnntui.training.optimizing.ranks import Order, Task
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder


def begin(run: Run, group: Together) -> TorchLearner:
    """Make rank 0's learner, and have the others make theirs alike."""
    learner = TorchLearner(run, group)
    group.lead(Order(Task.BEGIN))
    group.send(to_bytes(_start_of(run, learner)))
    for numbers in (run.corpus.ids, run.corpus.lengths):
        file = io.BytesIO()
        np.save(file, np.zeros(0, np.uint8) if numbers is None else numbers, allow_pickle=False)
        group.send(file.getvalue())
    group.share(learner.parameters)
    return learner


def follow(group: Together, go_on: Callable[[], None] = lambda: None) -> int:
    """Do what rank 0 asks, to its end; returns the exit code.

    `go_on` is called before each order is waited for. Raises `LostRankError`, and whatever
    fails in this process alone.
    """
    learner: TorchLearner | None = None
    while True:
        go_on()
        order = group.next_order()
        if order.task == Task.LEAVE:
            return order.code
        if order.task == Task.BEGIN:
            learner = _follower(group)
            continue
        assert learner is not None
        if order.task == Task.HAND_IN_STATE:
            learner.carried()
            continue
        try:
            at = Progress(order.step, order.epoch, order.batch)
            learner.step(at, order.learning_rate)
        except LostRankError:
            raise
        except RnntuiError:
            # A loss that is not finite is so on every rank, and rank 0 ends the training.
            continue


def _start_of(run: Run, learner: TorchLearner) -> Checkpoint:
    """The run's checkpoint with the settings of now, or that of a new run's weights."""
    before = run.resume_from
    if before is not None:
        return replace(before, header=run.header(before.header.progress))
    return learner.untrained()


def _follower(group: Together) -> TorchLearner:
    """A learner like rank 0's, of what that sends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "start.safetensors"
        path.write_bytes(group.receive())
        start = load_checkpoint(path)
    header, text = start.header, start.header.corpus
    ids, lengths = (
        np.load(io.BytesIO(group.receive()), allow_pickle=False) for _ in ("ids", "lengths")
    )
    corpus = Corpus(
        name=text.name,
        source=text.source,
        reference=text.reference,
        size_bytes=ids.nbytes,
        content_hash=text.content_hash,
        text_encoding=text.text_encoding,
        normalisation=header.normalisation,
        vocabulary=header.vocabulary,
        counts=(),
        ids=ids,
        notices=(),
        lengths=lengths if len(lengths) else None,
    )
    nowhere = RunFolder(Path(header.run))  # written by rank 0 alone
    run = Run(nowhere, corpus, header.config, "", 0, (), resume_from=start)
    learner = TorchLearner(run, group)
    group.share(learner.parameters)
    return learner
