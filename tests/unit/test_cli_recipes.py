"""`rnntui recipes`: the named configurations."""

import tomllib
from pathlib import Path

import pytest

from rnntui.nets.config import parameter_count
from rnntui.tasks.characters.recipes import find_recipe, list_recipes
from rnntui.tasks.recipes import list_recipe_files
from rnntui.text.corpus import load_corpus
from rnntui.text.normalisation import Normalisation
from tests.command_line import SMALL, rnntui, stated, text_file
from tests.factories import TINY_TEXT

NAMES = [recipe.name for recipe in list_recipes()]


def test_the_list_has_every_recipe_with_its_sentence() -> None:
    outcome = rnntui("recipes", "list")
    assert (outcome.code, outcome.err) == (0, "")
    rows = [line.split() for line in outcome.out.splitlines() if line.strip()][2:]
    assert [(row[0], row[1]) for row in rows] == [(f.name, f.kind) for f in list_recipe_files()]
    for recipe in list_recipe_files():
        assert recipe.about in outcome.out


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_is_a_recipe_file_that_equals_it(name: str, tmp_path: Path) -> None:
    outcome = rnntui("recipes", "show", name)
    assert outcome.code == 0
    copy = tmp_path / "copy.toml"
    copy.write_text(outcome.out, encoding="utf-8")
    assert find_recipe(str(copy)) == find_recipe(name)
    assert tomllib.loads(outcome.out)["kind"] == "train"


@pytest.mark.parametrize("name", NAMES)
def test_the_layers_are_shown_beside_it(name: str) -> None:
    recipe = find_recipe(name)
    normalisation = Normalisation(recipe.config.normalise)
    corpus = load_corpus(recipe.corpus or "play", normalisation=normalisation)
    outcome = rnntui("recipes", "show", name)
    model = recipe.config.model(len(corpus.vocabulary))
    lines = [" ".join(line.split()) for line in outcome.err.splitlines()]
    assert lines[0] == (
        f"rnntui: With the {len(corpus.vocabulary)} symbols of '{corpus.name}' its layers are:"
    )
    assert f"total {parameter_count(model):,}" in lines


def test_the_layers_can_be_counted_on_another_text() -> None:
    outcome = rnntui("recipes", "show", "default", "--corpus", "hello")
    assert "With the 4 symbols of 'hello' its layers are:" in outcome.err


def test_the_layers_are_counted_on_the_normalised_text() -> None:
    recipe = text_file('[text]\nnormalise = ["lowercase"]\n[budget]\nsteps = 1\n', "own.toml")
    outcome = rnntui("recipes", "show", recipe, "--corpus", text_file("aAbB" * 9))
    assert "With the 2 symbols of 'own' its layers are:" in outcome.err


def test_a_shown_prime_is_read_again_as_it_is() -> None:
    recipe = text_file("prime = '\\\\nabla\\n'\n[budget]\nsteps = 1\n", "own.toml")
    assert find_recipe(str(recipe)).prime == "\\nabla\n"
    copy = text_file(rnntui("recipes", "show", recipe).out, "copy.toml")
    assert find_recipe(str(copy)).prime == "\\nabla\n"


def test_a_shown_recipe_kept_in_a_file_can_be_trained() -> None:
    shown = rnntui("recipes", "show", "names").out
    recipe = text_file(shown, "mine.toml")
    flags = ("--recipe", recipe, *SMALL, "--steps", "1", "--name", "a")
    outcome = rnntui("train", text_file(TINY_TEXT), *flags)
    assert (outcome.code, outcome.err) == (0, "")


def test_what_is_not_there_is_stated() -> None:
    outcome = rnntui("recipes", "show", "nonsense")
    stated(outcome, "There is no recipe 'nonsense'", *NAMES)
    assert outcome.out == ""
    stated(rnntui("recipes", "show", "default", "--corpus", "nonsense"), "There is no text")


def test_a_recipe_of_another_kind_is_shown_with_the_command_that_runs_it() -> None:
    for name, command in (
        ("hello", "rnntui trace --recipe hello"),
        ("embedding", "rnntui compare embedding"),
        ("reviews", "rnntui classify train --recipe reviews"),
    ):
        outcome = rnntui("recipes", "show", name)
        shown = tomllib.loads(outcome.out)
        assert (outcome.code, shown["name"]) == (0, name)
        assert f"'{command}' runs it." in outcome.err
        stated(rnntui("train", "--recipe", name), f"'{command}' runs it.")
