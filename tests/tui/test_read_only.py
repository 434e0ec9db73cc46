"""A session that only looks: every key and command may be tried, and no file comes or goes."""

from pathlib import Path

from rnntui import places
from rnntui.runtime.session import OnOpened, ReplayedTraining, Request, open_training
from rnntui.runtime.trainer_thread import Events
from rnntui.tui.core.actions import APP, PLAYGROUND
from rnntui.tui.core.read_only import ALLOWED, REFUSED, ReadOnlyApp
from rnntui.tui.duel.screen import DuelScreen
from rnntui.tui.training.replay_actions import REPLAY
from tests.run_files import finished, record, run_on_disk
from tests.tui.scripted import ScriptedTraining, scripted_app
from tests.tui.test_actions import in_footer
from tests.tui.waiting import until

EVERY_NAME = {action.name for action in (*PLAYGROUND, *APP, *REPLAY, *DuelScreen.actions)}


class Replaying(ScriptedTraining):
    """Replays as the real session does."""

    def open(self, request: Request, opened: OnOpened) -> Events:
        self.requests.append(request)
        return open_training(request, opened)


def files() -> dict[Path, bytes]:
    """Every file of rnntui's with its content, but for those that can be made again."""
    everything = places.state_dir().parent.rglob("*")
    ours = [path for path in everything if places.cache_dir() not in path.parents]
    return {path: path.read_bytes() for path in ours if path.is_file()}


def test_it_allows_only_what_is_there() -> None:
    assert ALLOWED <= EVERY_NAME


def test_what_trains_or_writes_is_refused() -> None:
    app = ReadOnlyApp[int]()
    app.is_read_only = True
    for name in ("train", "step", "new", "save", "keep", "chart", "runs", "corpora", "race"):
        assert not app.allows(name), name
    for name in ("classify", "learn", "duel.save", "microscope.export"):
        assert not app.allows(name), name


async def test_a_refused_key_says_so_and_starts_nothing() -> None:
    training = ScriptedTraining()
    app = scripted_app(training)
    app.is_read_only = True
    async with app.run_test(size=(140, 45)) as pilot:
        footer = {active.binding.id for active in in_footer(app.screen)}
        assert "train" not in footer
        assert "generate" in footer
        await pilot.press("t")
        assert [toast.message for toast in app._notifications] == [REFUSED]
        assert training.requests == []


async def test_every_key_of_the_playground_leaves_every_file_as_it_is() -> None:
    run_on_disk(places.checkpoints_dir(), "first", [*record(20, eval_every=0), finished(20)])
    training = Replaying()
    app = scripted_app(training, replay="first")
    app.is_read_only = True
    before = files()
    async with app.run_test(size=(140, 45)) as pilot:
        await until(pilot, lambda: app.playground.controller.run_to_replay == "first")
        await pilot.press("t")  # replays it again
        await until(pilot, lambda: app.playground.controller.run_to_replay == "first")
        for action in PLAYGROUND:
            if action.name not in ("duel", "microscope"):  # which open screens
                await app.run_action(action.call, app.screen)
                assert app.screen is app.playground
        await pilot.pause()
    app.close()
    assert files() == before
    assert training.requests
    assert all(isinstance(request, ReplayedTraining) for request in training.requests)
