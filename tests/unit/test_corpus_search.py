"""The search for a mark: told while the text is being read, gone on with, and read anew."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnntui.errors import CorpusError
from rnntui.lenses import activations as lens
from rnntui.lenses.marked_stretch import marked_stretch
from rnntui.lenses.matching_stretches import on_off
from rnntui.lenses.surgery import Operation, operated
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.text.normalisation import Normalisation
from rnntui.text.vocabulary import Vocabulary
from rnntui.tui.lens import corpus_search
from rnntui.tui.lens.corpus_search import CorpusSearch
from tests.unit.lens_networks import network as weights_of

CONFIG, ARRAYS = weights_of(cell="lstm", num_layers=3, connections="residual")
CORPUS = np.arange(45) * 7 % 6
TEXT = CORPUS[:12]
MARK = (3, 6)


def _network(weights: Callable[[], NetworkWeights]) -> Network:
    parts = CORPUS, CORPUS[:0]
    return Network(
        "one", "", "", Vocabulary(tuple("abcdef")), Normalisation(), weights, lambda: parts
    )


def _constant(step: int = 7) -> Callable[[], NetworkWeights]:
    weights = NetworkWeights(CONFIG, ARRAYS, step)
    return lambda: weights


def _searched(search: CorpusSearch, network: Network, **settings: Any) -> list[Any]:
    asked: dict[str, Any] = {"operations": (), "wait": lambda _: False, **settings}
    operations, wait = asked["operations"], asked["wait"]
    return list(search.search(network, operations, TEXT, MARK, 3000, wait))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens, "CHUNK", 16)
    monkeypatch.setattr(corpus_search, "TELL_SECONDS", 0.0)


def test_what_is_found_so_far_is_told_and_in_the_end_all() -> None:
    found = _searched(CorpusSearch(), _network(_constant()))
    assert [one.characters for one in found] == [16, 32, 45]
    assert {one.step for one in found} == {7}
    text, corpus = (on_off(CONFIG, ARRAYS, ids) for ids in (TEXT, CORPUS))
    assert found[-1].stretch == marked_stretch(text, *MARK, corpus)


def test_a_search_goes_on_with_what_another_one_read() -> None:
    search, network, calls = CorpusSearch(), _network(_constant()), [0]

    def wait(_: float) -> bool:
        calls[0] += 1
        return calls[0] > 3

    with pytest.raises(MeasurementStoppedError):
        _searched(search, network, wait=wait)
    read = [one.characters for one in _searched(search, network)]
    assert read[0] > 0
    assert read[-1] == 45
    assert [one.characters for one in _searched(search, network)] == [45]


def test_other_operations_and_other_networks_are_read_anew() -> None:
    search, network = CorpusSearch(), _network(_constant())
    _searched(search, network)
    cut = (Operation(2, 1),)
    config = replace(CONFIG, connections="plain")
    weights = NetworkWeights(config, ARRAYS, 8)
    plain = _network(lambda: weights)
    found = _searched(search, plain, operations=cut)
    assert [one.characters for one in found] == [16, 32, 45]
    arrays = operated(config, ARRAYS, cut)
    text, corpus = (on_off(config, arrays, ids) for ids in (TEXT, CORPUS))
    assert found[-1].stretch == marked_stretch(text, *MARK, corpus)


def test_reading_rests_while_a_training_run_changes_the_weights() -> None:
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    search = CorpusSearch()
    _searched(search, _network(_constant()), wait=wait)
    assert set(waited) == {0.0}
    changing = _network(lambda: NetworkWeights(CONFIG, ARRAYS, 9))
    search = CorpusSearch()
    assert [one.characters for one in _searched(search, changing, wait=wait)] == [16, 32, 45]
    assert len([seconds for seconds in waited if seconds > 0]) == 2
    # Weights that change are not read anew at once.
    assert [one.characters for one in _searched(search, changing)] == [45]


def test_a_rest_goes_on_where_another_mark_ended_it() -> None:
    changing = _network(lambda: NetworkWeights(CONFIG, ARRAYS, 9))
    search, waited = CorpusSearch(), [0.0]

    def ended(seconds: float) -> bool:
        return seconds > 0

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return seconds > 0

    assert [one.characters for one in _searched(search, changing, wait=ended)] == [16]
    # What is read is searched at once for the next mark; more is read after the rest alone.
    assert [one.characters for one in _searched(search, changing, wait=wait)] == [16]
    assert max(waited) > 0


def test_without_a_text_there_is_nothing_to_search() -> None:
    nothing = replace(_network(_constant()), parts=lambda: (CORPUS[:0], CORPUS[:0]))
    with pytest.raises(CorpusError, match="no text to search"):
        _searched(CorpusSearch(), nothing)
