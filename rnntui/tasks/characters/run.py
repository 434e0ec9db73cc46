"""A run of a character network made ready: text split and shaped, all settings resolved.

What is resolved here is written to `run.toml` and into every checkpoint, so
that a resume asks nothing of the machine or the clock again.
"""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from rnntui.errors import ConfigError
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
from rnntui.text.holding_out import hold_out, holds_lines_out, odd_tail
from rnntui.text.vocabulary import AnyIds
from rnntui.training.checkpoint_file import Arrays
from rnntui.training.learner import LearnerInfo
from rnntui.training.prepared_run import PreparedRun, versions
from rnntui.training.progress import Progress
from rnntui.training.resuming import RATE_SETTINGS
from rnntui.training.run_folder import RunFolder
from rnntui.training.settings.declaring import BUDGETS
from rnntui.training.settings.tables import to_tables

EVAL_SHARE = 0.1
"""Predictions read in an evaluation in mid-run, as a share of those trained on since the last.

A prediction costs about a third of what learning from it does, so evaluation
stays within 5% of the training time.
"""

MIN_EVAL_EVERY, MAX_EVAL_EVERY = 25, 200


@dataclass(frozen=True)
class Run(PreparedRun):
    """All that `train` needs.

    `resume_from` is the checkpoint to go on from, if any; `init_weights` are
    those of another network to begin with, whose file was `init_from`.

    `config` is resolved: its batch shape fits the text and `eval_every` is a
    number. `eval_chars` is how much of the held-out part an evaluation in
    mid-run reads; 0 where nothing is held out. `rates_given` counts the learning
    rates that resumes were given.
    """

    folder: RunFolder
    corpus: Corpus
    config: TrainConfig
    prime: str
    eval_chars: int
    notices: tuple[str, ...]
    init_from: str = ""
    init_weights: Arrays | None = None
    resume_from: Checkpoint | None = None
    rates_given: int = 0

    @cached_property
    def parts(self) -> tuple[AnyIds, AnyIds]:
        """The ids to learn from and the held-out ones."""
        return parts_of(self.corpus, self.config)

    @property
    def batches(self) -> Batches:
        """The part to learn from, cut as configured."""
        return _batches(self.parts[0], self.config)

    @property
    def needed_bytes(self) -> tuple[int, int]:
        """Memory that a step takes, and what saving takes beside (see `check_memory`)."""
        return characters_bytes(self.config, len(self.corpus.vocabulary))

    @property
    def start(self) -> Prime:
        """The prime as the network can read it."""
        return prepare_prime(self.prime, self.corpus.vocabulary, self.corpus.normalisation)

    def info(self, device: str) -> LearnerInfo:
        """What is to be learned, on that device."""
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
        )

    def header(self, progress: Progress) -> Header:
        """What a checkpoint says at that moment."""
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
            },
            "versions": versions(),
        }


def prepare_run(
    folder: RunFolder, corpus: Corpus, config: TrainConfig, prime: str = "", init_from: str = ""
) -> Run:
    """Fit a configuration to a text.

    Where the text is too small for the batch shape, or to hold a part out, the
    shape shrinks and a notice says so, as one does where the prime has unknown
    characters. Raises `CorpusError` for a text too
    short to learn from, `ConfigError` for settings that contradict each other.
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
    shaped, shrunk = _fitted(config, len(learned))
    if shrunk:
        notices.append(shrunk)
    batches = _batches(learned, shaped)
    eval_every = shaped.eval_every or _eval_every(len(held_out), batches.characters_per_batch)
    eval_chars = min(
        len(held_out),
        # One more than the predictions asked for, and no fewer than make a prediction.
        max(int(EVAL_SHARE * eval_every * batches.characters_per_batch), 1) + max(shaped.window, 1),
    )
    if eval_chars <= shaped.window:
        eval_chars = 0
        if len(held_out):
            notices.append(
                f"The {len(held_out)} held-out characters are too few for windows of"
                f" {shaped.window}; there will be no validation loss."
            )
    resolved = replace(shaped, eval_every=eval_every)
    run = Run(folder, corpus, resolved, prime, eval_chars, tuple(notices), init_from)
    if config.sample_start == "text":
        return run
    return replace(run, notices=run.notices + run.start.warnings)


def parts_of(corpus: Corpus, config: TrainConfig) -> tuple[AnyIds, AnyIds]:
    """The ids of a text to learn from and the held-out ones."""
    return hold_out(corpus.ids, corpus.vocabulary, config.val_fraction, config.val_split)


def _about_held_out(corpus: Corpus, config: TrainConfig) -> list[str]:
    """Sentences about a held-out part that says less than it seems to."""
    ids, vocabulary, fraction = corpus.ids, corpus.vocabulary, config.val_fraction
    if config.val_split == "lines":
        if not fraction or holds_lines_out(ids, vocabulary, fraction):
            return []
        return ["The text has too few lines to hold some of them out; its tail is held out."]
    odd = odd_tail(ids, vocabulary, fraction)
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
    "sample_every",
    "sample_every_epochs",
    "sample_length",
    "sample_mode",
    "sample_start",
    "threads",
    "device",
    "precision",
)
"""Settings that a resume may change: network, data and the steps taken stay what they are."""


def _batches(learned: AnyIds, config: TrainConfig) -> Batches:
    if config.window:
        return WindowBatches(learned, config.batch_size, config.window, config.seed)
    if config.remainder == "keep":
        return PieceBatches(learned, config.seq_length)
    return StreamBatches(learned, config.batch_size, config.seq_length)


def _check_remainder(config: TrainConfig) -> None:
    """Raise `ConfigError` where the last piece of a text could not be a batch by itself."""
    alone = config.batch_size == 1 and config.state_carry == "never" and not config.window
    if config.remainder == "keep" and not alone:
        raise ConfigError(
            "--remainder keep needs --batch-size 1, --state-carry never and --window 0, so that"
            " the last, shorter piece of the text can be a batch by itself."
        )


def _fitted(config: TrainConfig, characters: int) -> tuple[TrainConfig, str]:
    """The configuration with a batch shape that the text fills, and a sentence if it shrank."""
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
        f"The text is too short for {config.batch_size} {name} of {old} characters;"
        f" training uses {batch} of {length}."
    )


def _eval_every(held_out: int, characters_per_batch: int) -> int:
    """Steps between evaluations such that one may read all of a small held-out part."""
    wanted = -(-held_out // max(1, int(EVAL_SHARE * characters_per_batch)))
    return max(MIN_EVAL_EVERY, min(MAX_EVAL_EVERY, wanted))
