"""One-hot against embedding: what each costs, and that both select the same row."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.lenses.embedding_sizes import (
    encoding_sizes,
    look_up,
    random_table,
    smallest_saving_vocabulary,
)
from rnntui.nets.config import ModelConfig, layer_table, parameter_count
from tests.command_line import misused, rnntui, stated, text_file
from tests.factories import TickingClock


def _network(cell: Any = "lstm", embedding_size: int = 64, hidden_size: int = 128) -> ModelConfig:
    return ModelConfig(
        1, cell=cell, embedding_size=embedding_size, hidden_size=hidden_size, num_layers=1
    )


def test_one_hot_costs_a_row_of_weights_per_symbol() -> None:
    one_hot, _ = encoding_sizes(_network(), 27)
    assert one_hot.parameters == one_hot.multiply_adds == 27 * 4 * 128
    assert one_hot.input_bytes == 27 * 4


def test_an_embedding_costs_a_table_and_the_weights_that_read_it() -> None:
    _, embedding = encoding_sizes(_network(), 11_172)
    assert embedding.parameters == 11_172 * 64 + 64 * 4 * 128
    assert embedding.multiply_adds == 64 * 4 * 128
    assert embedding.input_bytes == 4


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_whole_networks_differ_by_the_same(cell: str) -> None:
    one_hot, embedding = encoding_sizes(_network(cell), 65)
    whole = embedding.total_parameters - one_hot.total_parameters
    assert whole == embedding.parameters - one_hot.parameters
    network = ModelConfig(65, cell=_network(cell).cell, num_layers=1, embedding_size=64)
    assert embedding.total_parameters == parameter_count(network)
    assert embedding.total_parameters == sum(row.parameters for row in layer_table(network))


@settings(max_examples=30)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    embedding_size=st.integers(1, 60),
    hidden_size=st.integers(1, 60),
)
def test_an_embedding_saves_from_the_vocabulary_on_that_is_named(
    cell: str, embedding_size: int, hidden_size: int
) -> None:
    network = _network(cell, embedding_size, hidden_size)
    fewest = smallest_saving_vocabulary(network)
    if fewest is None:
        one_hot, embedding = encoding_sizes(network, 10**9)
        assert embedding.parameters >= one_hot.parameters
        return
    one_hot, embedding = encoding_sizes(network, fewest)
    assert embedding.parameters < one_hot.parameters
    if fewest > 1:
        one_hot, embedding = encoding_sizes(network, fewest - 1)
        assert embedding.parameters >= one_hot.parameters


@settings(max_examples=20)
@given(rows=st.integers(1, 50), columns=st.integers(1, 9), seed=st.integers(0, 9), data=st.data())
def test_the_product_with_one_hot_vectors_is_the_rows(
    rows: int, columns: int, seed: int, data: st.DataObject
) -> None:
    ids = data.draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=6))
    table = random_table(rows, columns, seed)
    found = look_up(table, ids, TickingClock())
    np.testing.assert_array_equal(found.product, table[ids])
    np.testing.assert_array_equal(found.rows, table[ids])
    assert found.largest_difference == 0


def test_times_are_of_one_call_by_the_clock_that_is_given() -> None:
    found = look_up(random_table(5, 2, 1), [3], TickingClock(tick=0.5))
    # One call a round, as a single one takes longer than a round.
    assert found.product_s == found.rows_s == 0.5


def compared(*arguments: str | Path) -> dict[str, Any]:
    """The JSON of a comparison."""
    outcome = rnntui("compare", *arguments, "--json")
    assert (outcome.code, outcome.err) == (0, ""), outcome
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_the_shipped_comparison_has_the_three_vocabularies_and_the_texts() -> None:
    found = compared("embedding")
    symbols = [one["symbols"] for one in found["sizes"] if one["input_encoding"] == "one-hot"]
    assert symbols == [27, 65, 11_172]
    assert [text["name"] for text in found["corpora"][::2]] == ["alphabet", "play", "korean"]
    alphabet, as_ids = found["corpora"][:2]
    assert (alphabet["symbols"], alphabet["characters"]) == (27, 27)
    assert alphabet["text_bytes"] == 27 * 27 * 4
    assert as_ids["text_bytes"] == 27 * 4


def test_the_shipped_lookups_are_the_two_demonstrations_and_a_larger_one() -> None:
    lookups = compared("embedding")["lookups"]
    shapes = [(one["rows"], one["columns"], one["ids"]) for one in lookups]
    assert shapes[0] == (5, 2, [0, 1, 2, 3, 4])
    assert shapes[1:3] == [(100, 25, [7]), (100, 25, [7, 11, 67, 42, 21])]
    for one in lookups:
        assert one["largest_difference"] == 0
        assert one["selected"] == one["product"]
        table = random_table(one["rows"], one["columns"], 1)
        np.testing.assert_array_equal(np.float32(one["selected"]), table[one["ids"]])
        assert one["product_s"] > 0
        assert one["lookup_s"] > 0


def test_other_texts_and_sizes_can_be_compared() -> None:
    own = text_file("abab" * 10)
    found = compared("embedding", own, "--embedding-size", "3", "--hidden-size", "5")
    assert [text["name"] for text in found["corpora"]] == ["own", "own"]
    one_hot, embedding = found["corpora"]
    assert (one_hot["symbols"], one_hot["text_bytes"]) == (2, 2 * 4 * 40)
    assert one_hot["parameters"] == 2 * 4 * 5
    assert embedding["parameters"] == 2 * 3 + 3 * 4 * 5


def test_the_tables_have_the_same_figures_and_fit_80_columns() -> None:
    outcome = rnntui("compare", "embedding")
    assert outcome.code == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["11,172", "one-hot", "5,720,064", "44,688", "5,720,064"] in rows
    assert ["11,172", "embedding", "747,776", "4", "32,768"] in rows
    assert "An embedding has fewer parameters from 74 symbols on." in outcome.out
    assert outcome.out.count("Largest difference 0;") == 4
    never = rnntui("compare", "embedding", "--embedding-size", "512")
    assert "With these sizes an embedding never has fewer parameters." in never.out


def recipe(content: str) -> Path:
    """A recipe of kind `compare` in a file."""
    return text_file(f'kind = "compare"\n{content}', "own.toml")


def test_a_recipe_of_ones_own_may_compare_less() -> None:
    outcome = rnntui("compare", recipe("[sizes]\nsymbols = [3]\n"))
    assert outcome.code == 0
    assert "Texts" not in outcome.out
    assert "A table" not in outcome.out


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("rows = 3\n", "unknown entry 'rows'"),
        ("sizes = 3\n", "'sizes' has the wrong type"),
        ("corpora = [3]\n", "'corpora' must be a list of names of texts"),
        ("[network]\nunits = 3\n", "[network] is not valid"),
        ("[network]\nhidden_size = 0\n", "--hidden-size must be at least 1"),
        ("[sizes]\nsymbols = [0]\n", "'symbols' in [sizes] must be a list of numbers"),
        ("[[lookup]]\nrows = 3\ncolumns = 2\nids = [3]\n", "each [[lookup]] needs"),
        ("[[lookup]]\nrows = 3\ncolumns = 2\n", "each [[lookup]] needs"),
        ("[[lookup]]\nrows = 3\ncolumns = 9000000\nids = [0]\n", "at most 10,000,000 numbers"),
        ("[[lookup]]\nrows = 3\ncolumns = 2\nids = [0]\nx = 1\n", "each [[lookup]] needs"),
    ],
)
def test_a_bad_recipe_is_refused_by_a_sentence(content: str, part: str) -> None:
    stated(rnntui("compare", recipe(content)), part)


def test_what_is_not_there_is_stated() -> None:
    stated(rnntui("compare", "nonsense"), "There is no recipe 'nonsense'")
    stated(rnntui("compare", "default"), "is of kind 'train'")
    stated(rnntui("compare", "embedding", "nonsense"), "nonsense")
    misused(rnntui("compare", "embedding", "--hidden-size", "0"), "--hidden-size")
