"""A network as an ONNX model of one time step: ids and states in, probabilities and states out.

The cell's equations are those it was trained with (`cell_program.py`), operation by operation.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnntui.extras import import_extra
from rnntui.nets.cell_program import CellProgram, Operation, cell_program
from rnntui.tasks.characters.export.network import ExportedNetwork

OPSET = 17
"""The version of ONNX's operators; of 2022, so that runtimes of several years know it."""

IR_VERSION = 8
"""The version of the file's format that goes with it."""

_OPERATORS = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "power": "Pow",
    "negate": "Neg",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "softplus": "Softplus",
}


class Onnx:
    """Inputs: `ids` `[batch]` int64 and a state for each of the cell's, `[L, batch, H]`.

    Outputs: `probabilities` and `logits` `[batch, V]` for the next unit, and each state after
    it, called `next_` and its name. The model's metadata is that of `ExportedNetwork`.
    """

    name = "onnx"
    suffix = ".onnx"
    about = "one time step for ONNX Runtime and others, states in and out"

    def files(self, network: ExportedNetwork) -> Mapping[str, bytes]:
        """A whole file."""
        onnx = import_extra("onnx", "--format onnx")
        graph = _Graph(network, onnx)
        graph.write()
        return {self.suffix: graph.model().SerializeToString()}


class _Graph:
    """The nodes so far. A value is known by its name."""

    def __init__(self, network: ExportedNetwork, onnx: Any) -> None:
        self._network, self._onnx = network, onnx
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def write(self) -> None:
        """Write the nodes of a time step."""
        config = self._network.config
        program = cell_program(config.cell, config.hidden_size, config.nonlinearity)
        tops: list[str] = []
        states: list[tuple[str, ...]] = []
        x = "ids"
        if config.input_encoding == "embedding":
            x = self._node("Gather", self._weight("embedding.weight"), "ids", to="embedded")
        for number in range(config.num_layers):
            state = self._layer(number, x, program)
            states.append(state)
            x = state[0]
            if number > 0 and config.connections == "residual":
                x = self._node("Add", x, tops[-1], to=f"layers.{number}.sum")
            tops.append(x)
        for index, name in enumerate(config.state_tensors):
            rows = [
                self._node(
                    "Unsqueeze",
                    state[index],
                    self._integers(0),
                    to=f"layers.{number}.next_{name}.row",
                )
                for number, state in enumerate(states)
            ]
            self._node("Concat", *rows, to=f"next_{name}", axis=0)
        head = self._weight("head.weight"), self._weight("head.bias")
        self._node("Gemm", x, *head, to="logits", transB=1)
        self._node("Softmax", "logits", to="probabilities", axis=-1)

    def model(self) -> Any:
        """The whole model."""
        helper, config = self._onnx.helper, self._network.config
        real, whole = self._onnx.TensorProto.FLOAT, self._onnx.TensorProto.INT64
        state: list[str | int] = [config.num_layers, "batch", config.hidden_size]
        scores: list[str | int] = ["batch", config.vocab_size]
        inputs: list[tuple[str, Any, list[str | int]]] = [("ids", whole, ["batch"])]
        inputs += [(name, real, state) for name in config.state_tensors]
        outputs = [("probabilities", real, scores), ("logits", real, scores)]
        outputs += [(f"next_{name}", real, state) for name in config.state_tensors]
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            "time_step",
            [value(*one) for one in inputs],
            [value(*one) for one in outputs],
            [
                self._onnx.numpy_helper.from_array(array, name)
                for name, array in self._constants.items()
            ],
        )
        model = helper.make_model(
            graph,
            producer_name="rnntui",
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        helper.set_model_props(model, dict(self._network.metadata()))
        return model

    def _layer(self, number: int, x: str, program: CellProgram) -> tuple[str, ...]:
        """The states of a layer after reading `x`: ids `[batch]`, or `[batch, I]`."""
        config = self._network.config
        at = f"layers.{number}"
        before = [
            self._node("Gather", name, self._integer(number), to=f"{at}.{name}", axis=0)
            for name in config.state_tensors
        ]
        bias = self._weight(f"{at}.bias")
        if x == "ids":  # the product with a one-hot vector is a row of the transpose
            columns = self._constant(
                f"{at}.columns", np.ascontiguousarray(self._network.weights[f"{at}.weight_ih"].T)
            )
            product = self._node("Gather", columns, x, to=f"{at}.product")
            values = [self._node("Add", product, bias, to=f"{at}.from_input")]
        else:
            weight = self._weight(f"{at}.weight_ih")
            values = [self._node("Gemm", x, weight, bias, to=f"{at}.from_input", transB=1)]
        if len(program.input_sizes) > 1 + len(before):
            recurrent = self._weight(f"{at}.weight_hh")
            values.append(
                self._node("Gemm", before[0], recurrent, to=f"{at}.from_hidden", transB=1)
            )
        values += before
        for operation in program.operations:
            values.append(self._operation(operation, values, f"{at}.{len(values)}"))
        return tuple(values[index] for index in program.outputs)

    def _operation(self, operation: Operation, values: list[str], to: str) -> str:
        """One operation of a cell's program."""
        if operation.name == "number":
            return self._constant(
                f"number.{operation.number!r}", np.array([operation.number], np.float32)
            )
        operands = [values[index] for index in operation.operands]
        if operation.name == "part":
            ends = self._integers(operation.start), self._integers(operation.start + operation.size)
            return self._node("Slice", *operands, *ends, self._integers(-1), to=to)
        return self._node(_OPERATORS[operation.name], *operands, to=to)

    def _node(self, kind: str, *inputs: str, to: str, **attributes: int) -> str:
        """A further node, whose output is called `to`."""
        self._nodes.append(
            self._onnx.helper.make_node(kind, list(inputs), [to], name=to, **attributes)
        )
        return to

    def _weight(self, name: str) -> str:
        return self._constant(name, self._network.weights[name])

    def _integer(self, number: int) -> str:
        return self._constant(f"integer.{number}", np.int64(number))

    def _integers(self, number: int) -> str:
        return self._constant(f"integers.{number}", np.array([number], np.int64))

    def _constant(self, name: str, array: Any) -> str:
        """A number or array of the model itself."""
        self._constants.setdefault(name, np.asarray(array))
        return name
