"""A character model trained by compiled functions: torch's mathematics, faster.

It knows nothing of runs or files: weights, states and Adam's moments go in and out as arrays, by
the names of a checkpoint.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnntui.nets.arrays import Floats32
from rnntui.nets.averaging import average_decay_at
from rnntui.nets.compiled.buffers import Packings, ThreadBuffers, aligned
from rnntui.nets.compiled.lanes import LANES_BYTES, WIDTH
from rnntui.nets.compiled.layout import pack_weights, packed_blocks, unpack_weights
from rnntui.nets.compiled.learning import gradients
from rnntui.nets.compiled.products import PANEL
from rnntui.nets.compiled.scoring import PADDED_SCORE
from rnntui.nets.compiled.thread_pool import ThreadPool, Work
from rnntui.nets.compiled.update import (
    ADAM,
    Adam,
    adam_rule,
    adam_step,
    pack_transposed,
    sum_gradients,
)
from rnntui.nets.config import DropoutMasks, ModelConfig, weight_shapes
from rnntui.text.vocabulary import Ids

_SHARED_NUMBERS = 2**16
"""Number of weights above which an update on several threads is faster than on one."""


@dataclass(frozen=True)
class Method:
    """Training settings beyond the network's configuration.

    `clip_norm` bounds the gradient norm, then `clip_value` each gradient; 0 disables either. With
    `average_decay` a running average of the weights is kept (see `average_decay_at`); 0 keeps
    none.
    """

    masks: DropoutMasks = "position"
    optimizer: Adam = ADAM
    clip_norm: float = 0.0
    clip_value: float = 0.0
    average_decay: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """The result of a step.

    `loss` is the mean over all predictions in nats, `grad_norm` the gradient norm before clipping,
    `state` the states after the batch, by the names of the cell's `state_tensors`, each
    `[L, B, H]`.
    """

    loss: float
    grad_norm: float
    state: dict[str, Floats32]

    @property
    def finite(self) -> bool:
        """Whether loss and gradient norm are finite; otherwise the weights were not changed."""
        return math.isfinite(self.loss) and math.isfinite(self.grad_norm)


_PLAIN = Method()


class CompiledNetwork:
    """A network with its optimiser, trained on batches of one shape.

    Deterministic bit for bit for a given number of threads. Batches may have fewer than
    `batch_size` sequences, but not more and no other length.
    """

    def __init__(
        self,
        config: ModelConfig,
        batch_size: int,
        seq_length: int,
        threads: int,
        weights: Mapping[str, Floats32],
        method: Method = _PLAIN,
    ) -> None:
        """Copy `weights`; the optimiser starts fresh."""
        self.config, self.batch_size, self.seq_length = config, batch_size, seq_length
        self._method = method
        self._parts = packed_blocks(config, WIDTH, PANEL)
        size = sum(part.size for part in self._parts)
        self._weights, self._means, self._squares = (aligned(size) for _ in range(3))
        self._averages = aligned(size if method.average_decay else 0)
        self._steps = 0
        threads = min(threads, batch_size)
        self._packings = Packings(self._parts)
        rows = -(-batch_size // threads)
        self._buffers = [
            ThreadBuffers(
                config,
                rows,
                seq_length,
                self._parts,
                self._weights,
                self._packings,
                method.masks,
                # Fewer symbols than positions, and without a mask the same at each.
                tabled=config.vocab_size <= rows * seq_length and not config.embedding_dropout,
            )
            for _ in range(threads)
        ]
        self._every_part = np.concatenate([buffers.part for buffers in self._buffers])
        self._pool = ThreadPool(threads)
        self.set_weights(weights)
        self.set_averages(weights)

    def close(self) -> None:
        """End the threads; the network can't be trained afterwards."""
        self._pool.close()

    def set_weights(self, weights: Mapping[str, Floats32]) -> None:
        """Copy in all weights, in the names and shapes of `weight_shapes`."""
        pack_weights(self._parts, weights, self._weights)
        bias = self._parts[-1].stored(self._weights)
        bias[0, self.config.vocab_size :] = PADDED_SCORE
        for record in self._packings.records:
            if record["back"]:
                pack_transposed(record, self._weights.ctypes.data, 0, record["pieces"])

    def weights(self) -> dict[str, Floats32]:
        """Copies of all weights by name."""
        return unpack_weights(self._parts, weight_shapes(self.config), self._weights)

    def averages(self) -> dict[str, Floats32]:
        """Copies of the averaged weights by name; empty where none are kept."""
        if not self._method.average_decay:
            return {}
        return unpack_weights(self._parts, weight_shapes(self.config), self._averages)

    def set_averages(self, averages: Mapping[str, Floats32]) -> None:
        """Restore what `averages` returned, or start from weights; does nothing without any."""
        if self._method.average_decay:
            pack_weights(self._parts, averages, self._averages)

    def optimizer_tensors(self) -> dict[str, Floats32]:
        """Copies of Adam's state, named `<weight>.<name>`; empty before the first step."""
        if self._steps == 0:
            return {}
        shapes = weight_shapes(self.config)
        means = unpack_weights(self._parts, shapes, self._means)
        squares = unpack_weights(self._parts, shapes, self._squares)
        kept: dict[str, Floats32] = {}
        for name in shapes:
            kept[f"{name}.step"] = np.array(self._steps, np.float32)
            kept[f"{name}.exp_avg"] = means[name]
            kept[f"{name}.exp_avg_sq"] = squares[name]
        return kept

    def set_optimizer_tensors(self, tensors: Mapping[str, Floats32]) -> None:
        """Restore what `optimizer_tensors` returned."""
        names = weight_shapes(self.config)
        self._steps = int(tensors["head.bias.step"]) if tensors else 0
        for buffer, kept in ((self._means, "exp_avg"), (self._squares, "exp_avg_sq")):
            buffer[:] = 0.0
            if tensors:
                pack_weights(
                    self._parts, {name: tensors[f"{name}.{kept}"] for name in names}, buffer
                )

    def step(
        self,
        inputs: Ids,
        targets: Ids,
        state: Mapping[str, Floats32] | None,
        dropout_seed: int,
        learning_rate: float,
    ) -> Outcome:
        """One training step on a batch: gradients, clipping, Adam.

        `inputs` is `[B, T]`, `targets` `[B, T]` for streams and `[B, 1]` for
        windows; `state` is as in `Outcome`, None for zeros. Dropout masks are those of
        `dropout_masks` for `dropout_seed`. A loss or gradient that is not finite leaves the
        weights unchanged.
        """
        loss, squares = self._learn(inputs, targets, state, dropout_seed)
        outcome = Outcome(loss, math.sqrt(squares), self._state(len(inputs)))
        if outcome.finite:
            self._steps += 1
            self._update(outcome.grad_norm, learning_rate)
        return outcome

    def gradients(
        self, inputs: Ids, targets: Ids, state: Mapping[str, Floats32] | None, dropout_seed: int
    ) -> tuple[float, dict[str, Floats32]]:
        """The mean loss on a batch and its gradients by name; the network is unchanged."""
        loss, _ = self._learn(inputs, targets, state, dropout_seed)
        shapes = weight_shapes(self.config)
        return loss, unpack_weights(self._parts, shapes, self._buffers[0].gradients)

    def _learn(
        self, inputs: Ids, targets: Ids, state: Mapping[str, Floats32] | None, dropout_seed: int
    ) -> tuple[float, float]:
        """The mean loss, and the gradients' sum of squares; the first part holds the gradients."""
        batch, length = inputs.shape
        answered = targets.shape[1]
        scale = 1.0 / (batch * answered)
        seed = np.uint64(dropout_seed % 2**64)

        def share(thread: int) -> float:
            buffers, rows = self._buffers[thread], self._rows(thread, batch)
            own = None if state is None else {name: state[name][:, rows] for name in state}
            buffers.load_batch(inputs[rows], targets[rows], own)
            return float(
                gradients(
                    buffers.part[0], buffers.layers, rows.start, rows.stop - rows.start, batch,
                    length, answered, seed, scale,
                )
            )  # fmt: skip

        losses = self._pool.do(share)
        lines, workers = len(self._weights) // WIDTH, self._updaters

        def gather(worker: int) -> float:
            first, last = lines * worker // workers, lines * (worker + 1) // workers
            return float(sum_gradients(self._every_part, first * LANES_BYTES, last * LANES_BYTES))

        return sum(losses) * scale, sum(self._in_update(gather))

    def _update(self, norm: float, learning_rate: float) -> None:
        method, workers = self._method, self._updaters
        # As in torch's clip_grad_norm_.
        factor = min(1.0, method.clip_norm / (norm + 1e-6)) if method.clip_norm else 1.0
        bound = method.clip_value or math.inf
        kept = average_decay_at(method.average_decay, self._steps)
        rule = adam_rule(method.optimizer, self._steps, learning_rate, factor, bound, kept)
        buffers = (self._weights, self._buffers[0].gradients, self._means, self._squares)
        weights, sums, means, squares = (buffer.ctypes.data for buffer in buffers)
        averages = self._averages.ctypes.data if method.average_decay else 0
        blocks = self._packings.records

        def share(worker: int) -> None:
            adam_step(blocks, weights, sums, means, squares, averages, worker, workers, rule)

        self._in_update(share)

    @property
    def _updaters(self) -> int:
        """How many threads take part in what follows the gradients."""
        return self._pool.size if len(self._weights) > _SHARED_NUMBERS else 1

    def _in_update(self, work: Work) -> list[Any]:
        return self._pool.do(work) if self._updaters > 1 else [work(0)]

    def _rows(self, thread: int, batch: int) -> slice:
        """The sequences of a batch that a thread has."""
        threads = self._pool.size
        return slice(batch * thread // threads, batch * (thread + 1) // threads)

    def _state(self, batch: int) -> dict[str, Floats32]:
        shape = (self.config.num_layers, batch, self.config.hidden_size)
        state = {name: np.empty(shape, np.float32) for name in self.config.state_tensors}
        for thread, buffers in enumerate(self._buffers):
            rows = self._rows(thread, batch)
            for name, layers in buffers.states_after(rows.stop - rows.start).items():
                for number, own in enumerate(layers):
                    state[name][number, rows] = own
        return state
