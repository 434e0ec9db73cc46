"""What the lenses find beside the forward pass, each only where it is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from rnntui.errors import RnntuiError
from rnntui.lenses.embedding_map import EmbeddingMap, embedding_map
from rnntui.lenses.forward_trace import Floats
from rnntui.lenses.influence import Influence, influence
from rnntui.lenses.neurons import UnitCorrelations, unit_correlations
from rnntui.lenses.text_features import text_features
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.runtime.timed_matching import matched_in_time
from rnntui.text.ngrams.baselines import NgramSurprisal, best_ngram
from rnntui.text.vocabulary import AnyIds
from rnntui.tui.lens.gradient_lens import Flows, find_flows
from rnntui.tui.lens.surgery_lens import Streams
from rnntui.tui.lens.traced_text import TracedText

Lens = Literal["strips", "unit", "influence", "surprise", "map", "surgery", "gradients"]

MEASURED: Final = 20_000
"""Characters of the network's own text over which it is measured what units track."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a lens found: one of these."""

    tracked: UnitCorrelations | None = None
    influence: Influence | None = None
    ngram: NgramSurprisal | None = None
    map: EmbeddingMap | None = None
    flows: Flows | None = None
    streams: Streams | None = None
    """What the untouched network and the operated one generate so far, from the same seed."""


def look(
    lens: Lens,
    weights: NetworkWeights,
    network: Network,
    traced: TracedText,
    pattern: str,
    plane: EmbeddingMap | None,
    should_stop: Callable[[], bool],
) -> Findings:
    """What a lens finds for a network and the text that it read.

    `weights` are those that were operated on, if any were. `pattern` is a regular expression that
    units may track, or empty; `plane` is the map whose axes a map keeps. The streams of surgery
    grow by themselves (`surgery_lens.py`).

    Raises `RnntuiError` for gradients where a state is operated on, `CorpusError` where the
    network's own text is needed and gone, `ConfigError` for a pattern that can't be matched, and
    `MeasurementStoppedError` soon after `should_stop` is True.
    """
    config, arrays = weights.config, weights.arrays
    if weights.cells is not None and lens in ("influence", "gradients"):
        raise RnntuiError(
            "There are no gradients through a state that is frozen or nudged; X undoes that."
        )
    match lens:
        case "unit":
            ids, features = text_and_features(network, traced.ids, pattern, MEASURED)
            tracked = unit_correlations(
                config, arrays, ids, features, np.float32, should_stop, weights.cells
            )
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
            if plane is None:
                plane = embedding_map(arrays, network.vocabulary.symbols)
            return Findings(map=plane.of_weights(arrays))
        case "gradients":
            return Findings(flows=find_flows(config, arrays, traced.ids))
        case "surgery" | "strips":
            return Findings()


def text_and_features(
    network: Network, instead: Sequence[int], pattern: str, characters: int
) -> tuple[AnyIds, Mapping[str, Floats]]:
    """The beginning of the network's own text, as ids, and its features, which units may track.

    Without such a text it is that of `instead`. `pattern` is a regular expression of somebody's
    own, or empty. Raises `ConfigError` for one that can't be matched.
    """
    learned, _ = network.parts()
    ids = learned[:characters] if len(learned) else np.array(instead)
    text = "".join(network.vocabulary.symbols[rank] for rank in ids)
    own = {f"/{pattern}/": matched_in_time(text, pattern)} if pattern else {}
    return ids, own | text_features(text)
