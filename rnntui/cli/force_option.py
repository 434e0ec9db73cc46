"""The option `--force` of the commands that train."""

from typing import Annotated

import typer

Force = Annotated[
    bool,
    typer.Option("--force", help="Train even if free memory seems insufficient."),
]
