"""`rnntui serve`: the playground in a browser."""

import ipaddress
import logging
import secrets
import socket
import sys
from typing import Annotated

import typer

from rnntui.cli.options.opening_options import (
    OpenedCheckpoint,
    OpenedCorpus,
    OpenedRecipe,
    ReadOnly,
    Replayed,
)
from rnntui.cli.output.terminal import notify, write_line
from rnntui.errors import RnntuiError, reason
from rnntui.extras import import_extra


def serve(
    corpus: OpenedCorpus = None,
    checkpoint: OpenedCheckpoint = None,
    recipe: OpenedRecipe = None,
    replay: Replayed = None,
    read_only: ReadOnly = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 is every network of this machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    sessions: Annotated[
        int, typer.Option(min=1, max=1000, help="Visitors at once; each has a process of its own.")
    ] = 4,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Address that browsers use, where a proxy stands in front."
        ),
    ] = None,
) -> None:
    """Serve the playground to browsers; ctrl+c saves what visitors have in progress, and ends.

    The address on standard output has a token, new at each start: whoever has it can use the
    program. For a class: 'rnntui serve --host 0.0.0.0 --read-only --replay RUN'.
    """
    import_extra("serve", "rnntui serve", "textual_serve.server")
    from rnntui.cli.serve.server import PlaygroundServer

    words = [sys.executable, "-m", "rnntui"]
    given = {"corpus": corpus, "checkpoint": checkpoint, "recipe": recipe, "replay": replay}
    words += [word for name, value in given.items() if value for word in (f"--{name}", value)]
    words += ["--read-only"] if read_only else []
    from rnntui.tui.app import find_requested

    find_requested(corpus, checkpoint, recipe, replay)  # before a visitor finds out
    logging.basicConfig(level=logging.WARNING, format="rnntui: %(message)s", stream=sys.stderr)
    with _listening(host, port) as listening:
        if not _is_loopback(host):
            notify(_warning(read_only))
        token, url = secrets.token_urlsafe(16), public_url.rstrip("/") if public_url else None
        PlaygroundServer(
            words,
            listening,
            token,
            sessions,
            url,
            announce=lambda address: write_line(address, sys.stdout),
        ).serve()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `RnntuiError`."""
    try:
        is_six = ":" in host
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if is_six else socket.AF_INET
        )
    except OSError as error:
        raise RnntuiError(
            f"It can't listen on {host}, port {port} ({reason(error)}); choose another with --host"
            " or --port."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _warning(read_only: bool) -> str:
    """What listening beyond this machine means."""
    can = "look at your runs and texts" if read_only else "train, read and write files as you can"
    return (
        f"Others can reach it: whoever has the address can {can}, and nothing on the way is"
        " encrypted. Give it to those you trust, and end it when you are done."
    )
