"""Optional packages: each is there for the tests; a missing one is said with its command."""

import sys
import tomllib
from pathlib import Path

import pytest

from rnntui.errors import RnntuiError
from rnntui.extras import EXTRAS, MissingExtraError, import_extra

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_missing_extra_is_one_sentence_with_the_command(
    extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, EXTRAS[extra], None)
    with pytest.raises(MissingExtraError, match=rf"'rnntui\[{extra}\]'$") as raised:
        import_extra(extra, "This")
    assert "\n" not in str(raised.value)
    assert isinstance(raised.value, RnntuiError)


def test_each_extra_is_declared() -> None:
    declared = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    assert set(EXTRAS) == set(declared) - {"dev", "docs"}


def test_an_error_inside_an_installed_package_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_counterpart.py").write_text("import no_such_module_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        import_extra("onnx", "This", "broken_counterpart")
