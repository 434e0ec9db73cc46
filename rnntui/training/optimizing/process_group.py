"""The process group of a data-parallel training: its `Ranks`, by torch.distributed.

gloo carries orders and what is on CPUs, NCCL what is on GPUs.
"""

import itertools
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor
from torch._C._distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from rnntui.errors import ConfigError, RnntuiError
from rnntui.training.launched import Launched
from rnntui.training.optimizing.devices import find_device
from rnntui.training.optimizing.ranks import Order, Task

SUM_TIMEOUT: Final = timedelta(minutes=30)
"""How long a sum waits for the slowest rank; the links of one that ends break at once."""

ORDER_TIMEOUT: Final = timedelta(days=365)
"""How long the others wait for rank 0, which evaluates, samples and saves meanwhile."""

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
"""The signals of which a rank tells rank 0."""


class LostRankError(RnntuiError):
    """A process of the training has ended before the others."""

    def __init__(self, count: int) -> None:
        """Say so."""
        super().__init__(
            f"One of the {count} processes of this training has ended, and the others with it;"
            " what was saved is intact: resume with --resume, by any number of processes."
        )


class Together:
    """The ranks of a process group, seen from this one; made by `join`."""

    def __init__(self, place: Launched, store: Store, orders: dist.ProcessGroup) -> None:
        """`store` outlives rank 0; `orders` is a group on CPUs that waits long."""
        self._place, self._store, self._orders = place, store, orders
        self.count, self.is_first = place.count, place.is_first
        self.heard = 0
        """The signal that this rank has received, to be told to rank 0."""
        self.on_signal: Callable[[int], None] = lambda number: None  # noqa: ARG005
        """On rank 0, called once, at the step after which another rank has received a signal."""
        self._told = False

    def device(self, name: str) -> str:
        """One GPU for each process of a machine, or the CPU."""
        local, mine = self._place.local_count, self._place.local_rank
        if name.startswith("cuda:"):
            raise ConfigError(
                f"--device {name} would be shared by several processes; give --device cuda, and"
                " each takes one of its own."
            )
        kind = find_device(name).type
        if kind == "mps":
            if name != "auto":
                raise ConfigError("Several processes can't share --device mps; give --device cpu.")
            return "cpu"
        if kind == "cpu":
            return "cpu"
        if (there := torch.cuda.device_count()) < local:
            raise ConfigError(
                f"{local} processes need a GPU each, and this machine has {there}; start torchrun"
                f" with --nproc-per-node {there}, or give --device cpu."
            )
        torch.cuda.set_device(mine)
        return f"cuda:{mine}"

    def part(self, sequences: int) -> slice:
        """Consecutive ones; the numbers of two ranks differ by at most one."""
        return self._part_of(self._place.rank, sequences)

    def _part_of(self, rank: int, sequences: int) -> slice:
        return slice(sequences * rank // self.count, sequences * (rank + 1) // self.count)

    def seed(self, seed: int) -> int:
        """Rank 0's is that of a training in one process."""
        if self.is_first:
            return seed
        mixed = np.random.SeedSequence((seed, self._place.rank)).generate_state(1, np.uint64)
        return int(mixed[0] >> np.uint64(1))

    def lead(self, order: Order) -> None:
        """Broadcast the order."""
        if self.is_first:
            numbers = (order.task, order.step, order.epoch, order.batch, order.code)
            self._broadcast(torch.tensor([*numbers, order.learning_rate], dtype=torch.float64))

    def next_order(self) -> Order:
        """Wait for rank 0's next order. Raises `LostRankError`."""
        numbers = torch.zeros(6, dtype=torch.float64)
        self._broadcast(numbers)
        task, step, epoch, batch, code = (int(number) for number in numbers[:5])
        return Order(Task(task), step, epoch, batch, float(numbers[5]), code)

    def send(self, content: bytes) -> None:
        """From rank 0, send bytes to all others. Raises `LostRankError`."""
        self._broadcast(torch.tensor([len(content)]))
        self._broadcast(torch.frombuffer(bytearray(content), dtype=torch.uint8))

    def receive(self) -> bytes:
        """What rank 0 sends. Raises `LostRankError`."""
        size = torch.zeros(1, dtype=torch.int64)
        self._broadcast(size)
        content = torch.empty(int(size), dtype=torch.uint8)
        self._broadcast(content)
        return content.numpy().tobytes()

    def share(self, weights: Sequence[Tensor]) -> None:
        """Give all ranks the numbers of rank 0, bit for bit. Raises `LostRankError`."""
        with self._all_there():
            for weight in weights:
                dist.broadcast(weight.detach(), src=0)

    def mean(
        self, loss: Tensor, gradients: Sequence[Tensor], share: float
    ) -> tuple[Tensor, Sequence[Tensor]]:
        """One sum of everything, with the signals heard."""
        flat = torch.cat([loss.reshape(1), *(part.reshape(-1) for part in gradients)])
        heard = [float(self.heard == number) for number in SIGNALS]
        sums = torch.cat([flat.mul_(share), flat.new_tensor(heard)])
        with self._all_there():
            dist.all_reduce(sums)
        sizes = [1, *(part.numel() for part in gradients), len(SIGNALS)]
        *numbers, signals = torch.split(sums, sizes)
        for number, times in zip(SIGNALS, signals.tolist(), strict=True):
            if times and self.is_first and not self._told:
                self._told = True
                self.on_signal(number)
        found = zip(numbers[1:], gradients, strict=True)
        return numbers[0].squeeze(0), [part.view_as(like) for part, like in found]

    def whole_state(self, state: Sequence[Tensor], sequences: int) -> Sequence[Tensor]:
        """Rank by rank, from the others to rank 0."""
        wholes: list[Tensor] = []
        with self._all_there():
            for own in (part.cpu().contiguous() for part in state):
                if not self.is_first:
                    dist.send(own, dst=0, group=self._orders)
                    continue
                parts = [own]
                for rank in range(1, self.count):
                    cut = self._part_of(rank, sequences)
                    parts.append(own.new_empty(own.shape[0], cut.stop - cut.start, own.shape[2]))
                    dist.recv(parts[-1], src=rank, group=self._orders)
                wholes.append(torch.cat(parts, dim=1))
        return wholes if self.is_first else state

    def is_first_to_tell(self) -> bool:
        """Whether no process of this machine has told yet why the training ends early."""
        try:
            return bool(self._store.add(f"told/{self._place.node}", 1) == 1)
        except RuntimeError:  # torchrun, which has the store, is gone, too
            return self._place.local_rank == 0

    def leave(self) -> None:
        """Close the group, in which nothing waits any more."""
        # The links of ranks that were faster are closed already.
        with suppress(RuntimeError):
            dist.destroy_process_group()

    def _broadcast(self, tensor: Tensor) -> None:
        with self._all_there():
            dist.broadcast(tensor, src=0, group=self._orders)

    @contextmanager
    def _all_there(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            raise LostRankError(self.count) from error


_groups = itertools.count()


def join(place: Launched) -> Together:
    """Wait for all ranks, and form their group: gloo between CPUs, NCCL between GPUs.

    Raises `ConfigError` where torch can't.
    """
    if not dist.is_available():
        raise ConfigError("This torch has no torch.distributed; train without torchrun.")
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    shared = next(iter(rendezvous("env://")))[0]
    # A process may join again, and must not find the keys of its last group.
    store = PrefixStore(f"rnntui/{next(_groups)}", shared)
    dist.init_process_group(
        backend, store=store, rank=place.rank, world_size=place.count, timeout=SUM_TIMEOUT
    )
    return Together(place, store, dist.new_group(backend="gloo", timeout=ORDER_TIMEOUT))
