"""Optional packages: what some commands need beyond the plain install, and how to get it.

Each extra of `pyproject.toml` stands here with the package that shows whether it is installed. A
module that uses one asks `import_extra` for it when it is used, and not before.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from rnntui.errors import RnntuiError

EXTRAS: Final = {
    "tensorboard": "tensorboard",
    "wandb": "wandb",
    "onnx": "onnx",
    "serve": "textual_serve",
    "sweep": "optuna",
    "subwords": "tokenizers",
    "keras": "keras",
}
"""By the name of each extra, the module that it brings."""


class MissingExtraError(RnntuiError):
    """A package of an extra that isn't installed; its text has the command that installs it."""

    def __init__(self, extra: str, purpose: str) -> None:
        """Say that `purpose` (as `--log tensorboard`) needs `extra`."""
        super().__init__(
            f"{purpose} needs a package that isn't installed; install it with:"
            f" {sys.executable} -m pip install 'rnntui[{extra}]'"
        )
        self.extra = extra


def import_extra(extra: str, purpose: str, module: str | None = None) -> Any:
    """Import `module` (default: the one that `extra` brings) and return it.

    Raises `MissingExtraError` where it isn't installed. An error inside an installed package is
    passed on as it is.
    """
    wanted = module or EXTRAS[extra]
    try:
        imported: ModuleType = import_module(wanted)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing == wanted or wanted.startswith(missing + "."):
            raise MissingExtraError(extra, purpose) from None
        raise
    return imported
