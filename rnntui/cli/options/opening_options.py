"""What the playground opens on, the same on a terminal and in a browser."""

from typing import Annotated

import typer

OpenedCorpus = Annotated[
    str | None, typer.Option(help="Text to open on: a library name, a file or a folder.")
]
OpenedCheckpoint = Annotated[
    str | None, typer.Option(help="Trained network to open: a run's name or a file.")
]
OpenedRecipe = Annotated[
    str | None, typer.Option(help="Settings to open with: a recipe's name or a file.")
]
Replayed = Annotated[str | None, typer.Option(help="Run to replay from its record.")]
ReadOnly = Annotated[
    bool,
    typer.Option("--read-only", help="Only look and generate: nothing is trained or written."),
]
