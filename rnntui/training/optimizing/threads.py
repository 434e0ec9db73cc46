"""How many threads torch computes in: a number of the whole process, which trainings share."""

from dataclasses import dataclass

import torch


@dataclass
class _Asked:
    """What torch had before a training asked for a number, and that number; None before."""

    before: int | None = None
    number: int | None = None


_asked = _Asked()


def use_threads(threads: int) -> None:
    """Let torch compute in so many threads from now on; 0: in as many as it has of its own.

    A number that an earlier training asked for is then taken back, unless another was set since.
    """
    now = torch.get_num_threads()
    is_ours = now == _asked.number
    own = _asked.before if is_ours and _asked.before is not None else now
    if threads:
        _asked.before, _asked.number = own, threads
        torch.set_num_threads(threads)
    elif is_ours:
        _asked.before = _asked.number = None
        torch.set_num_threads(own)
