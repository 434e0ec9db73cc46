"""Where files are looked for and written."""

from pathlib import Path

import pytest

from rnntui import places

_ALL = (
    places.checkpoints_dir,
    places.corpora_dir,
    places.user_corpora_dir,
    places.cache_dir,
    places.config_dir,
    places.state_dir,
)


def test_one_folder_holds_everything_when_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """RNNTUI_HOME moves every place, and nothing is created by asking."""
    home = tmp_path / "home"
    monkeypatch.setenv("RNNTUI_HOME", str(home))
    found = [place().relative_to(home).as_posix() for place in _ALL]
    assert found == ["checkpoints", "corpora", "data/corpora", "cache", "config", "state"]
    assert not home.exists()


def test_without_it_texts_and_runs_are_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty RNNTUI_HOME counts as none."""
    monkeypatch.setenv("RNNTUI_HOME", "")
    assert places.checkpoints_dir() == Path("checkpoints")
    assert places.corpora_dir() == Path("corpora")
    for place in (places.user_corpora_dir, places.cache_dir, places.config_dir, places.state_dir):
        assert place().is_absolute()
        assert "rnntui" in place().parts


def test_a_home_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells don't expand it within quotes."""
    monkeypatch.setenv("RNNTUI_HOME", "~/learning")
    assert places.cache_dir() == Path.home() / "learning" / "cache"


def test_shipped_texts_are_found_in_a_checkout_and_in_a_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wheel carries them inside the package, a checkout beside it."""
    package = tmp_path / "rnntui"
    package.mkdir()
    monkeypatch.setattr(places, "_PACKAGE", package)
    assert places.shipped_corpora_dir() == tmp_path / "corpora"
    assert places.shipped_checkpoints_dir() == tmp_path / "checkpoints"
    (package / "shipped" / "corpora").mkdir(parents=True)
    assert places.shipped_corpora_dir() == package / "shipped" / "corpora"
