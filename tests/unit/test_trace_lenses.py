"""`rnntui trace` through its other lenses: tables, JSON, CSV, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnntui import places
from rnntui.cli.trace import lens_tables
from rnntui.cli.trace.networks import cell_networks
from rnntui.cli.trace.recipe import find_trace_recipe
from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.influence import influence
from rnntui.lenses.marked_stretch import marked_stretch
from rnntui.lenses.matching_stretches import on_off
from rnntui.lenses.neurons import unit_correlations
from rnntui.lenses.surgery import Operation, StateOperation, operated_weights
from rnntui.lenses.surprise import surprise
from rnntui.lenses.text_features import text_features
from rnntui.own_cells import load_cell
from rnntui.tasks.characters.checkpoint import Checkpoint, load_checkpoint
from rnntui.tasks.characters.model_loading import model_of
from tests.cell_files import three_states
from tests.command_line import Outcome, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, tiny_run, trained
from tests.tables import read_table, records

TEXT = "the cat sat;\na hen met ten men. the mat"
TRAINED_ON = TINY_TEXT + "\n" + TINY_TEXT
LENSES = ("--neurons", "--influence", "--surprise", "--map")


def network(**settings: Any) -> Checkpoint:
    """A network that was trained for two steps, called `tiny`."""
    trained(tiny_run(places.checkpoints_dir(), TRAINED_ON, **{"steps": 2, **settings}))
    return load_checkpoint(run_called("tiny").last)


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    """The JSON objects of a lens."""
    outcome = rnntui("trace", "--checkpoint", "tiny:last", "--json", *arguments)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return [json.loads(line) for line in outcome.out.splitlines()]


def shown(*arguments: str | Path) -> Outcome:
    """What a lens prints for people."""
    outcome = rnntui("trace", "--checkpoint", "tiny:last", *arguments)
    assert outcome.code == 0, outcome
    return outcome


def test_neurons_has_every_unit_with_every_feature() -> None:
    checkpoint = network(cell="lstm", num_layers=2)
    found = rows(TEXT, "--neurons", "--pattern", "[ct]a")
    assert [(one["layer"], one["state"], one["unit"]) for one in found[:6]] == [
        *((1, "h", unit) for unit in range(1, 6)),
        (1, "c", 1),
    ]
    features = text_features(TEXT, {"[ct]a": "[ct]a"})
    ids = checkpoint.header.vocabulary.encode(TEXT)
    expected = unit_correlations(checkpoint.header.model, checkpoint.network, ids, features)
    for one, correlations in zip(found, expected.values, strict=True):
        assert list(one) == ["layer", "state", "unit", *features]
        values = [np.nan if one[name] is None else one[name] for name in features]
        np.testing.assert_allclose(values, correlations, atol=1e-8)


def test_neurons_shows_the_best_units_of_each_feature() -> None:
    checkpoint = network(cell="gru")
    out = shown(TEXT, "--neurons", "--units", "2").out
    ids = checkpoint.header.vocabulary.encode(TEXT)
    expected = unit_correlations(
        checkpoint.header.model, checkpoint.network, ids, text_features(TEXT)
    )
    for feature in ("line position", "word length", "vowel"):
        (line,) = (line for line in out.splitlines() if line.strip().startswith(feature))
        for best in expected.of_feature(feature, 2):
            assert f"1 h{best.unit.number + 1} {best.correlation:+.2f}" in line
    (none,) = (line for line in out.splitlines() if "quotation" in line)
    assert none.split() == ["quotation", "–", "–"]


def test_neurons_has_all_states_of_a_cell_of_ones_own() -> None:
    cell = load_cell(three_states(places.user_cells_dir()))
    checkpoint = network(cell=cell.name, num_layers=3, hidden_size=2)
    assert [(one["layer"], one["state"], one["unit"]) for one in rows(TEXT, "--neurons")] == [
        (layer, state, unit)
        for layer in (1, 2, 3)
        for state in checkpoint.header.model.state_tensors
        for unit in (1, 2)
    ]
    assert checkpoint.header.model.state_tensors == ("h", "slow", "slower")


def test_a_marked_stretch_has_its_units_and_the_other_places_like_it() -> None:
    checkpoint = network(cell="rnn", steps=20, learning_rate=0.3)
    ids = checkpoint.header.vocabulary.encode(TEXT)
    read = on_off(checkpoint.header.model, checkpoint.network, ids, precision=np.float64)
    expected = marked_stretch(read, 5, 6, read, 100)
    assert len(expected.units) > 0
    assert len(expected.places) > 0
    found = rows(TEXT, "--neurons", "--mark", "6:6")
    assert [one for one in found if one["what"] == "unit"] == [
        {
            **dict.fromkeys(("from", "to", "units", "text")),
            "what": "unit",
            "layer": one.signed.unit.layer + 1,
            "state": "h",
            "unit": one.signed.unit.number + 1,
            "sign": one.signed.sign,
            "share": one.share,
        }
        for one in expected.units
    ]
    assert [(one["from"], one["to"], one["units"], one["text"]) for one in found][
        len(expected.units) :
    ] == [
        (place.start + 1, place.stop, place.units, TEXT[place.start : place.stop])
        for place in expected.places
    ]
    assert "Other places" in shown(TEXT, "--neurons", "--mark", "6:6").out


@pytest.mark.parametrize("place", [None, 7])
def test_influence_has_each_character_up_to_the_place(place: int | None) -> None:
    checkpoint = network(cell="mingru", input_encoding="one-hot")
    flags = () if place is None else ("--place", str(place))
    found = rows(TEXT, "--influence", *flags)
    last = place or len(TEXT)
    ids = checkpoint.header.vocabulary.encode(TEXT).tolist()
    expected = influence(checkpoint.header.model, checkpoint.network, ids, [last - 1])
    assert "".join(one["char"] for one in found) == TEXT[:last]
    assert [one["steps_back"] for one in found] == list(range(last - 1, -1, -1))
    np.testing.assert_allclose(
        [one["gradient_norm"] for one in found], expected.norms[0, :last], atol=1e-10
    )
    np.testing.assert_allclose(
        [one["gradient_times_input"] for one in found], expected.products[0, :last], atol=1e-10
    )
    assert sum(one["share"] for one in found) == pytest.approx(1)
    assert {one["target"] for one in found} == {
        checkpoint.header.vocabulary.symbols[expected.targets[0]]
    }
    out = shown(TEXT, "--influence", *flags).out
    assert len([line for line in out.splitlines() if "% " in line]) == min(last, 20)


def test_surprise_has_each_character_beside_the_ngram() -> None:
    checkpoint = network(cell="lstm")
    found = rows(TEXT, "--surprise")
    ids = checkpoint.header.vocabulary.encode(TEXT)
    expected = surprise(checkpoint.header.model, checkpoint.network, ids)
    assert "".join(one["char"] for one in found) == TEXT[1:]
    assert [one["character"] for one in found] == list(range(2, len(TEXT) + 1))
    np.testing.assert_allclose([one["bits"] for one in found], expected.bits, atol=1e-10)
    assert found[-1]["running_average"] == pytest.approx(expected.bits_per_char)
    ngram = np.mean([one["ngram_bits"] for one in found])
    assert ngram < expected.bits_per_char
    out = shown(TEXT, "--surprise").out
    assert f"{expected.bits_per_char:.3f}" in out
    assert f"{ngram:.3f}" in out
    worst = expected.worst_stretches(1, 20)[0]
    assert f"{worst.bits:.2f}" in out
    drawn = TEXT[worst.start : worst.stop].replace(" ", "␣").replace("\n", "⏎")
    assert drawn in out


def test_averaged_weights_are_looked_at_as_they_are_measured() -> None:
    checkpoint = network(
        cell="gru", num_layers=3, connections="residual", average_decay=0.9, steps=12
    )
    ids = torch.from_numpy(checkpoint.header.vocabulary.encode(TEXT))
    model = model_of(checkpoint).double()
    with torch.no_grad():
        scores, _ = model(ids[None, :-1], model.zero_state(1))
    losses = functional.cross_entropy(scores[0], ids[1:], reduction="none") / np.log(2)
    found = [one["bits"] for one in rows(TEXT, "--surprise")]
    np.testing.assert_allclose(found, losses.numpy(), atol=1e-8)


def test_surprise_says_where_the_training_text_is_gone() -> None:
    network()
    (places.checkpoints_dir() / "tiny.txt").unlink()
    shutil.rmtree(places.cache_dir())
    outcome = shown(TEXT, "--surprise", "--json")
    assert "can't be found again" in outcome.err
    assert {json.loads(line)["ngram_bits"] for line in outcome.out.splitlines()} == {None}


def test_the_map_has_each_symbol_and_needs_no_text() -> None:
    checkpoint = network(cell="rnn")
    found = rows("--map")
    symbols = checkpoint.header.vocabulary.symbols
    assert sorted(one["char"] for one in found) == sorted(symbols)
    assert [one["kind"] for one in found] == sorted(one["kind"] for one in found)
    table = checkpoint.network["embedding.weight"].astype(float)
    for one in found:
        vector = table[one["id"]]
        nearest, cosine = one["nearest"][0]
        other = table[symbols.index(nearest)]
        sizes = np.linalg.norm(vector) * np.linalg.norm(other)
        assert cosine == pytest.approx(vector @ other / sizes, abs=1e-8)
    assert "Embeddings of" in shown("--map").out


def test_an_untrained_vanilla_cell_forgets_what_an_lstm_keeps() -> None:
    recipe = find_trace_recipe("gradients")
    untrained = {found.name: found for found in cell_networks(recipe, 0, 1.0)}
    text, reach = recipe.reads, {}
    for cell in ("rnn", "lstm"):
        ids = untrained[cell].encode(text)
        places = range(50, len(ids), 7)
        found = influence(untrained[cell].config, untrained[cell].arrays, ids, places)
        reach[cell] = found.by_distance()
    assert 0 < 100 * reach["rnn"][50] < reach["lstm"][50]
    assert reach["rnn"][0] > reach["rnn"][10] > reach["rnn"][50]


@pytest.mark.parametrize("lens", LENSES)
def test_a_file_has_every_number(lens: str) -> None:
    network(cell="gru", num_layers=2, connections="residual")
    path = places.checkpoints_dir() / "numbers.csv"
    text = () if lens == "--map" else (TEXT,)
    outcome = shown(*text, lens, "--csv", path)
    assert "numbers.csv" in outcome.err
    assert outcome.out == shown(*text, lens).out
    (seen, whose, command), _ = read_table(path)
    assert seen == f"lens: {lens.removeprefix('--')}"
    assert whose == "network: tiny · gru 2x5 · step 2"
    assert command.startswith("command: rnntui ")
    written = records(path)
    for line, one in zip(written, rows(*text, lens), strict=True):
        assert list(line) == list(one)
        for name, value in one.items():
            if isinstance(value, float):
                assert float(line[name]) == value
            elif value is None:
                assert line[name] == ""
            elif isinstance(value, list):
                assert json.loads(line[name]) == value
    assert "\n" not in "".join(value for line in written for value in line.values())
    stated(rnntui("trace", *text, lens, "--checkpoint", "tiny:last", "--csv", path), "already")
    nowhere = path / "below.csv"
    stated(
        rnntui("trace", *text, lens, "--checkpoint", "tiny:last", "--csv", nowhere),
        "can't be written",
    )


@pytest.mark.parametrize("lens", ["--neurons", "--influence", "--surprise"])
def test_a_text_may_stand_in_a_file(lens: str) -> None:
    network()
    assert rows("--file", text_file(TEXT), lens) == rows(TEXT, lens)
    piped = rnntui(
        *("trace", "--file", "-", lens, "--json", "--checkpoint", "tiny:last"),
        stdin=TEXT.encode(),
    )
    assert [json.loads(line) for line in piped.out.splitlines()] == rows(TEXT, lens)


def test_a_forward_pass_reads_a_file_too() -> None:
    network()
    found = rows("--file", text_file("the hen"))
    assert "".join(step["char"] for step in found) == "the hen"


@pytest.mark.parametrize("window", [0, 4])
def test_a_long_text_is_read_in_less_precision(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(window=window)
    exact = [one["bits"] for one in rows(TEXT, "--surprise")]
    monkeypatch.setattr(lens_tables, "LONG", 10)
    short = [one["bits"] for one in rows(TEXT, "--surprise")]
    assert len(exact) == len(TEXT) - max(window, 1)
    np.testing.assert_allclose(short, exact, atol=1e-4)


@pytest.mark.parametrize("lens", ["--neurons", "--influence"])
def test_a_network_of_a_recipe_has_lenses(lens: str) -> None:
    assert rnntui("trace", "hello", "--recipe", "hello", lens).code == 0


@pytest.mark.parametrize("lens", LENSES)
def test_what_a_network_holds_is_shown_and_not_obeyed(lens: str) -> None:
    trained(tiny_run(places.checkpoints_dir(), "ab\x1b[31m\n" * 200, steps=2))
    outcome = rnntui(*("trace", "ab\x1b[31m\nab", lens, "--checkpoint", "tiny:last"), terminal=True)
    assert outcome.code == 0
    assert "\x1b[31" not in outcome.out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("a", "--neurons", "--surprise"), "--neurons and --surprise exclude each other"),
        (("a", "--gradients", "--map"), "--gradients and --map exclude each other"),
        (("a", "--surprise", "--pattern", "x"), "--pattern goes with --neurons"),
        (("a", "--surprise", "--mark", "1:1"), "--mark goes with --neurons"),
        (("a", "--neurons", "--mark", "1"), "--mark is FROM:TO"),
        (("a", "--neurons", "--mark", "1:2"), "places 1 to 1"),
        (("a", "--neurons", "--mark", "0:1"), "places 1 to 1"),
        (("a", "--neurons", "--mark", "1:1", "--pattern", "a"), "exclude each other"),
        (("a", "--neurons", "--place", "1"), "--place goes with --influence"),
        (("a", "--csv", "x.csv"), "--csv goes with --neurons"),
        (("a", "--gradients", "--csv", "x.csv"), "--csv goes with --neurons"),
        (("a", "--file", "x", "--neurons"), "TEXT and --file exclude each other"),
        (("--neurons",), "Give a text"),
        (("--file", "nonsense.txt", "--neurons"), "nonsense.txt"),
        (("a", "--influence", "--place", "2"), "--place 2 is behind the text"),
        (("a", "--surprise"), "at least 2 characters"),
        (("a", "--neurons", "--pattern", "("), "is not valid"),
        (("a", "--neurons", "--pattern", "vowel"), "a feature's name"),
        (("Ö", "--neurons"), "'Ö' (U+00D6)"),
    ],
)
def test_what_can_not_be_looked_at_is_stated(arguments: tuple[str, ...], part: str) -> None:
    network()
    stated(rnntui("trace", *arguments, "--checkpoint", "tiny:last"), part)


@pytest.mark.parametrize("lens", LENSES)
def test_a_recipe_of_many_networks_has_gradients_alone(lens: str) -> None:
    flags = ("--recipe", "gradients", "--train-steps", "0")
    stated(rnntui("trace", "the cat", lens, *flags), f"is for --gradients; {lens} needs one")


@pytest.mark.parametrize("lens", LENSES)
def test_a_lens_needs_a_network(lens: str) -> None:
    stated(rnntui("trace", "a", lens), "--checkpoint NAME")


def test_the_lenses_look_at_an_operated_network() -> None:
    checkpoint = network(cell="lstm", num_layers=2)
    flags = ["--cut", "1:h:2", "--hold", "2:forget:1=high", "--freeze", "1:c:3=0.5"]
    done = [
        Operation(0, 1),
        Operation(1, 0, "forget", "high"),
        StateOperation(0, 2, "c", "freeze", 0.5),
    ]
    ids = checkpoint.header.vocabulary.encode(TEXT)
    weights = operated_weights(checkpoint.for_sampling, done)
    operated, cells = (weights.config, weights.arrays), weights.cells
    steps = list(forward_trace(*operated, ids.tolist(), cells))
    for found, step in zip(rows(TEXT, *flags), steps, strict=True):
        np.testing.assert_allclose(found["output"], step.output, atol=1e-10)
    costs = surprise(*operated, ids, cells=cells).bits
    found_costs = [one["bits"] for one in rows(TEXT, "--surprise", *flags)]
    np.testing.assert_allclose(found_costs, costs, atol=1e-10)
    units = unit_correlations(*operated, ids, text_features(TEXT), cells=cells)
    for one, row in zip(rows(TEXT, "--neurons", *flags), units.values, strict=True):
        vowel = np.nan if one["vowel"] is None else one["vowel"]
        expected = row[units.features.index("vowel")]
        np.testing.assert_allclose(vowel, expected, atol=1e-10)
    read = on_off(*operated, ids, precision=np.float64, cells=cells)
    expected_units = marked_stretch(read, 5, 6, read, 100).units
    marked = [one for one in rows(TEXT, "--neurons", "--mark", "6:6", *flags) if one["layer"]]
    assert [one["share"] for one in marked] == [one.share for one in expected_units]
    # Gradients flow through what is cut and held, not through a state that is set.
    held = operated_weights(checkpoint.for_sampling, done[:2])
    norms = influence(held.config, held.arrays, ids.tolist(), [len(ids) - 1]).norms[0]
    found_norms = [one["gradient_norm"] for one in rows(TEXT, "--influence", *flags[:4])]
    np.testing.assert_allclose(found_norms, norms, atol=1e-10)
    for lens in ("--influence", "--gradients"):
        refused = rnntui("trace", "--checkpoint", "tiny:last", TEXT, lens, *flags)
        stated(refused, "no gradients through a state that is frozen")


def test_operations_that_a_lens_cant_do_are_refused(tmp_path: Path) -> None:
    network()
    tiny = ("trace", "--checkpoint", "tiny:last", TEXT)
    stated(rnntui(*tiny, "--cut", "4:h:1"), "There is no unit 1 in a layer 4.")
    stated(rnntui(*tiny, "--freeze", "1:h:1"), "--freeze names a layer")
    over_steps = rnntui(*tiny, "--neurons", "--over-steps", "--cut", "1:h:1")
    stated(over_steps, "nothing operated on")
    svg = tmp_path / "lens.svg"
    outcome = rnntui("trace", "hel", "--recipe", "hello", "--nudge", "1:h:2=-0.5", "--svg", svg)
    assert outcome.code == 0
    assert "layer 1, unit 2: h nudged by -0.5" in svg.read_text(encoding="utf-8")
