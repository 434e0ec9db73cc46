"""`rnntui sample`: the text alone, as it was asked for."""

import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnntui import places
from rnntui.sampling.stream import Character
from rnntui.text.corpus import load_corpus
from rnntui.text.normalisation import Normalisation
from rnntui.training.checkpoints import load_checkpoint
from rnntui.training.opening import new_run
from rnntui.training.run_folder import RunFolder
from tests.command_line import Outcome, misused, rnntui, run_called, stated, text_file
from tests.factories import TINY_TEXT, tiny_config, trained

HANGUL = "물참 시계방에 갔다.\n낡은 시계가 멈춰 있었다.\n" * 30


@pytest.fixture(autouse=True)
def tiny() -> RunFolder:
    """A run called `tiny` on `TINY_TEXT`."""
    return run_on(TINY_TEXT)


def run_on(text: str, **configured: object) -> RunFolder:
    """A run called `tiny` on a text, the one before it deleted."""
    parent = places.checkpoints_dir()
    if run_called("tiny").path.exists():
        rnntui("checkpoints", "remove", "tiny", "--yes")
    config = tiny_config(**{"steps": 3, **configured})
    corpus = load_corpus(text_file(text, "tiny.txt"), normalisation=Normalisation(config.normalise))
    run = new_run(parent, corpus, config, "tiny")
    trained(run)
    return run.folder


def sample(*arguments: str, terminal: bool = False) -> Outcome:
    """Write 30 characters with the run; flags given here come last and win."""
    return rnntui("sample", "tiny", "--length", "30", *arguments, terminal=terminal)


def scripted(monkeypatch: pytest.MonkeyPatch, text: str, endless: bool = True) -> None:
    """Let the network write that text, over and over."""

    def streams(*_: object) -> Iterator[tuple[Character, ...]]:
        written = itertools.cycle(text) if endless else iter(text)
        return ((Character(symbol, 0.5, ((symbol, 0.5),), 3),) for symbol in written)

    monkeypatch.setattr("rnntui.sampling.stream.CharacterStreams", streams)


# The text.


def test_the_text_stands_alone_on_standard_output() -> None:
    outcome = sample()
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.out) == 30
    assert set(outcome.out) <= set(TINY_TEXT)


def test_on_a_terminal_the_text_ends_with_a_line_end() -> None:
    assert sample(terminal=True).out == sample().out + "\n"


@pytest.mark.parametrize("mode", ["argmax", "random", "hybrid"])
def test_the_same_seed_writes_the_same_text(mode: str) -> None:
    flags = ("--mode", mode, "--seed", "7", "--temperature", "0.8", "--top-k", "5")
    assert sample(*flags).out == sample(*flags).out


def test_seeds_differ() -> None:
    assert len({sample("--seed", str(seed)).out for seed in range(4)}) == 4


def test_argmax_needs_no_seed() -> None:
    assert sample("--mode", "argmax", "--seed", "1").out == (
        sample("--mode", "argmax", "--seed", "2").out
    )


def test_the_modes_differ() -> None:
    run_on(TINY_TEXT, steps=60)
    texts = {sample("--mode", mode, "--prime", "a ").out for mode in ("argmax", "random", "hybrid")}
    assert len(texts) == 3


def test_the_likeliest_character_alone_is_what_argmax_takes() -> None:
    assert sample("--top-k", "1").out == sample("--mode", "argmax").out


@pytest.mark.parametrize("length", [1, 2, 1000])
def test_the_length_is_what_was_asked_for(length: int) -> None:
    assert len(sample("--length", str(length)).out) == length


def test_a_run_named_with_last_is_its_last_checkpoint(tiny: RunFolder) -> None:
    tiny.best.unlink()
    last = rnntui("sample", "tiny:last", "--length", "30")
    assert last.out == sample().out == rnntui("sample", tiny.last, "--length", "30").out
    stated(rnntui("sample", "tiny:best"), "no best checkpoint yet")


# The prime.


def test_the_prime_is_written_first_and_not_counted() -> None:
    outcome = sample("--prime", "the cat")
    assert outcome.out.startswith("the cat")
    assert len(outcome.out) == len("the cat") + 30


def test_the_prime_can_be_left_out() -> None:
    whole, bare = sample("--prime", "the cat"), sample("--prime", "the cat", "--no-prime")
    assert whole.out == "the cat" + bare.out


def test_another_prime_writes_another_text() -> None:
    run_on(TINY_TEXT, steps=60)
    argmax = ("--mode", "argmax", "--no-prime")
    assert sample("--prime", "the ca", *argmax).out != sample("--prime", "ten m", *argmax).out


