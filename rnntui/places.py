"""Where rnntui's files are on disk; it names folders and never creates one.

`RNNTUI_HOME`, when set, is one folder that holds everything: `corpora`,
`checkpoints`, `cache`, `data`, `config` and `state`. Otherwise texts and runs
are in the current folder and the rest in the user's own folders. The
environment is read at each call.
"""

import os
from pathlib import Path

_APP = "rnntui"
_PACKAGE = Path(__file__).resolve().parent


def checkpoints_dir() -> Path:
    """The folder that runs are written to."""
    return (_home() or Path()) / "checkpoints"


def corpora_dir() -> Path:
    """The folder beside the work at hand, into which people drop their texts."""
    return (_home() or Path()) / "corpora"


def user_corpora_dir() -> Path:
    """The folder of texts added to the library, found from every current folder."""
    home = _home()
    if home is not None:
        return home / "data" / "corpora"
    from platformdirs import user_data_path

    return user_data_path(_APP, appauthor=False) / "corpora"


def user_sources_dir() -> Path:
    """The folder of notes on where fetched texts came from."""
    return user_corpora_dir().parent / "sources"


def user_cells_dir() -> Path:
    """The folder of cells of a person's own, which are found there by their hash."""
    home = _home()
    if home is not None:
        return home / "data" / "cells"
    from platformdirs import user_data_path

    return user_data_path(_APP, appauthor=False) / "cells"


def foreign_cells_dir() -> Path:
    """The package's cells of other programs' networks."""
    return _PACKAGE / "nets" / "foreign_cells"


def cache_dir() -> Path:
    """The folder of files that can be made again; deleting it is always safe."""
    home = _home()
    if home is not None:
        return home / "cache"
    from platformdirs import user_cache_path

    return user_cache_path(_APP, appauthor=False)


def config_dir() -> Path:
    """The folder of the settings file."""
    home = _home()
    if home is not None:
        return home / "config"
    from platformdirs import user_config_path

    return user_config_path(_APP, appauthor=False)


def settings_file() -> Path:
    """What a person has chosen about the screen and about charts."""
    return config_dir() / "settings.toml"


def state_dir() -> Path:
    """The folder of the log file and of what the screen remembers."""
    home = _home()
    if home is not None:
        return home / "state"
    from platformdirs import user_state_path

    return user_state_path(_APP, appauthor=False)


def shipped_corpora_dir() -> Path:
    """The folder of the texts that come with rnntui."""
    return _shipped("corpora")


def shipped_checkpoints_dir() -> Path:
    """The folder of the small trained model that comes with rnntui."""
    return _shipped("checkpoints")


def recipes_dir() -> Path:
    """The folder of the package's recipes."""
    return _PACKAGE / "recipes"


def lessons_dir() -> Path:
    """The folder of the lessons."""
    return _PACKAGE / "lessons"


def _home() -> Path | None:
    value = os.environ.get("RNNTUI_HOME", "")
    return Path(value).expanduser() if value else None


def _shipped(kind: str) -> Path:
    # A wheel carries them inside the package, a checkout at its root.
    installed = _PACKAGE / "shipped" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind
