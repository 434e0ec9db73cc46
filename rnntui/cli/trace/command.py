"""`rnntui trace`: a forward pass number by number, or another lens on a network and a text."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnntui.cli.options.cell_option import CellFile, say_unless_used
from rnntui.cli.options.checkpoint_argument import AtStep
from rnntui.cli.options.operation_options import Cut, Freeze, Hold, Nudge, operations_of
from rnntui.cli.options.prime_options import text_of_file
from rnntui.cli.output.terminal import notify
from rnntui.cli.trace.gradients import picture_of as flows
from rnntui.cli.trace.gradients import print_reaches, reach_of, write_reach
from rnntui.cli.trace.lens_tables import (
    LensTable,
    at_its_step,
    write_lens_table,
    write_picture,
)
from rnntui.cli.trace.networks import (
    TracedNetwork,
    cell_networks,
    checkpoint_network,
    recipe_network,
)
from rnntui.cli.trace.recipe import TraceRecipe, find_trace_recipe
from rnntui.cli.trace.steps import picture_of, print_steps, write_steps
from rnntui.errors import ConfigError
from rnntui.text.escapes import ESCAPES_HELP, unescaped

if TYPE_CHECKING:
    from rnntui.lenses.surgery import AnyOperation


def trace(
    text: Annotated[
        str | None,
        typer.Argument(
            help=f"Text for the network to read (default: the recipe's). {ESCAPES_HELP}"
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            help="File with the text to read, in place of TEXT; - is standard input.",
            metavar="FILE",
        ),
    ] = None,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(
            help="A run's name (its best), NAME:last, or a .safetensors file; with --gradients it"
            " may be repeated."
        ),
    ] = None,
    at_step: AtStep = None,
    recipe: Annotated[
        str | None, typer.Option(help="A recipe of kind 'trace', by its name or as a TOML file.")
    ] = None,
    gradients: Annotated[
        bool,
        typer.Option(
            "--gradients",
            help="Gradient flow: how strongly the loss at the end depends on each earlier state."
            " chart_characters in settings.toml sets the chart's style: braille, blocks, ascii.",
        ),
    ] = False,
    neurons: Annotated[
        bool,
        typer.Option(
            "--neurons", help="Which units track what in the text: line position, capitals, …"
        ),
    ] = False,
    pattern: Annotated[
        list[str] | None,
        typer.Option(
            help="With --neurons: a regular expression whose matches units may track, too;"
            " may be repeated.",
            metavar="REGEX",
        ),
    ] = None,
    mark: Annotated[
        str | None,
        typer.Option(
            help="With --neurons: a stretch of the text, by its first and last character from 1:"
            " the units on through it and off around it, and the other places like it.",
            metavar="FROM:TO",
        ),
    ] = None,
    over_steps: Annotated[
        bool,
        typer.Option(
            "--over-steps",
            help="With --neurons: after each step that the run has kept (see --keep-every): when"
            " the units that track a feature came to do so.",
        ),
    ] = False,
    influence: Annotated[
        bool,
        typer.Option(
            "--influence", help="How strongly each earlier character acts on a prediction."
        ),
    ] = False,
    place: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --influence: the character, from 1, behind which is predicted"
            " (default: the last).",
        ),
    ] = None,
    surprise: Annotated[
        bool,
        typer.Option(
            "--surprise",
            help="How unexpected each character is, in bits, beside the best n-gram model.",
        ),
    ] = False,
    embedding_map: Annotated[
        bool,
        typer.Option(
            "--map", help="The symbols' vectors in the plane, and their neighbours; needs no text."
        ),
    ] = False,
    units: Annotated[
        int,
        typer.Option(
            min=1,
            max=100,
            help="Numbers shown of a long vector; with --neurons, units of each feature.",
        ),
    ] = 4,
    train_steps: Annotated[
        int | None,
        typer.Option(
            min=0, help="With --gradients: training steps of a recipe's networks; 0 disables."
        ),
    ] = None,
    forget_bias: Annotated[
        float | None,
        typer.Option(
            min=-10.0,
            max=10.0,
            help="With --gradients: initial forget bias of a recipe's networks; 0 leaves"
            " their gates half open.",
        ),
    ] = None,
    recurrent_scale: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=100.0,
            help="With --gradients: factor on the recurrent weights. Above 1 the"
            " gradients needn't grow with it, as larger weights also saturate the units.",
        ),
    ] = 1.0,
    csv_file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="With one of the four lenses: a file for every number, too.",
        ),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A picture of what is seen, as SVG; of a forward pass, the first --units units.",
        ),
    ] = None,
    unit: Annotated[
        int | None,
        typer.Option(min=1, help="With --svg of a forward pass: this unit of each layer alone."),
    ] = None,
    cut: Cut = None,
    hold: Hold = None,
    freeze: Freeze = None,
    nudge: Nudge = None,
    cell: CellFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object a line, with every number.")
    ] = False,
) -> None:
    """Trace a forward pass, number by number, or look through another lens.

    For each time step: the input, each layer's numbers, the output, and the next character.
    With --gradients: how much the loss at the last character depends on each earlier state.
    --neurons, --influence, --surprise and --map are the other lenses; one is chosen at a time.
    --cut, --hold, --freeze and --nudge operate on the network first.
    """
    lens = _chosen_lens(
        {
            "--gradients": gradients,
            "--neurons": neurons,
            "--influence": influence,
            "--surprise": surprise,
            "--map": embedding_map,
        }
    )
    _refuse_without_lens(lens, pattern, mark, place, csv_file)
    operations = operations_of(cut, hold, freeze, nudge)
    if unit is not None and (lens or svg is None):
        raise ConfigError("--unit goes with --svg and the forward pass, without another lens.")
    if over_steps:
        _refuse_over_steps(lens, mark, at_step, checkpoint or [])
        if operations:
            raise ConfigError("--over-steps looks at what was kept, with nothing operated on.")
    if checkpoint and recipe is not None:
        raise ConfigError("--checkpoint and --recipe exclude each other; name one network.")
    if at_step is not None and not checkpoint:
        raise ConfigError("--at-step goes with --checkpoint, the run that has kept its networks.")
    found = None
    if gradients and not checkpoint and recipe is None:
        recipe = "gradients"
    if recipe is not None:
        found = find_trace_recipe(recipe)
        if found.lens == "gradients" and lens not in ("", "--gradients"):
            raise ConfigError(f"{found.source} is for --gradients; {lens} needs one network.")
        gradients = gradients or found.lens == "gradients"
    if text is not None and file is not None:
        raise ConfigError("TEXT and --file exclude each other; give one of them.")
    if file is not None:
        text = text_of_file(file, "The file")
    elif text is not None:
        text = unescaped(text)
    elif found is not None:
        text = found.reads
    if not text and not embedding_map:
        raise ConfigError("Give a text for the network to read.")
    text = text or ""
    if gradients:
        _follow_back(
            (
                _followed_back(network, operations)
                for network in _networks(checkpoint or [], at_step, found, train_steps, forget_bias)
            ),
            text,
            recurrent_scale,
            as_json,
            svg,
            cell,
        )
        return
    if train_steps is not None or forget_bias is not None or recurrent_scale != 1.0:
        raise ConfigError("--train-steps, --forget-bias and --recurrent-scale go with --gradients.")
    if over_steps and checkpoint:
        from rnntui.cli.trace import over_steps as history

        network, table = history.table_of(checkpoint[0], text, units, pattern or [])
        say_unless_used(cell, [network.config.cell])
    else:
        network = _network(checkpoint or [], at_step, found)
        if lens == "--influence":
            network = _followed_back(network, operations)
        else:
            network = network.operated(operations)
        say_unless_used(cell, [network.config.cell])
        if not lens:
            _follow(network, text, units, as_json)
            if svg is not None:
                drawn = range(units) if unit is None else range(unit - 1, unit)
                write_picture([network], lambda about: picture_of(about, network, text, drawn), svg)
            return
        table = _seen_through(lens, network, text, units, pattern or [], mark, place)
    if at_step is not None and network.checkpoint is not None:
        table = at_its_step(table, network.checkpoint.header.progress.step)
    write_lens_table(network, lens.removeprefix("--"), table, as_json, csv_file)
    if svg is not None:
        write_picture([network], table.picture, svg)


def _chosen_lens(flags: dict[str, bool]) -> str:
    """The flag of the lens that is asked for, or none. Raises `ConfigError` for several."""
    chosen = [flag for flag, is_given in flags.items() if is_given]
    if len(chosen) > 1:
        raise ConfigError(f"{' and '.join(chosen)} exclude each other; choose one lens.")
    return next(iter(chosen), "")


def _refuse_without_lens(
    lens: str,
    pattern: list[str] | None,
    mark: str | None,
    place: int | None,
    csv_file: Path | None,
) -> None:
    """Raise `ConfigError` for an option of another lens than the chosen one."""
    if pattern is not None and lens != "--neurons":
        raise ConfigError("--pattern goes with --neurons.")
    if mark is not None and lens != "--neurons":
        raise ConfigError("--mark goes with --neurons.")
    if mark is not None and pattern is not None:
        raise ConfigError("--mark and --pattern exclude each other; ask one question at a time.")
    if place is not None and lens != "--influence":
        raise ConfigError("--place goes with --influence.")
    if csv_file is not None and lens in ("", "--gradients"):
        raise ConfigError("--csv goes with --neurons, --influence, --surprise or --map.")


def _refuse_over_steps(
    lens: str, mark: str | None, at_step: int | None, checkpoints: list[str]
) -> None:
    """Raise `ConfigError` for what --over-steps doesn't go with."""
    if lens != "--neurons":
        raise ConfigError("--over-steps goes with --neurons.")
    if mark is not None:
        raise ConfigError("--mark and --over-steps exclude each other; ask one question at a time.")
    if at_step is not None:
        raise ConfigError("--at-step and --over-steps exclude each other: one step, or all.")
    if len(checkpoints) != 1:
        raise ConfigError("--over-steps needs one run, which has kept steps: --checkpoint NAME.")


