"""Whatever value a file of a run holds: it is used, or refused in a sentence, within bounds.

A good small run is taken, one value of one of its files replaced, and all done with
it that people do: listing, opening, replaying, following, sampling, measuring, resuming.
"""

import functools
import json
import math
import os
import shutil
import struct
import tempfile
import tomllib
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CheckpointError, CorpusError, RnntuiError
from rnntui.nets.config import weight_shapes
from rnntui.runtime.recorded.following import RunFollower
from rnntui.runtime.recorded.replay import replay_events
from rnntui.runtime.run_list import RunList
from rnntui.runtime.run_reading import RunReading
from rnntui.tasks.characters.checkpoint import load_checkpoint, read_header
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.characters.opening import events_of, resume_run
from rnntui.tasks.characters.scoring import score
from rnntui.tasks.classification.checkpoint import load_classifier
from rnntui.tasks.classification.opening import classify_events, resume_classify_run
from rnntui.tasks.classification.scoring import score_labelled
from rnntui.text.vocabulary import Vocabulary
from rnntui.training import checkpoint_file
from rnntui.training.checkpoint_file import to_bytes
from rnntui.training.commands import Stop
from rnntui.training.runs.folder import RunFolder, list_runs
from rnntui.training.runs.record import read_events
from tests.classify_factories import classified, classify_run, tiny_tested
from tests.command_line import rnntui
from tests.factories import Script, tiny_run, trained

pytestmark = pytest.mark.slow

Place = tuple[str, ...]
"""A file of the run, then the keys that lead to a value in it."""

DEEP: Any = functools.reduce(lambda inner, _: [inner], range(500), [])
MAPPED: Any = functools.reduce(lambda inner, _: {"a": inner}, range(500), {})

HOSTILE: Mapping[str, Any] = {
    "inf": math.inf,
    "-inf": -math.inf,
    "nan": math.nan,
    "0": 0,
    "1": 1,
    "-1": -1,
    "0.5": 0.5,
    "2": 2,
    "1e308": 1e308,
    "-1e308": -1e308,
    "2**53": 2**53,
    "10**400": 10**400,
    "true": True,
    "null": None,
    "empty text": "",
    "text": "nonsense",
    "escapes": "\x1b[31m\u202e\u0000\ud800",
    "long text": "x" * 100_000,
    "path": "/dev/zero",
    "-": "-",
    "empty list": [],
    "list": ["a", "a"],
    "numbers": [1, -1],
    "long list": ["a"] * 10_000,
    "empty table": {},
    "table": {"a": {"b": 1}},
    "deep": DEEP,
    "deep table": MAPPED,
}


@dataclass(frozen=True)
class Good:
    """A trained run, its folder's parent, and the kind that it is of."""

    parent: Path
    kind: str

    @property
    def folder(self) -> RunFolder:
        """The run's own folder."""
        return RunFolder(self.parent / "tiny")


@functools.cache
def good(kind: str) -> Good:
    """A small run, trained to its end once for all tests."""
    parent = Path(tempfile.mkdtemp())
    if kind == "characters":
        trained(tiny_run(parent, average_decay=0.5))
    else:
        run = classify_run(parent, tiny_tested(parent / "texts"))
        classified(run)
        run.folder.path.rename(parent / "tiny")
    return Good(parent, kind)


# Where values are, and how others are put there.


