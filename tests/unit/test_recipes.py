"""Recipes: the shipped ones, one's own, and what is said of a bad file."""

from pathlib import Path

import pytest

from rnntui.errors import ConfigError
from rnntui.nets.config import parameter_count
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import find_recipe, list_recipes
from rnntui.tasks.recipes import DEFAULT, SHIPPED, find_recipe_file, list_recipe_files


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_recipe_loads_and_the_default_one_is_first() -> None:
    names = [recipe.name for recipe in list_recipe_files()]
    assert names[0] == DEFAULT
    assert names[1:] == sorted(names[1:])
    assert sorted(names) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
    trained = [recipe.name for recipe in list_recipe_files() if recipe.kind == "train"]
    assert [recipe.name for recipe in list_recipes()] == trained


def test_every_shipped_recipe_says_what_it_is_and_is_found_by_its_name() -> None:
    for file in list_recipe_files():
        assert file.about.endswith(".")
        assert find_recipe_file(file.name) == find_recipe_file(file.name, file.kind) == file
    for recipe in list_recipes():
        assert find_recipe(recipe.name) == recipe


def test_the_shakespeare_recipe_is_the_classic_set_up() -> None:
    recipe = find_recipe("shakespeare")
    config = recipe.config
    assert config == TrainConfig(
        cell="lstm",
        input_encoding="embedding",
        embedding_size=128,
        hidden_size=128,
        num_layers=2,
        val_fraction=0.0,
        batch_size=50,
        seq_length=50,
        state_carry="epoch",
        optimizer="adam",
        learning_rate=2e-3,
        schedule="constant",
        clip_norm=5.0,
        epochs=2,
        sample_every=223,
    )
    assert recipe.prime == " "
    assert parameter_count(config.model(65)) == 65 * 128 + 2 * 4 * 128 * 257 + 65 * 129


def test_a_recipe_of_ones_own_is_found_by_its_file(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        'about = "Tiny."\ncorpus = "tale"\nprime = "Once"\n'
        '[network]\ncell = "gru"\n[text]\nnormalise = ["nfc"]\n[budget]\nminutes = 2\n',
    )
    recipe = find_recipe(str(path))
    assert (recipe.name, recipe.about) == ("mine", "Tiny.")
    assert (recipe.corpus, recipe.prime) == ("tale", "Once")
    assert recipe.config == TrainConfig(cell="gru", normalise=("nfc",), minutes=2)


@pytest.mark.parametrize("prime", ["'ORSOLA:\\n'", '"ORSOLA:\\n"', '"ORSOLA:\\\\n"'])
def test_a_prime_has_the_escapes_of_the_command_line_in_either_kind_of_string(
    tmp_path: Path, prime: str
) -> None:
    path = _file(tmp_path, f"prime = {prime}\n[budget]\nsteps = 2\n")
    assert find_recipe(str(path)).prime == "ORSOLA:\n"


@pytest.mark.parametrize("reference", ["no-such", "", ".", "../default", "default.toml", "a\0b"])
def test_a_recipe_that_there_is_not_is_answered_with_those_that_there_are(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"There is no recipe '.*one of default, "):
        find_recipe(reference)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epochs = 3 4\n", r"mine\.toml can't be read: .*line 1.*\.$"),
        ("epochs = 3\n", r"mine\.toml has an unknown table \[epochs\]"),
        ("[budget]\nepoch = 3\n", r"mine\.toml: there is no setting called 'epoch'\."),
        ("[network]\nepochs = 3\n", r"mine\.toml: 'epochs' belongs in \[budget\]\."),
        ("[budget]\nepochs = 3\nsteps = 3\n", "exactly one of --epochs, --steps and --minutes"),
        ("[network]\ncell = 'lstm'\n", "exactly one of --epochs, --steps and --minutes"),
        ("[budget]\nepochs = -3\n", "--epochs must lie between"),
        ("[budget]\nepochs = 2024-01-01\n", "--epochs must be a whole number"),
        ("[text]\nnormalise = [['nfc']]\n[budget]\nepochs = 3\n", "--normalise must be a list"),
        ("[text]\nnormalise = 'nfc'\n[budget]\nepochs = 3\n", "--normalise must be a list"),
        ("name = 3\n", r"mine\.toml: 'name' must be a string\."),
        (
            "kind = 'compare'\n",
            r"of kind 'compare', .* 'rnntui compare mine' runs it\.",
        ),
        ("kind = 'bake'\n", r"mine\.toml is of kind 'bake'; it must be one of train, "),
    ],
)
def test_a_bad_file_is_refused_by_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        find_recipe(str(_file(tmp_path, text)))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="can't be read"):
        find_recipe(str(path))


def test_a_recipe_of_another_kind_keeps_its_tables_as_they_stand(tmp_path: Path) -> None:
    path = _file(tmp_path, "kind = 'trace'\ncorpus = 'hello'\n[weights]\nanything = [[1, 2]]\n")
    recipe = find_recipe_file(str(path), "trace")
    assert (recipe.name, recipe.kind, recipe.corpus) == ("mine", "trace", "hello")
    assert recipe.tables == {"weights": {"anything": [[1, 2]]}}
    with pytest.raises(ConfigError, match="'rnntui trace --recipe mine' runs it"):
        find_recipe_file(str(path), "classify")
