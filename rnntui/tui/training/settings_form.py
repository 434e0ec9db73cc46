"""The form of network and training settings: checked as it is typed, with an estimate."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import Field, fields
from typing import Any, Generic, Protocol, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from rnntui.errors import ConfigError
from rnntui.training.settings.declaring import BUDGETS, choices
from rnntui.tui.core.sentences import one_line
from rnntui.tui.widgets.safe_fields import NumberField


class NamedRecipe(Protocol):
    """A recipe in the form; the fields of `config` are declared by `setting`."""

    @property
    def name(self) -> str:
        """The recipe's name."""

    @property
    def about(self) -> str:
        """A sentence about it."""

    @property
    def config(self) -> Any:
        """Its settings, with a method `replaced`."""


_FLAG = re.compile(r"--([a-z][a-z-]*)")

C = TypeVar("C")
R = TypeVar("R", bound=NamedRecipe)


class SettingsForm(VerticalScroll, Generic[R, C], can_focus=False):
    """A recipe to start from and the most important settings."""

    class RecipeChanged(Message):
        """Another recipe was chosen."""

    class Changed(Message):
        """A setting has changed, or is no longer valid."""

    def __init__(
        self,
        recipes: Sequence[R],
        chosen: str,
        shown: Sequence[str],
        estimate: Callable[[C], str],
        without_use: Callable[[C], Collection[str]] = lambda _: (),
    ) -> None:
        """Create a form for the settings `shown` of the recipe named `chosen`.

        `estimate` returns parameters and time of a configuration, `without_use` the
        settings that have no effect in it.
        """
        super().__init__(id="settings")
        self._own = tuple(recipes)
        self._recipes: dict[str, R] = {recipe.name: recipe for recipe in recipes}
        self._recipe = self._recipes[chosen]
        named = {setting.name: setting for setting in fields(self._recipe.config)}
        self._settings: dict[str, Field[Any]] = {name: named[name] for name in shown}
        self._estimate, self._without_use = estimate, without_use
        self.config: C | None = self._recipe.config
        """The settings, or None while one of them is invalid."""
        self.complaint = ""
        """A sentence about an invalid setting; empty if all are valid."""

    @property
    def recipe(self) -> R:
        """The recipe that the settings started from."""
        return self._recipe

    def compose(self) -> ComposeResult:
        """A row for each setting, then the estimate."""
        with Horizontal(classes="row"):
            yield Label("recipe")
            yield Select(
                self._recipe_options(),
                value=self._recipe.name,
                allow_blank=False,
                id="recipe",
                compact=True,
            )
        for name, setting in self._settings.items():
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
                    yield NumberField(formatted(value), id=name)
        yield Static(id="estimate")
        yield Static(id="about", markup=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Explain the focused setting."""
        name = next((node.id for node in event.widget.ancestors_with_self if node.id), "")
        about = self._recipe.about
        if name in self._settings:
            about = self._settings[str(name)].metadata["about"]
        self.query_one("#about", Static).update(about)

    def on_mount(self) -> None:
        """Show the estimate."""
        self._show_rows()
        self._check()

    def show_estimate(self) -> None:
        """Update the estimate."""
        self._check()

    def add_recipe(self, recipe: R) -> None:
        """Add a recipe in place of the last one added, and show its settings."""
        self._recipes = {each.name: each for each in (*self._own, recipe)}
        with self.prevent(Select.Changed):
            self.query_one("#recipe", Select).set_options(self._recipe_options())
        self.choose(recipe.name)

    def choose(self, name: str) -> None:
        """Show the settings of a recipe, at once."""
        with self.prevent(Select.Changed):
            self.query_one("#recipe", Select).value = name
        self._show(self._recipes[name])

    def _recipe_options(self) -> list[tuple[Content, str]]:
        return [(Content(one_line(name)), name) for name in self._recipes]

    @on(Select.Changed, "#recipe")
    def _recipe_changed(self, event: Select.Changed) -> None:
        """Show the settings of another recipe."""
        event.stop()
        recipe = self._recipes.get(str(event.value))
        if recipe is not None and recipe is not self._recipe:
            self._show(recipe)

    def _show(self, recipe: R) -> None:
        self._recipe = recipe
        with self.prevent(Select.Changed, Input.Changed):
            for name in self._settings:
                value = getattr(recipe.config, name)
                if known := choices(self._settings[name]):
                    select = self.query_one(f"#{name}", Select)
                    if callable(self._settings[name].metadata["known"]):
                        # More may have become known since.
                        select.set_options([(each, each) for each in known])
                    select.value = value
                else:
                    self.query_one(f"#{name}", Input).value = formatted(value)
        self._show_rows()
        self._check()
        self.post_message(self.RecipeChanged())

    def _show_rows(self) -> None:
        """Show the rows of settings that have an effect."""
        hidden = self._without_use(self._recipe.config)
        for name in self._settings:
            row = self.query_one(f"#{name}").parent
            assert isinstance(row, Horizontal)
            row.display = name not in hidden

    @on(Select.Changed)
    @on(Input.Changed)
    def _value_changed(self, event: Select.Changed | Input.Changed) -> None:
        """Check the current settings."""
        event.stop()
        self._check()

    def _check(self) -> None:
        """Apply the settings if all are valid; else explain the first invalid one."""
        if not self.is_mounted:
            return
        complaints: dict[str, str] = {}
        changes: dict[str, object] = {}
        for name in self._settings:
            try:
                changes[name] = self._value(name)
            except ValueError as error:
                complaints[name] = _sentence(name, error)
        config, wrong = self._together(changes)
        if complaints or config is None:
            complaints |= self._alone(changes)
            # The error of the first; or, if each is valid alone, of their combination.
            wrong = next((complaints[name] for name in self._settings if name in complaints), wrong)
            config = None
        for name in self._settings:
            self.query_one(f"#{name}").set_class(name in complaints, "-wrong")
        before, self.config = self.config, config
        estimate = self.query_one("#estimate", Static)
        self.complaint = wrong if config is None else ""
        estimate.set_class(config is None, "-wrong")
        estimate.update(wrong if config is None else self._estimate(config))
        if config != before:
            self.post_message(self.Changed())

    def _together(self, changes: dict[str, object]) -> tuple[C | None, str]:
        """The recipe's settings with all changes; or None and a sentence."""
        given = {name: value for name, value in changes.items() if value or name not in BUDGETS}
        # Values left out default to the recipe's; a 0 in a row must not mean that.
        taken_away = [name for name in BUDGETS if name in changes and name not in given]
        if any(getattr(self._recipe.config, name) for name in taken_away):
            hidden = self._without_use(self._recipe.config)
            shown = [name for name in BUDGETS if name in self._settings and name not in hidden]
            if not any(name in given for name in shown):
                return None, f"One of {' and '.join(shown)} must be above 0."
        try:
            return self._recipe.config.replaced(given), ""
        except ConfigError as error:
            return None, _sentence("", error)

    def _alone(self, changes: dict[str, object]) -> dict[str, str]:
        """A sentence for each change that is invalid by itself."""
        complaints = {}
        for name, value in changes.items():
            _, wrong = self._together({name: value})
            if wrong:
                complaints[name] = wrong
        return complaints

    def _value(self, name: str) -> object:
        """A row's value in the setting's type. Raises `ValueError` if it isn't a number."""
        if choices(self._settings[name]):
            return str(self.query_one(f"#{name}", Select).value)
        text = self.query_one(f"#{name}", Input).value.strip().replace(",", "").replace("_", "")
        return int(text) if self._settings[name].type is int else float(text)


def formatted(value: object) -> str:
    """The shortest form of a value that parses back to it."""
    if isinstance(value, float) and float(f"{value:g}") == value:
        return f"{value:g}"
    return str(value)


def named_as_in_rows(sentence: str) -> str:
    """A sentence with the names of rows in the place of flags."""
    return _FLAG.sub(lambda found: found[1].replace("-", " "), sentence)


def _sentence(name: str, error: Exception) -> str:
    if isinstance(error, ConfigError):
        return named_as_in_rows(str(error))
    return f"{name.replace('_', ' ')} must be a number."
