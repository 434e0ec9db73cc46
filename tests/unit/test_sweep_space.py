"""The file of a sweep: ranges and choices, each fault in a sentence before anything starts."""

import pytest

from rnntui.errors import ConfigError
from rnntui.runtime.sweep.space import Choices, Range, Space, read_space
from rnntui.tasks.recipes import find_recipe_file
from tests.sweeps import SWEPT, space_file


def read(swept: str) -> Space:
    return read_space(find_recipe_file(str(space_file(swept))))


def faults(swept: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(swept)
    return [line.split("toml: ")[-1] for line in str(caught.value).splitlines()]


def test_ranges_and_choices_stand_beside_fixed_settings() -> None:
    space = read(SWEPT + "clip_norm = {low = 1, high = 2, step = 0.5}\n")
    assert space.swept == {
        "cell": Choices(("rnn", "gru")),
        "hidden_size": Range(4, 8, whole=True),
        "learning_rate": Range(1e-4, 1e-1, log=True),
        "clip_norm": Range(1.0, 2.0, step=0.5),
    }
    assert space.swept["clip_norm"].grid == (1.0, 1.5, 2.0)
    assert space.swept["hidden_size"].grid == (4, 5, 6, 7, 8)
    assert space.swept["learning_rate"].grid == ()
    assert space.fixed["num_layers"] == 1
    config = space.config({"cell": "gru", "hidden_size": 5, "learning_rate": 0.01})
    assert (config.cell, config.hidden_size, config.steps) == ("gru", 5, 6)


def test_every_fault_is_told_at_once() -> None:
    assert faults(
        'cell = ["rnn", "grx"]\n'
        "hidden_size = {low = 8, high = 64.5}\n"
        'nonlinearity = {low = "tanh", high = "relu"}\n'
        "initial_weights = []\n"
        "[optimizer]\n"
        "learning_rate = {low = 1e-9, high = 3e-2}\n"
        "nothing = 3\n"
        "clip_norm = {low = 0, high = 2, log = true}\n"
        "clip_value = {low = 2, high = 2}\n"
        "decay_epochs = {low = 1, high = 2, steps = 3}\n"
        "decay_factor = {low = 0.1, high = 0.2, step = 0.5}\n"
        "warmup_steps = [1, 1]\n"
        "[text]\n"
        "val_fraction = [0.1, 0.2]\n"
    ) == [
        "--cell grx is not known; it is one of rnn, lstm, gru, mingru, minlstm.",
        "--hidden-size must be a whole number, not 64.5.",
        "--nonlinearity has no numbers to range over; list its choices.",
        "--initial-weights has an empty list; name its choices.",
        "--learning-rate must lie between 1e-08 and 100.",
        "there is no setting called 'nothing'.",
        "--clip-norm: with 'log', 'low' must be above 0.",
        "--clip-value: 'low' must be less than 'high'.",
        "--decay-epochs: a range has low, high, log, step, not 'steps'.",
        "--decay-factor: 'step' must be a number above 0, at most high - low.",
        "--warmup-steps names a choice twice.",
        "--val-fraction can't be swept: it changes the text or the machine, not what is learned.",
    ]


def test_settings_that_contradict_are_told_with_their_values() -> None:
    swept = '[optimizer]\noptimizer = ["adam", "adamw"]\nweight_decay = {low = 0, high = 0.1}\n'
    (fault,) = faults(swept)
    assert "with optimizer = adam, weight_decay = 0.1: --weight-decay needs" in fault


def test_a_file_that_sweeps_nothing_says_how() -> None:
    (fault,) = faults("")
    assert "learning_rate = {low = 1e-4, high = 1e-2, log = true}" in fault
