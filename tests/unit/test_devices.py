"""Finding a device by its name, and putting a lack of memory into words."""

import pytest
import torch

from rnntui.errors import ConfigError
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.engines import check_engine, why_not_compiled
from rnntui.training.optimizing.devices import (
    device_for,
    find_device,
    mixes_precision,
    out_of_memory_sentence,
)


def test_the_cpu_is_always_there() -> None:
    assert find_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_fastest_that_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert find_device("auto").type == expected


@pytest.mark.parametrize(("engine", "expected"), [("auto", "cuda"), ("compiled", "cpu")])
def test_the_compiled_engine_stays_on_the_processor(
    monkeypatch: pytest.MonkeyPatch, engine: str, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_for(engine, "auto").type == expected


@pytest.mark.parametrize(
    "name", ["", "gpu", "cuda:x", "cuda:999", "meta", "xla", "hpu", "privateuseone"]
)
def test_what_is_no_device_here_is_refused_by_a_sentence_that_names_the_flag(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^--device .?{name}.*\\.$"):
        find_device(name)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory"),
    ],
)
def test_a_lack_of_memory_is_put_into_words_that_say_what_to_lower(error: Exception) -> None:
    sentence = out_of_memory_sentence(error)
    assert "--batch-size" in sentence
    assert sentence.endswith(".")


def test_torch_itself_says_so_in_such_words() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50)
    assert out_of_memory_sentence(caught.value)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    assert out_of_memory_sentence(RuntimeError("shapes do not match")) == ""


def on_cuda(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int]) -> torch.device:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    return torch.device("cuda")


@pytest.mark.parametrize(
    ("precision", "capability", "expected"),
    [
        ("auto", (9, 0), True),
        ("float16", (7, 0), True),
        ("float32", (9, 0), False),
        ("auto", (6, 1), False),
    ],
)
def test_float16_is_multiplied_where_a_device_is_faster_with_it(
    monkeypatch: pytest.MonkeyPatch, precision: str, capability: tuple[int, int], expected: bool
) -> None:
    assert mixes_precision(precision, on_cuda(monkeypatch, capability)) is expected


def test_a_device_without_float16_is_not_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for device in (torch.device("cpu"), torch.device("mps"), on_cuda(monkeypatch, (6, 1))):
        with pytest.raises(ConfigError, match=r"^--precision float16 needs a CUDA device .*\.$"):
            mixes_precision("float16", device)
        assert not mixes_precision("float32", device)


def test_a_training_that_asks_for_float16_is_refused_before_it_begins() -> None:
    with pytest.raises(ConfigError, match=r"^--precision float16 needs a CUDA device"):
        check_engine(TrainConfig(precision="float16", device="cpu", steps=1))
    assert "--precision" in why_not_compiled(TrainConfig(precision="float16", steps=1))
