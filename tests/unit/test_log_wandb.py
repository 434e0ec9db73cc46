"""`--log wandb`, offline: what wandb's own messages say, and that nothing leaves the machine."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from wandb.proto import wandb_internal_pb2

from rnntui import places
from rnntui.tasks.characters.opening import events_of
from rnntui.training.events import Evaluated, Sampled
from rnntui.training.loggers.logger import NamedLogger
from rnntui.training.loggers.wandb import WandbLogger
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import read_events
from tests.command_line import SMALL, rnntui
from tests.factories import left_after, losses, only, resumed, tiny_run

BLOCK, HEADER = 32_768, 7


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has neither logged in nor chosen a mode."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The addresses beyond this machine that are connected to."""
    beyond: list[object] = []
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in ("127.0.0.1", "::1"):  # type: ignore[index]
            beyond.append(address)
            raise OSError("no network here")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return beyond


def records(folder: RunFolder) -> Iterator[wandb_internal_pb2.Record]:
    """The messages in the offline file of a run: LevelDB's log, after a header of seven bytes."""
    (path,) = folder.logs.glob("wandb/wandb/offline-run-*/*.wandb")
    content, at, parts = path.read_bytes(), HEADER, b""
    while at + HEADER <= len(content):
        if BLOCK - at % BLOCK < HEADER:
            at += BLOCK - at % BLOCK
            continue
        length, kind = int.from_bytes(content[at + 4 : at + 6], "little"), content[at + 6]
        if at + HEADER + length > len(content):
            return  # it is being written
        parts += content[at + HEADER : at + HEADER + length]
        at += HEADER + length
        if kind in (1, 4):  # a whole record, or the last part of one
            yield wandb_internal_pb2.Record.FromString(parts)
            parts = b""


def whole(folder: RunFolder) -> list[wandb_internal_pb2.Record]:
    """All messages, once wandb's service has written the last one, which it does by itself."""
    deadline = time.monotonic() + 30
    while True:
        found = list(records(folder))
        if any(record.HasField("exit") for record in found):
            return found
        assert time.monotonic() < deadline, "the file never ended"
        time.sleep(0.02)


def history(folder: RunFolder) -> list[dict[str, object]]:
    return [
        {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}
        for record in whole(folder)
        if (items := record.history.item)
    ]


def test_a_run_is_offline_quiet_and_whole(
    connected: list[object], capfd: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "text.txt").write_text("the cat sat on the mat. " * 60)
    flags = (*SMALL, "--steps", "6", "--eval-every", "3", "--engine", "torch", "--name", "a")
    told = rnntui("train", tmp_path / "text.txt", *flags, "--json", "--log", "wandb")
    assert told.code == 0
    assert all(json.loads(line)["event"] for line in told.out.splitlines())
    assert told.err == ""
    assert capfd.readouterr() == ("", "")
    assert connected == []
    for process in psutil.Process().children(recursive=True):  # wandb's service is one
        remote = [one.raddr.ip for one in process.net_connections() if one.raddr]
        assert not [address for address in remote if address not in ("127.0.0.1", "::1")]

    folder = RunFolder(places.checkpoints_dir() / "a")
    rows, events = history(folder), list(read_events(folder))
    val_losses = [row["val_loss"] for row in rows if "val_loss" in row]
    evaluated = [one.val_loss for one in only(Evaluated, events) if not one.full or one.step < 6]
    assert val_losses == pytest.approx(evaluated)
    samples = [row for row in rows if "sample/_type" in row or "sample" in row]
    assert len(samples) == len(only(Sampled, events))
    (config,) = [r.run.config.update for r in whole(folder) if r.HasField("run")][:1]
    settings = {item.key: json.loads(item.value_json) for item in config}
    assert settings["hidden_size"] == 8


def test_after_a_kill_and_a_resume_no_point_is_doubled(tmp_path: Path):
    run = tiny_run(tmp_path, save_every=0.0)
    left_after(events_of(run, loggers=[NamedLogger("wandb", WandbLogger(0.0))]), 13)
    files = "wandb/wandb/offline-run-*/*.wandb"
    (before,) = run.folder.logs.glob(files)
    list(events_of(resumed(run), loggers=[NamedLogger("wandb", WandbLogger(0.0))]))
    rows = [row for row in history(run.folder) if "loss" in row]
    assert [(row["_step"], row["loss"]) for row in rows] == losses(run.folder)
    (after,) = run.folder.logs.glob(files)
    assert after.name == before.name  # the run's id


@pytest.mark.parametrize(
    ("variable", "value", "mode"),
    [
        ("WANDB_MODE", "disabled", "disabled"),
        ("WANDB_API_KEY", "0" * 40, "online"),
        ("WANDB_PROJECT", "mine", "offline"),
    ],
)
def test_the_mode_is_what_the_user_has_set(
    variable: str, value: str, mode: str, monkeypatch: pytest.MonkeyPatch
):
    import wandb

    monkeypatch.setenv(variable, value)
    settings = wandb.Settings(silent=True)
    settings.update_from_env_vars(dict(os.environ))
    assert WandbLogger()._mode(settings) == mode
