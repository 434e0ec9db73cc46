"""`rnntui recipes`: the named configurations."""

import sys
from typing import Annotated

import typer

from rnntui.cli.tables import print_table
from rnntui.cli.terminal import notify, write_text

app = typer.Typer(help="The named configurations.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show all recipes, one a line."""
    from rnntui.training.recipes import list_recipes

    rows = [(recipe.name, recipe.corpus or "any", recipe.about) for recipe in list_recipes()]
    print_table(("name", "corpus", "about"), rows)


@app.command()
def show(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    corpus: Annotated[
        str | None, typer.Option(help="Text whose symbols the layer table counts with.")
    ] = None,
) -> None:
    """Show every setting of a recipe, and its layers on a text.

    Standard output is the recipe alone, as TOML: kept in a file it is one of your own.
    """
    import tomli_w

    from rnntui.cli.layers import print_layers
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library import default_text_name
    from rnntui.text.normalisation import Normalisation
    from rnntui.training.recipes import find_recipe
    from rnntui.training.settings_file import to_tables

    found = find_recipe(recipe)
    about = {"name": found.name, "kind": "train", "about": found.about}
    if found.corpus:
        about["corpus"] = found.corpus
    if found.prime:
        about["prime"] = found.prime
    write_text(tomli_w.dumps({**about, **to_tables(found.config)}), sys.stdout)
    loaded = load_corpus(
        corpus or found.corpus or default_text_name(),
        normalisation=Normalisation(found.config.normalise),
    )
    notify(f"With the {len(loaded.vocabulary)} symbols of '{loaded.name}' its layers are:")
    print_layers(found.config.model(len(loaded.vocabulary)), sys.stderr)
