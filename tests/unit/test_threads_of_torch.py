"""The number of torch's threads, which is the whole process's: a training's own, and no other's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.factories import tiny_run, trained

TORCHS_OWN = 2


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(TORCHS_OWN)
    yield
    torch.set_num_threads(before)


def test_a_training_that_asks_for_no_number_has_torchs_own_whatever_was_trained_before(
    tmp_path: Path,
) -> None:
    """As a run after a lesson, whose small network learns in one thread."""
    trained(tiny_run(tmp_path / "first", threads=1))
    assert torch.get_num_threads() == 1
    trained(tiny_run(tmp_path / "second", threads=0))
    assert torch.get_num_threads() == TORCHS_OWN


def test_a_number_that_somebody_else_has_set_stays(tmp_path: Path) -> None:
    trained(tiny_run(tmp_path / "first", threads=1))
    torch.set_num_threads(3)
    trained(tiny_run(tmp_path / "second", threads=0))
    assert torch.get_num_threads() == 3