def test_an_empty_prime_is_none() -> None:
    assert sample("--prime", "") == sample()


def test_unknown_characters_in_the_prime_are_named_and_replaced() -> None:
    outcome = sample("--prime", "Thé 猫")
    assert outcome.code == 0
    assert outcome.out.startswith("the  ")
    assert outcome.err == (
        "rnntui: The prime has characters that the network never saw:"
        " 'T' -> 't'; 'é' -> 'e'; '猫' -> ' '.\n"
    )


def test_a_very_long_prime_is_read() -> None:
    prime = "the cat sat; " * 1000
    outcome = sample("--prime", prime)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(prime)
    assert len(outcome.out) == len(prime) + 30


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prime=st.text(st.characters(exclude_characters="\0…"), max_size=20))
def test_any_prime_is_read(prime: str) -> None:
    for terminal in (False, True):
        outcome = sample("--prime", prime, "--length", "5", terminal=terminal)
        assert outcome.code == 0
        assert len(outcome.out) == len(prime) + 5 + terminal
        assert set(outcome.out) <= set(TINY_TEXT) | {"\n"}


@pytest.mark.parametrize("prime", ["\ud800", "\udcff\udcfe", "\x1b[2J", "\x00", "\r\n\t", "\u202e"])
def test_primes_that_no_terminal_could_be_sent_are_read(prime: str) -> None:
    outcome = sample("--prime", prime, terminal=True)
    assert outcome.code == 0
    assert "\x1b" not in outcome.out + outcome.err
    outcome.err.encode()


# What it waits for.


def test_until_ends_behind_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, "the cat sat on the mat. ")
    assert sample("--until", "at").out == "the cat"
    assert sample("--until", "mat", "--length", "1000").out == "the cat sat on the mat"


def test_a_length_still_ends_what_until_would(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, "the cat sat on the mat. ")
    assert sample("--until", "mat", "--length", "8").out == "the cat "


def test_until_is_found_in_what_is_written_and_not_in_the_prime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scripted(monkeypatch, "tat ")
    assert sample("--until", "at", "--prime", "a ca").out == "a ca" + "tat"


def test_until_reads_line_ends_and_tabs_as_shells_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("ab\tc\n" * 300)
    scripted(monkeypatch, "ab\tc\n")
    assert sample("--until", r"\t").out == "ab\t"
    assert sample("--until", r"\n").out == sample("--until", "\n").out == "ab\tc\n"


@pytest.mark.parametrize("flags", [("--until", ""), ("--until", "", "--count", "2")])
def test_an_empty_until_is_stated(flags: tuple[str, ...]) -> None:
    stated(sample(*flags), "--until must be at least one character")


def test_what_the_network_never_writes_is_stated_and_not_waited_for() -> None:
    stated(sample("--until", "Zebra"), "never writes 'Z' (U+005A)", "--until")
    stated(sample("--count", "2"), r"never writes '\n' (U+000A)", "--until")


def test_count_writes_so_many_pieces_whatever_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Barv\nOldham\nBarville\n")
    assert sample("--count", "4", "--length", "3").out == "Barv\nOldham\nBarville\nBarv\n"


def test_the_pieces_that_stand_in_the_corpus_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Barv\nOldham\nBarville\nham\n")
    outcome = sample("--count", "4")
    assert outcome.err == "rnntui: 2 of 4 stand in the corpus: Oldham, Barville.\n"
    assert sample("--count", "1").err == "rnntui: 0 of 1 stand in the corpus.\n"


def test_a_piece_that_the_prime_begins_is_judged_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "ville\nBarv\n")
    marks = sample("--count", "2", "--prime", "Oldham\nBar")
    assert marks.out == "Oldham\nBarville\nBarv\n"
    assert marks.err == "rnntui: 1 of 2 stand in the corpus: Barville.\n"
    assert sample("--count", "2", "--prime", "Bar", "--no-prime").err == marks.err


def test_pieces_of_another_kind_than_lines_are_marked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, " a hen met ten men. the cat.")
    outcome = sample("--count", "2", "--until", ".")
    assert outcome.out == " a hen met ten men. the cat."
    assert outcome.err == "rnntui: 0 of 2 stand in the corpus.\n"
    outcome = sample("--count", "1", "--until", ". ", "--prime", "the cat sat on the mat;")
    assert outcome.err.endswith(
        "1 of 1 stand in the corpus: the cat sat on the mat; a hen met ten men.\n"
    )


def test_marks_come_with_json_too_and_leave_its_lines_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Oldham\n")
    outcome = sample("--count", "1", "--json")
    assert len([json.loads(line) for line in outcome.out.splitlines()]) == 7
    assert outcome.err == "rnntui: 1 of 1 stand in the corpus: Oldham.\n"


