"""A run of a character network, ready to be trained: text split, all settings resolved.

The resolved settings are written to `run.toml` and every checkpoint, so that a resume depends on
neither the machine nor the clock.
"""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnntui.errors import ConfigError
from rnntui.nets.arrays import Floats32ByName
from rnntui.nets.config import parameter_count
from rnntui.nets.kernels import general_path_notice
from rnntui.sampling.prime import Prime, prepare_prime
from rnntui.tasks.characters.checkpoint import Checkpoint, Header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.engines import check_engine
from rnntui.tasks.characters.memory import characters_bytes
from rnntui.tasks.characters.provenance import provenance_of
from rnntui.text.batches import (
    MIN_VALIDATION_CHARACTERS,
    Batches,
    PieceBatches,
    StreamBatches,
    WindowBatches,
    fitting_stream_shape,
    fitting_window_shape,
)
from rnntui.text.corpus import Corpus
from rnntui.text.holding_out import hold_out, hold_out_lengths, holds_lines_out, odd_tail
from rnntui.text.in_units import UnitChoice
from rnntui.text.unit_kinds import Units
from rnntui.text.vocabulary import AnyIds
from rnntui.training.learner import LearnerInfo
from rnntui.training.prepared_run import PreparedRun, versions
from rnntui.training.progress import Progress
from rnntui.training.resuming import RATE_SETTINGS
from rnntui.training.runs.folder import RunFolder
from rnntui.training.settings.declaring import BUDGETS
from rnntui.training.settings.tables import to_tables

EVAL_SHARE = 0.1
"""Predictions of an evaluation in mid-run, as a share of those trained on since the last.

A prediction costs about a third of a training step's, so evaluation takes under 5% of the
training time.
"""

MIN_EVAL_EVERY, MAX_EVAL_EVERY = 25, 200


@dataclass(frozen=True)
class Run(PreparedRun):
    """A run of a character network (see `PreparedRun`).

    `config` is resolved: its batch shape fits the text, and `eval_every` is a number of steps.
    `eval_chars` is the number of held-out characters read by an evaluation in mid-run.
    `init_weights` are the initial weights from another network, whose file was `init_from`.
    """

    folder: RunFolder
    corpus: Corpus
    config: TrainConfig
    prime: str
    eval_chars: int
    notices: tuple[str, ...]
    init_from: str = ""
    init_weights: Floats32ByName | None = None
    resume_from: Checkpoint | None = None
    rates_given: int = 0

    @cached_property
    def parts(self) -> tuple[AnyIds, AnyIds]:
        """The ids of the training part and of the held-out part."""
        return parts_of(self.corpus, self.config)

    @property
    def batches(self) -> Batches:
        """The training part in batches."""
        return _batches(self.parts[0], self.config)

    @property
    def needed_bytes(self) -> tuple[int, int]:
        """Bytes needed by a step, and in addition by a save (see `check_memory`)."""
        return characters_bytes(self.config, len(self.corpus.vocabulary))

    @property
    def start(self) -> Prime:
        """The prime in characters of the vocabulary."""
        return prepare_prime(self.prime, self.corpus.vocabulary, self.corpus.normalisation)

    def info(self, device: str) -> LearnerInfo:
        """Sizes of the network and its data, and the device."""
        learned, held_out = self.parts
        vocab_size = len(self.corpus.vocabulary)
        return LearnerInfo(
            corpus=self.corpus.name,
            parameters=parameter_count(self.config.model(vocab_size)),
            vocab_size=vocab_size,
            train_chars=len(learned),
            val_chars=len(held_out),
            eval_chars=self.eval_chars,
            batches_per_epoch=self.batches.batches_per_epoch,
            device=device,
            unit=self.corpus.vocabulary.units,
            chars_per_unit=self._characters_in(0),
            val_chars_per_unit=self._characters_in(1),
        )

    def _characters_in(self, part: int) -> float:
        """Mean characters per unit of the training part (0) or the held-out part (1)."""
        lengths = lengths_of_parts(self.corpus, self.config)
        if lengths is None or not len(lengths[part]):
            return 1.0
        return int(lengths[part].sum(dtype=np.int64)) / len(lengths[part])

    def _measured_in(self) -> dict[str, float]:
        """Characters per unit of the part whose loss judges the run; nothing of characters."""
        if self.corpus.lengths is None:
            return {}
        return {"chars_per_unit": self._characters_in(1 if self.eval_chars else 0)}

    def header(self, progress: Progress) -> Header:
        """The header of a checkpoint at that progress."""
        return Header(
            run=self.folder.name,
            model=self.config.model(len(self.corpus.vocabulary)),
            vocabulary=self.corpus.vocabulary,
            normalisation=self.corpus.normalisation,
            corpus=provenance_of(self.corpus),
            config=self.config,
            progress=progress,
        )

    def tables(self, total_steps: int) -> dict[str, Any]:
        """The content of `run.toml`."""
        return {
            "run": {
                "kind": "characters",
                "name": self.folder.name,
                "prime": self.prime,
                "init_from": self.init_from,
            },
            "corpus": asdict(provenance_of(self.corpus)),
            **to_tables(self.config),
            "resolved": {
                "eval_chars": self.eval_chars,
                "total_steps": total_steps,
                "rates_given": self.rates_given,
                **self._measured_in(),
            },
            "versions": versions(),
        }


