"""Initial weights of a new network, drawn by NumPy. Needs no torch."""

import math

import numpy as np
from numpy.typing import NDArray

from rnntui.nets.cells import find_cell
from rnntui.nets.config import InitialWeights, ModelConfig, weight_shapes

NORMAL_SPREAD = 0.01
EMBEDDING_BOUND = 0.05


def initial_weights(
    config: ModelConfig, how: InitialWeights, seed: int
) -> dict[str, NDArray[np.float32]]:
    """The weights of a new network, by the names of `weight_shapes`.

    - `torch`: the distributions of torch's layers, drawn by NumPy's generator: uniform in ±1/√H,
      embeddings standard normal.
    - `normal`: normal with standard deviation 0.01, biases zero.
    - `keras`: the distributions of Keras's layers: input weights and head Glorot uniform (Glorot
      and Bengio 2010), recurrent weights orthogonal (Saxe et al. 2013), embeddings uniform in
      ±0.05, biases the cell's `initial_biases`: one for a forget gate, else zero.
    - `orthogonal`: as `torch`, but each gate's recurrent weights orthogonal (Saxe et al. 2013) and
      biases the cell's `initial_biases` (Jozefowicz et al. 2015), so that gradients reach far from
      the first step.
    """
    draw = np.random.default_rng(seed)
    make = _MAKERS[how]
    return {
        name: make(config, name, shape, draw).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }


def forget_gate_biases(config: ModelConfig, bias: float) -> dict[str, NDArray[np.float32]]:
    """What `forget_bias` adds to each recurrent layer's initial bias `[G·H]`, by name.

    `bias` for the cell's `keeping_gate`: an LSTM's forget gate (Gers et al. 2000; Jozefowicz et
    al. 2015), a GRU's update gate; zero for all others. Empty for a cell without such a gate.
    """
    gate = find_cell(config.cell).keeping_gate
    if gate is None or not bias:
        return {}
    added = np.zeros(config.gates * config.hidden_size, np.float32)
    added[gate * config.hidden_size : (gate + 1) * config.hidden_size] = bias
    return {f"layers.{layer}.bias": added for layer in range(config.num_layers)}


def _as_torch(
    config: ModelConfig, name: str, shape: tuple[int, ...], draw: np.random.Generator
) -> NDArray[np.float64]:
    if name == "embedding.weight":
        return draw.normal(size=shape)
    bound = 1.0 / math.sqrt(config.hidden_size)
    return draw.uniform(-bound, bound, shape)


def _normal(
    config: ModelConfig,  # noqa: ARG001
    name: str,  # noqa: ARG001
    shape: tuple[int, ...],
    draw: np.random.Generator,
) -> NDArray[np.float64]:
    return np.zeros(shape) if len(shape) == 1 else NORMAL_SPREAD * draw.normal(size=shape)


def _as_keras(
    config: ModelConfig, name: str, shape: tuple[int, ...], draw: np.random.Generator
) -> NDArray[np.float64]:
    if name == "embedding.weight":
        return draw.uniform(-EMBEDDING_BOUND, EMBEDDING_BOUND, shape)
    if len(shape) == 1:
        return _initial_bias(config, name, shape)
    if name.endswith("weight_hh"):
        return _orthogonal(shape, draw)
    bound = math.sqrt(6.0 / sum(shape))
    return draw.uniform(-bound, bound, shape)


def _orthogonal_gates(
    config: ModelConfig, name: str, shape: tuple[int, ...], draw: np.random.Generator
) -> NDArray[np.float64]:
    if name.endswith(".bias") and name != "head.bias":
        return _initial_bias(config, name, shape)
    if name.endswith("weight_hh"):
        square = (config.hidden_size, config.hidden_size)
        return np.concatenate([_orthogonal(square, draw) for _ in range(config.gates)])
    return _as_torch(config, name, shape, draw)


def _initial_bias(config: ModelConfig, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """A recurrent layer's bias `[G·H]` by its cell's `initial_biases`; zeros for the head."""
    if name == "head.bias":
        return np.zeros(shape)
    return np.repeat(find_cell(config.cell).initial_biases, config.hidden_size)


def _orthogonal(shape: tuple[int, ...], draw: np.random.Generator) -> NDArray[np.float64]:
    """A matrix with orthonormal columns, at least as many rows as columns.

    Keras keeps the gates side by side in one matrix, the transpose of ours.
    """
    q, r = np.linalg.qr(draw.normal(size=shape))
    # Fixing the signs makes all such matrices equally likely (Mezzadri 2007).
    return np.asarray(q * np.sign(np.diagonal(r)))


_MAKERS = {
    "torch": _as_torch,
    "normal": _normal,
    "keras": _as_keras,
    "orthogonal": _orthogonal_gates,
}
