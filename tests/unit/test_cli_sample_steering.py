"""`rnntui sample` with characters chosen by hand, and with a network that is operated on."""

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnntui import places
from rnntui.errors import ConfigError
from rnntui.lenses.operation_flags import Flag, flags_of, operation_of
from rnntui.lenses.surgery import AnyOperation, Operation, StateOperation, operated_weights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.opening import new_run
from rnntui.text.corpus import load_corpus
from rnntui.training.runs.folder import RunFolder
from rnntui.tui.core.sample_command import sample_command
from tests.command_line import Outcome, rnntui, text_file
from tests.factories import TINY_TEXT, tiny_config, trained


@pytest.fixture(autouse=True)
def tiny() -> RunFolder:
    """A run called `tiny` of an LSTM on `TINY_TEXT`."""
    config = tiny_config(steps=3, cell="lstm")
    corpus = load_corpus(text_file(TINY_TEXT, "tiny.txt"))
    run = new_run(places.checkpoints_dir(), corpus, config, "tiny")
    trained(run)
    return run.folder


def sample(*arguments: str) -> Outcome:
    return rnntui("sample", "tiny", "--length", "60", *arguments)


def steered(tiny: RunFolder, chosen: dict[int, str], prime: str = "") -> str:
    """The text of a stream in which these characters were chosen."""
    checkpoint = load_checkpoint(tiny.best if tiny.best.exists() else tiny.last)
    stream = CharacterStream(
        lambda: checkpoint.for_sampling,
        checkpoint.header.vocabulary,
        lambda: SamplingSpec("random"),
        prime,
        1,
    )
    text = ""
    for place in range(1, 61):
        if place in chosen:
            stream.put(chosen[place])
        text += chosen[place] if place in chosen else next(stream).symbol
    return text


@pytest.mark.parametrize("engine", ["numpy", "compiled", "auto"])
def test_chosen_characters_stand_at_their_places(tiny: RunFolder, engine: str) -> None:
    flags = ["--choose", "3=t", "--choose=20= ", "--choose", "60=h", "--engine", engine]
    outcome = sample(*flags)
    assert outcome.code == 0
    assert outcome.out == steered(tiny, {3: "t", 20: " ", 60: "h"})


def test_the_copied_command_of_the_screen_generates_what_was_steered(tiny: RunFolder) -> None:
    chosen = {1: " ", 7: "\n" if "\n" in TINY_TEXT else "a", 9: "t"}
    command = sample_command("tiny", SamplingSpec("random"), "the", 1, 60, None, chosen)
    outcome = rnntui(*shlex.split(command)[1:])
    assert outcome.out == "the" + steered(tiny, chosen, "the")


def test_json_says_how_likely_what_was_chosen_was() -> None:
    plain = [json.loads(line) for line in sample("--json").out.splitlines()]
    least = plain[9]["candidates"][-1]
    lines = sample("--json", f"--choose=10={least[0]}").out.splitlines()
    chosen = json.loads(lines[9])
    assert (chosen["char"], chosen["probability"]) == (least[0], pytest.approx(least[1]))
    assert [len(json.loads(line)["candidates"]) for line in lines] == [5] * 60


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--choose", "e"), "--choose takes a place from 1 on and a character, as in 12=e."),
        (("--choose", "0=e"), "--choose takes a place from 1 on"),
        (("--choose", "3="), "--choose takes a place from 1 on"),
        (("--choose", "3=é"), "--choose: the network never generates 'é' (U+00E9)."),
        (("--choose", "3=e", "--choose", "3=t"), "two characters for place 3."),
        (("--choose", "3=e", "--streams", "2"), "goes with neither --count nor --streams."),
        (("--cut", "1:c:1"), "--cut takes the hidden state of a unit: 1:h:1."),
        (("--cut", "1:h:1=0"), "--cut names a layer, a gate or state, and a unit, as in 1:h:17."),
        (("--hold", "1:forget:1=open"), "--hold takes low or high, as in 1:forget:3=low."),
        (("--hold", "1:reset:1=low"), "lstm has no gate reset: input, forget, cell, output."),
        (("--freeze", "1:h:1=much"), "--freeze takes a number, as in 1:h:17=0.25."),
        (("--freeze", "1:h:1=nan"), "A state is frozen at a finite number"),
        (("--nudge", "1:x:1=1"), "lstm has no state x: h, c."),
        (("--nudge", "9:h:1=1"), "There is no unit 1 in a layer 9."),
        (("--nudge", "0:h:1=1"), "--nudge names a layer"),
        (("--nudge", "1:h:0=1"), "--nudge names a layer"),
        (("--nudge", "1:h:1=1", "--engine", "compiled"), "Use --engine numpy."),
    ],
)
def test_what_can_not_be_done_is_one_sentence(flags: tuple[str, ...], sentence: str) -> None:
    outcome = sample(*flags)
    assert outcome.code == 1
    assert sentence in outcome.err
    assert outcome.out == ""


FLAGS = ("--cut", "1:h:3", "--hold", "1:forget:4=low", "--freeze", "1:c:5=0.5", "--nudge=1:h:2=-2")
DONE: list[AnyOperation] = [
    Operation(0, 2),
    Operation(0, 3, "forget", "low"),
    StateOperation(0, 4, "c", "freeze", 0.5),
    StateOperation(0, 1, "h", "nudge", -2.0),
]


def test_an_operated_network_generates_as_the_lens_has_it(tiny: RunFolder) -> None:
    checkpoint = load_checkpoint(tiny.best if tiny.best.exists() else tiny.last)
    weights = operated_weights(checkpoint.for_sampling, DONE)
    stream = CharacterStream(
        lambda: weights, checkpoint.header.vocabulary, lambda: SamplingSpec("random"), "", 1
    )
    outcome = sample(*FLAGS)
    assert outcome.out == "".join(next(stream).symbol for _ in range(60)) != sample().out


def test_items_are_generated_by_the_operated_network_too() -> None:
    outcome = sample("--count", "2", "--until", " ", *FLAGS)
    assert outcome.code == 0
    assert outcome.out.count(" ") == 2


def test_operations_are_named_as_flags_and_read_from_them() -> None:
    assert flags_of(DONE)[-1] == "1:h:2=-2.0"
    words = flags_of(DONE)
    read = [
        operation_of(flag.removeprefix("--"), text)  # type: ignore[arg-type]
        for flag, text in zip(words[::2], words[1::2], strict=True)
    ]
    assert read == DONE


@given(st.sampled_from(["cut", "hold", "freeze", "nudge"]), st.text())
def test_any_argument_is_an_operation_or_a_sentence(flag: Flag, text: str) -> None:
    try:
        operation = operation_of(flag, text)
    except ConfigError:
        return
    assert operation_of(*_flag_of(operation)) == operation


def _flag_of(operation: AnyOperation) -> tuple[Flag, str]:
    flag, text = flags_of([operation])
    return flag.removeprefix("--"), text  # type: ignore[return-value]
