"""The option `--old-text` of all commands that go on with the text of a training."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rnntui.training.changed_text import AllowOldText

OldText = Annotated[
    bool,
    typer.Option(
        "--old-text", help="Go on with the training's text as it was, though it has changed since."
    ),
]


def allowance(old_text: bool) -> "AllowOldText":
    """What that option says where a text has changed."""
    from rnntui.training.changed_text import allow_old_text, refuse_old_text

    return allow_old_text if old_text else refuse_old_text
