"""Reading texts with a trained classifier, without torch."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rnntui.tasks.classification.batches import Examples, text_batch
from rnntui.tasks.classification.learner import classifier_of
from rnntui.tasks.classification.measure import on_device
from rnntui.tasks.classification.reading import ClassifierReader
from rnntui.text.labelled.batches import encode_texts
from tests.classify_factories import best_of, classified, classify_run

TEXT = "The lamp was lovely, and it was never dull or xyz"

SHAPES: list[dict[str, Any]] = [
    {"cell": "rnn", "input_encoding": "one-hot", "padding": "front", "max_length": 15},
    {"cell": "lstm", "pooling": "max", "num_layers": 2},
    {"cell": "gru", "pooling": "mean", "max_length": 4, "head": "sigmoid"},
    {"cell": "rnn", "nonlinearity": "relu", "max_length": 4, "keep": "first"},
    {"cell": "lstm", "units": "characters", "padding": "front", "max_length": 70},
]


@pytest.mark.parametrize("settings", SHAPES, ids=lambda s: "-".join(map(str, s.values())))
def test_probabilities_are_those_of_the_network_that_was_trained(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    run = classify_run(tmp_path, epochs=1, **settings)
    classified(run)
    checkpoint = best_of(run)
    reader, model = ClassifierReader(checkpoint), classifier_of(checkpoint)
    for text in (TEXT, "lovely", ""):
        texts = encode_texts([text], run.vocabulary)
        batch = text_batch(Examples(texts, np.zeros(1, np.int64)), np.array([0]), run.config)
        with torch.no_grad():
            expected = model(*on_device(batch, model)[:2]).softmax(1)[0]
        given = reader.probabilities(text)
        assert [name for name, _ in given] == ["bad", "good"]
        np.testing.assert_allclose([p for _, p in given], expected, atol=1e-6)


def test_each_token_has_the_answer_that_the_text_up_to_it_would_have(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=1, cell="gru", pooling="mean")
    classified(run)
    reader = ClassifierReader(best_of(run))
    reading = reader.after_each_token(TEXT)
    assert reading.tokens == tuple(TEXT.lower().replace(",", "").split())
    assert reading.known == (*(token not in ("or", "xyz") for token in reading.tokens),)
    for number, answer in enumerate(reading.probabilities, 1):
        up_to_it = reader.probabilities(" ".join(reading.tokens[:number]))
        np.testing.assert_allclose(answer, [p for _, p in up_to_it], atol=1e-6)
    np.testing.assert_allclose(reading.probabilities.sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("settings", "read"),
    [
        ({"max_length": 3, "padding": "front"}, ("dull", "or", "xyz")),
        ({"max_length": 3, "keep": "first"}, ("the", "lamp")),
        ({"max_length": 3}, ("dull", "or", "xyz")),
    ],
)
def test_of_a_long_text_only_what_is_read_has_answers(
    tmp_path: Path, settings: dict[str, Any], read: tuple[str, ...]
) -> None:
    run = classify_run(tmp_path, epochs=1, **settings)
    classified(run)
    reading = ClassifierReader(best_of(run)).after_each_token(TEXT)
    assert reading.tokens == read
    assert reading.probabilities.shape == (len(read), 2)


def test_a_text_without_a_token_has_an_answer_but_no_tokens(tmp_path: Path) -> None:
    run = classify_run(tmp_path, epochs=1)
    classified(run)
    reader = ClassifierReader(best_of(run))
    assert reader.after_each_token(" .. ").probabilities.shape == (0, 2)
    assert sum(p for _, p in reader.probabilities("")) == pytest.approx(1.0)


def test_reading_needs_no_torch() -> None:
    program = (
        "import sys; import rnntui.tasks.classification.reading;"
        " import rnntui.tasks.classification.opening; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
