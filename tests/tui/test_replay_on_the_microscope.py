"""A replay and the Microscope on it move each other."""

import asyncio

from rnntui import places
from rnntui.runtime.session import ReplayedTraining, Session
from rnntui.sampling.choice import SamplingSpec
from rnntui.training.commands import MoveTo, Pause
from rnntui.training.runs.kept import kept_file
from rnntui.tui.core.sample_command import sample_command
from rnntui.tui.lens.kept_scrubber import KeptScrubber
from tests.factories import TINY_TEXT, tiny_run, trained
from tests.tui.test_microscope import MicroscopeApp, looking
from tests.tui.waiting import until


async def test_a_replay_and_the_scrubber_move_each_other():
    run = tiny_run(places.checkpoints_dir(), keep_every=4)
    trained(run)
    session = Session()
    session.train(ReplayedTraining(places.checkpoints_dir(), "tiny", lambda: 1e-6))
    session.send(Pause())
    for _ in range(1000):
        session.poll()
        if session.network is not None and session.phase == "paused":
            break
        await asyncio.sleep(0.02)
    assert session.network is not None
    app = MicroscopeApp(session.network, TINY_TEXT[:20])
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        screen.set_interval(0.05, session.poll)
        await looking(pilot, screen)
        scrubber = screen.query_one(KeptScrubber)
        await until(pilot, lambda: scrubber.steps == (0, 4, 8, 12))
        await until(pilot, lambda: scrubber.about == "step 0, 1 of 4")
        session.send(MoveTo(9))
        await until(pilot, lambda: scrubber.about == "step 8, 3 of 4")
        await until(pilot, lambda: screen.traced is not None and screen.traced.step == 8)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: screen.traced is not None and screen.traced.step == 4)
        await pilot.press("y")
        assert str(kept_file(run.folder, 4)) in app.clipboard
        await pilot.press("right_curly_bracket")
        await until(pilot, lambda: screen.traced is not None and screen.traced.step == 12)
        session.stop_training(10.0)
        await until(pilot, lambda: scrubber.about.startswith("newest"))


def test_the_command_names_the_step_that_a_replay_samples_from():
    command = sample_command("tiny", SamplingSpec(), "", 1, 10, at_step=4)
    assert command.startswith("rnntui sample tiny --at-step 4 --length 10")