def checkpoint_parts(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header, parsed, and tensors of a checkpoint."""
    with safetensors.safe_open(path, "np") as file:
        about = {name: json.loads(text) for name, text in file.metadata().items()}
        return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def leaves(value: object, keys: Place = ()) -> Iterator[Place]:
    """The way to each table in a value and to each value in those."""
    if keys:
        yield keys
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*keys, name))


@functools.cache
def places(kind: str) -> tuple[Place, ...]:
    """Every place of a value in the files of a good run."""
    folder = good(kind).folder
    about, tensors = checkpoint_parts(folder.last)
    found = [
        ("run.toml", *keys) for keys in leaves(tomllib.loads(folder.configuration.read_text()))
    ]
    found += [("header", *keys) for keys in leaves(about)]
    found += [("tensor", name) for name in tensors]
    seen = set()
    for number, line in enumerate(folder.metrics.read_text().splitlines()):
        event = json.loads(line)
        if event["event"] not in seen:
            found += [("metrics.jsonl", str(number), *keys) for keys in leaves(event)]
        seen.add(event["event"])
    return tuple(found)


def put(tables: dict[str, Any], keys: Place, value: object) -> None:
    """Replace one value among tables within tables."""
    for key in keys[:-1]:
        tables = tables[key]
    tables[keys[-1]] = value


def write_value(folder: RunFolder, place: Place, value: object) -> bool:
    """Replace a value in a run's files; whether that kind of file can hold it."""
    where, *keys = place
    try:
        if where == "run.toml":
            tables = tomllib.loads(folder.configuration.read_text())
            put(tables, tuple(keys), value)
            folder.configuration.write_bytes(tomli_w.dumps(tables).encode("utf-8", "replace"))
        elif where == "metrics.jsonl":
            lines = folder.metrics.read_text().splitlines()
            event = json.loads(lines[int(keys[0])])
            put(event, tuple(keys[1:]), value)
            lines[int(keys[0])] = json.dumps(event)
            folder.metrics.write_text("\n".join(lines) + "\n")
        else:
            about, tensors = checkpoint_parts(folder.last)
            if where == "header":
                put(about, tuple(keys), value)
            else:
                tensors[keys[0]] = np.full_like(tensors[keys[0]], value)
            metadata = {name: json.dumps(part) for name, part in about.items()}
            content = safetensors.numpy.save(tensors, metadata)
            folder.last.write_bytes(content)
            folder.best.write_bytes(content)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    return True


# What is done with a run.


def listing(parent: Path, kind: str) -> None:
    """As `checkpoints list` and the Runs screen read them."""
    assert [run.name for run in list_runs(parent)] == ["tiny"]
    assert len(RunList(parent).look()) == 1
    reading = RunReading(parent, lambda: 0.0)
    reading.runs()
    for _, news in reading.curves(["tiny"]):
        assert all(map(math.isfinite, news.curves.training.bits_per_char))
    if kind == "characters":
        describe_run(RunFolder(parent / "tiny"))


def replaying(parent: Path, kind: str) -> None:
    """As the playground replays and follows it."""
    folder = RunFolder(parent / "tiny")
    list(read_events(folder))
    list(replay_events(folder, Script(), speed=lambda: 0.0))
    follower = RunFollower(folder)
    follower.poll()
    follower.about()


def sampling(parent: Path, kind: str) -> None:
    """As `sample` and `classify predict` do, and the screen that opens it."""
    os.environ["RNNTUI_HOME"] = str(parent)
    (parent / "checkpoints").symlink_to(".")
    verbs = ("sample", "tiny", "--length", "3"), ("classify", "predict", "tiny", "it was dull")
    for command in (verbs[kind != "characters"], ("checkpoints", "show", "tiny")):
        outcome = rnntui(*command)
        assert outcome.code in (0, 1)
        assert "Traceback" not in outcome.err, outcome.err
        assert "\x1b" not in outcome.err


def measuring(parent: Path, kind: str) -> None:
    """As `eval` does."""
    if kind == "characters":
        score(load_checkpoint(parent / "tiny" / "last.safetensors"), None, None)
    else:
        score_labelled(load_classifier(parent / "tiny" / "last.safetensors"), None)


def resuming(parent: Path, kind: str) -> None:
    """As `--resume` does, for a step or two."""
    script = Script({2: [Stop()]})
    if kind == "characters":
        events = events_of(resume_run(parent, "tiny", {"steps": 14}), script)
    else:
        events = classify_events(resume_classify_run(parent, "tiny", {"epochs": 4}), script)
    for _ in events:
        pass


ACTIONS = (listing, replaying, sampling, measuring, resuming)


def survive(kind: str, place: Place, value: object, act: Callable[[Path, str], None]) -> None:
    """Do something with a run that has a hostile value: only our own errors, in bounded memory."""
    with tempfile.TemporaryDirectory() as scratch, mock.patch.dict(os.environ):
        parent = Path(scratch)
        shutil.copytree(good(kind).folder.path, parent / "tiny")
        if not write_value(RunFolder(parent / "tiny"), place, value):
            return
        try:
            act(parent, kind)
        except RnntuiError as error:
            sentence = str(error)
            assert sentence.endswith((".", "?")), sentence


MOST_BYTES = 100_000_000
"""What may be taken at once, far below what hostile sizes ask for."""

KINDS = ("characters", "classifier")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", ACTIONS, ids=lambda act: act.__name__)
def test_any_one_hostile_value_is_used_or_refused(
    kind: str, act: Callable[[Path, str], None]
) -> None:
    @given(st.sampled_from(places(kind)), st.sampled_from(list(HOSTILE)))
    @settings(max_examples=15)
    def survives(place: Place, name: str) -> None:
        survive(kind, place, HOSTILE[name], act)
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES

    act_on_a_good_run(kind, act)
    tracemalloc.start()
    try:
        survives()
    finally:
        tracemalloc.stop()


def act_on_a_good_run(kind: str, act: Callable[[Path, str], None]) -> None:
    """What is refused of a bad run is done with a good one; it loads what is needed, too."""
    with tempfile.TemporaryDirectory() as scratch, mock.patch.dict(os.environ):
        shutil.copytree(good(kind).folder.path, Path(scratch) / "tiny")
        act(Path(scratch), kind)


# Named ones, with the sentence that they get.


def with_value(parent: Path, place: Place, value: object) -> RunFolder:
    """A copy of the good run of characters in which a value is another."""
    shutil.copytree(good("characters").folder.path, parent / "tiny")
    assert write_value(RunFolder(parent / "tiny"), place, value)
    return RunFolder(parent / "tiny")


@pytest.mark.parametrize("chars", [1, 10_000, 2**53])
def test_an_evaluation_of_what_makes_no_prediction_is_refused(chars: int, tmp_path: Path) -> None:
    with_value(tmp_path, ("run.toml", "resolved", "eval_chars"), chars)
    with pytest.raises(CheckpointError, match=rf"an evaluation can't read {chars:,}"):
        resume_run(tmp_path, "tiny", {"steps": 20})


@pytest.mark.parametrize("steps", [-1.0, 0.5, 1e6])
def test_steps_that_an_optimiser_has_not_taken_are_refused(steps: float, tmp_path: Path) -> None:
    folder = with_value(tmp_path, ("tensor", "optimizer.head.bias.step"), steps)
    with pytest.raises(CheckpointError, match="optimiser's step count is impossible at step"):
        load_checkpoint(folder.last)


def test_a_mean_square_that_is_negative_is_refused(tmp_path: Path) -> None:
    folder = with_value(tmp_path, ("tensor", "optimizer.head.bias.exp_avg_sq"), -1.0)
    with pytest.raises(CheckpointError, match=r"head\.bias\.exp_avg_sq is negative"):
        load_checkpoint(folder.last)


@pytest.mark.parametrize("symbol", ["ab", "<>", "<a b>", "<" + "x" * 99 + ">", "\r\n"])
def test_a_symbol_of_several_characters_is_refused(symbol: str, tmp_path: Path) -> None:
    about, _ = checkpoint_parts(good("characters").folder.last)
    symbols = [symbol, *about["vocabulary"][1:]]
    folder = with_value(tmp_path, ("header", "vocabulary"), symbols)
    with pytest.raises(CheckpointError, match="neither one character nor a name"):
        load_checkpoint(folder.last)


@pytest.mark.parametrize("value", [math.inf, math.nan, -1, 2**70, "7", True, [7], {"a": 7}])
def test_a_run_without_a_checkpoint_has_settings_that_can_be(value: object, tmp_path: Path) -> None:
    folder = with_value(tmp_path, ("run.toml", "batches", "seq_length"), value)
    folder.last.unlink()
    (run,) = RunList(tmp_path).look()
    assert run.state == "damaged"
    assert "--seq-length" in run.note


NESTED = {
    "lists": "a = " + "[" * 1500,
    "tables": "a = " + "{a=" * 1500,
    "keys": "a." * 2000 + "b=1",
}


@pytest.mark.parametrize("content", NESTED.values(), ids=NESTED.keys())
def test_a_run_whose_settings_nest_without_end_is_one_line_in_the_list(
    content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path))
    for name in ("good", "nested"):
        shutil.copytree(good("characters").folder.path, tmp_path / "checkpoints" / name)
    nested = RunFolder(tmp_path / "checkpoints" / "nested")
    nested.configuration.write_text(content)
    nested.last.unlink()
    assert [run.name for run in RunList(nested.path.parent).look()] == ["good", "nested"]
    outcome = rnntui("checkpoints", "list")
    assert outcome.code == 0
    assert "good" in outcome.out
    assert outcome.err.count("\n") == 1
    assert "nested/run.toml can't be read" in outcome.err


