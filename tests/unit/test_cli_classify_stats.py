"""`rnntui classify stats`."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from rnntui.cli.classify.stats import histogram_rows
from rnntui.text.labelled.statistics import length_histogram
from tests.command_line import Outcome, misused, rnntui, stated
from tests.unit.labelled_files import FILMS, archive_of, folder_of, table_of


def stats(*arguments: str | Path, terminal: bool = False) -> Outcome:
    """Run the command."""
    return rnntui("classify", "stats", *arguments, terminal=terminal)


def test_without_texts_the_shipped_reviews_are_described() -> None:
    outcome = stats()
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("reviews", "complaint", "praise", "mean", "median", "one-hot", "#"):
        assert part in outcome.out
    assert "█" not in outcome.out


def test_a_terminal_is_given_bars(tmp_path: Path) -> None:
    assert "█" in stats(archive_of(tmp_path / "films.tar.gz", FILMS), terminal=True).out


def test_json_has_every_figure(tmp_path: Path) -> None:
    path = folder_of(tmp_path, FILMS) / "aclImdb"
    outcome = stats(path, "--json", "--val-fraction", "0", "--vocab-size", "6")
    figures = json.loads(outcome.out)
    assert figures["classes"] == [
        {"name": "neg", "train": 1, "test": 1},
        {"name": "pos", "train": 3, "test": 1},
    ]
    assert figures["lengths"]["mean"] == 3.5
    assert sum(one["count"] for one in figures["histogram"]) == 4
    assert figures["distinct"] == 5
    assert figures["size"] == {
        "texts": 4,
        "length": 100,
        "vocabulary": 6,
        "ids_bytes": 1600,
        "one_hot_bytes": 9600,
    }
    assert "Left out of aclImdb" in outcome.err


def test_length_zero_is_that_of_the_longest_text(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\na b c,x\nd,y\n")
    outcome = stats(path, "--json", "--max-length", "0", "--units", "characters")
    assert json.loads(outcome.out)["size"]["length"] == 6


def test_names_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "text,label\na,\x1b[2J[red]\nb,y\n")
    outcome = stats(path, terminal=True)
    assert "\x1b[2J" not in outcome.out
    assert "␛[2J[red]" in outcome.out


def test_of_very_many_classes_some_are_shown(tmp_path: Path) -> None:
    rows = "".join(f"word,{number}\n" for number in range(100))
    assert "and 60 more" in stats(table_of(tmp_path / "a.csv", f"text,label\n{rows}")).out


def test_bad_data_gets_one_sentence(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "id,mood\nx,a\n")
    stated(stats(path), "a.csv", "'id', 'mood'", "--text-column")
    stated(stats("nowhere"), "nowhere")


def test_wrong_usage_is_told() -> None:
    misused(stats("--units", "syllables"), "syllables")
    misused(stats("--val-fraction", "1"), "val-fraction")


def test_bins_are_named_by_their_lengths() -> None:
    bins = length_histogram(np.array([1] * 80 + [2] * 40 + [300]))
    assert histogram_rows(bins, blocks=False) == [
        ("1", "80", "#" * 40),
        ("2 and more", "41", "#" * 21),
    ]


@pytest.mark.skipif(
    "RNNTUI_TEST_DATA" not in os.environ, reason="RNNTUI_TEST_DATA has the real corpora"
)
@pytest.mark.slow
def test_the_reviews_archive_has_the_lengths_of_the_reference() -> None:
    archive = Path(os.environ["RNNTUI_TEST_DATA"]) / "aclImdb_v1.tar.gz"
    figures = json.loads(stats(archive, "--json").out)
    assert figures["lengths"]["texts"] == 20_000
    assert (round(figures["lengths"]["mean"]), figures["lengths"]["median"]) == (239, 178)
    assert figures["size"]["ids_bytes"] == 10_000_000
    assert figures["size"]["one_hot_bytes"] == 5_000_000_000
