"""`rnntui doctor`: what it finds, what it says to do, and that it tells nothing private."""

import getpass
import importlib.metadata
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnntui import __version__, places
from rnntui.cli.machine import checks
from rnntui.cli.machine.checks import Finding, findings, private_removed
from rnntui.extras import EXTRAS
from tests.command_line import rnntui


def of_section(section: str) -> dict[str, Finding]:
    return {one.name: one for one in findings() if one.section == section}


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def only(monkeypatch: pytest.MonkeyPatch, *chosen: Callable[[], Iterator[Finding]]) -> None:
    monkeypatch.setattr(checks, "CHECKS", chosen)


def test_the_report_has_every_section_and_ends_well() -> None:
    outcome = rnntui("doctor", "--json")
    assert outcome.code == 0
    found = json.loads(outcome.out)["findings"]
    sections = list(dict.fromkeys(one["section"] for one in found))
    assert sections == [
        *("versions", "extras", "system", "processor", "devices", "kernels", "folders"),
        *("cache", "settings", "terminal"),
    ]
    values = {one["name"]: one["value"] for one in found}
    assert values["rnntui"] == __version__
    assert values["numpy"] == importlib.metadata.version("numpy")
    assert set(EXTRAS) <= set(values)
    assert not [one for one in found if one["state"] == "broken"]


def test_nothing_private_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "homes" / "adalovelace"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("RNNTUI_HOME", str(home / "rnn"))
    monkeypatch.setattr(getpass, "getuser", lambda: "adalovelace")
    monkeypatch.setattr(socket, "gethostname", lambda: "analytical-1")
    written(places.checkpoints_dir() / "lettersrun" / "run.toml", "")
    written(places.user_corpora_dir() / "diary.txt", "x")
    written(places.settings_file(), "theme = 'nowhere'\n")
    outcome = rnntui("doctor")
    told = outcome.out + outcome.err
    for private in ("adalovelace", "analytical-1", "lettersrun", "diary", str(tmp_path)):
        assert private not in told
    assert "~/rnn/checkpoints" in told


def test_names_are_taken_out_of_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    monkeypatch.setattr(socket, "gethostname", lambda: "engine")
    assert private_removed("/home/ada/x, /srv/ada/y at engine") == "~/x, /srv/…/y at …"
    assert private_removed("/home/adam and Adas engines") == "/home/adam and Adas engines"


def test_a_wrong_entry_in_the_settings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, checks._settings)
    written(places.settings_file(), "theme = 'nowhere'\n")
    outcome = rnntui("doctor")
    assert outcome.code == 0
    assert "there is no theme called" in outcome.out
    assert "or delete it." in outcome.err


def test_settings_that_cannot_be_read_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, checks._settings)
    written(places.settings_file(), "theme = [")
    outcome = rnntui("doctor")
    assert outcome.code == 1
    assert "can't be used" in outcome.out
    written(places.settings_file(), "")
    assert [one.value for one in of_section("settings").values()] == ["valid"]


def test_a_folder_that_cannot_be_made_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path / "file" / "home"))
    only(monkeypatch, checks._folders)
    outcome = rnntui("doctor")
    assert outcome.code == 1
    assert "can't be written" in outcome.out
    assert "RNNTUI_HOME" in outcome.err


def test_what_is_missing_has_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = importlib.metadata.version

    def without(package: str) -> str:
        if package in ("wandb", "rich"):
            raise importlib.metadata.PackageNotFoundError
        return whole(package)

    monkeypatch.setattr(importlib.metadata, "version", without)
    only(monkeypatch, checks._versions, checks._extras)
    extra, needed = of_section("extras")["wandb"], of_section("versions")["rich"]
    assert (extra.value, extra.state) == ("not installed", "missing")
    assert extra.remedy.endswith("-m pip install 'rnntui[wandb]'")
    assert (needed.value, needed.state) == ("not installed", "broken")
    assert needed.remedy.endswith("-m pip install rich")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"TERM": "xterm-256color"}, {"colours": "256"}),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, {"colours": "16 million"}),
        ({"TERM": "xterm", "NO_COLOR": "1"}, {"colours": "none (NO_COLOR)"}),
        ({"TERM": "linux"}, {"charts": "blocks, unless settings.toml says otherwise"}),
        ({"TERM": "xterm-kitty"}, {"kitty keys": "asked for; this terminal has them"}),
        ({"TMUX": "/tmp/a", "COLUMNS": "70", "LINES": "20"}, {"inside": "tmux", "size": "70 × 20"}),
        ({"COLUMNS": "100", "LINES": "30"}, {"size": "100 × 30"}),
    ],
)
def test_the_terminal_is_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: dict[str, str]
) -> None:
    for name in ("NO_COLOR", "COLORTERM", "TMUX", "STY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    only(monkeypatch, checks._terminal)
    found = of_section("terminal")
    assert {name: found[name].value for name in expected} == expected
    assert (found["size"].state == "note") == (os.environ.get("COLUMNS") == "70")


def test_a_check_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def _devices() -> Iterator[Finding]:
        raise ImportError("libcudart.so: cannot open shared object file")
        yield

    only(monkeypatch, _devices, checks._cache)
    outcome = rnntui("doctor", "--json")
    assert outcome.code == 1
    first, second = json.loads(outcome.out)["findings"]
    assert (first["name"], first["state"]) == ("devices", "broken")
    assert "libcudart.so" in first["value"]
    assert second["section"] == "cache"


def test_a_torch_without_its_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Any = None
    monkeypatch.setitem(sys.modules, "torch", broken)
    only(monkeypatch, checks._devices)
    assert [one.state for one in findings()] == ["broken"]
