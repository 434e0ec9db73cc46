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
from rnntui.lenses.memorisation import CorpusIndex, MemorisationMeasure, MemorisedRuns
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.items import lead_in
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.tasks.characters.opening import new_run
from rnntui.text.batches import split
from rnntui.text.corpus import load_corpus
from rnntui.text.escapes import escaped
from rnntui.text.normalisation import Normalisation
from rnntui.training.runs.folder import RunFolder
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


def test_any_number_of_characters_to_draw_from_is_at_most_all_of_them() -> None:
    """However many digits it has."""
    assert sample("--top-k", "9" * 30).out == sample().out


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
@given(prime=st.text(st.characters(exclude_characters="\r…"), max_size=20))
def test_any_prime_is_read(prime: str) -> None:
    for terminal in (False, True):
        outcome = sample("--prime", escaped(prime), "--length", "5", terminal=terminal)
        assert outcome.code == 0
        assert len(outcome.out) == len(prime) + 5 + terminal
        assert set(outcome.out) <= set(TINY_TEXT) | {"\n"}


@pytest.mark.parametrize("prime", ["\ud800", "\udcff\udcfe", "\x1b[2J", "\x00", "\r\n\t", "\u202e"])
def test_primes_that_no_terminal_could_be_sent_are_read(prime: str) -> None:
    outcome = sample("--prime", prime, terminal=True)
    assert outcome.code == 0
    assert "\x1b" not in outcome.out + outcome.err
    outcome.err.encode()


@pytest.mark.parametrize("flag", ["--prime", "--prime-file"])
def test_a_prime_has_line_ends_as_an_argument_and_in_a_file(flag: str) -> None:
    run_on("ORSOLA:\nthe cat\n" * 80)
    given = r"ORSOLA:\n" if flag == "--prime" else str(text_file("ORSOLA:\r\n", "prime.txt"))
    outcome = sample(flag, given)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("ORSOLA:\n")
    assert outcome == sample("--prime", "ORSOLA:\n")


def test_a_file_is_taken_as_it_is_and_so_is_standard_input() -> None:
    run_on("a\\nb\n" * 80)
    text = "ab\n" * 6_000 + r"a\n"
    outcome = sample("--prime-file", str(text_file(text, "prime.txt")))
    assert outcome.out.startswith(text)
    flags = ("tiny", "--length", "30", "--prime-file", "-")
    assert rnntui("sample", *flags, stdin=text.encode()) == outcome


def test_a_primes_file_may_be_in_any_encoding() -> None:
    run_on("thé cat\n" * 80)
    outcome = sample("--prime-file", str(text_file("thé cat\n".encode("utf-16"), "prime.txt")))
    assert outcome.out.startswith("thé cat\n")


def test_a_primes_file_that_can_not_be_read_is_stated(tmp_path: Path) -> None:
    stated(sample("--prime-file", str(tmp_path / "none.txt")), "none.txt", "No such file")
    stated(sample("--prime-file", str(tmp_path)), "can't be read")
    stated(sample("--prime-file", "/dev/zero"), "longer than 16 MB")
    stated(sample("--prime-file", str(text_file(b"a\0\1\2\0", "prime.txt"))), "as text")
    stated(sample("--prime", "a", "--prime-file", "-"), "--prime and --prime-file")


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
    stated(sample("--until", "Zebra"), "never generates 'Z' (U+005A)", "--until")
    stated(sample("--count", "2"), r"never generates '\n' (U+000A)", "--until")


def test_count_writes_so_many_pieces_whatever_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Barv\nOldham\nBarville\n")
    assert sample("--count", "4", "--length", "3").out == "Barv\nOldham\nBarville\nBarv\n"


def test_the_pieces_that_stand_in_the_corpus_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Barv\nOldham\nBarville\nham\n")
    outcome = sample("--count", "4")
    assert (
        outcome.err
        == "rnntui: 4 items, 4 distinct, 2 of which stand in the corpus: Oldham, Barville.\n"
    )
    assert sample("--count", "1").err == (
        "rnntui: 1 item, 1 distinct, 0 of which stand in the corpus.\n"
    )


def test_a_piece_that_the_prime_begins_is_judged_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "ville\nBarv\n")
    marks = sample("--count", "2", "--prime", "Oldham\nBar")
    assert marks.out == "Oldham\nBarville\nBarv\n"
    assert marks.err == "rnntui: 2 items, 2 distinct, 1 of which stands in the corpus: Barville.\n"
    assert sample("--count", "2", "--prime", "Bar", "--no-prime").err == marks.err


def test_pieces_of_another_kind_than_lines_are_marked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, " a hen met ten men. the cat.")
    outcome = sample("--count", "2", "--until", ".")
    assert outcome.out == " a hen met ten men. the cat."
    assert outcome.err == "rnntui: 2 items, 2 distinct, 0 of which stand in the corpus.\n"
    outcome = sample("--count", "1", "--until", ". ", "--prime", "the cat sat on the mat;")
    assert outcome.err.endswith(
        "1 of which stands in the corpus: the cat sat on the mat; a hen met ten men.\n"
    )


