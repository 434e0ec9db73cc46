"""Answers to lessons' questions: numbers as typed, quantities as computed otherwise."""

import math
import threading

import numpy as np
import pytest

from rnntui.errors import ConfigError
from rnntui.lenses.influence import influence
from rnntui.lessons.answers import Verdict, typed_number
from rnntui.lessons.lesson import LessonNetwork, Quantity
from rnntui.lessons.quantities import Reading, highest_place, measure
from rnntui.runtime.lesson_session import LessonSession, learned_reading
from rnntui.tasks.characters.config import TrainConfig

TINY = LessonNetwork(
    "abca",
    "strips",
    config=TrainConfig(
        cell="gru",
        hidden_size=4,
        num_layers=1,
        embedding_size=3,
        batch_size=2,
        seq_length=4,
        val_fraction=0.0,
        steps=3,
        engine="torch",
        device="cpu",
    ),
    text="abcabcabca" * 6,
    setting="cell",
    values=("gru", "rnn"),
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return learned_reading(TINY)[0]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0.25", 0.25),
        (" -3 ", -3.0),
        ("−0,5", -0.5),
        ("1e-3", 0.001),
        ("25%", 0.25),
        ("25 %", 0.25),
        ("", None),
        ("a quarter", None),
        ("nan", None),
    ],
)
def test_a_number_is_understood_as_people_type_it(typed: str, number: float | None) -> None:
    assert typed_number(typed, Quantity("score")) == number


def test_a_probability_above_one_is_a_percentage() -> None:
    assert typed_number("99.6", Quantity("probability")) == pytest.approx(0.996)
    assert typed_number("99.6", Quantity("surprisal")) == 99.6


def test_an_explanation_has_the_numbers_in_it() -> None:
    verdict = Verdict(True, "0.5", "l", "o")
    assert verdict.filled("{answer}: {before} then {after}") == "0.5: l then o"


def test_quantities_are_those_of_the_forward_pass(reading: Reading) -> None:
    step = reading.steps[1]
    b = reading.vocabulary.symbols.index("b")
    assert measure(Quantity("probability", 2, symbol="b"), reading) == step.probabilities[b]
    assert measure(Quantity("score", 2, symbol="b"), reading) == step.output[b]
    assert measure(Quantity("prediction", 2), reading) == step.result
    assert measure(Quantity("activation", 2, unit=4), reading) == step.layers[0].hidden[3]
    gate = step.layers[0].gates["reset"][3]
    assert measure(Quantity("activation", 2, row="reset", unit=4), reading) == gate


def test_a_characters_cost_is_that_of_the_one_behind_the_place(reading: Reading) -> None:
    came = reading.ids[2]
    nats = -math.log(reading.steps[1].probabilities[came])
    assert measure(Quantity("loss", 2), reading) == pytest.approx(nats)
    assert measure(Quantity("surprisal", 2), reading) == pytest.approx(nats / math.log(2))
    with pytest.raises(ConfigError, match="Nothing comes after the last character"):
        measure(Quantity("loss", 4), reading)


def test_bits_per_character_are_the_mean_over_all_that_are_predicted(reading: Reading) -> None:
    costs = [measure(Quantity("surprisal", place), reading) for place in (1, 2, 3)]
    assert measure(Quantity("bits_per_char"), reading) == pytest.approx(np.mean(costs))


def test_the_place_of_the_highest_surprise_is_that_of_the_dearest_character(
    reading: Reading,
) -> None:
    costs = [measure(Quantity("surprisal", place), reading) for place in (1, 2, 3)]
    place = highest_place("surprisal", Quantity("surprisal"), reading)
    assert place == int(np.argmax(costs)) + 2


def test_reach_is_the_mean_distance_of_what_a_prediction_hangs_on(reading: Reading) -> None:
    weights = reading.weights
    shares = influence(weights.config, weights.arrays, reading.ids, [3]).shares[0]
    assert measure(Quantity("influence", 4, of=1), reading) == shares[0]
    assert measure(Quantity("reach", 4), reading) == pytest.approx(shares @ [3, 2, 1, 0])


def test_the_cosine_of_a_symbol_with_itself_is_one(reading: Reading) -> None:
    assert measure(Quantity("cosine", symbol="a", of="a"), reading) == pytest.approx(1)


def test_a_place_behind_the_text_is_refused(reading: Reading) -> None:
    with pytest.raises(ConfigError, match="The text has no character 9"):
        measure(Quantity("prediction", 9), reading)


def test_a_network_learns_the_same_in_the_background_as_in_the_foreground(
    reading: Reading,
) -> None:
    session = LessonSession()
    network = session.open(TINY)
    assert network.weights().step == 0  # at once, before torch is loaded
    while not session.is_learned:
        assert session.poll().failure == ""
        threading.Event().wait(0.01)
    assert network.weights().step == 3
    assert session.training_loss == reading.training_loss
    for name, array in network.weights().arrays.items():
        np.testing.assert_array_equal(array, reading.weights.arrays[name])


def test_another_value_of_the_setting_gives_another_network() -> None:
    other = learned_reading(TINY, "rnn")[0]
    assert other.weights.config.cell == "rnn"


def test_a_lesson_that_is_left_is_not_told_of_any_more() -> None:
    session = LessonSession()
    session.open(TINY)
    session.drop()
    assert not session.is_training
    assert session.poll().losses == ()
