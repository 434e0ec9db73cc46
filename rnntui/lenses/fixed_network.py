"""A network with symbols and weights given in a recipe, to be followed with pencil and paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnntui.errors import ConfigError, CorpusError
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig
from rnntui.text.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class FixedNetwork:
    """A vanilla RNN with given weights, `arrays` named and shaped as in `weight_shapes`.

    A symbol of more than one character, such as `<EOS>`, is a name: it can be predicted but not
    read.
    """

    vocabulary: Vocabulary
    config: ModelConfig
    arrays: Arrays


def fixed_network(tables: Mapping[str, Any], source: str) -> FixedNetwork:
    """The network of a recipe's tables `network` and `weights`.

    `network` has `symbols` and optionally `nonlinearity`. `weights` are those of
    `h = f(x·W_xh + h·W_hh + b_h)` and `y = h·W_hy + b_y` with row vectors:
    `W_xh` has a row for each symbol, `W_hy` a column.

    Raises `ConfigError`, naming `source`, for anything missing or of a wrong shape.
    """
    network, weights = (_table(tables, name, source) for name in ("network", "weights"))
    symbols = network.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise ConfigError(f"{source}: 'symbols' in [network] must be a list of texts.")
    try:
        vocabulary = Vocabulary(tuple(symbols))
    except CorpusError as error:
        raise ConfigError(f"{source}: {error}") from error
    _refuse_others(network, ("symbols", "nonlinearity"), f"{source}: [network]")
    _refuse_others(weights, _WEIGHTS, f"{source}: [weights]")
    given = {name: _numbers(weights, name, source) for name in _WEIGHTS}
    count, hidden = len(vocabulary), given["b_h"].size
    shapes = {
        "W_xh": (count, hidden),
        "W_hh": (hidden, hidden),
        "b_h": (hidden,),
        "W_hy": (hidden, count),
        "b_y": (count,),
    }
    for name, shape in shapes.items():
        if given[name].shape != shape:
            want, found = (" x ".join(map(str, size)) for size in (shape, given[name].shape))
            raise ConfigError(
                f"{source}: {name} in [weights] must be {want} for {count} symbols and"
                f" {hidden} units, not {found}."
            )
    config = ModelConfig(
        vocab_size=count,
        cell="rnn",
        nonlinearity=network.get("nonlinearity", "tanh"),
        input_encoding="one-hot",
        hidden_size=hidden,
        num_layers=1,
    )
    arrays = {
        "layers.0.weight_ih": given["W_xh"].T,
        "layers.0.weight_hh": given["W_hh"].T,
        "layers.0.bias": given["b_h"],
        "head.weight": given["W_hy"].T,
        "head.bias": given["b_y"],
    }
    return FixedNetwork(vocabulary, config, arrays)


_WEIGHTS = ("W_xh", "W_hh", "b_h", "W_hy", "b_y")


def _table(tables: Mapping[str, Any], name: str, source: str) -> Mapping[str, Any]:
    table = tables.get(name)
    if not isinstance(table, Mapping):
        raise ConfigError(f"{source} needs a table [{name}].")
    return table


def _refuse_others(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in known:
            raise ConfigError(
                f"{where} has an unknown entry '{name}'; it may have {', '.join(known)}."
            )


def _numbers(weights: Mapping[str, Any], name: str, source: str) -> Floats:
    refusal = ConfigError(f"{source}: {name} in [weights] must be a table of finite numbers.")
    try:
        # Not straight to float64, which would also read texts such as "3" as numbers.
        array = np.array(weights.get(name))
    except ValueError as error:  # rows of different lengths
        raise refusal from error
    if array.dtype.kind not in "if" or not array.size or not np.isfinite(array).all():
        raise refusal
    return array.astype(np.float64)