def test_a_text_that_is_gone_leaves_the_pieces_unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Oldham\n")
    for path in (text_file("", "tiny.txt"), *places.cache_dir().rglob("*")):
        if path.is_file():
            path.unlink()
    outcome = sample("--count", "1")
    assert (outcome.code, outcome.out) == (0, "Oldham\n")
    assert outcome.err.startswith("rnntui: Which of them stand in the corpus can't be said.")


# Several streams.


def test_streams_are_texts_from_seeds_that_follow_one_another() -> None:
    alone = [sample("--seed", str(seed)).out for seed in (5, 6, 7)]
    together = sample("--seed", "5", "--streams", "3")
    expected = "".join(
        f"==== seed {seed} ====\n{text}\n" for seed, text in zip((5, 6, 7), alone, strict=True)
    )
    assert (together.code, together.out) == (0, expected)


def test_streams_are_numbered_in_json() -> None:
    lines = [json.loads(line) for line in sample("--streams", "2", "--json").out.splitlines()]
    assert [line["stream"] for line in lines] == [0, 1] * 30


def test_streams_end_each_where_it_should() -> None:
    flags = ("--until", "a", "--length", "200")
    together = sample(*flags, "--streams", "3")
    alone = [sample(*flags, "--seed", str(seed)).out for seed in (1, 2, 3)]
    expected = "".join(f"==== seed {n} ====\n{text}\n" for n, text in enumerate(alone, 1))
    assert together.out == expected
    lines = sample(*flags, "--streams", "3", "--json").out.splitlines()
    told = [json.loads(line) for line in lines]
    for stream, text in enumerate(alone):
        assert "".join(one["char"] for one in told if one["stream"] == stream) == text


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_an_engine_may_be_asked_for(engine: str) -> None:
    assert sample("--engine", engine).out == sample().out


def test_a_text_that_ends_in_numbers_beyond_all_bounds_leaves_the_others_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Character("b", 0.5, (), 1)

    def streams(*_: object) -> Iterator[tuple[Character | None, ...]]:
        yield from ((Character("a", 0.5, (), 1), whole), (None, whole), (None, whole))

    monkeypatch.setattr("rnntui.sampling.stream.CharacterStreams", streams)
    outcome = sample("--length", "3", "--streams", "2", "--no-prime")
    assert outcome.out == "==== seed 1 ====\n\n==== seed 2 ====\nbbb\n"
    stated(outcome, "grown beyond all numbers")
    lines = sample("--length", "3", "--streams", "2", "--json").out.splitlines()
    assert [json.loads(line)["char"] for line in lines] == ["a", "b", "b", "b"]


def test_texts_without_an_end_do_not_wait_for_one_another() -> None:
    stated(sample("--length", "0", "--streams", "2"), "would never come")


def test_count_and_streams_exclude_one_another() -> None:
    stated(sample("--count", "2", "--streams", "2"), "--count and --streams")


# As JSON.


def test_a_line_of_json_is_a_character_with_its_probability_and_candidates() -> None:
    outcome = sample("--json", "--seed", "3")
    lines = [json.loads(line) for line in outcome.out.splitlines()]
    assert "".join(line["char"] for line in lines) == sample("--seed", "3").out
    for line in lines:
        probabilities = [probability for _, probability in line["candidates"]]
        assert line.keys() == {"stream", "char", "probability", "candidates"}
        assert 0.0 < line["probability"] <= probabilities[0] <= 1.0
        assert probabilities == sorted(probabilities, reverse=True)
        assert len(line["candidates"]) == 5
        assert all(symbol in TINY_TEXT for symbol, _ in line["candidates"])


def test_json_leaves_the_prime_out_and_names_its_changes_on_standard_error() -> None:
    outcome = sample("--json", "--prime", "É")
    assert len(outcome.out.splitlines()) == 30
    assert "'É' -> ' '" in outcome.err


def test_json_is_ascii_whatever_the_network_writes() -> None:
    run_on(HANGUL)
    outcome = sample("--json", terminal=True)
    assert outcome.out.isascii()
    assert len([json.loads(line) for line in outcome.out.splitlines()]) == 30


# Other texts.


def test_hybrid_warns_where_there_is_no_space_to_draw_after() -> None:
    run_on("abcdefg" * 150)
    outcome = sample("--mode", "hybrid")
    assert "no spaces" in outcome.err
    assert "equals argmax" in outcome.err
    assert outcome.out == sample("--mode", "argmax").out
    assert sample("--mode", "random").err == ""


