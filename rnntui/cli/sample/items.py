"""`rnntui sample --count`: items such as names, each ended by a text, and their report."""

from rnntui.cli.output.terminal import notify
from rnntui.cli.sample.texts import Sampling
from rnntui.errors import CorpusError, DivergedError, SamplingError
from rnntui.sampling.items import Items, lead_in
from rnntui.sampling.stream import all_of
from rnntui.tasks.characters.checkpoint import Header
from rnntui.tasks.characters.provenance import corpus_of


def write_items(sampling: Sampling, end: str, count: int, unique: bool) -> None:
    """Write `count` items of each text, then a report on standard error.

    Afterwards raises `SamplingError` if the network did not end an item.
    """
    items, header = Items(end, unique), sampling.checkpoint.header
    failure: SamplingError | None = None
    before = lead_in(sampling.weights, header.vocabulary, end, sampling.engine)
    if sampling.prime.startswith(end):
        before = before.removesuffix(end)
    # One text after another, as their items differ in length.
    for number in range(len(sampling.seeds)):
        try:
            _write_text(sampling, number, before, items, count)
        except DivergedError as error:
            # The following texts are not affected.
            failure = error
        except SamplingError as error:
            failure = error
            break
    _report(items, end, header)
    if failure is not None:
        raise failure


def _write_text(sampling: Sampling, number: int, before: str, items: Items, count: int) -> None:
    """Write the items of one text; the network has read `before` and the prime."""
    streams = sampling.streams(before + sampling.prime, sampling.seeds[number : number + 1])
    characters = (character for round_ in streams for character in all_of(round_))
    begun = items.begun_in(sampling.prime)
    shown = sampling.prime if sampling.shows_prime else ""
    output = sampling.output(number)
    output.begin(shown.removesuffix(begun))
    try:
        for chunk in items.collect(characters, count, begun):
            output.write_chunk(chunk.begun if shown else "", chunk.characters)
    finally:
        sampling.end(output)


def _report(items: Items, end: str, header: Header) -> None:
    """Report the number of items, and those that stand in the training text."""
    number, kinds = len(items.taken), tuple(dict.fromkeys(items.taken))
    counts = f"{number:,} item{'' if number == 1 else 's'}, {len(kinds):,} distinct"
    try:
        corpus = corpus_of(header.corpus, header.normalisation)
    except CorpusError as error:
        notify(f"{counts}. Which of them stand in the corpus is unknown. {error}")
    else:
        own = set(corpus.vocabulary.decode(corpus.ids).split(end))
        known = [header.normalisation.restore_for_display(kind) for kind in kinds if kind in own]
        names = ": " + ", ".join(known) if known else ""
        stand = "stands" if len(known) == 1 else "stand"
        notify(f"{counts}, {len(known):,} of which {stand} in the corpus{names}.")
    left_out = [
        f"{many:,} {what}"
        for many, what in ((items.blank, "blank"), (items.repeated, "repeated"))
        if many
    ]
    if left_out:
        notify(f"Left out: {', '.join(left_out)}.")
