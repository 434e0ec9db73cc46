"""`rnntui recipes`: the named configurations."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnntui.cli.tables import print_table
from rnntui.cli.terminal import notify, write_text

if TYPE_CHECKING:
    from rnntui.tasks.recipes import RecipeFile

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
    """Show every setting of a recipe, what runs it, and its layers where it trains on a text.

    Standard output is the recipe alone, as TOML: kept in a file it is one of your own.
    """
    import tomli_w

    from rnntui.tasks.recipes import find_recipe_file

    file = find_recipe_file(recipe)
    about = {"name": file.name, "kind": file.kind, "about": file.about}
    if file.corpus:
        about["corpus"] = file.corpus
    if file.prime:
        # A backslash of its own would be read as the beginning of an escape.
        about["prime"] = file.prime.replace("\\", "\\\\")
    write_text(tomli_w.dumps({**about, **_settings(file)}), sys.stdout)
    if file.kind == "train":
        _print_layers(recipe, corpus)
    else:
        notify(f"'{file.command}' runs it.")


def _settings(file: "RecipeFile") -> dict[str, Any]:
    """All settings of a recipe that trains, its defaults included; else what its file has."""
    from rnntui.tasks.characters.config import TrainConfig
    from rnntui.tasks.classification.config import ClassifyConfig
    from rnntui.training.settings.tables import from_tables, to_tables

    if file.kind == "train":
        return to_tables(TrainConfig(**from_tables(file.tables, file.source, TrainConfig)))
    if file.kind == "classify":
        values = from_tables(file.tables, file.source, ClassifyConfig)
        return to_tables(ClassifyConfig(**values))
    return dict(file.tables)


def _print_layers(recipe: str, corpus: str | None) -> None:
    """The layer table of a recipe that trains on a text, on standard error."""
    from rnntui.cli.layers import print_layers
    from rnntui.nets.config import layer_table
    from rnntui.tasks.characters.recipes import find_recipe
    from rnntui.text.corpus import load_corpus
    from rnntui.text.library.entries import default_text_name
    from rnntui.text.normalisation import Normalisation
    from rnntui.text.rare import with_rare_merged

    found = find_recipe(recipe)
    loaded = load_corpus(
        corpus or found.corpus or default_text_name(),
        normalisation=Normalisation(found.config.normalise),
    )
    loaded = with_rare_merged(loaded, found.config.min_count)
    notify(f"With the {len(loaded.vocabulary)} symbols of '{loaded.name}' its layers are:")
    print_layers(layer_table(found.config.model(len(loaded.vocabulary))), sys.stderr)
