"""The surprise of a long text to take away: all of its numbers, and a picture of a part of it."""

import shlex
from collections.abc import Iterator, Sequence

from rnntui.csv_tables import table_text
from rnntui.errors import CorpusError
from rnntui.lenses.pictures import PICTURED, About, surprise_picture
from rnntui.runtime.session import Network
from rnntui.text.corpus import load_corpus
from rnntui.text.library.references import entry_of
from rnntui.text.vocabulary import Vocabulary
from rnntui.tui.microscope.long_surprise import MOST_READ, LongSurprise


def long_about(network: Network, found: LongSurprise, reference: str) -> About:
    """Which network at which step read how much of which text, and the command that does so.

    `reference` is that of the text; empty for the network's own. Where no file has just what was
    read, such as for a network that learned a chapter, FILE stands for one.
    """
    config = network.weights().config
    text = reference or network.corpus
    words = (
        network.name,
        f"{config.cell} {config.num_layers}x{config.hidden_size}",
        f"step {found.step:,}",
        f"{found.read:,} of {len(found.ids):,} characters of {text or 'its own text'}",
    )
    command = ["rnntui", "trace", "--checkpoint", network.reference, "--surprise"]
    path = _file_of(network, found, text)
    return About(" · ".join(words), shlex.join([*command, "--file", path, "--csv", "long.csv"]))


def _file_of(network: Network, found: LongSurprise, text: str) -> str:
    """The file of a text that was read from its beginning, whole or as much as is ever read."""
    try:
        corpus = load_corpus(text, normalisation=network.normalisation)
    except CorpusError:
        return "FILE"
    is_all = len(corpus.ids[:MOST_READ]) == len(found.ids)
    return str(entry_of(text).path) if is_all and not found.left_out else "FILE"


def long_csv(found: LongSurprise, vocabulary: Vocabulary, about: About) -> str:
    """The bits of all characters that are read and predicted as CSV with a line of names."""
    above = ["lens: surprise", f"network: {about.network}", f"command: {about.command}"]
    return table_text(above, _rows(found, vocabulary))


def _rows(found: LongSurprise, vocabulary: Vocabulary) -> Iterator[Sequence[object]]:
    ngram, symbols = found.ngram, vocabulary.symbols
    yield ["place", "character", "bits", *([f"{ngram.order}-gram bits"] if ngram else [])]
    for place in range(found.first, found.read):
        more = [float(ngram.bits[place])] if ngram else []
        yield [place + 1, symbols[found.ids[place]], float(found.bits[place]), *more]


def long_svg(found: LongSurprise, vocabulary: Vocabulary, start: int, about: About) -> str:
    """The SVG text of the characters from `start` on, as many as a picture has room for."""
    start = max(start, found.first)
    part = slice(start, min(start + PICTURED, found.read))
    characters = [vocabulary.symbols[rank] for rank in found.ids[part]]
    ngram = found.ngram
    other = None if ngram is None else (f"{ngram.order}-gram bits", ngram.bits[part])
    words = f"{about.network} · from character {start + 1:,} on"
    return surprise_picture(About(words, about.command), characters, found.bits[part], other)
