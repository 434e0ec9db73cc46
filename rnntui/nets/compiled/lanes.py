"""A vector of sixteen float32 numbers: a type for compiled functions, and its operations.

Inside a function compiled by numba, `load(address)` returns a `Lanes` value for `+`, `-`, `*`, `/`
and the functions here, and `store` writes it. LLVM turns each operation into one AVX-512
instruction, or several on processors with narrower registers. Addresses are integers, in bytes,
and are not checked: the caller answers for them.
"""

# ruff: noqa: ARG001 - an instruction's parameters are read by numba, from their names

import operator
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.ir as ir
import numpy as np
from numba.core import cgutils, types
from numba.core.datamodel import PrimitiveModel
from numba.core.typing import signature
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import lower_builtin, register_model

from rnntui.nets.compiled.compiling import compiled, instruction

WIDTH = 16
"""Numbers in a `Lanes`."""

LANES_BYTES = 4 * WIDTH

FLOAT = ir.FloatType()
INDEX = ir.IntType(64)
VECTOR = ir.VectorType(FLOAT, WIDTH)
_INTEGERS = ir.VectorType(ir.IntType(32), WIDTH)

Builder = Any
"""llvmlite's `IRBuilder`, which has no types."""


class Lanes(types.Type):
    """The numba type of sixteen float32 numbers."""

    def __init__(self) -> None:
        """Name the type; `LANES` is its only instance."""
        super().__init__("Lanes")


LANES = Lanes()


@register_model(Lanes)
class _LanesModel(PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, VECTOR)


# Emitters: functions from a builder and LLVM values to LLVM values.


def vector_at(builder: Builder, address: Any) -> Any:
    """Read sixteen numbers, aligned as single ones."""
    return builder.load(builder.inttoptr(address, VECTOR.as_pointer()), align=4)


def put_vector(builder: Builder, address: Any, vector: Any) -> None:
    """Write sixteen numbers."""
    builder.store(vector, builder.inttoptr(address, VECTOR.as_pointer()), align=4)


def number_at(builder: Builder, address: Any) -> Any:
    """Read one number."""
    return builder.load(builder.inttoptr(address, FLOAT.as_pointer()), align=4)


def spread(builder: Builder, number: Any) -> Any:
    """One number in all sixteen places."""
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_INTEGERS, [0] * WIDTH))


def built_in(
    builder: Builder,
    name: str,
    result: Any,
    arguments: Sequence[Any],
    fastmath: Sequence[str] = (),
) -> Any:
    """Call one of LLVM's own functions, such as `llvm.fma.v16f32`."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(function, arguments, fastmath=fastmath)


def multiply_add(builder: Builder, a: Any, b: Any, c: Any) -> Any:
    """`a · b + c`, rounded once."""
    return built_in(builder, "llvm.fma.v16f32", VECTOR, [a, b, c])


# For calls from compiled functions.

_Typed = tuple[Any, Callable[[Any, Builder, Any, Any], Any]]


def _typed(result: Any, parameters: Sequence[Any], emit: Callable[..., Any]) -> _Typed:
    """An intrinsic's answer: its signature and its emitter."""

    def generate(context: Any, builder: Builder, _signature: Any, values: Any) -> Any:
        value = emit(builder, *values)
        return context.get_dummy_value() if result is types.void else value

    return signature(result, *parameters), generate


@instruction
def load(_context: Any, address: Any) -> _Typed:
    """Sixteen numbers from `address` on."""
    return _typed(LANES, [types.int64], vector_at)


@instruction
def store(_context: Any, value: Any, address: Any) -> _Typed:
    """Write sixteen numbers from `address` on."""
    return _typed(
        types.void,
        [LANES, types.int64],
        lambda builder, value, address: put_vector(builder, address, value),
    )


@instruction
def number(_context: Any, address: Any) -> _Typed:
    """The one number at `address`."""
    return _typed(types.float32, [types.int64], number_at)


@instruction
def put_number(_context: Any, value: Any, address: Any) -> _Typed:
    """Write one number at `address`."""

    def emit(builder: Builder, value: Any, address: Any) -> None:
        builder.store(value, builder.inttoptr(address, FLOAT.as_pointer()), align=4)

    return _typed(types.void, [types.float32, types.int64], emit)


@instruction
def index(_context: Any, address: Any) -> _Typed:
    """The 64-bit integer at `address`."""

    def emit(builder: Builder, address: Any) -> Any:
        return builder.load(builder.inttoptr(address, INDEX.as_pointer()), align=8)

    return _typed(types.int64, [types.int64], emit)


