"""`rnntui corpora`: the library of texts."""

import sys
from typing import Annotated

import typer

from rnntui.cli.tables import print_table
from rnntui.cli.terminal import notify, write_text

app = typer.Typer(help="The library of texts.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show all texts, one a line."""
    from rnntui.text.library.entries import list_texts, size_in_words

    rows = [
        (
            entry.name,
            size_in_words(entry.size_bytes),
            entry.origin,
            entry.title,
            entry.about,
        )
        for entry in list_texts()
    ]
    print_table(("name", ">size", "origin", "title", "about"), rows)


@app.command()
def show(
    corpora: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS...",
            help="A name from the library, a file or a folder; several are joined.",
        ),
    ],
    length: Annotated[int, typer.Option(min=0, help="Characters of the text to show.")] = 400,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
) -> None:
    """Show a text's statistics, vocabulary and beginning."""
    from rnntui.text.cells import symbol_label
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library.entries import size_in_words
    from rnntui.text.library.references import joined_reference
    from rnntui.text.statistics import text_statistics

    loaded = load_corpus(joined_reference(corpora), text_encoding=text_encoding, doubtful="read")
    for notice in loaded.notices:
        notify(notice)
    figures = text_statistics(loaded)
    print_table(
        ("", ""),
        [
            ("source", loaded.source),
            ("size", size_in_words(loaded.size_bytes)),
            ("encoding", loaded.text_encoding),
            ("characters", f"{figures.characters:,}"),
            ("symbols", f"{figures.symbols:,}"),
            ("lines", f"{figures.lines:,}"),
            ("words", f"{figures.words:,}"),
            ("entropy of a character", f"{figures.entropy_bits:.3f} bits"),
        ],
        loaded.name,
    )
    symbols = loaded.vocabulary.symbols
    shown = [symbol_label(symbol) for symbol in symbols[:200]]
    more = f" and {len(symbols) - 200:,} more" if len(symbols) > 200 else ""
    write_text(f"Vocabulary, most frequent first: {' '.join(shown)}{more}\n", sys.stdout)
    if length:
        write_text(f"\n{loaded.preview(length)}\n", sys.stdout)


@app.command()
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A file, a folder of texts, or - for input; several become one text.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name in the library.")] = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
) -> None:
    """Copy a text into the library, or several as one."""
    from rnntui.text.library.entries import add_text
    from rnntui.text.streams import standard_input

    added = add_text(
        standard_input() if sources == ["-"] else sources, name, text_encoding=text_encoding
    )
    for notice in added.notices:
        notify(notice)
    notify(f"Added '{added.entry.name}'; train on it with 'rnntui train {added.entry.name}'.")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Name in the library.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
) -> None:
    """Delete a text of your own from the library, after a confirmation."""
    from rnntui.text.library.entries import find_text, remove_text

    entry = find_text(name)
    # Raises, before the question, for a text that can't be removed.
    if not yes and entry.origin in ("yours", "user") and entry.path.is_file():
        typer.confirm(f"Delete {entry.path}?", abort=True, err=True)
    remove_text(name)
    notify(f"Removed '{name}'.")
