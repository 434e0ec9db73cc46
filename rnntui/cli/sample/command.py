"""`rnntui sample`: a trained network generates text."""

from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import AtStep, Checkpoint, checkpoint_path
from rnntui.cli.options.operation_options import Cut, Freeze, Hold, Nudge, operations_of
from rnntui.cli.options.prime_options import PrimeFile, given_prime, prime_option
from rnntui.cli.output.terminal import notify
from rnntui.cli.sample.output import MOST_WAITING
from rnntui.cli.sample.steering import Choose, choices_of
from rnntui.errors import ConfigError
from rnntui.sampling.modes import Mode, SamplingEngine
from rnntui.text.escapes import ESCAPES_HELP, unescaped

if TYPE_CHECKING:
    from rnntui.tasks.characters.checkpoint import Header

MOST_CHARACTERS = 1_000_000_000
MOST_ITEMS = 1_000_000
MOST_STREAMS = 1_024


def sample(
    checkpoint: Checkpoint,
    at_step: AtStep = None,
    prime: Annotated[str | None, prime_option("Text to start from; printed first.")] = None,
    prime_file: PrimeFile = None,
    length: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_CHARACTERS,
            help="Characters (or words, bytes, subwords: the network's units) to generate; 0"
            " generates until interrupted.",
        ),
    ] = 1000,
    mode: Annotated[Mode, typer.Option(help="Sampling mode.")] = "random",
    temperature: Annotated[
        float, typer.Option(help="Softmax temperature; below 1 safer, above 1 wilder.")
    ] = 1.0,
    top_k: Annotated[
        int, typer.Option(help="Draw from the k most probable characters; 0 disables.")
    ] = 0,
    top_p: Annotated[
        float,
        typer.Option(help="Draw from the most probable with this total probability; 1 disables."),
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 1,
    until: Annotated[str | None, typer.Option(help=f"Stop after this text. {ESCAPES_HELP}")] = None,
    count: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_ITEMS,
            help="Number of items, each ended by --until (default: a line end). Blank ones are"
            " left out; --length doesn't apply.",
        ),
    ] = 0,
    unique: Annotated[
        bool, typer.Option("--unique", help="With --count: leave out repeated items.")
    ] = False,
    streams: Annotated[
        int,
        typer.Option(
            min=1,
            max=MOST_STREAMS,
            help="Number of texts, from consecutive seeds; with --count, each has so many items.",
        ),
    ] = 1,
    copied: Annotated[
        bool,
        typer.Option(
            "--copied",
            help="Report memorisation: the share of long runs copied from the training text, and"
            " the longest run; with --json each character is marked.",
        ),
    ] = False,
    engine: Annotated[
        SamplingEngine,
        typer.Option(
            help="Engine; auto: compiled where available, else numpy. They round differently, so"
            " the text of a seed may differ between them."
        ),
    ] = "auto",
    no_prime: Annotated[bool, typer.Option("--no-prime", help="Leave the prime out.")] = False,
    choose: Choose = None,
    cut: Cut = None,
    hold: Hold = None,
    freeze: Freeze = None,
    nudge: Nudge = None,
    cell: CellFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One character a line, with its probability.")
    ] = False,
) -> None:
    """Generate text with a trained network, streamed to standard output."""
    from rnntui.cli.sample.items import write_items
    from rnntui.cli.sample.texts import Limit, Sampling, write_json, write_texts
    from rnntui.lenses.surgery import operated_weights
    from rnntui.sampling.choice import SamplingSpec
    from rnntui.sampling.prime import prepare_prime
    from rnntui.sampling.stream import drawn_after, hybrid_equals_argmax
    from rnntui.tasks.characters.checkpoint import load_checkpoint

    if not (count or as_json):
        _check_waiting(streams, length, until)
    if unique and not count:
        raise ConfigError("--unique goes with --count, the number of items to generate.")
    if choose and (count or streams > 1):
        raise ConfigError("--choose steers one text: it goes with neither --count nor --streams.")
    operations = operations_of(cut, hold, freeze, nudge)
    given = given_prime(prime, prime_file) or ""
    spec = SamplingSpec(mode, temperature, top_k, top_p)
    path = checkpoint_path(checkpoint, at_step)
    loaded = load_checkpoint(path)
    header = loaded.header
    say_unless_used(cell, [header.model.cell])
    start = prepare_prime(given, header.vocabulary, header.normalisation)
    for warning in start.warnings:
        notify(warning)
    if mode == "hybrid" and hybrid_equals_argmax(header.vocabulary):
        lacking = drawn_after(header.vocabulary)
        notify(f"The network's text has no {lacking}, so hybrid never draws: it equals argmax.")
    end = _end(until, count, header)
    seeds = range(seed, seed + streams)
    sampling = Sampling(
        loaded,
        spec,
        engine,
        start.text,
        not no_prime,
        seeds,
        as_json,
        copied,
        choices_of(choose, header.vocabulary),
        operated_weights(loaded.for_sampling, operations),
    )
    if count:
        write_items(sampling, end, count, unique)
    elif as_json:
        write_json(sampling, [Limit(length, end) for _ in seeds])
    else:
        write_texts(sampling, [Limit(length, end) for _ in seeds])
    sampling.report_memorised()


def _check_waiting(streams: int, length: int, until: str | None) -> None:
    """Raise `ConfigError` if later texts would wait forever, or need too much memory."""
    if streams > 1 and not length and until is None:
        raise ConfigError(
            "With --length 0 the first text never ends, and the others would never be printed;"
            " give a length, --until or --json."
        )
    if (streams - 1) * length > MOST_WAITING:
        raise ConfigError(
            f"--streams {streams} of --length {length} would queue too many characters behind"
            f" the first text: at most {MOST_WAITING:,}. Give fewer, or --json."
        )


def _end(until: str | None, count: int, header: "Header") -> str:
    """Return `--until` in the network's characters; empty without one.

    Raises `ConfigError` for a text that can never be generated.
    """
    from rnntui.text.normalisation import decompose_syllables
    from rnntui.text.vocabulary import describe_character

    if until is None and not count:
        return ""
    asked = "\n" if until is None else unescaped(until)
    if not asked:
        raise ConfigError("--until must be at least one character long.")
    # A network on jamo generates jamo; the other steps would lose a line end.
    end = decompose_syllables(asked) if "nfd-jamo" in header.normalisation.steps else asked
    if header.vocabulary.units not in ("characters", "bytes") and end not in header.vocabulary:
        raise ConfigError(
            f"--until must be one of the network's {header.vocabulary.units}, as a line end is."
        )
    for symbol in end if header.vocabulary.units == "characters" else ():
        if symbol not in header.vocabulary:
            raise ConfigError(
                f"The network never generates {describe_character(symbol)}, so --until would wait"
                " forever; choose another text."
            )
    return end
