"""`rnntui recipes`: the named configurations."""

import sys
from typing import Annotated

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_text

app = typer.Typer(help="Recipes: named configurations.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show all recipes, one a line; 'recipes show' names the command for each."""
    from rnntui.tasks.recipes import list_recipe_files

    rows = [
        (recipe.name, recipe.kind, recipe.corpus or "any", recipe.about)
        for recipe in list_recipe_files()
    ]
    print_table(("name", "kind", "corpus", "about"), rows)


@app.command()
def show(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    corpus: Annotated[
        str | None, typer.Option(help="Text whose vocabulary sizes the layer table.")
    ] = None,
) -> None:
    """Show all settings of a recipe, its command, and its layers if it trains on a text.

    Standard output is the recipe alone, as TOML, and can be saved as a recipe of your own.
    """
    import tomli_w

    from rnntui.cli.output.layers import print_layers
    from rnntui.own_cells import with_own_cell
    from rnntui.tasks.recipes import configured, find_recipe_file
    from rnntui.tasks.table import task_of_recipe
    from rnntui.training.settings.tables import to_tables

    file = with_own_cell(find_recipe_file(recipe), recipe)
    about = {"name": file.name, "kind": file.kind, "about": file.about}
    if file.corpus:
        about["corpus"] = file.corpus
    if file.prime:
        # A plain backslash would be read as the start of an escape.
        about["prime"] = file.prime.replace("\\", "\\\\")
    task = task_of_recipe(file)
    # Recipes without training are shown as in their files, others with all defaults.
    tables = to_tables(configured(file, task.config).config) if task else dict(file.tables)
    write_text(tomli_w.dumps({**about, **tables}), sys.stdout)
    if task and (layers := task.recipe_layers(file, corpus)):
        notify(layers.sentence)
        print_layers(layers.rows, sys.stderr)
    else:
        notify(f"'{file.command}' runs it.")
