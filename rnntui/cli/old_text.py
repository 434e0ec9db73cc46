"""The option `--old-text` of the commands that reuse a run's training text."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rnntui.training.changed_text import AllowOldText

OldText = Annotated[
    bool,
    typer.Option(
        "--old-text", help="Use the training text as it was, though it has changed since."
    ),
]


def allowance(old_text: bool) -> "AllowOldText":
    """Return the policy for a changed text: use the old one, or refuse."""
    from rnntui.training.changed_text import allow_old_text, refuse_old_text

    return allow_old_text if old_text else refuse_old_text
