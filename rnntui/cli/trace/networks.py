"""The networks for `rnntui trace`: from a recipe, from checkpoints, or trained for it."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rnntui.cli.output.terminal import notify
from rnntui.cli.trace.recipe import TraceRecipe
from rnntui.errors import CorpusError, RnntuiError

if TYPE_CHECKING:
    from rnntui.lenses.surgery import AnyOperation
    from rnntui.nets.arrays import Arrays
    from rnntui.nets.cells.cell import RecurrentCell
    from rnntui.nets.config import ModelConfig
    from rnntui.tasks.characters.checkpoint import Checkpoint
    from rnntui.text.normalisation import Normalisation
    from rnntui.text.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class TracedNetwork:
    """A network with a name; `stage` says how long it was trained, or is empty.

    `forget_bias` is the initial bias added to the gate that keeps the old state; `checkpoint` is
    what it was loaded from, if it was. `operations` are those that were done to it, and `cells`
    those of its layers where these change states.
    """

    name: str
    stage: str
    config: "ModelConfig"
    arrays: "Arrays"
    vocabulary: "Vocabulary"
    normalisation: "Normalisation"
    forget_bias: float = 0.0
    checkpoint: "Checkpoint | None" = None
    operations: "tuple[AnyOperation, ...]" = ()
    cells: "tuple[RecurrentCell, ...] | None" = None

    def operated(self, operations: "Iterable[AnyOperation]") -> "TracedNetwork":
        """The same network after some operations. Raises `ConfigError` for what it doesn't have."""
        from rnntui.lenses.surgery import operated_weights
        from rnntui.nets.numpy_network import NetworkWeights

        done = tuple(operations)
        found = operated_weights(NetworkWeights(self.config, self.arrays, 0), done)
        return replace(self, arrays=found.arrays, cells=found.cells, operations=done)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, normalised as the network's own.

        Raises `CorpusError` for an empty text, and for one with characters unknown to
        the network, since leaving them out would make the trace misleading.
        """
        from rnntui.sampling.prime import exact_ids

        try:
            ids = exact_ids(text, self.vocabulary, self.normalisation)
        except CorpusError as error:
            raise CorpusError(f"The network '{self.name}' can't read this text: {error}") from error
        if not ids:
            raise CorpusError("There is nothing to trace: the text is empty.")
        return ids


def checkpoint_network(reference: str, at_step: int | None = None) -> TracedNetwork:
    """Load the network of a run or file, or one kept by a step. Raises `CheckpointError`."""
    from rnntui.cli.options.checkpoint_argument import checkpoint_path
    from rnntui.tasks.characters.checkpoint import load_checkpoint

    path = checkpoint_path(reference, at_step)
    loaded = load_checkpoint(path)
    return _of_checkpoint(loaded, loaded.header.run, f"step {loaded.header.progress.step:,}")


def recipe_network(recipe: TraceRecipe) -> TracedNetwork:
    """Return the network with a recipe's fixed weights. Raises `ConfigError`."""
    from rnntui.lenses.fixed_network import fixed_network
    from rnntui.text.normalisation import Normalisation

    found = fixed_network(recipe.tables, recipe.source)
    return TracedNetwork(
        recipe.name, "", found.config, found.arrays, found.vocabulary, Normalisation()
    )


def cell_networks(
    recipe: TraceRecipe, train_steps: int | None, forget_bias: float | None = None
) -> Iterator[TracedNetwork]:
    """A network for each of a recipe's cells, all else equal: untrained, then briefly trained.

    `train_steps` overrides the recipe's budget; 0 gives only the untrained ones. `forget_bias`
    overrides the recipe's. The runs are made in a temporary folder, deleted afterwards.

    Raises `ConfigError` for an unsuitable recipe, `RnntuiError` for a failed training run.
    """
    from rnntui.tasks.characters.checkpoint import load_checkpoint
    from rnntui.tasks.characters.config import TrainConfig
    from rnntui.tasks.characters.opening import events_of, new_run
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library.entries import default_text_name
    from rnntui.text.normalisation import Normalisation
    from rnntui.training.events import Failed
    from rnntui.training.settings.tables import from_tables

    config = TrainConfig(**from_tables(recipe.tables, recipe.source, TrainConfig))
    # Their samples are not used; saves are needed only at the start and the end.
    config = config.replaced({"sample_length": 1, "save_every": 1e6})
    if train_steps is not None:
        config = config.replaced({"steps": max(train_steps, 1)})
    if forget_bias is not None:
        config = config.replaced({"forget_bias": forget_bias})
    corpus = load_corpus(
        recipe.corpus or default_text_name(), normalisation=Normalisation(config.normalise)
    )
    for cell in recipe.cells:
        if train_steps != 0:
            notify(f"Training {cell} for {config.steps:,} steps on '{corpus.name}'.")
        with tempfile.TemporaryDirectory(prefix="rnntui-") as folder:
            run = new_run(Path(folder), corpus, config.replaced({"cell": cell}), cell)
            seen_untrained = False
            for event in events_of(run):
                if isinstance(event, Failed):
                    raise RnntuiError(event.sentence)
                if not seen_untrained and run.folder.last.is_file():
                    # The first save is of step 0.
                    seen_untrained = True
                    yield _of_checkpoint(load_checkpoint(run.folder.last), cell, "untrained")
                    if train_steps == 0:
                        break
            else:
                trained = load_checkpoint(run.folder.last)
                stage = f"after training, step {trained.header.progress.step:,}"
                yield _of_checkpoint(trained, cell, stage)


def _of_checkpoint(checkpoint: "Checkpoint", name: str, stage: str) -> TracedNetwork:
    from rnntui.nets.cells import find_cell

    header = checkpoint.header
    return TracedNetwork(
        name,
        stage,
        header.model,
        checkpoint.network,
        header.vocabulary,
        header.normalisation,
        0.0 if find_cell(header.model.cell).keeping_gate is None else header.config.forget_bias,
        checkpoint,
    )
