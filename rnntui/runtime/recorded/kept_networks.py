"""The networks that a run has kept on its way, read one at a time where they are asked for.

And what they generate, so that one step can be compared with another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from rnntui.errors import CheckpointError, DivergedError, reason
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.plain_files import is_plain
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file, kept_steps, nearest_kept
from rnntui.training.runs.lock import is_being_trained

CACHED: Final = 4
"""Networks that stay in memory once they are read, so that going to and fro reads no file."""

SAMPLED: Final = 240
"""Characters of a short sample."""

SEED: Final = 1
"""The random seed of every short sample: two of them differ by the weights alone."""


@dataclass(frozen=True)
class KeptNetworks:
    """What a run has kept with `keep_every`; a run in progress keeps more as it goes on.

    Its methods read files, so a screen calls them in another thread.
    """

    folder: RunFolder

    def steps(self) -> tuple[int, ...]:
        """The steps after which a network was kept, in order."""
        return kept_steps(self.folder)

    @property
    def is_being_trained(self) -> bool:
        """Whether the run is in progress."""
        return is_being_trained(self.folder)

    def at(self, step: int) -> NetworkWeights:
        """The last network kept at or before `step`; the same object while it is cached.

        Raises `CheckpointError` where there is none, or its file is not valid.
        """
        path = kept_file(self.folder, step)
        if not is_plain(path):
            _, path = nearest_kept(self.folder, step)
        try:
            written_ns = path.stat().st_mtime_ns
        except OSError as error:
            raise CheckpointError(f"{path} can't be read: {reason(error)}.") from error
        return _loaded(path, written_ns)


@lru_cache(maxsize=CACHED)
def _loaded(path: Path, written_ns: int) -> NetworkWeights:  # noqa: ARG001
    """A network by its file and the moment it was written: a resume may have kept it anew."""
    return load_checkpoint(path).for_sampling


def short_sample(
    weights: NetworkWeights, vocabulary: Vocabulary, should_stop: Callable[[], bool]
) -> str:
    """What `rnntui sample --seed 1 --length 240 --engine numpy` generates with these weights.

    It ends in "…" where the state overflowed. Raises `MeasurementStoppedError` soon after
    `should_stop` is True.
    """
    stream = CharacterStream(lambda: weights, vocabulary, SamplingSpec, "", SEED, "numpy")
    text = ""
    try:
        for character in islice(stream, SAMPLED):
            if should_stop():
                raise MeasurementStoppedError
            text += character.symbol
    except DivergedError:
        return f"{text}…"
    return text
