"""The description of a character network's run, from `run.toml` alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.provenance import CorpusProvenance
from rnntui.tasks.description import read_description
from rnntui.tasks.kinds import CHARACTERS
from rnntui.training.checked_values import count, number, text
from rnntui.training.prepared_run import RunDescription
from rnntui.training.runs.folder import RunFolder


@dataclass(frozen=True, kw_only=True)
class CharactersDescription(RunDescription[CorpusProvenance, TrainConfig]):
    """What `run.toml` says of a character network's run.

    `prime` is the prime of its samples; `init_from` the checkpoint of its initial weights, or
    empty; `eval_chars` the held-out characters read by an evaluation in mid-run;
    `chars_per_unit` the mean characters of a unit of the text that its losses are of.
    """

    prime: str
    init_from: str
    eval_chars: int
    chars_per_unit: float


def describe_run(folder: RunFolder) -> CharactersDescription:
    """Read a run's description. Raises as `read_description`."""
    return read_description(
        folder,
        CHARACTERS,
        (CorpusProvenance, TrainConfig),
        CharactersDescription,
        lambda about, resolved: {
            "prime": text(about["prime"], "prime"),
            "init_from": text(about["init_from"], "init_from"),
            "eval_chars": count(resolved["eval_chars"], "eval_chars"),
            "chars_per_unit": _chars_per_unit(resolved),
        },
    )


def _chars_per_unit(resolved: Mapping[str, object]) -> float:
    found = number(resolved.get("chars_per_unit", 1.0), "chars_per_unit")
    if found <= 0:
        raise ValueError("chars_per_unit is not above 0")
    return found
