"""What the lenses find beside the forward pass, each only where it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

import numpy as np

from rnntui.lenses.embedding_map import EmbeddingMap, embedding_map
from rnntui.lenses.influence import Influence, influence
from rnntui.lenses.neurons import UnitCorrelations, unit_correlations
from rnntui.lenses.text_features import text_features
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.runtime.timed_matching import matched_in_time
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.text.ngrams.baselines import NgramSurprisal, best_ngram
from rnntui.tui.lens.gradient_lens import Flows, find_flows
from rnntui.tui.lens.traced_text import TracedText

Lens = Literal["strips", "unit", "influence", "surprise", "map", "surgery", "gradients"]

MEASURED: Final = 20_000
"""Characters of the network's own text over which it is measured what units track."""


GENERATED: Final = 300
"""Characters that are generated to see what an operation does."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a lens found: one of these."""

    tracked: UnitCorrelations | None = None
    influence: Influence | None = None
    ngram: NgramSurprisal | None = None
    map: EmbeddingMap | None = None
    flows: Flows | None = None
    streams: tuple[str, str] | None = None
    """What the untouched network and the operated one generate, from the same seed."""


def look(
    lens: Lens,
    weights: NetworkWeights,
    network: Network,
    traced: TracedText,
    untouched: NetworkWeights,
    pattern: str,
    should_stop: Callable[[], bool],
) -> Findings:
    """What a lens finds for a network and the text that it read.

    `weights` are those that were operated on, if any were; `untouched` those before.
    `pattern` is a regular expression that units may track, or empty.

    Raises `CorpusError` where the network's own text is needed and gone, `ConfigError` for a
    pattern that can't be matched, and
    `MeasurementStoppedError` soon after `should_stop` is True.
    """
    config, arrays = weights.config, weights.arrays
    match lens:
        case "unit":
            learned, _ = network.parts()
            ids = learned[:MEASURED] if len(learned) else np.array(traced.ids)
            text = "".join(network.vocabulary.symbols[rank] for rank in ids)
            own = {f"/{pattern}/": matched_in_time(text, pattern)} if pattern else {}
            features = own | text_features(text)
            tracked = unit_correlations(config, arrays, ids, features, np.float32, should_stop)
            return Findings(tracked=tracked)
        case "influence":
            places = range(len(traced.ids))
            return Findings(
                influence=influence(config, arrays, traced.ids, places, should_stop=should_stop)
            )
        case "surprise":
            learned, _ = network.parts()
            if not len(learned):
                return Findings()
            ids = np.array(traced.ids)
            size = config.vocab_size
            return Findings(ngram=best_ngram(learned, ids, size, should_stop=should_stop))
        case "map":
            return Findings(map=embedding_map(arrays, network.vocabulary.symbols))
        case "gradients":
            return Findings(flows=find_flows(config, arrays, traced.ids))
        case "surgery":
            prime = "".join(traced.characters)
            first, second = (_generate(one, network, prime) for one in (untouched, weights))
            return Findings(streams=(first, second))
        case "strips":
            return Findings()


def _generate(weights: NetworkWeights, network: Network, prime: str) -> str:
    """What a network generates after a text."""
    stream = CharacterStream(lambda: weights, network.vocabulary, SamplingSpec, prime, seed=1)
    return "".join(character.symbol for character in islice(stream, GENERATED))