def _seen_through(
    lens: str,
    network: TracedNetwork,
    text: str,
    units: int,
    patterns: list[str],
    mark: str | None,
    place: int | None,
) -> LensTable:
    """What one of the lenses shows."""
    from rnntui.cli.trace import embedding_map, influence, neurons, surprise
    from rnntui.cli.trace import mark as marking

    if lens == "--map":
        return embedding_map.table_of(network)
    ids = network.encode(text)
    if mark is not None:
        return marking.table_of(network, ids, mark)
    if lens == "--neurons":
        return neurons.table_of(network, ids, units, patterns)
    if lens == "--influence":
        return influence.table_of(network, ids, place)
    return surprise.table_of(network, ids)


def _network(
    checkpoints: list[str], at_step: int | None, recipe: TraceRecipe | None
) -> TracedNetwork:
    """The network of a forward pass. Raises `ConfigError` unless there is exactly one."""
    if recipe is not None:
        return recipe_network(recipe)
    if len(checkpoints) != 1:
        raise ConfigError(
            "Name one network: --checkpoint NAME, or --recipe hello."
            " Only --gradients takes several."
        )
    return checkpoint_network(checkpoints[0], at_step)


def _networks(
    checkpoints: list[str],
    at_step: int | None,
    recipe: TraceRecipe | None,
    train_steps: int | None,
    forget_bias: float | None,
) -> Iterator[TracedNetwork]:
    """The networks for the gradient flow, one by one as they are ready."""
    if recipe is not None and recipe.cells:
        yield from cell_networks(recipe, train_steps, forget_bias)
        return
    if train_steps is not None or forget_bias is not None:
        name = "--train-steps" if train_steps is not None else "--forget-bias"
        raise ConfigError(f"{name} is for a recipe with 'cells', such as gradients.")
    if recipe is not None:
        yield recipe_network(recipe)
    for reference in checkpoints:
        yield checkpoint_network(reference, at_step)


