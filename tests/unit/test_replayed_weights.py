"""A replay has the weights that its run kept by the step that it has come to."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rnntui.runtime.phases import IN_PROGRESS
from rnntui.runtime.session import Network, ReplayedTraining, Session
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.commands import Pause
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file
from tests.factories import tiny_run, trained

PATIENCE = 60.0


def run_of(parent: Path, **settings: Any) -> RunFolder:
    """Twelve steps, of which every fourth is kept."""
    run = tiny_run(parent, **{"keep_every": 4, **settings})
    trained(run)
    return run.folder


def until(session: Session, done: Callable[[], bool]) -> None:
    """Poll until something is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        session.poll()
        assert time.monotonic() < end
        time.sleep(0.01)


def replaying(parent: Path) -> tuple[Session, Network]:
    """A replay that is paused at its beginning, and its network."""
    session = Session()
    session.train(ReplayedTraining(parent, "tiny", lambda: 1e-6))
    session.send(Pause())
    until(session, lambda: session.phase == "paused" and session.network is not None)
    assert session.network is not None
    return session, session.network


def test_the_weights_are_those_kept_by_the_step(tmp_path: Path) -> None:
    folder = run_of(tmp_path)
    session, network = replaying(tmp_path)
    assert network.replayed is not None
    assert network.weights().step == 0
    for sought, kept in ((8, 8), (11, 8), (12, 12), (5, 4)):
        network.replayed.go_to(sought)
        until(session, lambda: network.weights().step == kept)  # noqa: B023
        own = load_checkpoint(kept_file(folder, kept)).network
        for name, array in network.weights().arrays.items():
            assert array.tobytes() == own[name].tobytes()
    network.replayed.go_to(None)
    until(session, lambda: network.weights().step == 12)
    session.close(PATIENCE)


def test_a_stream_goes_on_with_them(tmp_path: Path) -> None:
    run_of(tmp_path)
    session, network = replaying(tmp_path)
    assert network.replayed is not None
    asked = []
    session._open_stream = lambda one, *_: iter(lambda: asked.append(one.weights().step), 0)  # type: ignore[assignment,return-value]
    session.generate()
    until(session, lambda: 0 in asked)
    session.stop_generating()
    network.replayed.go_to(8)
    until(session, lambda: network.weights().step == 8)
    session.generate()
    until(session, lambda: 8 in asked)
    session.close(PATIENCE)


def test_behind_its_end_the_weights_are_the_best(tmp_path: Path) -> None:
    folder = run_of(tmp_path)
    session, network = replaying(tmp_path)
    session.stop_training(PATIENCE)
    until(session, lambda: session.phase not in IN_PROGRESS)
    assert network.replayed is not None
    assert network.replayed.kept_step is None
    assert network.weights().step == load_checkpoint(folder.best).header.progress.step


def test_where_nothing_was_kept_the_weights_are_the_best(tmp_path: Path) -> None:
    folder = run_of(tmp_path, keep_every=0)
    session, network = replaying(tmp_path)
    assert network.replayed is None
    assert network.weights().step == load_checkpoint(folder.best).header.progress.step
    session.close(PATIENCE)
