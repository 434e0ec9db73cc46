"""Settings as TOML tables, there and back."""

import tomllib
from dataclasses import fields
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.settings.common import ADAM_BETA_2
from rnntui.training.settings.declaring import BUDGETS, choices
from rnntui.training.settings.tables import from_tables, to_tables

_NORMALISATIONS = [(), ("nfc",), ("lowercase", "join-lines"), ("nfd-jamo", "lowercase")]


@st.composite
def _configs(draw: st.DrawFn) -> TrainConfig:
    """Any values within the bounds of every setting, and one budget."""
    values: dict[str, Any] = {}
    for setting in fields(TrainConfig):
        low, high = setting.metadata["low"], setting.metadata["high"]
        if known := choices(setting):
            values[setting.name] = draw(st.sampled_from(known))
        elif setting.type is int:
            values[setting.name] = draw(st.integers(low, high))
        elif setting.type is float:
            values[setting.name] = draw(st.floats(low, high))
        elif setting.type is str:
            values[setting.name] = draw(st.text(st.characters(exclude_categories=["Cs"])))
        else:
            values[setting.name] = draw(st.sampled_from(_NORMALISATIONS))
    budget = draw(st.sampled_from(BUDGETS))
    values |= {name: values[name] or 1 if name == budget else 0 for name in BUDGETS}
    # Settings that only go with some others.
    if values["units"] == "bytes":
        values["normalise"] = ()
    if values["units"] not in ("words", "subwords"):
        values["vocabulary_size"] = 0
    if values["weight_decay"]:
        values["optimizer"] = "adamw"
    elif values["optimizer"] not in ("adam", "adamw"):
        values["beta_2"] = ADAM_BETA_2
    return TrainConfig(**values)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_configs())
@pytest.mark.slow
def test_settings_written_as_toml_read_back_equal(config: TrainConfig) -> None:
    text = tomli_w.dumps(to_tables(config))
    assert TrainConfig(**from_tables(tomllib.loads(text), "run.toml", TrainConfig)) == config


def test_every_setting_stands_in_the_table_of_its_section() -> None:
    tables = to_tables(TrainConfig(steps=1))
    written = {name: section for section, table in tables.items() for name in table}
    assert written == {one.name: one.metadata["section"] for one in fields(TrainConfig)}


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"net": {}}, r"run\.toml has an unknown table \[net\]; it may have network, "),
        ({"network": 3}, r"run\.toml has an unknown table \[network\]"),
        ({"network": {"layers": 3}}, r"run\.toml: there is no setting called 'layers'\."),
        ({"network": {"seed": 3}}, r"run\.toml: 'seed' belongs in \[machine\]\."),
    ],
)
def test_a_misplaced_entry_is_refused_by_a_sentence_that_names_the_file(
    tables: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        from_tables(tables, "run.toml", TrainConfig)
