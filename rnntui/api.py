"""What notebooks and scripts call: the commands' own work, with values in place of files and text.

Every function is reached as `rnntui.NAME`, and imports what it needs when it is called.
A run is a folder below `folder`: without one, below `./checkpoints`, where the command line
and the screen keep theirs. The examples are run as tests.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rnntui.errors import ConfigError, CorpusError, RnntuiError
from rnntui.nets.cells.own import use_finder
from rnntui.own_cells import find_by_hash
from rnntui.sampling.modes import Mode, SamplingEngine

use_finder(find_by_hash)

if TYPE_CHECKING:
    from rnntui.lenses.forward_trace import StepTrace
    from rnntui.sampling.stream import Character
    from rnntui.tasks.characters.checkpoint import Checkpoint
    from rnntui.tasks.characters.config import TrainConfig
    from rnntui.tasks.characters.run import Run
    from rnntui.tasks.characters.scoring import Score
    from rnntui.text.corpus import Corpus
    from rnntui.training.events import TrainEvent


def load_corpus(
    reference: str | Path, *, normalise: Sequence[str] = (), text_encoding: str | None = None
) -> "Corpus":
    """Load a text: a name from the library, a file, or a folder of texts.

    `normalise` are the steps of `--normalise`. Raises `CorpusError`.

    >>> import rnntui
    >>> corpus = rnntui.load_corpus("play")
    >>> corpus.preview(18)
    'THE FORTIETH NIGHT'
    >>> corpus.vocabulary.symbols[:5]
    (' ', 'e', 't', 'o', 'a')
    """
    from rnntui.text import corpus
    from rnntui.text.normalisation import Normalisation

    steps = Normalisation(tuple(normalise))
    return corpus.load_corpus(reference, normalisation=steps, text_encoding=text_encoding)


def corpus_from_text(text: str, name: str = "text", *, normalise: Sequence[str] = ()) -> "Corpus":
    """Make a corpus of a text in memory. Raises `CorpusError` for an empty one.

    >>> import rnntui
    >>> len(rnntui.corpus_from_text("The cat sat. ", normalise=["lowercase"]).vocabulary)
    8
    """
    from rnntui.text import corpus
    from rnntui.text.normalisation import Normalisation

    return corpus.corpus_from_text(name, text, normalisation=Normalisation(tuple(normalise)))


class TrainingRun(Iterator["TrainEvent"]):
    """A training run under way: the iterator of its events, each recorded before it is given.

    Nothing is computed but while an event is waited for. The last event is `Finished`; after
    `Failed`, the next raises its sentence as `RnntuiError`. An iterator that is left alone, or
    interrupted, leaves the run as a kill would: `resume` goes on from its last save.
    """

    def __init__(self, run: "Run") -> None:
        """Open the run; its folder is there already."""
        from rnntui.runtime.commands import CommandQueue
        from rnntui.tasks.characters.opening import events_of

        self.name = run.folder.name
        self.folder = run.folder.path
        self._commands = CommandQueue()
        self._events = events_of(run, self._commands)
        self._failure = ""

    def __next__(self) -> "TrainEvent":
        """Go on to the next event."""
        from rnntui.training.events import Failed

        if self._failure:
            raise RnntuiError(self._failure)
        event = next(self._events)
        if isinstance(event, Failed):
            self._failure = event.sentence
        return event

    def stop(self) -> None:
        """Have the training save and finish after its step; the events of that still come.

        >>> import rnntui, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> corpus = rnntui.corpus_from_text("the cat sat on the mat; " * 40)
        >>> run = rnntui.train(corpus, folder=folder.name, cell="rnn", hidden_size=8)
        >>> for event in run:
        ...     if isinstance(event, rnntui.Step) and event.loss < 3:
        ...         run.stop()
        >>> event.reason
        'stopped'
        >>> folder.cleanup()
        """
        from rnntui.training.commands import Stop

        self._commands.put(Stop())


def train(
    corpus: "Corpus | str | Path",
    *,
    name: str | None = None,
    folder: str | Path | None = None,
    recipe: str = "default",
    prime: str | None = None,
    init_from: str | Path | None = None,
    force: bool = False,
    **settings: object,
) -> TrainingRun:
    """Make a run and train it, one event at a time.

    `settings` override the recipe's, by the names of `rnntui train`'s flags, `cell` also by the
    path of a file of your own; `init_from` is a checkpoint to begin with, on another text. A text
    that is named is normalised as the settings say; a `Corpus` is taken as it is. Raises
    `ConfigError`, `CorpusError` and `CheckpointError` at once, before anything is computed.

    >>> import rnntui, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> corpus = rnntui.corpus_from_text("the cat sat on the mat; " * 40)
    >>> small = {"cell": "gru", "hidden_size": 8, "num_layers": 1}
    >>> run = rnntui.train(corpus, name="cats", folder=folder.name, steps=20, **small)
    >>> losses = [event.loss for event in run if isinstance(event, rnntui.Step)]
    >>> len(losses), losses[-1] < losses[0]
    (20, True)
    >>> folder.cleanup()
    """
    from rnntui.own_cells import with_own_cell
    from rnntui.tasks.characters.opening import fine_tuned_run, new_run
    from rnntui.tasks.characters.recipes import find_recipe

    found = find_recipe(recipe, with_own_cell)
    settings = _with_cell_loaded(settings)
    parent, changes = _parent(folder), dict(settings)
    if not isinstance(corpus, str | Path):
        if "normalise" in changes:
            raise ConfigError("normalise belongs to the corpus; give it to load_corpus instead.")
        changes["normalise"] = corpus.normalisation.steps
    config = found.config.replaced(changes)
    start = found.prime if prime is None else prime
    if init_from is None:
        text = _loaded(corpus, config)
        return TrainingRun(new_run(parent, text, config, name, start, force=force))
    path = _checkpoint_path(init_from, parent)
    return TrainingRun(
        fine_tuned_run(
            parent,
            lambda config: _loaded(corpus, config),
            config,
            settings,
            name,
            start,
            path,
            force,
        )
    )


def resume(
    name: str,
    *,
    corpus: "Corpus | None" = None,
    folder: str | Path | None = None,
    force: bool = False,
    **settings: object,
) -> TrainingRun:
    """Go on with a run, exactly: it gives bit for bit what a run never stopped would have.

    `settings` may change what `rnntui train --resume` may. A run of a text in memory is given
    that text again as `corpus`, one with a cell of your own its file as `cell`. Raises
    `CheckpointError`, `ConfigError` and `CorpusError`.

    >>> import rnntui, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> corpus = rnntui.corpus_from_text("the cat sat on the mat; " * 40)
    >>> small = {"cell": "gru", "hidden_size": 8, "num_layers": 1}
    >>> run = rnntui.train(corpus, name="cats", folder=folder.name, steps=10, **small)
    >>> *_, last = run
    >>> run = rnntui.resume("cats", corpus=corpus, folder=folder.name, steps=30)
    >>> *_, last = run
    >>> last.step, last.reason
    (30, 'budget')
    >>> folder.cleanup()
    """
    from rnntui.tasks.characters.opening import resume_run

    load = None if corpus is None else lambda config: _loaded(corpus, config)
    changes = _with_cell_loaded(settings)
    return TrainingRun(resume_run(_parent(folder), name, changes, load, force=force))


def load_checkpoint(
    reference: str | Path, *, folder: str | Path | None = None, cell: str | Path | None = None
) -> "Checkpoint":
    """Load a trained network: of a run by name (its best, or `NAME:last`), or from a file.

    Its `network` are the weights as NumPy arrays, its `header` says all else. `cell` is the file
    of its cell, if that is one of your own and not in your folder of cells.
    Raises `CheckpointError` and `ConfigError`.

    >>> import rnntui
    >>> checkpoint = rnntui.load_checkpoint("tiny")  # comes with the program
    >>> checkpoint.header.model.cell, checkpoint.header.model.hidden_size
    ('lstm', 128)
    >>> checkpoint.network["layers.0.weight_hh"].shape
    (512, 128)
    """
    from rnntui.tasks.characters import checkpoint

    if cell is not None:
        _with_cell_loaded({"cell": cell})
    return checkpoint.load_checkpoint(_checkpoint_path(reference, _parent(folder)))


def generate(
    checkpoint: "Checkpoint",
    prime: str = "",
    *,
    length: int = 1000,
    mode: Mode = "random",
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 1,
    engine: SamplingEngine = "auto",
) -> "Iterator[Character]":
    """Generate `length` characters after the prime (0: endlessly), each as it is asked for.

    A character has its `symbol`, its `probability`, and the likeliest `candidates`. What the
    network can't read of the prime is replaced, with a warning. Raises `ConfigError` and
    `SamplingError`.

    >>> import rnntui
    >>> checkpoint = rnntui.load_checkpoint("tiny")
    >>> drawn = list(rnntui.generate(checkpoint, "ORSOL", length=3, mode="argmax"))
    >>> "".join(character.symbol for character in drawn)
    'A:\\n'
    >>> drawn[0].probability > 0.5
    True
    """
    from rnntui.sampling.choice import SamplingSpec
    from rnntui.sampling.prime import prepare_prime
    from rnntui.sampling.stream import CharacterStream

    spec = SamplingSpec(mode, temperature, top_k, top_p)
    weights, header = checkpoint.for_sampling, checkpoint.header
    start = prepare_prime(prime, header.vocabulary, header.normalisation)
    for sentence in start.warnings:
        warnings.warn(sentence, stacklevel=2)
    stream = CharacterStream(
        lambda: weights, header.vocabulary, lambda: spec, start.text, seed, engine
    )
    return islice(stream, length or None)


def evaluate(checkpoint: "Checkpoint", corpus: "Corpus | str | None" = None) -> "Score":
    """Measure a network on a text, or on the held-out part of its own, beside n-gram baselines.

    Its `lines` are the network's and the baselines', each with `loss` (nats), `bits_per_char`
    and `perplexity`. Raises `CorpusError`.

    >>> import rnntui
    >>> text = rnntui.corpus_from_text("ORSOLA:\\nThe tide is at the third step.\\n" * 3)
    >>> score = rnntui.evaluate(rnntui.load_checkpoint("tiny"), text)
    >>> score.characters
    116
    >>> [line.name for line in score.lines[:3]]
    ['network', 'uniform', 'unigram']
    >>> score.lines[0].loss < score.lines[1].loss
    True
    """
    from rnntui.tasks.characters.scoring import score

    config = checkpoint.header.config
    return score(checkpoint, None if corpus is None else _loaded(corpus, config), None)


def trace(checkpoint: "Checkpoint", text: str) -> "Iterator[StepTrace]":
    """Follow a network through a text: every number of each time step, from zero state.

    A network on windows reads the last window alone. Raises `CorpusError` for a text
    with characters that the network doesn't know.

    >>> import rnntui
    >>> checkpoint = rnntui.load_checkpoint("tiny")
    >>> steps = list(rnntui.trace(checkpoint, "ORSOLA"))
    >>> list(steps[0].layers[0].gates)
    ['input', 'forget', 'cell', 'output']
    >>> checkpoint.header.vocabulary.symbols[steps[-1].result]
    ':'
    """
    from rnntui.lenses.forward_trace import forward_trace
    from rnntui.sampling.prime import exact_ids

    header = checkpoint.header
    ids = exact_ids(text, header.vocabulary, header.normalisation)
    return forward_trace(header.model, checkpoint.network, ids[-header.model.window :])


def _parent(folder: str | Path | None) -> Path:
    from rnntui import places

    return places.checkpoints_dir() if folder is None else Path(folder)


def _checkpoint_path(reference: str | Path, parent: Path) -> Path:
    from rnntui import places
    from rnntui.training.runs.folder import find_checkpoint

    return find_checkpoint(parent, str(reference), places.shipped_checkpoints_dir())


def _with_cell_loaded(settings: Mapping[str, object]) -> dict[str, object]:
    """The settings, with a cell that is a file loaded. Raises `ConfigError`."""
    from rnntui.own_cells import named_cell

    cell = settings.get("cell")
    if not isinstance(cell, str | Path):
        return dict(settings)
    return {**settings, "cell": named_cell(cell)}


def _loaded(corpus: "Corpus | str | Path", config: "TrainConfig") -> "Corpus":
    """The text as `config` asks for. Raises `CorpusError` where it was normalised otherwise."""
    steps = config.normalise
    if isinstance(corpus, str | Path):
        return load_corpus(corpus, normalise=steps, text_encoding=config.read_as)
    if corpus.normalisation.steps != steps:
        raise CorpusError(
            f"The text '{corpus.name}' isn't normalised as that network's was; make it with"
            f" normalise={list(steps)}."
        )
    return corpus