def _followed_back(network: TracedNetwork, operations: "Sequence[AnyOperation]") -> TracedNetwork:
    """The operated network, through which gradients flow. Raises `ConfigError` if they don't."""
    operated = network.operated(operations)
    if operated.cells is not None:
        raise ConfigError(
            "There are no gradients through a state that is frozen or nudged; leave out --freeze"
            " and --nudge."
        )
    return operated


def _follow(network: TracedNetwork, text: str, units: int, as_json: bool) -> None:
    ids = network.encode(text)
    window = network.config.window
    if window and len(ids) > window:
        notify(
            f"The network reads {window} characters at a time, each time from zero state;"
            f" these are the last {window} of the text."
        )
        ids = ids[-window:]
    if as_json:
        write_steps(network, ids)
    else:
        print_steps(network, ids, units)


def _follow_back(
    networks: Iterator[TracedNetwork],
    text: str,
    recurrent_scale: float,
    as_json: bool,
    svg: Path | None,
    cell: str | None,
) -> None:
    reaches = []
    for network in networks:
        reach = reach_of(network, text, recurrent_scale)
        if as_json:
            write_reach(reach)
        reaches.append(reach)
    say_unless_used(cell, [reach.network.config.cell for reach in reaches])
    if not as_json:
        print_reaches(reaches)
    if svg is not None and reaches:
        seen = [reach.network for reach in reaches]
        write_picture(seen, lambda about: flows(about, reaches), svg)
