"""Finding a device by its name, and putting a lack of memory into words."""

import pytest
import torch

from rnntui.errors import ConfigError
from rnntui.training.devices import find_device, out_of_memory_sentence


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


@pytest.mark.parametrize(
    "name", ["", "gpu", "cuda:x", "cuda:999", "meta", "xla", "hpu", "privateuseone"]
)
def test_what_is_no_device_here_is_refused_by_a_sentence_that_names_the_flag(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^--device {name} .*\\.$"):
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
