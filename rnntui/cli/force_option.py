"""The option `--force` of the commands that train."""

from typing import Annotated

import typer

Force = Annotated[
    bool,
    typer.Option("--force", help="Train even if the memory that is free seems not to be enough."),
]
