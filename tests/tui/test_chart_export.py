"""The curves of a training run, saved as numbers and as a picture."""

import math
from xml.etree import ElementTree

import pytest

from rnntui import places
from rnntui.tui.widgets.chart.export import picture_of, table_of
from rnntui.tui.widgets.chart.look import Look
from rnntui.tui.widgets.chart.scale import YScale
from rnntui.tui.widgets.chart.series import ChartData, SeriesStyle
from tests.tables import parse_table, read_table
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.test_playground import SIZE
from tests.tui.waiting import until

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def data() -> ChartData:
    chart = ChartData()
    chart.add_series("training", SeriesStyle.LINE)
    chart.append("training", [1, 2, 3], [4.0, 2.0, 1.0])
    chart.add_series("validation", SeriesStyle.MARKED)
    chart.append("validation", [3], [1.5])
    chart.set_reference("uniform", math.log(50))
    return chart


def test_the_table_has_each_point_as_it_was():
    look = Look(x_title="steps", y_title="loss")
    about, rows = parse_table(table_of(data(), look, "a run", "rnntui train a"))
    assert about == ["run: a run", "command: rnntui train a"]
    assert rows[0] == ["series", "steps", "loss"]
    assert [(name, x and float(x), float(y)) for name, x, y in rows[1:]] == [
        ("training", 1, 4),
        ("training", 2, 2),
        ("training", 3, 1),
        ("validation", 3, 1.5),
        ("uniform", "", math.log(50)),
    ]


@pytest.mark.parametrize("scale", [*YScale])
def test_the_picture_has_each_curve_and_reference_line(scale: YScale):
    look = Look(x_title="steps", y_title="loss", smoothing=0.9, scale=scale)
    svg = picture_of(data(), look, "mine", "rnntui train play")
    names = {"training, smoothed", "validation", "uniform 3.912", "steps", "loss", "mine"}
    assert names < set(texts(svg))
    # Each in the legend, and among the axes but for the single point, which is a dot.
    assert len(list(ElementTree.fromstring(svg).iter(f"{SVG}polyline"))) == 6


def test_a_chart_of_nothing_is_a_picture_too():
    assert "empty" in texts(picture_of(ChartData(), Look(), "empty"))


async def test_the_chart_on_screen_is_saved_with_the_command_that_trains_it():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: len(app.playground.loss.chart.data.series["training"].points))
        await until(pilot, lambda: app.playground.loss.status.last_step is not None)
        await pilot.press("E")
        folder = places.checkpoints_dir().parent
        svg = (folder / "loss-1.svg").read_text(encoding="utf-8")
        assert any(one.startswith("rnntui train ") for one in texts(svg))
        (run, command), rows = read_table(folder / "loss-1.csv")
        assert run == f"run: {app.playground.controller.run_name}"
        assert command.startswith("command: rnntui train ")
        assert rows[0] == ["series", "steps", "loss (nats/char)"]
