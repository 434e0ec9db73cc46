"""`rnntui trace`: the reference pass, any network's pass, and how it is told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rnntui import places
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.model_loading import model_of
from rnntui.tasks.recipes import SHIPPED
from tests.command_line import SMALL, Outcome, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, tiny_run, trained

HIDDEN = [
    [-0.99594936, -0.96402758, -0.99594936],
    [0.06340167, 0.96673299, -0.99999709],
    [0.9994564, 0.999335, -0.8793026],
    [0.99855062, 0.9419888, 0.91834213],
]
OUTPUT = [
    [-0.63997473, 7.49057754, 0.97184817, -7.61733016, 1.22136241],
    [-2.44438695, 0.11498748, 6.50288586, -1.78837242, -4.58989229],
    [-2.24771054, -2.7711526, 7.33579249, 1.1320333, -5.33571385],
    [-2.90395935, -8.20386532, 1.81560973, 7.50944534, 0.19584758],
]


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    """The JSON objects of a successful run."""
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return [json.loads(line) for line in outcome.out.splitlines()]


def small_run(text: str = TINY_TEXT, **settings: Any) -> Path:
    """The checkpoint of a network that was trained for a few steps, called `tiny`."""
    run = tiny_run(places.checkpoints_dir(), text, **{"steps": 2, **settings})
    trained(run)
    return run_called("tiny").last


def test_hello_is_the_reference_pass_at_every_step() -> None:
    steps = lines(rnntui("trace", "hello", "--recipe", "hello", "--json"))
    assert [step["char"] for step in steps] == list("hello")
    assert [step["result"] for step in steps] == ["e", "l", "l", "o", "<EOS>"]
    for step, hidden, output in zip(steps, HIDDEN, OUTPUT, strict=False):
        (layer,) = step["layers"]
        np.testing.assert_allclose(layer["hidden"], hidden, atol=1e-6)
        np.testing.assert_allclose(step["output"], output, atol=1e-6)
    for step in steps:
        (layer,) = step["layers"]
        before = layer["pre_activations"]["hidden"]
        np.testing.assert_allclose(np.tanh(before), layer["hidden"], atol=1e-12)
        powers = np.exp(step["output"])
        np.testing.assert_allclose(step["softmax"], powers / powers.sum(), atol=1e-12)


def test_hello_stands_in_tables_of_80_columns_with_every_number() -> None:
    outcome = rnntui("trace", "hello", "--recipe", "hello")
    assert outcome.code == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    words = outcome.out.split()
    for step in lines(rnntui("trace", "hello", "--recipe", "hello", "--json")):
        assert f"Step {step['step']} of 5 reads '{step['char']}'" in outcome.out
        (layer,) = step["layers"]
        numbers = [*layer["pre_activations"]["hidden"], *layer["hidden"], *step["output"]]
        for number in (*numbers, *step["softmax"]):
            assert f"{number:.6f}" in words
    results = [line.split()[-1] for line in outcome.out.splitlines() if "result" in line]
    assert results == ["e", "l", "l", "o", "<EOS>"]


def test_a_recipe_brings_its_own_text() -> None:
    own = rnntui("trace", "--recipe", "hello", "--json")
    assert own.out == rnntui("trace", "hello", "--recipe", "hello", "--json").out
    assert len(lines(rnntui("trace", "he", "--recipe", "hello", "--json"))) == 2


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("input_encoding", ["one-hot", "embedding"])
def test_a_checkpoint_is_traced_as_torch_computes_it(cell: str, input_encoding: str) -> None:
    path = small_run(cell=cell, input_encoding=input_encoding, num_layers=2)
    checkpoint = load_checkpoint(path)
    model = model_of(checkpoint)
    ids = checkpoint.header.vocabulary.encode("the hen")
    steps = lines(rnntui("trace", "the hen", "--checkpoint", path, "--json"))
    with torch.no_grad():
        expected, _ = model(torch.from_numpy(ids)[None], model.zero_state(1))
    output = [step["output"] for step in steps]
    np.testing.assert_allclose(output, expected[0].numpy(), atol=1e-5)
    assert [step["id"] for step in steps] == ids.tolist()
    gates = {"rnn": set(), "lstm": {"input", "forget", "cell", "output"}}
    for step in steps:
        assert len(step["layers"]) == 2
        for layer in step["layers"]:
            assert set(layer["gates"]) == gates.get(cell, {"reset", "update", "new"})
            assert (layer["cell_state"] is not None) == (cell == "lstm")
        assert len(step["likeliest"]) == 5


def test_long_vectors_are_summed_up_and_every_gate_has_its_line() -> None:
    path = small_run(cell="lstm", num_layers=2)
    outcome = rnntui("trace", "hen", "--checkpoint", path)
    assert outcome.code == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    for name in ("input gate", "forget gate", "cell gate", "output gate", "cell state"):
        assert outcome.out.count(f"{name} [5]") == 3 * 2
    step = lines(rnntui("trace", "hen", "--checkpoint", path, "--json"))[0]
    hidden = step["layers"][1]["hidden"]
    _, row, *_ = (line for line in outcome.out.splitlines() if "hidden state" in line)
    values = [*hidden[:4], min(hidden), sum(hidden) / 5, max(hidden)]
    assert row.split()[-7:] == [f"{value:.3f}" for value in values]
    best, chance = step["likeliest"][0]
    shown = "␣" if best == " " else best
    assert f"softmax  '{shown}' {chance:.1%}" in outcome.out


def test_units_says_how_many_numbers_are_shown() -> None:
    path = small_run(cell="gru", input_encoding="one-hot")
    outcome = rnntui("trace", "h", "--checkpoint", path, "--units", "2")
    row = next(line for line in outcome.out.splitlines() if "update gate" in line)
    assert len(row.split()) == 3 + 2 + 3
    assert "(one-hot: a 1 at place " in outcome.out


def test_the_networks_normalisation_is_applied() -> None:
    flags = ("--name", "a", "--steps", "1", "--normalise", "lowercase", *SMALL)
    assert rnntui("train", text_file(TINY_TEXT), *flags).code == 0
    loud = rnntui("trace", "HEN", "--checkpoint", "a", "--json")
    assert [step["char"] for step in lines(loud)] == list("hen")


def test_a_network_on_windows_is_traced_through_the_last_window() -> None:
    path = small_run(window=4)
    outcome = rnntui("trace", "the cat sat", "--checkpoint", path, "--json")
    assert outcome.err.startswith("rnntui: The network reads 4 characters at a time")
    assert [json.loads(line)["char"] for line in outcome.out.splitlines()] == list(" sat")
    text = "the cat sat on the"
    outcome = rnntui("trace", text, "--checkpoint", str(path), "--gradients", "--json")
    assert "reads 4 characters at a time" in outcome.err
    norms = json.loads(outcome.out)["hidden_gradient"]
    assert len(norms) == len(text) - 1
    assert min(norms[:4]) > 0
    assert not any(norms[4:])
    outcome = rnntui("trace", text, "--checkpoint", str(path), "--influence")
    assert "of the window of 4 that it is read from" in " ".join(outcome.out.split())


def test_a_text_is_read_with_the_escapes_of_a_prime() -> None:
    path = small_run("ab\n" * 200)
    outcome = rnntui("trace", r"ab\n", "--checkpoint", path, "--json")
    assert [step["char"] for step in lines(outcome)] == list("ab\n")


def test_what_a_text_or_a_network_holds_is_shown_and_not_obeyed() -> None:
    path = small_run("ab\x1b[31m\n" * 200)
    outcome = rnntui("trace", "\x1b[31", "--checkpoint", path, terminal=True)
    assert outcome.code == 0
    assert "reads '␛'" in outcome.out
    assert "\x1b[31" not in outcome.out


def test_characters_outside_the_vocabulary_are_stated() -> None:
    stated(rnntui("trace", "help", "--recipe", "hello"), "'hello' can't read", "'p' (U+0070)")
    stated(rnntui("trace", "<EOS>", "--recipe", "hello"), "'<' (U+003C)")
    stated(rnntui("trace", "the Ö", "--checkpoint", small_run()), "'Ö' (U+00D6)")


def recipe(content: str) -> Path:
    """A recipe of kind `trace` in a file."""
    return text_file(f'kind = "trace"\n{content}', "own.toml")


WEIGHTS = "W_xh = [[1], [2.5]]\nW_hh = [[0.5]]\nb_h = [0]\nW_hy = [[1, -1]]\nb_y = [0, 1]\n"
NETWORK = '[network]\nsymbols = ["a", "b"]\n'


def test_a_network_of_ones_own_is_followed_too() -> None:
    own = recipe(f'reads = "ab"\n{NETWORK}nonlinearity = "relu"\n[weights]\n{WEIGHTS}')
    first, second = lines(rnntui("trace", "--recipe", own, "--json"))
    assert first["layers"][0]["hidden"] == [1.0]
    assert second["layers"][0]["hidden"] == [2.5 + 0.5]
    assert second["output"] == [3.0, -3.0 + 1]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('lens = "x"\n', "'lens' must be one of forward, gradients"),
        ("reads = 3\n", "'reads' must be a text"),
        ("cells = [3]\n", "'cells' must be a list"),
        ('reads = "a"\n', r"needs a table [network]"),
        (f'reads = "a"\n{NETWORK}', r"needs a table [weights]"),
        (f'reads = "a"\n[network]\nsymbols = 3\n[weights]\n{WEIGHTS}', "a list of texts"),
        (f'reads = "a"\n[network]\nsymbols = ["a", "a"]\n[weights]\n{WEIGHTS}', "distinct"),
        (f'reads = "a"\n{NETWORK}units = 3\n[weights]\n{WEIGHTS}', "unknown entry 'units'"),
        (f'reads = "a"\n{NETWORK}[weights]\n{WEIGHTS}W = 3\n', "unknown entry 'W'"),
        (f'reads = "a"\n{NETWORK}nonlinearity = "x"\n[weights]\n{WEIGHTS}', "--nonlinearity x"),
        (f'reads = "a"\n{NETWORK}[weights]\nb_h = [1]\n', "W_xh in [weights] must be a table"),
        (
            f'reads = "a"\n{NETWORK}[weights]\n' + WEIGHTS.replace("[0]", "[0, 1]"),
            "W_xh in [weights] must be 2 x 2 for 2 symbols and 2 units, not 2 x 1",
        ),
        (
            f'reads = "a"\n{NETWORK}[weights]\n' + WEIGHTS.replace("[[0.5]]", "[[inf]]"),
            "W_hh in [weights] must be a table of finite numbers",
        ),
        (
            f'reads = "a"\n{NETWORK}[weights]\n' + WEIGHTS.replace("[[1], [2.5]]", "[[1], []]"),
            "W_xh in [weights] must be a table of finite numbers",
        ),
    ],
)
def test_a_bad_recipe_is_refused_by_a_sentence(content: str, part: str) -> None:
    stated(rnntui("trace", "--recipe", recipe(content)), part)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("hello",), "--checkpoint NAME, or --recipe hello"),
        (("hello", "--checkpoint", "a", "--checkpoint", "b"), "Only --gradients takes several"),
        (("hello", "--checkpoint", "a", "--recipe", "hello"), "exclude each other"),
        (("hello", "--checkpoint", "nonsense"), "There is no run called 'nonsense'"),
        (("hello", "--recipe", "nonsense"), "There is no recipe 'nonsense'"),
        (("hello", "--recipe", "default"), "is of kind 'train'"),
        (("", "--recipe", "hello"), "Give a text"),
        (("--checkpoint", "a"), "Give a text"),
        (("hello", "--recipe", "hello", "--train-steps", "3"), "go with --gradients"),
        (("hello", "--recipe", "hello", "--recurrent-scale", "2"), "go with --gradients"),
        (("hello", "--recipe", "hello", "--forget-bias", "1"), "go with --gradients"),
    ],
)
def test_what_can_not_be_traced_is_stated(arguments: tuple[str, ...], part: str) -> None:
    stated(rnntui("trace", *arguments), part)


def test_wrong_usage_is_told_apart() -> None:
    misused(rnntui("trace", "hello", "--recipe", "hello", "--units", "0"), "--units")
    flags = ("--gradients", "--recurrent-scale", "nan")
    misused(rnntui("trace", "hello", "--recipe", "hello", *flags), "--recurrent-scale")


# How far gradients reach back.


def reaches(*arguments: str | Path) -> list[dict[str, Any]]:
    """The JSON objects of `trace --gradients`, whatever is said beside them."""
    outcome = rnntui("trace", "--gradients", "--json", *arguments)
    assert outcome.code == 0, outcome
    return [json.loads(line) for line in outcome.out.splitlines()]


SMALL_CELLS = (
    'lens = "gradients"\ncorpus = "alphabet"\ncells = ["rnn", "lstm", "gru"]\n'
    'reads = "abcdefghijkl"\n'
    '[network]\ninput_encoding = "one-hot"\nhidden_size = 5\nnum_layers = 1\n'
    "[text]\nval_fraction = 0.0\n[batches]\nbatch_size = 1\nseq_length = 9\n"
    '[budget]\nsteps = 2\n[machine]\nengine = "torch"\ndevice = "cpu"\nthreads = 1\n'
)


def test_the_cells_are_compared_untrained_and_trained_on_the_same_text() -> None:
    found = reaches("--recipe", recipe(SMALL_CELLS))
    stages = ["untrained", "after training, step 2"]
    expected = [(cell, stage) for cell in ("rnn", "lstm", "gru") for stage in stages]
    assert [(one["cell"], one["stage"]) for one in found] == expected
    for one in found:
        assert (one["characters"], one["target"], one["hidden_size"]) == (11, "l", 5)
        assert len(one["hidden_gradient"]) == len(one["share"]) == len(one["share_norm"]) == 11
        assert sum(one["share"]) == pytest.approx(1)
        assert (one["cell_gradient"] is not None) == (one["cell"] == "lstm")
    assert found == reaches("--recipe", recipe(SMALL_CELLS))


def test_training_can_be_left_out_or_made_longer() -> None:
    untrained = reaches("--recipe", recipe(SMALL_CELLS), "--train-steps", "0")
    assert [one["stage"] for one in untrained] == ["untrained"] * 3
    longer = reaches("--recipe", recipe(SMALL_CELLS), "--train-steps", "3")
    assert [one for one in longer if one["stage"] == "untrained"] == untrained
    assert longer[1]["stage"] == "after training, step 3"


def test_a_factor_on_the_recurrent_weights_makes_gradients_vanish_or_explode() -> None:
    own = recipe(
        'lens = "gradients"\nreads = "aaaaaaaaaaaaaaaab"\n[network]\nsymbols = ["a", "b"]\n'
        'nonlinearity = "relu"\n[weights]\n' + WEIGHTS.replace("[[0.5]]", "[[1]]")
    )
    for factor in (0.5, 1.0, 2.0):
        (one,) = reaches("--recipe", own, "--recurrent-scale", str(factor))
        gradient = np.array(one["hidden_gradient"])
        np.testing.assert_allclose(gradient / gradient[0], factor ** np.arange(16))


def test_checkpoints_are_put_side_by_side() -> None:
    path = small_run(cell="gru")
    found = reaches("the hen", "--checkpoint", path, "--checkpoint", f"{path.parent}:last")
    assert [one["network"] for one in found] == ["tiny", "tiny"]
    assert found[0]["stage"] == "step 2"


def test_charts_and_tables_fit_80_columns_and_tell_the_curves_apart_by_marks() -> None:
    outcome = rnntui("trace", "--recipe", recipe(SMALL_CELLS), "--train-steps", "1")
    assert outcome.code == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines()), outcome.out
    assert outcome.out.count("o rnn  + lstm  x lstm, cell state  * gru") == 2
    chart = [line for line in outcome.out.splitlines() if "│" in line or "┤" in line]
    assert set("o+x*") <= set("".join(chart))
    assert "untrained" in outcome.out
    assert "after training, step 1" in outcome.out
    first = reaches("--recipe", recipe(SMALL_CELLS), "--train-steps", "0")[0]
    row = next(line for line in outcome.out.splitlines() if line.lstrip().startswith("o   rnn"))
    assert row.split()[2:] == [f"{first['hidden_gradient'][d]:.1e}" for d in (0, 1, 2, 5, 10)]


def test_no_gradient_at_all_is_said() -> None:
    deaf = WEIGHTS.replace("[[1, -1]]", "[[0, 0]]")
    own = recipe(f'lens = "gradients"\nreads = "aab"\n{NETWORK}[weights]\n{deaf}')
    assert "All gradients are zero." in rnntui("trace", "--recipe", own).out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("a", "--recipe", "hello"), "isn't in the vocabulary"),
        (("h", "--recipe", "hello"), "at least two characters"),
        (("hello", "--recipe", "hello", "--train-steps", "3"), "for a recipe with 'cells'"),
        (("hello", "--recipe", "hello", "--forget-bias", "0"), "for a recipe with 'cells'"),
    ],
)
def test_what_has_no_gradients_is_stated(arguments: tuple[str, ...], part: str) -> None:
    stated(rnntui("trace", "--gradients", *arguments), part)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gated_cells_reach_further_than_the_vanilla_one_from_their_first_step(
    seed: int, tmp_path: Path
) -> None:
    """Untrained, at distance 100, the vanilla cell lies at least 100 times below both."""
    shipped = (SHIPPED / "gradients.toml").read_text(encoding="utf-8")
    own = tmp_path / "gradients.toml"
    own.write_text(shipped.replace("seed = 1", f"seed = {seed}"), encoding="utf-8")
    norms = {
        one["cell"]: one["hidden_gradient"][100]
        for one in reaches("--recipe", own, "--train-steps", "0")
    }
    assert 100 * norms["rnn"] < min(norms["lstm"], norms["gru"])


def test_an_open_gate_is_told_beside_the_figures() -> None:
    flags = ("--recipe", "gradients", "--train-steps", "0")
    assert "    initialised with forget bias 1: lstm, gru\n" in rnntui("trace", *flags).out
    biases = {one["cell"]: one["forget_bias"] for one in reaches(*flags)}
    assert biases == {"rnn": 0, "lstm": 1, "gru": 1}
    assert "forget bias" not in rnntui("trace", *flags, "--forget-bias", "0").out
    assert "forget bias" not in rnntui("trace", "--gradients", "the", "--checkpoint", "tiny").out


def test_the_shipped_recipe_compares_the_three_cells() -> None:
    from rnntui.cli.trace.recipe import find_trace_recipe
    from rnntui.text.corpus import load_corpus
    from rnntui.training.settings.tables import from_tables

    found = find_trace_recipe("gradients")
    assert found.cells == ("rnn", "lstm", "gru")
    assert TrainConfig(**from_tables(found.tables, found.source, TrainConfig)).steps == 300
    corpus = load_corpus(found.corpus)
    # The text is in the play, so that trained networks have read it.
    assert found.reads in corpus.vocabulary.decode(corpus.ids)
