"""`rnntui cache`: what the cache holds, and clearing it."""

import sys
from enum import StrEnum
from typing import Annotated, TextIO

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify
from rnntui.errors import RnntuiError

app = typer.Typer(
    help="The cache: files that can be made again, so deleting them is always safe.",
    no_args_is_help=True,
)


class PartName(StrEnum):
    """The parts of the cache."""

    corpora = "corpora"
    labelled = "labelled"
    texts = "texts"
    kernels = "kernels"
    downloads = "downloads"
    stdin = "stdin"


@app.command()
def show() -> None:
    """Show what each part of the cache holds, its size and when it was last used."""
    from rnntui import places
    from rnntui.cache_folder import held
    from rnntui.text.library.entries import size_in_words

    parts = held()
    print_table(
        ("part", ">files", ">size", "last used", "what"),
        [
            (
                part.part.name,
                f"{len(part.files):,}",
                size_in_words(part.size_bytes),
                _ago(part.used_at),
                part.part.about,
            )
            for part in parts
        ],
    )
    total = size_in_words(sum(part.size_bytes for part in parts))
    notify(f"{total} in {places.cache_dir()}; 'rnntui cache clear' deletes it.")


@app.command()
def clear(
    parts: Annotated[
        list[PartName] | None, typer.Argument(help="Parts to clear (default: all).")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be deleted; delete nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
) -> None:
    """Delete the cache, or parts of it, after a confirmation.

    Texts, runs and settings aren't in it. What is needed is made again: kernels in about a minute
    in the background. Only rnntui's own files are deleted; others in its folders stay. A run whose
    text came from standard input, or has changed since, can be resumed by 'corpora' alone.
    """
    from rnntui import cache_folder, places
    from rnntui.text.library.entries import size_in_words

    found = cache_folder.held(parts or ())
    files = sum(len(part.files) for part in found)
    size = size_in_words(sum(part.size_bytes for part in found))
    what = f"{files:,} file{'' if files == 1 else 's'} ({size}) in {places.cache_dir()}"
    if not files:
        notify(f"Nothing to delete in {places.cache_dir()}.")
        return
    if dry_run:
        notify(f"Would delete {what}.")
        return
    if not yes:
        if not _is_terminal(sys.stdin):
            raise RnntuiError(f"It would delete {what}; without a terminal to ask, add --yes.")
        typer.confirm(f"Delete {what}?", abort=True, err=True)
    cleared = cache_folder.clear(found)
    for path, why in cleared.kept:
        notify(f"{path} stays: {why}.")
    notify(f"Deleted {cleared.files:,} files, {size_in_words(cleared.size_bytes)}.")


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _ago(used_at: float | None) -> str:
    """How long ago that was, in its largest unit."""
    import time

    if used_at is None:
        return ""
    seconds = max(0.0, time.time() - used_at)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
