"""Writes the table of settings in docs/file-formats.md from the settings themselves.

python scripts/settings_table.py
"""

from pathlib import Path

from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.settings.declaring import choices, settings_of

DOCUMENT = Path(__file__).parent.parent / "docs" / "file-formats.md"

HEAD = "| table | setting | type | default | bounds | means |\n|---|---|---|---|---|---|\n"

_TYPES = {int: "integer", float: "float", str: "string"}


def settings_table() -> str:
    """The table as Markdown: a line for each setting of a training, by section."""
    lines, before = [], ""
    for setting in settings_of(TrainConfig):
        about, section = setting.metadata, setting.metadata["section"]
        known = choices(setting)
        bounds = ", ".join(f"`{value}`" for value in known)
        if about["low"] is not None:
            bounds = " to ".join(_bound(about[end]) for end in ("low", "high"))
        kind = "string" if known else _TYPES.get(setting.type, "array of strings")  # type: ignore[arg-type]
        default = f"{setting.default:g}" if isinstance(setting.default, int | float) else "[]"
        if isinstance(setting.default, str):
            default = f'"{setting.default}"'
        shown = "" if section == before else f"`{section}`"
        row = (shown, f"`{setting.name}`", kind, f"`{default}`", bounds, about["about"])
        lines.append(f"| {' | '.join(row)} |\n")
        before = section
    return HEAD + "".join(lines)


def _bound(value: float) -> str:
    """A number as people write it: thousands apart, no digits that say nothing."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def with_table(text: str) -> str:
    """The document with the table as it should be."""
    start = text.index(HEAD)
    end = text.index("\n\n", start) + 1
    return text[:start] + settings_table() + text[end:]


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
