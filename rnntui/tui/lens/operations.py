"""Operations on a network as keys step through them."""

from collections.abc import Sequence
from typing import Final

from rnntui.lenses.surgery import AnyOperation, Operation, StateOperation
from rnntui.tui.lens.traced_text import TraceRow

NUDGE: Final = 0.25
"""By how much a key nudges a state."""


def ways_to_operate(row: TraceRow, unit: int) -> tuple[Operation, ...]:
    """What can be done to a unit at a row, one after the other; nothing at a state but the first.

    A cell state is kept by the gates; what others read of a unit is its hidden state.
    """
    if row.before is not None:
        held = Operation(row.layer - 1, unit, row.name)
        return held, Operation(row.layer - 1, unit, row.name, "high")
    return (Operation(row.layer - 1, unit),) if row.is_hidden_state else ()


def next_of(ways: Sequence[Operation], done: Sequence[AnyOperation]) -> Operation | None:
    """The one of some ways that follows the one that is done; None behind the last."""
    numbers = [number for number, one in enumerate(ways) if one in done]
    following = numbers[0] + 1 if numbers else 0
    return ways[following] if following < len(ways) else None


def with_freeze(
    done: Sequence[AnyOperation], row: TraceRow, unit: int, value: float
) -> tuple[AnyOperation, ...]:
    """The operations with a state frozen at a value, or, where it is frozen, without that."""
    rest = tuple(one for one in done if not _is_of(one, row, unit, "freeze"))
    if len(rest) < len(done):
        return rest
    return (*rest, StateOperation(row.layer - 1, unit, row.name, "freeze", value))


def with_nudge(
    done: Sequence[AnyOperation], row: TraceRow, unit: int, by: float
) -> tuple[AnyOperation, ...]:
    """The operations with a state nudged by so much more than it is."""
    rest = tuple(one for one in done if not _is_of(one, row, unit, "nudge"))
    before = [one for one in done if isinstance(one, StateOperation) and one not in rest]
    amount = by + sum(one.amount for one in before)
    if not amount:
        return rest
    return (*rest, StateOperation(row.layer - 1, unit, row.name, "nudge", amount))


def _is_of(one: AnyOperation, row: TraceRow, unit: int, way: str) -> bool:
    place = (row.layer - 1, unit, row.name, way)
    return isinstance(one, StateOperation) and (one.layer, one.unit, one.state, one.way) == place
