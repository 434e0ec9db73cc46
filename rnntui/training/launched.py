"""A process among those that torchrun has started, as it says in the environment. Needs no torch.

torchrun gives each of its processes a number, its *rank*; all run the same command line.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Launched:
    """The place of this process: its `rank` of `count`, `local_rank` of `local_count` here.

    `node` numbers the machines, more exactly the agents (one `torchrun` each).
    """

    rank: int
    count: int
    local_rank: int
    local_count: int
    node: int

    @property
    def is_first(self) -> bool:
        """Whether this is rank 0, which reads, decides, writes and speaks for all."""
        return self.rank == 0


def launched_by_torchrun(environment: Mapping[str, str] = os.environ) -> Launched | None:
    """This process's place; None unless torchrun has started it with at least one other."""
    if "TORCHELASTIC_RUN_ID" not in environment:
        return None
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK")
    try:
        place = Launched(*(int(environment[name]) for name in names))
    except (KeyError, ValueError):
        return None
    return place if place.count > 1 else None
