"""Work on a CUDA device, recorded once and then replayed.

A step of a recurrent network is some hundred small kernels. Launching them one
by one takes the CPU longer than the device needs to run them; a recorded graph is
launched at once (CUDA graphs, NVIDIA 2019; `torch.cuda.CUDAGraph`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Work = Callable[..., Any]
"""A function from tensors to tensors."""

_WARM_UPS = 3
"""Calls before the recording, in which torch's libraries choose kernels and allocate."""


class Recorded:
    """A function of tensors, recorded at its first call for each combination of shapes.

    It may only compute on the device: no copies to the CPU, no branches on values. Its next
    call overwrites its results.
    """

    def __init__(self, work: Work, generator: torch.Generator) -> None:
        """Random numbers that `work` draws come from `generator`, as it is at each call."""
        self.work, self._generator = work, generator
        self._recordings: dict[tuple[torch.Size, ...], _Recording] = {}

    def __call__(self, *inputs: Tensor) -> Any:
        """Compute the function."""
        shapes = tuple(tensor.shape for tensor in inputs)
        if shapes not in self._recordings:
            self._recordings[shapes] = _Recording(self.work, inputs, self._generator)
        return self._recordings[shapes].play(inputs)


class _Recording:
    """A recording for tensors of certain shapes."""

    def __init__(self, work: Work, inputs: Sequence[Tensor], generator: torch.Generator) -> None:
        self._inputs = [tensor.clone() for tensor in inputs]
        state = generator.get_state()
        # Streams and graphs belong to the current device, by default the first.
        with torch.cuda.device(self._inputs[0].device):
            stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                for _ in range(_WARM_UPS):
                    work(*self._inputs)
            torch.cuda.current_stream().wait_stream(stream)
            self._graph = torch.cuda.CUDAGraph()
            self._graph.register_generator_state(generator)
            with torch.cuda.graph(self._graph, stream=stream):
                self._outputs = work(*self._inputs)
        generator.set_state(state)

    def play(self, inputs: Sequence[Tensor]) -> Any:
        with torch.cuda.device(self._inputs[0].device):
            for kept, tensor in zip(self._inputs, inputs, strict=True):
                kept.copy_(tensor)
            self._graph.replay()
        return self._outputs
