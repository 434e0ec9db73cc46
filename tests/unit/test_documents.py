"""What documents say of the program is what the program says of itself."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_table_of_settings_is_the_settings() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "settings_table.py"))
    text = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    assert script["with_table"](text) == text, "run scripts/settings_table.py"
