"""The networks that a run has kept on its way, read one at a time where they are asked for."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rnntui.errors import CheckpointError, reason
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.plain_files import is_plain
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file, kept_steps, nearest_kept
from rnntui.training.runs.lock import is_being_trained

CACHED: Final = 4
"""Networks that stay in memory once they are read, so that going to and fro reads no file."""


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
