"""`rnntui trace`: a forward pass number by number, or the gradient flow back through it."""

from collections.abc import Iterator
from typing import Annotated

import typer

from rnntui.cli.terminal import notify
from rnntui.cli.trace.gradients import print_reaches, reach_of, write_reach
from rnntui.cli.trace.networks import (
    TracedNetwork,
    cell_networks,
    checkpoint_network,
    recipe_network,
)
from rnntui.cli.trace.recipe import TraceRecipe, find_trace_recipe
from rnntui.cli.trace.steps import print_steps, write_steps
from rnntui.errors import ConfigError
from rnntui.text.escapes import ESCAPES_HELP, unescaped


def trace(
    text: Annotated[
        str | None,
        typer.Argument(
            help=f"Text for the network to read (default: the recipe's). {ESCAPES_HELP}"
        ),
    ] = None,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(
            help="A run's name (its best), NAME:last, or a .safetensors file; with --gradients it"
            " may be repeated."
        ),
    ] = None,
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
    units: Annotated[int, typer.Option(min=1, max=100, help="Numbers shown of a long vector.")] = 4,
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
    as_json: Annotated[
        bool, typer.Option("--json", help="One object a line, with every number.")
    ] = False,
) -> None:
    """Trace a forward pass, number by number; with --gradients, the gradient flow.

    For each time step: the input, each layer's numbers, the output, and the next character.
    With --gradients: how much the loss at the last character depends on each earlier state.
    """
    if checkpoint and recipe is not None:
        raise ConfigError("--checkpoint and --recipe exclude each other; name one network.")
    found = None
    if gradients and not checkpoint and recipe is None:
        recipe = "gradients"
    if recipe is not None:
        found = find_trace_recipe(recipe)
        gradients = gradients or found.lens == "gradients"
    if text is not None:
        text = unescaped(text)
    elif found is not None:
        text = found.reads
    if not text:
        raise ConfigError("Give a text for the network to read.")
    if gradients:
        _follow_back(
            _networks(checkpoint or [], found, train_steps, forget_bias),
            text,
            recurrent_scale,
            as_json,
        )
        return
    if train_steps is not None or forget_bias is not None or recurrent_scale != 1.0:
        raise ConfigError("--train-steps, --forget-bias and --recurrent-scale go with --gradients.")
    _follow(_network(checkpoint or [], found), text, units, as_json)


def _network(checkpoints: list[str], recipe: TraceRecipe | None) -> TracedNetwork:
    """The network of a forward pass. Raises `ConfigError` unless there is exactly one."""
    if recipe is not None:
        return recipe_network(recipe)
    if len(checkpoints) != 1:
        raise ConfigError(
            "Name one network: --checkpoint NAME, or --recipe hello."
            " Only --gradients takes several."
        )
    return checkpoint_network(checkpoints[0])


def _networks(
    checkpoints: list[str],
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
        yield checkpoint_network(reference)


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
    networks: Iterator[TracedNetwork], text: str, recurrent_scale: float, as_json: bool
) -> None:
    reaches = []
    for network in networks:
        reach = reach_of(network, text, recurrent_scale)
        if as_json:
            write_reach(reach)
        reaches.append(reach)
    if not as_json:
        print_reaches(reaches)
