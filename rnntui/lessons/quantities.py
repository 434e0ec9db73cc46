"""The numbers that questions ask for, computed from a network that reads a text.

All are those of the lenses, as they are on screen: places, layers and units count from 1.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnntui.errors import ConfigError
from rnntui.lenses.embedding_map import symbol_vectors
from rnntui.lenses.forward_trace import Floats, StepTrace, text_trace
from rnntui.lenses.influence import Influence, influence
from rnntui.lenses.surprise import surprisal
from rnntui.lessons.lesson import Quantity, QuantityName
from rnntui.nets.cells import find_cell
from rnntui.nets.config import parameter_count
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Reading:
    """A network that reads the ids `ids`, at least one, and the last loss of its training."""

    weights: NetworkWeights
    vocabulary: Vocabulary
    ids: tuple[int, ...]
    training_loss: float = math.nan

    @cached_property
    def steps(self) -> tuple[StepTrace, ...]:
        """The forward pass."""
        return tuple(
            text_trace(self.weights.config, self.weights.arrays, self.ids, self.weights.cells)
        )

    @cached_property
    def bits(self) -> Floats:
        """Bits that each character cost, `[T]`; 0 for the first, which nothing predicted."""
        scores = np.array([step.output for step in self.steps[:-1]])
        scores = scores.reshape(-1, self.weights.config.vocab_size)
        return np.concatenate(([0.0], surprisal(scores, np.array(self.ids[1:], int))))

    def influence(self, place: int) -> Influence:
        """What acts on the prediction behind the character at `place`, from 0."""
        return influence(self.weights.config, self.weights.arrays, self.ids, [place])

    def id_of(self, symbol: str) -> int:
        """The id of a symbol. Raises `ConfigError` where the network has none."""
        try:
            return self.vocabulary.symbols.index(symbol)
        except ValueError as error:
            raise ConfigError(f"The network has no symbol {symbol!r}.") from error


def measure(asked: Quantity, reading: Reading) -> float:
    """The number that is asked for.

    `probability` and `score` (logit) are of a symbol as the next one, `prediction` the id of the
    likeliest; `activation` is a unit of a gate or state; `surprisal` (bits) and `loss` (nats) are
    what the character *after* the place cost, as below the strips; `bits_per_char` is the mean over
    the text; `influence` is the share of place `of` in the prediction behind the place, `gradient`
    its norm, and `reach` the mean distance of all of them, weighted by their shares; `cosine` is
    that of two symbols' vectors.

    Raises `ConfigError` for a place that the text doesn't have.
    """
    config = reading.weights.config
    if asked.name == "parameters":
        return float(parameter_count(config))
    if asked.name == "training_loss":
        return reading.training_loss
    if asked.name == "bits_per_char":
        return float(reading.bits[1:].mean())
    if asked.name == "cosine":
        vectors = symbol_vectors(reading.weights.arrays)
        one, other = (vectors[reading.id_of(str(each))] for each in (asked.symbol, asked.of))
        return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    place = _place(asked.place, reading)
    step = reading.steps[place]
    symbol = reading.id_of(asked.symbol) if asked.symbol else step.result
    match asked.name:
        case "probability":
            return float(step.probabilities[symbol])
        case "score":
            return float(step.output[symbol])
        case "prediction":
            return float(step.result)
        case "activation":
            return _activation(asked, step, config.cell)
        case "surprisal" | "loss":
            if place + 1 == len(reading.ids):
                raise ConfigError("Nothing comes after the last character.")
            bits = float(reading.bits[place + 1])
            return bits if asked.name == "surprisal" else bits * math.log(2)
        case "influence":
            return float(reading.influence(place).shares[0, _place(int(asked.of), reading)])
        case "gradient":
            return float(reading.influence(place).norms[0, _place(int(asked.of), reading)])
        case "reach":
            shares = reading.influence(place).shares[0]
            return float(shares @ np.abs(place - np.arange(len(shares))))
    raise AssertionError(asked.name)


def highest_place(name: QuantityName, asked: Quantity, reading: Reading) -> int:
    """The place, from 1, at which a quantity is highest in the text.

    For `surprisal` and `loss` it is the place of the character that cost most, as on the lens.
    """
    if name in ("surprisal", "loss"):
        return int(reading.bits.argmax()) + 1
    places = range(1, len(reading.ids) + 1)
    return max(places, key=lambda at: measure(replace(asked, name=name, place=at), reading))


def _place(place: int, reading: Reading) -> int:
    """A place from 0; 0 is the last one."""
    if place > len(reading.ids):
        raise ConfigError(f"The text has no character {place}.")
    return (place or len(reading.ids)) - 1


def _activation(asked: Quantity, step: StepTrace, cell_name: str) -> float:
    layer, cell = step.layers[asked.layer - 1], find_cell(cell_name)
    if asked.row in cell.gate_names:
        return float(layer.gates[asked.row][asked.unit - 1])
    if asked.row not in cell.state_tensors:
        raise ConfigError(f"A cell {cell_name} has no {asked.row}.")
    return float(layer.state[cell.state_tensors.index(asked.row)][asked.unit - 1])