def test_marks_come_with_json_too_and_leave_its_lines_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Oldham\n")
    outcome = sample("--count", "1", "--json")
    assert len([json.loads(line) for line in outcome.out.splitlines()]) == 7
    assert outcome.err.endswith(" 1 item, 1 distinct, 1 of which stands in the corpus: Oldham.\n")


def test_a_text_that_is_gone_leaves_the_pieces_unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Oldham\n")
    for path in (text_file("", "tiny.txt"), *places.cache_dir().rglob("*")):
        if path.is_file():
            path.unlink()
    outcome = sample("--count", "1")
    assert (outcome.code, outcome.out) == (0, "Oldham\n")
    assert outcome.err.startswith(
        "rnntui: 1 item, 1 distinct. Which of them stand in the corpus is unknown."
    )


def test_blank_items_are_left_out_and_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\n\nOld ham\n" * 80)
    scripted(monkeypatch, "\n \nBarville\n\n\nOld ham\n")
    outcome = sample("--count", "3")
    assert outcome.out == "Barville\nOld ham\nBarville\n"
    assert outcome.err == (
        "rnntui: 3 items, 2 distinct, 2 of which stand in the corpus: Barville, Old ham.\n"
        "rnntui: Left out: 6 blank.\n"
    )
    lines = [json.loads(line) for line in sample("--count", "3", "--json").out.splitlines()]
    assert "".join(line["char"] for line in lines) == outcome.out


@pytest.mark.parametrize("as_json", [False, True])
def test_unique_items_come_once_over_all_streams(
    monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    run_on("Barville\nOldham\n" * 80)
    # What is read before the first item, then the two texts.
    scripts = iter(("ham\n", "Barv\nBarv\nOldham\n", "Oldham\nBarv\nBarville\nham\n"))

    def streams(*_: object) -> Iterator[tuple[Character, ...]]:
        return ((Character(one, 0.5, (), 3),) for one in itertools.cycle(next(scripts)))

    monkeypatch.setattr("rnntui.sampling.stream.CharacterStreams", streams)
    flags = ("--count", "2", "--unique", "--streams", "2", *(["--json"] if as_json else []))
    outcome = sample(*flags)
    if as_json:
        lines = [json.loads(line) for line in outcome.out.splitlines()]
        told = ["".join(one["char"] for one in lines if one["stream"] == n) for n in (0, 1)]
        assert told == ["Barv\nOldham\n", "Barville\nham\n"]
    else:
        assert outcome.out == ("==== seed 1 ====\nBarv\nOldham\n==== seed 2 ====\nBarville\nham\n")
    assert outcome.err == (
        "rnntui: 4 items, 4 distinct, 2 of which stand in the corpus: Oldham, Barville.\n"
        "rnntui: Left out: 3 repeated.\n"
    )


def test_an_item_that_the_prime_begins_is_left_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "ville\nOldham\nBarv\n")
    outcome = sample("--count", "2", "--unique", "--streams", "2", "--prime", "Oldham\nBar")
    assert outcome.out == (
        "==== seed 1 ====\nOldham\nBarville\nOldham\n==== seed 2 ====\nOldham\nBarv\nville\n"
    )


def test_a_first_item_is_drawn_as_all_that_follow_are() -> None:
    """Its state has read what stands before an item, whatever the prime is."""
    folder = run_on("Barville\nOldham\n" * 80)
    checkpoint = load_checkpoint(folder.best)
    weights, vocabulary = checkpoint.for_sampling, checkpoint.header.vocabulary
    before = lead_in(weights, vocabulary, "\n")
    assert before.endswith("\n")
    assert len(before) > 400
    for prime, begun in (("", ""), (r"\n", ""), ("Bar", "Bar")):
        stream = CharacterStream(lambda: weights, vocabulary, SamplingSpec, before + begun, 7)
        text = begun + "".join(one.symbol for one in itertools.islice(stream, 400))
        first = text.lstrip("\n").split("\n")[0]
        outcome = sample("--count", "1", "--seed", "7", "--prime", prime)
        assert outcome.out.lstrip("\n") == first + "\n"


def test_streams_of_items_are_what_each_is_alone() -> None:
    run_on("Barville\nOldham\n" * 80)
    together = sample("--count", "3", "--streams", "2", "--seed", "5")
    alone = [sample("--count", "3", "--seed", seed).out for seed in ("5", "6")]
    assert together.out == f"==== seed 5 ====\n{alone[0]}==== seed 6 ====\n{alone[1]}"
    assert together.err.startswith("rnntui: 6 items, ")


def test_an_item_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, "Oldham")
    outcome = sample("--count", "1", "--mode", "argmax")
    stated(outcome, "20,000 characters", r"'\n'", "--until")
    assert len(outcome.out) == 20_000


