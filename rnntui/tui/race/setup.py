"""A modal that puts a race together: its cells, sizes, optimisers, learning rates and recipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ItemGrid, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Label, Static

from rnntui.errors import ConfigError, RnntuiError
from rnntui.nets.config import parameter_count
from rnntui.runtime.race.entries import Entry, check_fair, product, with_equal_parameters
from rnntui.runtime.race.lists import listed_values
from rnntui.runtime.race.session import NewRace
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.recipes import TrainRecipe, find_recipe
from rnntui.training.settings.declaring import BUDGETS, choices
from rnntui.tui.core.sentences import on_screen, one_line
from rnntui.tui.race.command_line import race_command, recipes_command
from rnntui.tui.training.settings_form import formatted, named_as_in_rows
from rnntui.tui.widgets.safe_fields import SafeInput
from rnntui.tui.widgets.tick_box import TickBox

LISTED: Final = ("hidden_size", "num_layers", "optimizer", "learning_rate")
"""Settings with a row for a list of values, besides the cells and the budget."""

FIRST_CELLS: Final = 4
"""Cells that are ticked at first, the present one among them."""


@dataclass(frozen=True)
class Present:
    """What a race begins from: the playground's text and settings.

    `symbols` is the size of the text's vocabulary, 0 while it is unknown.
    """

    corpus: str
    recipe: TrainRecipe
    config: TrainConfig
    prime: str
    symbols: int


class RaceSetup(ModalScreen[NewRace | None]):
    """Ask for the lanes of a race; Escape returns None."""

    CSS_PATH = "setup.tcss"
    AUTO_FOCUS = "#cells TickBox"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "begin", "Begin", id="race-setup.begin", tooltip="Begin the race."),
        Binding("escape", "cancel", "Cancel", id="race-setup.cancel", tooltip="Begin no race."),
    ]

    def __init__(self, present: Present, parent: Path) -> None:
        """Begin from `present`; runs are made in `parent`."""
        super().__init__()
        self._present, self._folder = present, parent
        config = present.config
        budget = next(name for name in BUDGETS if getattr(config, name))
        self._settings = {
            each.name: each for each in fields(TrainConfig) if each.name in (*LISTED, budget)
        }
        self._first = {name: formatted(getattr(config, name)) for name in self._settings}
        known = choices(next(each for each in fields(TrainConfig) if each.name == "cell"))
        others = [cell for cell in known if cell != config.cell]
        self._cells = (config.cell, *others)
        self._first_cells = self._cells[:FIRST_CELLS]
        self._request: NewRace | None = None

    def compose(self) -> ComposeResult:
        """A row for each setting, the lanes that they make, and two buttons."""
        with Vertical(id="box") as box:
            box.border_title = "A race"
            yield Static(
                "Each combination of these is a lane, two to six of them; several values with"
                " commas between them.",
                classes="note",
            )
            with Horizontal(classes="row -cells"):
                yield Label("cells")
                with ItemGrid(id="cells", min_column_width=13, stretch_height=False):
                    for place, cell in enumerate(self._cells):
                        yield TickBox(
                            one_line(cell.partition("@")[0]),
                            cell in self._first_cells,
                            id=f"cell-{place}",
                            tooltip="Let this cell race.",
                        )
            for name, setting in self._settings.items():
                with Horizontal(classes="row"):
                    label = Label(name.replace("_", " "))
                    label.tooltip = setting.metadata["about"]
                    yield label
                    known = ", ".join(choices(setting))
                    yield SafeInput(self._first[name], placeholder=known, id=name)
            with Horizontal(classes="row"):
                yield Label("recipes")
                yield SafeInput(
                    placeholder="instead of the present settings: minute,default",
                    id="recipes",
                )
            yield TickBox(
                "hidden sizes that give all lanes as many parameters as the first",
                False,
                id="equal",
                tooltip="Choose the hidden sizes of all lanes but the first.",
            )
            yield Static(id="lanes", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Begin (ctrl+s)", variant="primary", id="begin", compact=True)
                yield Button("Cancel (Esc)", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show the lanes of the present settings."""
        self.show_lanes()

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def show_lanes(self) -> None:
        """Show the lanes that the settings make, or why they make none."""
        shown = self.query_one("#lanes", Static)
        self._request, lines = None, ""
        try:
            self._request = self._asked()
            lines = self._lanes(self._request)
        except RnntuiError as error:
            lines = named_as_in_rows(on_screen(str(error)))
        shown.update(Content(lines))
        shown.set_class(self._request is None, "-wrong")
        self.query_one("#begin", Button).disabled = self._request is None

    def _asked(self) -> NewRace:
        """The race of the settings. Raises `RnntuiError` where they make none."""
        present, varied = self._present, self._varied()
        names = [name for part in self._value("recipes").split(",") if (name := part.strip())]
        equal = self.query_one("#equal", TickBox).value
        if equal and len(varied.get("hidden_size", ())) > 1:
            raise ConfigError("With equal parameters, give one hidden size: the first lane's.")
        if names:
            # A row that nobody touched leaves the recipes what they have.
            varied = {name: values for name, values in varied.items() if self._is_touched(name)}
            found = [find_recipe(name) for name in names]
            bases = [Entry(recipe.name, recipe.config) for recipe in found]
            command = recipes_command(present.corpus, names, varied, equal)
        else:
            bases = [Entry(present.recipe.name, present.config)]
            command = race_command(
                *(present.corpus, present.recipe, present.config, present.prime), varied, equal
            )
        entries = product(bases, varied)
        check_fair(entries)
        return NewRace(self._folder, present.corpus, entries, command, equal, prime=present.prime)

    def _varied(self) -> Mapping[str, Sequence[object]]:
        ticked = tuple(
            cell
            for place, cell in enumerate(self._cells)
            if self.query_one(f"#cell-{place}", TickBox).value
        )
        if not ticked:
            raise ConfigError("Tick at least one cell.")
        rows = {name: self._value(name) for name in self._settings}
        return {"cell": ticked, **listed_values(rows)}

    def _is_touched(self, name: str) -> bool:
        if name == "cell":
            boxes = enumerate(self._cells)
            return any(
                self.query_one(f"#cell-{place}", TickBox).value != (cell in self._first_cells)
                for place, cell in boxes
            )
        return self._value(name) != self._first[name]

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _lanes(self, request: NewRace) -> str:
        """A line for each lane: what differs, its size, its parameters where they are known."""
        symbols, entries = self._present.symbols, request.entries
        if request.equal_parameters and symbols:
            entries = tuple(with_equal_parameters(entries, symbols))
        lines = [f"{len(entries)} lanes:"]
        for entry in entries:
            config: Any = entry.config
            line = f"{entry.label} · {config.num_layers} × {config.hidden_size}"
            if symbols:
                line += f" · {parameter_count(config.model(symbols)):,} parameters"
            lines.append(one_line(line))
        return "\n".join(lines)

    @on(Input.Submitted)
    @on(Button.Pressed, "#begin")
    def action_begin(self) -> None:
        """Return the race, once it is one."""
        if self._request is not None:
            self.dismiss(self._request)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Return None."""
        self.dismiss(None)
