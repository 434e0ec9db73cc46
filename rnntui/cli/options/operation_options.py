"""The options that operate on a network: `--cut`, `--hold`, `--freeze` and `--nudge`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from rnntui.lenses.surgery import AnyOperation

PANEL: Final = "Steering"

Cut = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LAYER:h:UNIT",
        help="Cut a unit out: nothing else reads its hidden state. Layers and units count"
        " from 1; this and the next three may be repeated.",
        rich_help_panel=PANEL,
    ),
]
Hold = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LAYER:GATE:UNIT=low|high",
        help="Hold a gate at its lowest or highest value.",
        rich_help_panel=PANEL,
    ),
]
Freeze = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LAYER:STATE:UNIT=VALUE",
        help="Set a state to this value after each character.",
        rich_help_panel=PANEL,
    ),
]
Nudge = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LAYER:STATE:UNIT=AMOUNT",
        help="Add this amount to a state after each character.",
        rich_help_panel=PANEL,
    ),
]


def operations_of(
    cut: Sequence[str] | None,
    hold: Sequence[str] | None,
    freeze: Sequence[str] | None,
    nudge: Sequence[str] | None,
) -> "tuple[AnyOperation, ...]":
    """The operations that the flags name. Raises `ConfigError`."""
    from rnntui.lenses.operation_flags import operation_of

    return (
        *(operation_of("cut", one) for one in cut or ()),
        *(operation_of("hold", one) for one in hold or ()),
        *(operation_of("freeze", one) for one in freeze or ()),
        *(operation_of("nudge", one) for one in nudge or ()),
    )
