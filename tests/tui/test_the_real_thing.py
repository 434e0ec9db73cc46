"""The real trainer and generator threads in the real app, on a text that ships."""

from statistics import fmean

from textual.widgets import OptionList

from rnntui.tui.playground.starting import StartRequest, find_start
from rnntui.tui.training.settings_form import SettingsForm
from rnntui.tui.widgets.chart import Chart
from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.scripted import AtHome
from tests.tui.waiting import until


async def test_a_network_learns_in_the_background_and_generates_what_it_has_learned():
    app = AtHome(start=find_start(StartRequest(recipe="names"), None))
    async with app.run_test(size=(140, 45)) as pilot:
        texts = app.screen.query_one("#texts", OptionList)
        assert texts.highlighted is not None
        assert texts.get_option_at_index(texts.highlighted).id == "places"
        form = app.screen.query_one(SettingsForm)
        assert form.config is not None
        app.session.pace = 0.0
        await pilot.press("t")
        chart = app.screen.query_one(Chart)
        await until(pilot, lambda: len(chart.data.series["training"].points.x) >= 60, 60)
        await pilot.press("g")
        stream = app.screen.query_one(StreamText)
        await until(pilot, lambda: stream.end >= 200)
        losses = chart.data.series["training"].points.mean
        assert fmean(losses[-10:]) < fmean(losses[:5]) - 0.5
        corpus = app.session.network
        assert corpus is not None
        assert set(stream.text) <= set(corpus.vocabulary.symbols)
        await pilot.press("ctrl+q", "y")
        await until(pilot, lambda: not app.is_running)
    assert not app.session.is_training
