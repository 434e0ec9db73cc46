"""`rnntui corpora`: the library of texts."""

import sys
from typing import Annotated

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_text

app = typer.Typer(help="The library of texts.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show all texts, one a line, and those that can be fetched."""
    from rnntui.text.library.catalogue import catalogue
    from rnntui.text.library.entries import list_texts, size_in_words
    from rnntui.text.library.fetching.wanted import present

    entries = list_texts()
    rows = [
        (
            entry.name,
            size_in_words(entry.size_bytes),
            entry.origin,
            entry.title,
            entry.about,
        )
        for entry in entries
    ]
    print_table(("name", ">size", "origin", "title", "about"), rows)
    offered = [
        (
            text.name,
            "" if text.size_bytes is None else size_in_words(text.size_bytes),
            "here" if present(text, entries) else "",
            text.title,
            text.licence,
        )
        for text in catalogue()
    ]
    columns = ("name", ">download", "", "title", "licence")
    print_table(columns, offered, "To fetch with 'rnntui corpora fetch NAME'")


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
            *_origin(corpora),
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
def fetch(
    text: Annotated[
        str,
        typer.Argument(
            metavar="NAME|URL",
            help="A name from the catalogue ('rnntui corpora list' shows it), or an address.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name in the library.")] = None,
    member: Annotated[
        str | None, typer.Option(help="Path of the text in the archive at an address.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="SHA-256 that the file at an address must have.")
    ] = None,
    text_encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file (default: detected).")
    ] = None,
    max_mb: Annotated[
        int, typer.Option(min=1, help="Largest file to fetch and largest text to unpack, in MB.")
    ] = 2000,
    allow_http: Annotated[
        bool,
        typer.Option("--allow-http", help="Follow redirects from https to unencrypted http."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
) -> None:
    """Fetch a text from the network into the library.

    After Ctrl-C or a broken connection the same command goes on with what has come. Where the
    catalogue has a text's SHA-256, nothing else is used; of other texts it is noted, so that a
    later fetch that differs is seen. gzip, bzip2, xz, zip and tar files are unpacked. Proxies are
    those of http_proxy, https_proxy and no_proxy.
    """
    from rnntui.cli.output.fetch_progress import fetch_reader
    from rnntui.text.library.fetching.connection import Limits
    from rnntui.text.library.fetching.events import Downloading
    from rnntui.text.library.fetching.fetch import fetch as fetched
    from rnntui.text.library.fetching.interruption import Interruption
    from rnntui.text.library.fetching.wanted import wanted_text

    wanted = wanted_text(text, name, member, sha256)
    limits, received = Limits(most_bytes=max_mb * 1_000_000), 0
    events = fetched(
        wanted, limits, Interruption(), allow_http=allow_http, text_encoding=text_encoding
    )
    try:
        with fetch_reader(sys.stdout, as_json) as reader:
            for event in events:
                received = event.received if isinstance(event, Downloading) else received
                reader.read(event)
    except SystemExit:
        if received:
            notify("Stopped; the same command goes on with what has come.")
        raise
    finally:
        events.close()
    if wanted.labelled:
        from rnntui.text.library.fetching.wanted import archive_place

        place, command = f" ({archive_place(wanted.name)})", "classify train"
    else:
        place, command = "", "train"
    notify(f"Added '{wanted.name}'{place}; train on it with 'rnntui {command} {wanted.name}'.")


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


def _origin(corpora: list[str]) -> list[tuple[str, str]]:
    """Rows about where a fetched text came from; none for any other."""
    from rnntui.text.library.entries import list_texts
    from rnntui.text.library.provenance import provenance_of

    users = {entry.name: entry for entry in list_texts() if entry.origin == "user"}
    if len(corpora) != 1 or corpora[0] not in users:
        return []
    known = provenance_of(corpora[0], users[corpora[0]].size_bytes)
    if known is None:
        return []
    how = "as published" if known.verified else "not published, so not verified"
    return [
        ("fetched", f"{known.fetched} from {known.final_address}"),
        ("licence", known.licence or "not known"),
        ("SHA-256 there", f"{known.sha256} ({how})"),
    ]