@pytest.mark.parametrize(("script", "what"), [("Oldham\n", "blank or repeated"), ("\n", "blank")])
def test_items_that_are_all_left_out_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, script: str, what: str
) -> None:
    run_on("Barville\nOldham\n" * 80)
    scripted(monkeypatch, script)
    outcome = sample("--count", "2", "--unique")
    stated(outcome, "The last 1,000 items were all", what)
    assert outcome.out == script.lstrip("\n")
    assert f"{len(outcome.out) // 7} item" in outcome.err


def test_an_end_of_several_characters_is_no_part_of_a_blank_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_on("ab xy\n" * 80)
    scripted(monkeypatch, " xyxy xab xy")
    outcome = sample("--count", "1", "--until", "xy")
    assert outcome.out == " xab xy"
    assert "Left out: 2 blank." in outcome.err


def test_unique_goes_with_count() -> None:
    stated(sample("--unique"), "--unique goes with --count")


# What is memorised.


def memorised(text: str, generated: str) -> MemorisedRuns:
    """What the meter on screen says of a generated text."""
    corpus = load_corpus(text_file(text, "tiny.txt"))
    learned, _ = split(corpus.ids, tiny_config().val_fraction)
    meter = MemorisationMeasure(CorpusIndex.build(learned, len(corpus.vocabulary), lambda: False))
    meter.push([corpus.vocabulary.index(one) for one in generated])
    return meter.reading


def test_what_is_memorised_is_what_the_meter_on_screen_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generated = "the cat sat on the mat. tttt a hen met ten men; tatata on the mat. a h"
    expected = memorised(TINY_TEXT, generated)
    scripted(monkeypatch, generated)
    outcome = sample("--copied", "--length", str(len(generated)), "--prime", "the cat ")
    assert outcome.out == "the cat " + generated
    assert 0 < expected.share < 1
    assert outcome.err == (
        f"rnntui: Memorised: {expected.share:.1%} of {len(generated)} characters, in runs of 20 or"
        f" more from the training text; the longest run has {expected.longest} characters,"
        f" from character {(expected.longest_at or 0) + 1:,} of that text.\n"
    )
    lines = sample("--copied", "--json", "--length", str(len(generated))).out.splitlines()
    told = [json.loads(line) for line in lines]
    assert "".join(one["char"] for one in told) == generated
    assert sum(one["memorised"] for one in told) == expected.memorised
    marked = "".join(one["char"] if one["memorised"] else "_" for one in told)
    assert marked.startswith("the cat sat on the mat___")


def test_each_of_several_texts_is_measured() -> None:
    outcome = sample("--copied", "--streams", "2", "--seed", "5")
    first, second = outcome.err.splitlines()
    assert first.startswith("rnntui: Seed 5: Memorised: 0.0% of 30 characters")
    assert second.startswith("rnntui: Seed 6: Memorised: ")


def test_items_are_measured_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "the old mill of Barville\nthe new mill of Oldham\n" * 40
    run_on(text)
    scripted(monkeypatch, "the old mill of Barville\n\n")
    outcome = sample("--count", "2", "--copied", "--json")
    told = [json.loads(line) for line in outcome.out.splitlines()]
    assert [one["memorised"] for one in told] == [True] * 50
    assert "Memorised: 100.0% of 50 characters" in outcome.err


def test_what_is_memorised_can_not_be_told_without_the_text() -> None:
    for path in (text_file("", "tiny.txt"), *places.cache_dir().rglob("*")):
        if path.is_file():
            path.unlink()
    outcome = sample("--copied")
    stated(outcome, "can't be found again")
    assert outcome.out == ""


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
    assert outcome.out == "==== seed 1 ====\na\n==== seed 2 ====\nbbb\n"
    stated(outcome, "state has overflowed")
    lines = sample("--length", "3", "--streams", "2", "--json").out.splitlines()
    assert [json.loads(line)["char"] for line in lines] == ["a", "b", "b", "b"]


def test_texts_too_many_to_wait_are_refused() -> None:
    stated(sample("--streams", "1000", "--length", "60000"), "at most 50,000,000", "--json")


def test_texts_that_wait_too_long_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnntui.cli.sample.output.MOST_WAITING", 100)
    outcome = sample("--length", "0", "--streams", "2", "--until", "the cat sat; tatata")
    stated(outcome, "are queued behind one that", "--length")


def test_texts_without_an_end_do_not_wait_for_one_another() -> None:
    stated(sample("--length", "0", "--streams", "2"), "would never be printed")


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
    assert outcome.err == "rnntui: 1 item, 1 distinct, 0 of which stand in the corpus.\n"
    outcome = sample("--count", "1", "--prime", "물참 시계방에 ")
    assert outcome.err == (
        "rnntui: 1 item, 1 distinct, 1 of which stands in the corpus: 물참 시계방에 갔다..\n"
    )


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
    monkeypatch.setattr("rnntui.cli.sample.output.write_text", lambda text, stream: None)
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
        *(("--count", "1000001"), ("--length", "1000000001"), ("--streams", "1025")),
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