@instruction
def pointer(_context: Any, address: Any) -> _Typed:
    """A pointer for numba's `carray`."""

    def emit(builder: Builder, address: Any) -> Any:
        return builder.inttoptr(address, cgutils.voidptr_t)

    return _typed(types.voidptr, [types.int64], emit)


@instruction
def broadcast(_context: Any, value: Any) -> _Typed:
    """One number in all sixteen places."""
    return _typed(LANES, [types.float32], spread)


@instruction
def fma(_context: Any, a: Any, b: Any, c: Any) -> _Typed:
    """`a · b + c`, rounded once."""
    return _typed(LANES, [LANES] * 3, multiply_add)


@instruction
def smaller(_context: Any, a: Any, b: Any) -> _Typed:
    """The smaller number in each place; `b` where either is NaN."""

    def emit(builder: Builder, a: Any, b: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", a, b), a, b)

    return _typed(LANES, [LANES] * 2, emit)


@instruction
def larger(_context: Any, a: Any, b: Any) -> _Typed:
    """The larger number in each place; `b` where either is NaN."""

    def emit(builder: Builder, a: Any, b: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", a, b), a, b)

    return _typed(LANES, [LANES] * 2, emit)


@instruction
def square_root(_context: Any, a: Any) -> _Typed:
    """The square root in each place."""
    return _typed(
        LANES, [LANES], lambda builder, a: built_in(builder, "llvm.sqrt.v16f32", VECTOR, [a])
    )


@instruction
def rounded(_context: Any, a: Any) -> _Typed:
    """The nearest integer in each place."""
    return _typed(
        LANES, [LANES], lambda builder, a: built_in(builder, "llvm.rint.v16f32", VECTOR, [a])
    )


@instruction
def times_power_of_two(_context: Any, a: Any, exponent: Any) -> _Typed:
    """`a · 2^exponent`, for integer exponents and normal results."""

    def emit(builder: Builder, a: Any, exponent: Any) -> Any:
        moved = builder.shl(
            builder.fptosi(exponent, _INTEGERS), ir.Constant(_INTEGERS, [23] * WIDTH)
        )
        return builder.bitcast(builder.add(builder.bitcast(a, _INTEGERS), moved), VECTOR)

    return _typed(LANES, [LANES] * 2, emit)


@instruction
def where_positive(_context: Any, condition: Any, a: Any) -> _Typed:
    """`a` where `condition` is above zero or NaN, else zero."""

    def emit(builder: Builder, condition: Any, a: Any) -> Any:
        zero = ir.Constant(VECTOR, [0.0] * WIDTH)
        return builder.select(builder.fcmp_unordered(">", condition, zero), a, zero)

    return _typed(LANES, [LANES] * 2, emit)


@instruction
def total(_context: Any, a: Any) -> _Typed:
    """The sum over the sixteen places, always added in the same order."""

    def emit(builder: Builder, a: Any) -> Any:
        zero = ir.Constant(FLOAT, 0.0)
        name = "llvm.vector.reduce.fadd.v16f32"
        return built_in(builder, name, FLOAT, [zero, a], fastmath=("reassoc",))

    return _typed(types.float32, [LANES], emit)


@instruction
def largest(_context: Any, a: Any) -> _Typed:
    """The largest of the sixteen numbers."""
    return _typed(
        types.float32,
        [LANES],
        lambda builder, a: built_in(builder, "llvm.vector.reduce.fmax.v16f32", FLOAT, [a]),
    )


def _arithmetic(operation: Callable[[Any, Any], Any], name: str) -> None:
    """Define the operator `operation` between two `Lanes` in compiled functions."""

    @infer_global(operation)
    class _Typing(ConcreteTemplate):  # type: ignore[misc]
        cases = (signature(LANES, LANES, LANES),)

    def lower(_context: Any, builder: Builder, _signature: Any, values: Any) -> Any:
        return getattr(builder, name)(*values)

    lower_builtin(operation, LANES, LANES)(lower)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")
_arithmetic(operator.truediv, "fdiv")


@compiled
def clear(address: int, size: int) -> None:
    """Set `size` bytes, a multiple of `LANES_BYTES`, to zeros."""
    for offset in range(0, size, LANES_BYTES):
        store(broadcast(np.float32(0.0)), address + offset)
