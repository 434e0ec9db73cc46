"""Output of a lens: a summary in tables, every number as JSON objects, or in a CSV file."""

import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rnntui.cli.output.terminal import notify, write_line
from rnntui.cli.output.written_files import repeated_command, write_whole
from rnntui.csv_tables import write_table
from rnntui.errors import ConfigError, quoted, reason
from rnntui.text.escapes import escaped

if TYPE_CHECKING:
    from rnntui.cli.trace.networks import TracedNetwork
    from rnntui.lenses.pictures import About

LONG: Final = 100_000
"""Characters from which on a text is read in single precision, in less than half of the time."""


@dataclass(frozen=True, eq=False)
class LensTable:
    """All that a lens has to say: named columns, their rows, and how to print a summary.

    `rows` begins them anew: a long text has many, which are made one by one. A value is a number,
    a text, None, or a list of these. `picture` draws it as the text of an SVG file.
    """

    columns: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Any]]]
    print_summary: Callable[[], None]
    picture: "Callable[[About], str]"


def at_its_step(table: LensTable, step: int) -> LensTable:
    """The same table, each row beginning with the step of the network."""
    return replace(
        table,
        columns=("at_step", *table.columns),
        rows=lambda: ((step, *row) for row in table.rows()),
    )


def write_lens_table(
    network: "TracedNetwork", lens: str, table: LensTable, as_json: bool, csv_file: Path | None
) -> None:
    """Print the summary, or with `as_json` an object for each row; write the rows to `csv_file`.

    Above these stand the `lens`, the network and the command that repeats it.

    Raises `ConfigError` for a file that is there already or can't be written.
    """
    if csv_file is not None:
        network_in_words = f"network: {_in_words(network, is_alone=True)}"
        command = f"command: {repeated_command({'--svg': 1, '--json': 0})}"
        _write_csv(table, [f"lens: {lens}", network_in_words, command], csv_file)
    if not as_json:
        table.print_summary()
        return
    for row in table.rows():
        values = dict(zip(table.columns, map(_plain, row), strict=True))
        write_line(json.dumps(values, allow_nan=False), sys.stdout)


def write_picture(
    networks: "Sequence[TracedNetwork]", picture: "Callable[[About], str]", path: Path
) -> None:
    """Draw what is seen of some networks into an SVG file.

    Raises `ConfigError` for a file that is there already, and `RnntuiError` for one that can't be
    written.
    """
    from rnntui.lenses.pictures import About

    _refuse_file_there(path)
    words = dict.fromkeys(_in_words(network, len(networks) == 1) for network in networks)
    command = repeated_command({"--csv": 1, "--json": 0})
    write_whole(picture(About(", ".join(words), command)), path)


def _in_words(network: "TracedNetwork", is_alone: bool) -> str:
    """A network's name and size, if it is alone its step, and what was operated on."""
    from rnntui.lenses.operation_flags import in_words

    size = f"{network.config.cell} {network.config.num_layers}x{network.config.hidden_size}"
    name = () if network.name == network.config.cell else (network.name,)
    done = [in_words(one) for one in network.operations]
    return " · ".join((*name, size, *filter(None, [network.stage if is_alone else ""]), *done))


def lens_precision(characters: int) -> Any:
    """The precision in which a text of that length is read."""
    import numpy as np

    return np.float32 if characters > LONG else np.float64


def on_one_thread() -> Any:
    """A block in which NumPy's small products don't wait for other threads."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")


def _write_csv(table: LensTable, about: Sequence[str], path: Path) -> None:
    from rnntui.atomic_files import atomic_write

    shown = quoted(str(path))
    _refuse_file_there(path)
    try:
        with atomic_write(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="")
            rows = ([_cell(value) for value in row] for row in table.rows())
            write_table(text, about, chain([table.columns], rows))
            text.detach()  # flushes it and leaves the file open
    except OSError as error:
        raise ConfigError(
            f"The file {shown} can't be written ({reason(error)}); choose a writable place."
        ) from error
    notify(f"Every number is in {shown}.")


def _refuse_file_there(path: Path) -> None:
    if os.path.lexists(path):
        shown = quoted(str(path))
        raise ConfigError(f"There is a file {shown} already; choose another name for it.")


def _plain(value: Any) -> Any:
    """A value for JSON; a number that is not finite is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _cell(value: Any) -> Any:
    r"""A value for CSV: one line, control characters as `\n` and the like."""
    if isinstance(value, list):
        return json.dumps(_plain(value))
    return escaped(value) if isinstance(value, str) else _plain(value)
