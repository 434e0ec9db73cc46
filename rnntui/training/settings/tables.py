"""Settings as TOML tables, one per section, as in recipes and `run.toml`."""

from collections.abc import Mapping
from typing import Any

from rnntui.errors import ConfigError, quoted
from rnntui.training.settings.declaring import settings_of


def to_tables(config: Any) -> dict[str, dict[str, Any]]:
    """The settings of a configuration by section and name, as values for TOML."""
    tables: dict[str, dict[str, Any]] = {}
    for setting in settings_of(config):
        value = getattr(config, setting.name)
        table = tables.setdefault(setting.metadata["section"], {})
        table[setting.name] = list(value) if isinstance(value, tuple) else value
    return tables


def from_tables(tables: Mapping[str, Any], source: str, kind: type) -> dict[str, Any]:
    """Settings by name from tables by section, for a configuration of type `kind`.

    Raises `ConfigError`, naming `source`, for an unknown section or setting, or one in the
    wrong section; the configuration checks the values.
    """
    sections = {setting.name: setting.metadata["section"] for setting in settings_of(kind)}
    settings: dict[str, Any] = {}
    for section, table in tables.items():
        if section not in sections.values() or not isinstance(table, Mapping):
            known = ", ".join(dict.fromkeys(sections.values()))
            raise ConfigError(f"{source} has an unknown table [{section}]; it may have {known}.")
        for name, value in table.items():
            if name not in sections:
                raise ConfigError(f"{source}: there is no setting called {quoted(name)}.")
            if sections[name] != section:
                raise ConfigError(f"{source}: {quoted(name)} belongs in [{sections[name]}].")
            settings[name] = tuple(value) if isinstance(value, list) else value
    return settings
