"""Writing a network's files: new ones, each whole."""

import os
from pathlib import Path

from rnntui.atomic_files import atomic_write
from rnntui.errors import CheckpointError, reason
from rnntui.tasks.characters.export.network import ExportedNetwork, Format


def export_network(network: ExportedNetwork, format_: Format, target: Path) -> tuple[Path, ...]:
    """Write a network to `target` and, where the format has more files, others beside it.

    Returns their paths. Raises `CheckpointError` for an existing file or a failed write, and what
    the format does.
    """
    beside = target.with_suffix("") if target.suffix == format_.suffix else target
    contents = {
        target if suffix == format_.suffix else beside.with_name(beside.name + suffix): content
        for suffix, content in format_.files(network).items()
    }
    for path in contents:
        if os.path.lexists(path):
            raise CheckpointError(
                f"There is a file {path} already; choose another name with --output."
            )
    try:
        for path, content in contents.items():
            with atomic_write(path) as file:
                file.write(content)
    except OSError as error:
        raise CheckpointError(
            f"{path} can't be written ({reason(error)}); choose a writable place with enough space."
        ) from error
    return tuple(contents)
