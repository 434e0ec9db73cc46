"""The form for a network and its training: checked as it is typed, with what it will come to."""

from dataclasses import fields

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from rnntui.errors import ConfigError
from rnntui.nets.config import parameter_count
from rnntui.nets.cost import step_operations, training_bytes
from rnntui.training.config import BUDGETS, TrainConfig, choices
from rnntui.training.recipes import Recipe
from rnntui.tui.widgets.training_status import duration

SHOWN = (
    "cell",
    "hidden_size",
    "num_layers",
    "input_encoding",
    "embedding_size",
    "dropout",
    "batch_size",
    "seq_length",
    "optimizer",
    "learning_rate",
    "schedule",
    "epochs",
    "val_fraction",
    "seed",
)
"""The settings that a newcomer wants; a recipe file, or the command line, has them all."""

_FIELDS = {setting.name: setting for setting in fields(TrainConfig) if setting.name in SHOWN}


class SettingsForm(VerticalScroll, can_focus=False):
    """A recipe to start from and the settings that matter most."""

    class RecipeChanged(Message):
        """The settings are another recipe's now."""

    def __init__(self, recipes: tuple[Recipe, ...], chosen: str) -> None:
        """Make a form that shows the recipe named `chosen`."""
        super().__init__(id="settings")
        self._recipes = {recipe.name: recipe for recipe in recipes}
        self._recipe = self._recipes[chosen]
        self._vocab_size = self._characters = 0
        self._operations_per_second = 0.0
        self.config: TrainConfig | None = self._recipe.config
        """The settings, or None while one of them is not valid."""

    @property
    def recipe(self) -> Recipe:
        """The recipe that the settings started from."""
        return self._recipe

    def compose(self) -> ComposeResult:
        """A row for each setting, then what they come to."""
        with Horizontal(classes="row"):
            yield Label("recipe")
            names = list(self._recipes)
            yield Select.from_values(
                names, value=self._recipe.name, allow_blank=False, id="recipe", compact=True
            )
        for name in SHOWN:
            setting = _FIELDS[name]
            with Horizontal(classes="row"):
                label = Label(name.replace("_", " "))
                label.tooltip = setting.metadata["about"]
                yield label
                value = getattr(self._recipe.config, name)
                if known := choices(setting):
                    yield Select.from_values(
                        known, value=value, allow_blank=False, id=name, compact=True
                    )
                else:
                    yield Input(_written(value), id=name, compact=True, select_on_focus=True)
        yield Static(id="estimate")

    def on_mount(self) -> None:
        """Say what the settings come to."""
        self._check()

    def count_with(self, vocab_size: int, characters: int) -> None:
        """Count for a text of so many symbols, of which so many characters are learnt from."""
        self._vocab_size, self._characters = vocab_size, characters
        self._check()

    def time_with(self, operations_per_second: float) -> None:
        """Estimate times for a machine of that speed."""
        self._operations_per_second = operations_per_second
        self._check()

    @on(Select.Changed, "#recipe")
    def _take_recipe(self, event: Select.Changed) -> None:
        """Show the settings of another recipe."""
        event.stop()
        recipe = self._recipes[str(event.value)]
        if recipe is self._recipe:
            return
        self._recipe = recipe
        for name in SHOWN:
            value = getattr(recipe.config, name)
            if choices(_FIELDS[name]):
                self.query_one(f"#{name}", Select).value = value
            else:
                self.query_one(f"#{name}", Input).value = _written(value)
        self._check()
        self.post_message(self.RecipeChanged())

    @on(Select.Changed)
    @on(Input.Changed)
    def _take_value(self, event: Select.Changed | Input.Changed) -> None:
        """Check the settings as they are now."""
        event.stop()
        self._check()

    def _check(self) -> None:
        """Take the settings if all are valid; else say what is wrong with the first that isn't."""
        if not self.is_mounted:
            return
        changes: dict[str, object] = {}
        wrong = ""
        for name in SHOWN:
            try:
                changes[name] = self._value(name)
                alone = {name: changes[name]} if changes[name] or name not in BUDGETS else {}
                self._recipe.config.replaced(alone)
                fine = True
            except (ValueError, ConfigError) as error:
                wrong = wrong or _sentence(name, error)
                fine = False
            self.query_one(f"#{name}").set_class(not fine, "-wrong")
        if not changes.get("epochs"):
            changes.pop("epochs", None)
        self.config = None if wrong else self._recipe.config.replaced(changes)
        estimate = self.query_one("#estimate", Static)
        estimate.set_class(bool(wrong), "-wrong")
        estimate.update(wrong or self._estimate())

    def _value(self, name: str) -> object:
        """What a row says, as the setting's type. Raises `ValueError` where it is no number."""
        if choices(_FIELDS[name]):
            return str(self.query_one(f"#{name}", Select).value)
        text = self.query_one(f"#{name}", Input).value.strip().replace(",", "").replace("_", "")
        return int(text) if _FIELDS[name].type is int else float(text)

    def _estimate(self) -> str:
        if self.config is None or not self._vocab_size:
            return ""
        config, model = self.config, self.config.model(self._vocab_size)
        length = config.window or config.seq_length
        megabytes = training_bytes(model, config.batch_size, length) / 1e6
        lines = f"{parameter_count(model):,} parameters, {max(megabytes, 1):,.0f} MB"
        if self._operations_per_second:
            # A window is read whole for the one character that it predicts.
            reads = self._characters * (config.window or 1)
            seconds = step_operations(model, reads) / self._operations_per_second
            lines += f"\nabout {duration(seconds)} an epoch on this machine"
        return lines


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(name: str, error: Exception) -> str:
    if isinstance(error, ConfigError):
        return str(error).replace("--" + name.replace("_", "-"), name.replace("_", " "))
    return f"{name.replace('_', ' ')} must be a number."