def test_control_characters_are_raw_in_a_pipe_and_stand_ins_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on("a\tb\n" * 300 + "\x1b[2J\x07")
    scripted(monkeypatch, "\x1b[2J\tb\x07\n")
    assert sample("--length", "8").out == "\x1b[2J\tb\x07\n"
    assert sample("--length", "8", terminal=True).out == "␛[2J⇥   b␇\n"


def test_decomposed_hangul_is_written_in_syllables() -> None:
    folder = run_on(HANGUL, normalise=("nfd-jamo",), steps=150, hidden_size=24)
    assert "\u1106" in load_checkpoint(folder.last).header.vocabulary
    for terminal in (False, True):
        outcome = sample("--mode", "argmax", "--length", "60", "--prime", "물", terminal=terminal)
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.startswith("물")
        assert any("가" <= character <= "힣" for character in outcome.out[1:])


def test_a_syllable_is_put_together_from_the_prime_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on(HANGUL, normalise=("nfd-jamo",))
    scripted(monkeypatch, "\u11af \u1106\u116e\u11af", endless=False)  # l, space, m u l
    assert sample("--prime", "무").out == "물 물"


def test_until_may_be_written_in_syllables_for_a_network_of_jamo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on(HANGUL, normalise=("nfd-jamo",))
    scripted(monkeypatch, "\u1100\u1161\u11bb\u1103\u1161.\n")  # k a ss, t a
    assert sample("--until", "다").out == "갔다"
    outcome = sample("--count", "1", "--prime", "낡은 시계가 ")
    assert outcome.err == "rnntui: 0 of 1 stand in the corpus.\n"
    outcome = sample("--count", "1", "--prime", "물참 시계방에 ")
    assert outcome.err == "rnntui: 1 of 1 stand in the corpus: 물참 시계방에 갔다..\n"


def test_an_endless_text_takes_no_memory_for_what_it_has_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class EnoughError(Exception):
        pass

    def streams(*_: object) -> Iterator[tuple[Character, ...]]:
        for number in range(60_000):
            if number == 20_000:
                tracemalloc.start()
            yield (Character("a", 0.5, (("a", 0.5),), 3),)
        taken.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        raise EnoughError

    taken: list[int] = []
    monkeypatch.setattr("rnntui.sampling.stream.CharacterStreams", streams)
    monkeypatch.setattr("rnntui.cli.sample.write_text", lambda text, stream: None)
    with pytest.raises(EnoughError):
        sample("--length", "0")
    assert taken[0] < 20_000


# What it refuses.


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--temperature", "0"), ("--temperature", "-1"), ("--temperature", "nan")),
        *(("--temperature", "inf"), ("--temperature", "9"), ("--top-k", "-1")),
        *(("--top-p", "0"), ("--top-p", "-0.5"), ("--top-p", "1.5"), ("--top-p", "nan")),
    ],
)
def test_a_value_out_of_bounds_is_stated_by_its_flag(flag: str, value: str) -> None:
    outcome = sample(flag, value)
    stated(outcome, flag)
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--length", "-1"), ("--length", "many"), ("--count", "-1"), ("--streams", "0")),
        *(("--seed", "-1"), ("--seed", "1.5"), ("--mode", "wild"), ("--temperature", "hot")),
    ],
)
def test_a_value_of_the_wrong_kind_is_wrong_usage(flag: str, value: str) -> None:
    misused(sample(flag, value), flag)


def test_a_checkpoint_that_is_not_there_is_stated() -> None:
    stated(rnntui("sample", "nonsense"), "There is no run called 'nonsense'")
    stated(rnntui("sample", "no/such.safetensors"), "There is no run called")


def test_a_run_that_was_never_saved_is_stated(tiny: RunFolder) -> None:
    tiny.best.unlink()
    tiny.last.unlink()
    stated(sample(), "no saved checkpoint yet")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:100],
        lambda content: b"",
        lambda content: b"a text\n" * 40,
        lambda content: content.replace(b'"format_version":"2"', b'"format_version":"3"'),
    ],
    ids=["torn", "beginning", "empty", "text", "version"],
)
def test_a_damaged_checkpoint_is_stated(tiny: RunFolder, damage: Callable[[bytes], bytes]) -> None:
    before = tiny.best.read_bytes()
    tiny.best.write_bytes(damage(before))
    assert tiny.best.read_bytes() != before
    outcome = sample()
    stated(outcome, "best.safetensors", "is not a checkpoint that can be used")
    assert outcome.out == ""


def test_a_folder_of_that_name_is_no_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "x.safetensors"
    folder.mkdir()
    stated(rnntui("sample", folder), "There is no run called")


def test_a_text_is_no_checkpoint() -> None:
    stated(rnntui("sample", text_file(TINY_TEXT, "x.safetensors")), "is not a checkpoint")
