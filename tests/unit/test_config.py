"""The settings of a training: bounds, budgets, changes, and what they say of the network."""

import math
from dataclasses import fields
from typing import Any, get_args

import pytest

from rnntui.errors import ConfigError
from rnntui.nets.config import ModelConfig
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.settings.declaring import BUDGETS, Section, choices, flag

_FIELDS = {setting.name: setting for setting in fields(TrainConfig)}
_BOUNDED = [name for name, setting in _FIELDS.items() if setting.metadata["low"] is not None]
_CHOSEN = [name for name, setting in _FIELDS.items() if choices(setting)]


def _config(**values: Any) -> TrainConfig:
    """A configuration with some settings changed, of one step unless another budget is given."""
    budget: dict[str, Any] = {} if values.keys() & set(BUDGETS) else {"steps": 1}
    return TrainConfig(**budget, **values)


def _budgeted(name: str, value: object) -> dict[str, Any]:
    """A setting, beside a budget where it is none itself."""
    if name in BUDGETS and value:
        return {name: value}
    if name == "vocabulary_size":
        return {"steps": 1, "units": "words", name: value}
    if name == "weight_decay":
        return {"steps": 1, "optimizer": "adamw", name: value}
    return {"epochs" if name == "steps" else "steps": 1, name: value}


def _beyond(name: str) -> list[object]:
    """The values next to the bounds on their outer sides, and others that are no such number."""
    setting = _FIELDS[name]
    low, high = setting.metadata["low"], setting.metadata["high"]
    wrong: list[object] = [math.nan, math.inf, -math.inf, "1", None, True]
    if setting.type is int:
        return [low - 1, high + 1, 1.5, *wrong]
    return [math.nextafter(low, -math.inf), math.nextafter(high, math.inf), *wrong]


def _refused(name: str, values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"^{flag(name)} .*\\.$"):
        TrainConfig(**values)


@pytest.mark.parametrize("name", _BOUNDED)
def test_a_value_beyond_its_bounds_is_refused_by_a_sentence_that_names_its_flag(name: str) -> None:
    for value in _beyond(name):
        _refused(name, {"steps": 1, name: value})


@pytest.mark.parametrize("name", _BOUNDED)
def test_the_bounds_themselves_are_allowed(name: str) -> None:
    metadata = _FIELDS[name].metadata
    for value in (metadata["low"], metadata["high"]):
        config = TrainConfig(**_budgeted(name, _FIELDS[name].type(value)))  # type: ignore[operator]
        assert getattr(config, name) == value


@pytest.mark.parametrize("name", _CHOSEN)
def test_a_choice_takes_its_values_and_no_other(name: str) -> None:
    for value in choices(_FIELDS[name]):
        assert getattr(_config(**{name: value}), name) == value
    for wrong in ("none of these", 1, None, ["adam"]):
        _refused(name, {"steps": 1, name: wrong})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("device", 0),
        ("normalise", "nfc"),
        ("normalise", ["nfc"]),
        ("normalise", (1,)),
        ("normalise", (["nfc"],)),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: object) -> None:
    _refused(name, {"steps": 1, name: value})


def test_an_unknown_normalisation_is_refused() -> None:
    with pytest.raises(ConfigError, match="no normalisation 'upper'"):
        _config(normalise=("upper",))


def test_normalisations_that_exclude_one_another_are_refused() -> None:
    with pytest.raises(ConfigError, match="exclude one another"):
        _config(normalise=("nfc", "nfd-jamo"))


@pytest.mark.parametrize(
    "budgets",
    [{}, {"epochs": 1, "steps": 1}, {"epochs": 1, "minutes": 0.5}, dict.fromkeys(BUDGETS, 2)],
)
def test_there_is_exactly_one_budget(budgets: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="exactly one of --epochs, --steps and --minutes"):
        TrainConfig(**budgets)


@pytest.mark.parametrize("name", BUDGETS)
def test_each_budget_is_enough_alone(name: str) -> None:
    assert getattr(_config(**{name: 3}), name) == 3


def test_every_setting_has_a_section_a_sentence_and_a_default_in_bounds() -> None:
    for setting in fields(TrainConfig):
        assert setting.metadata["section"] in get_args(Section)
        assert setting.metadata["about"].endswith(".")
    assert _config().steps == 1


def test_flags_are_named_as_the_settings() -> None:
    assert flag("final_learning_rate") == "--final-learning-rate"


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({"optimizer": "adam", "weight_decay": 0.1}, "--weight-decay needs --optimizer adamw"),
        ({"optimizer": "sgd", "beta_2": 0.9}, "--beta-2 needs --optimizer adam or adamw"),
    ],
)
def test_a_setting_of_another_optimizer_is_refused(settings: dict[str, Any], needed: str) -> None:
    with pytest.raises(ConfigError, match=needed):
        _config(**settings)


# Changes.


def test_a_change_replaces_a_setting_and_leaves_the_others() -> None:
    before = TrainConfig(epochs=3, cell="gru")
    assert before.replaced({"hidden_size": 9}) == TrainConfig(epochs=3, cell="gru", hidden_size=9)


@pytest.mark.parametrize("name", BUDGETS)
def test_a_new_budget_takes_the_place_of_the_old(name: str) -> None:
    for old in BUDGETS:
        assert _config(**{old: 3}).replaced({name: 5}) == _config(**{name: 5})


def test_two_new_budgets_contradict_each_other() -> None:
    with pytest.raises(ConfigError, match="exactly one"):
        TrainConfig(epochs=3).replaced({"steps": 5, "minutes": 2})


def test_taking_the_budget_away_is_refused() -> None:
    with pytest.raises(ConfigError, match="exactly one"):
        TrainConfig(epochs=3).replaced({"epochs": 0})


def test_a_change_of_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match="no setting called 'layers'"):
        _config().replaced({"layers": 2})


def test_a_change_is_checked() -> None:
    with pytest.raises(ConfigError, match="--hidden-size"):
        _config().replaced({"hidden_size": 0})


# The network.


def test_the_network_has_the_settings_of_its_section() -> None:
    config = _config(
        cell="rnn",
        nonlinearity="relu",
        input_encoding="one-hot",
        embedding_size=3,
        hidden_size=5,
        num_layers=4,
        dropout=0.25,
        embedding_dropout=0.125,
        window=6,
        connections="residual",
    )
    assert config.model(41) == ModelConfig(
        vocab_size=41,
        cell="rnn",
        nonlinearity="relu",
        input_encoding="one-hot",
        embedding_size=3,
        hidden_size=5,
        num_layers=4,
        dropout=0.25,
        embedding_dropout=0.125,
        window=6,
        connections="residual",
    )
