"""Cells of a person's own in the form of settings."""

from dataclasses import replace
from pathlib import Path

from textual.widgets import Select

from rnntui.own_cells import load_cell
from tests.cell_files import elman, two_states
from tests.tui.scripted import scripted_app
from tests.tui.waiting import until


async def test_the_form_offers_cells_of_ones_own(tmp_path: Path) -> None:
    first = load_cell(elman(tmp_path)).name
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        form = app.playground.setup.form
        app.screen.query_one("#cell", Select).value = first
        await until(pilot, lambda: form.config is not None and form.config.cell == first)
        # A run that is opened may bring one that became known only with it.
        second = load_cell(two_states(tmp_path)).name
        config = replace(form.recipe.config, cell=second)
        form.add_recipe(replace(form.recipe, name="theirs (run)", config=config))
        await until(pilot, lambda: form.config is not None and form.config.cell == second)
        assert app.screen.query_one("#cell", Select).value == second