def test_a_header_beyond_the_bound_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "padded.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 80 << 20))
        file.truncate(200 << 20)  # takes no room on the disk
    tracemalloc.start()
    with pytest.raises(CheckpointError, match="header has more than 32 MB"):
        load_checkpoint(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_what_would_not_be_read_again_is_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = load_checkpoint(good("characters").folder.last)
    header = replace(checkpoint.header, vocabulary=Vocabulary(tuple(map(chr, range(256, 9_000)))))
    larger = replace(checkpoint, header=header)
    assert len(to_bytes(larger)) > 100_000
    monkeypatch.setattr(checkpoint_file, "LARGEST_HEADER", (1 << 20) + 100_000)
    with pytest.raises(CheckpointError, match="vocabulary is too large"):
        to_bytes(larger)


def test_tensors_beyond_what_memory_is_left_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about, _ = checkpoint_parts(good("characters").folder.last)
    sizes = {"hidden_size": 8192, "num_layers": 16, "cell": "lstm", "embedding_size": 3}
    about["model"].update(sizes)
    about["config"].update(sizes, average_decay=0.0)
    model = load_checkpoint(good("characters").folder.last).header.config.replaced(sizes)
    shapes = weight_shapes(model.model(len(about["vocabulary"])))
    header: dict[str, Any] = {"__metadata__": {name: json.dumps(about[name]) for name in about}}
    end = 0
    for name, shape in shapes.items():
        begin, end = end, end + 4 * math.prod(shape)
        header[f"model.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    line = json.dumps(header).encode()
    path = tmp_path / "sparse.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(line)) + line)
        file.truncate(8 + len(line) + end)  # takes no room on the disk
    assert end > 30e9
    assert read_header(path).model.hidden_size == 8192
    monkeypatch.setattr(checkpoint_file, "available_bytes", lambda: 10_000_000_000)
    with pytest.raises(
        CheckpointError, match=r"take 3\d\.\d GB of memory, and only 10.0 GB are free"
    ):
        load_checkpoint(path)


def test_a_text_that_a_run_names_is_never_a_stream(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for reference in ("-", str(tmp_path / "pipe"), "/dev/zero"):
        shutil.rmtree(tmp_path / "tiny", ignore_errors=True)
        with_value(tmp_path, ("run.toml", "corpus", "reference"), reference)
        put_hash = write_value(
            RunFolder(tmp_path / "tiny"), ("run.toml", "corpus", "content_hash"), "0" * 64
        )
        assert put_hash
        with pytest.raises(CorpusError, match="can be read only once"):
            resume_run(tmp_path, "tiny", {"steps": 20})