def prepare_run(
    folder: RunFolder, corpus: Corpus, config: TrainConfig, prime: str = "", init_from: str = ""
) -> Run:
    """Resolve a configuration for a text.

    If the text is too short for the batch shape, the shape shrinks, with a notice; so do a
    missing validation part and unknown characters in the prime give one. Raises `CorpusError`
    for too short a text, `ConfigError` for settings that contradict each other.
    """
    check_engine(config)
    _check_remainder(config)
    notices = [*corpus.notices, *general_path_notice(config.cell)]
    learned, held_out = parts_of(corpus, config)
    if config.val_fraction > 0 and not len(held_out):
        notices.append(
            f"The text is too short to hold {config.val_fraction:.0%} out for validation (under"
            f" {MIN_VALIDATION_CHARACTERS} characters); there will be no validation loss."
        )
    notices += _about_held_out(corpus, config)
    shaped, shrunk = _fitted(config, len(learned), corpus.vocabulary.units)
    if shrunk:
        notices.append(shrunk)
    batches = _batches(learned, shaped)
    eval_every = shaped.eval_every or _eval_every(len(held_out), batches.characters_per_batch)
    eval_chars = min(
        len(held_out),
        # One more character than predictions, and enough for at least one prediction.
        max(int(EVAL_SHARE * eval_every * batches.characters_per_batch), 1) + max(shaped.window, 1),
    )
    if eval_chars <= shaped.window:
        eval_chars = 0
        if len(held_out):
            notices.append(
                f"The {len(held_out)} held-out {corpus.vocabulary.units} are too few for windows of"
                f" {shaped.window}; there will be no validation loss."
            )
    resolved = replace(shaped, eval_every=eval_every)
    run = Run(folder, corpus, resolved, prime, eval_chars, tuple(notices), init_from)
    if config.sample_start == "text":
        return run
    return replace(run, notices=run.notices + run.start.warnings)


def parts_of(corpus: Corpus, config: TrainConfig) -> tuple[AnyIds, AnyIds]:
    """The ids of a text's training part and of its held-out part."""
    split = (config.val_fraction, config.val_split)
    return hold_out(corpus.ids, corpus.vocabulary, *split, corpus.lengths)


def lengths_of_parts(corpus: Corpus, config: TrainConfig) -> tuple[AnyIds, AnyIds] | None:
    """The characters of each unit of the two parts; None where each is one character."""
    if corpus.lengths is None:
        return None
    split = (config.val_fraction, config.val_split)
    return hold_out_lengths(corpus.lengths, corpus.ids, corpus.vocabulary, *split)


def unit_choice(config: TrainConfig) -> UnitChoice:
    """The units of a configuration, and what bounds their vocabulary."""
    return UnitChoice(
        config.units,
        config.min_count,
        config.vocabulary_size,
        config.val_fraction,
        config.val_split,
    )


def _about_held_out(corpus: Corpus, config: TrainConfig) -> list[str]:
    """Warnings about a held-out part that is not representative."""
    ids, vocabulary, fraction = corpus.ids, corpus.vocabulary, config.val_fraction
    if config.val_split == "lines":
        if not fraction or holds_lines_out(ids, vocabulary, fraction):
            return []
        return ["The text has too few lines to hold some of them out; its tail is held out."]
    # Its bounds are known for characters alone.
    odd = odd_tail(ids, vocabulary, fraction) if vocabulary.units == "characters" else None
    if odd is None:
        return []
    return [
        f"The held-out tail differs from the rest of the text more than chance allows:"
        f" pairs of characters predict it {odd.gap:.2f} bits per character worse than lines from"
        f" all over the text (permutation test, p = {odd.chance:g}), as in a sorted list. To hold"
        " out lines spread over the text give --val-split lines, as the recipe 'names' does."
    ]


CHANGEABLE = (
    *BUDGETS,
    *RATE_SETTINGS,
    "patience",
    "save_every",
    "keep_every",
    "sample_every",
    "sample_every_epochs",
    "sample_length",
    "sample_mode",
    "sample_start",
    "threads",
    "device",
    "precision",
)
"""Settings that a resume may change; those of network, data and past steps are fixed."""


def _batches(learned: AnyIds, config: TrainConfig) -> Batches:
    if config.window:
        return WindowBatches(learned, config.batch_size, config.window, config.seed)
    if config.remainder == "keep":
        return PieceBatches(learned, config.seq_length)
    return StreamBatches(learned, config.batch_size, config.seq_length)


def _check_remainder(config: TrainConfig) -> None:
    """Raise `ConfigError` if the last piece of a text can't be a batch of its own."""
    alone = config.batch_size == 1 and config.state_carry == "never" and not config.window
    if config.remainder == "keep" and not alone:
        raise ConfigError(
            "--remainder keep needs --batch-size 1, --state-carry never and --window 0, so that"
            " the last, shorter piece of the text can be a batch of its own."
        )


def _fitted(config: TrainConfig, characters: int, units: Units) -> tuple[TrainConfig, str]:
    """The configuration with a batch shape that fits the text, and a notice if it shrank."""
    if config.window:
        batch, length = fitting_window_shape(characters, config.batch_size, config.window)
        shaped = replace(config, batch_size=batch, window=length)
        name, old = "windows", config.window
    else:
        batch, length = fitting_stream_shape(characters, config.batch_size, config.seq_length)
        shaped = replace(config, batch_size=batch, seq_length=length)
        name, old = "sequences", config.seq_length
    if shaped == config:
        return config, ""
    return shaped, (
        f"The text is too short for {config.batch_size} {name} of {old} {units};"
        f" training uses {batch} of {length}."
    )


def _eval_every(held_out: int, characters_per_batch: int) -> int:
    """Steps between evaluations, enough for one to read all of a small held-out part."""
    wanted = -(-held_out // max(1, int(EVAL_SHARE * characters_per_batch)))
    return max(MIN_EVAL_EVERY, min(MAX_EVAL_EVERY, wanted))
