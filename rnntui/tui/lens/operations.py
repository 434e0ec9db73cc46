"""Operations on a network as one key steps through them, and in words."""

from collections.abc import Sequence

from rnntui.lenses.surgery import Operation
from rnntui.tui.lens.traced_text import TraceRow


def ways_to_operate(row: TraceRow, unit: int) -> tuple[Operation, ...]:
    """What can be done to a unit at a row, one after the other; nothing at a state but the first.

    A cell state is kept by the gates; what others read of a unit is its hidden state.
    """
    if row.before is not None:
        held = Operation(row.layer - 1, unit, row.name)
        return held, Operation(row.layer - 1, unit, row.name, "high")
    return (Operation(row.layer - 1, unit),) if row.is_hidden_state else ()


def next_of(ways: Sequence[Operation], done: Sequence[Operation]) -> Operation | None:
    """The one of some ways that follows the one that is done; None behind the last."""
    numbers = [number for number, one in enumerate(ways) if one in done]
    following = numbers[0] + 1 if numbers else 0
    return ways[following] if following < len(ways) else None


def in_words(operation: Operation) -> str:
    """An operation in words."""
    unit = f"layer {operation.layer + 1}, unit {operation.unit}"
    return f"{unit}: {operation.gate} {operation.hold}" if operation.gate else f"{unit}: cut out"
