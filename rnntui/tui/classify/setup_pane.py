"""The set-up pane of the Classify screen: labelled texts, network and training settings."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from rnntui.runtime.labelled_preview import LabelledPreview, preview_labelled
from rnntui.tasks.classification.checkpoint import ClassifierHeader
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.tasks.classification.recipes import ClassifyRecipe, list_classify_recipes
from rnntui.text.labelled.table import TABLES
from rnntui.text.library.path_completion import completions
from rnntui.tui.classify.estimate import ClassifierEstimate
from rnntui.tui.core.sentences import error_sentence, one_line
from rnntui.tui.training.settings_form import SettingsForm
from rnntui.tui.training.shown_settings import CLASSIFICATION
from rnntui.tui.widgets.safe_fields import Field
from rnntui.tui.widgets.tick_box import TickBox

FIRST: Final = "reviews"
"""The initial recipe: it learns in seconds from texts that ship with the program."""

_SETTLED_SECONDS = 0.4
"""Pause in typing after which texts are recounted."""

_NAMED_CLASSES = 6


ChosenClassifier = tuple[LabelledSource, ClassifyConfig | None]
"""Texts and settings of a new classifier; None while a setting is invalid."""


class ClassifySetup(Vertical):
    """The texts above the settings."""

    class Read(Message):
        """The texts were read, or can't be, in a thread."""

        def __init__(self, found: LabelledPreview | str) -> None:
            """Hold the sizes, or a sentence about an error."""
            super().__init__()
            self.found = found

    def __init__(self) -> None:
        """Start with the texts and the settings that ship with the program."""
        super().__init__(id="setup", classes="pane -active")
        self._estimate = ClassifierEstimate()
        self._encoding = ("", "")
        """The texts of the last opened classifier, and their encoding."""
        self._counted: tuple[object, ...] = ()
        self._count_soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """The fields of the texts, and the form."""
        recipes = _recipes()
        with Vertical(id="labelled") as texts:
            texts.border_title = "Labelled texts"
            yield from _row("texts", "reference", "reviews, or a path", recipes[0].corpus)
            yield from _row("text column", "text-column", "found by its name")
            yield from _row("label column", "label-column", "found by its name")
            with Horizontal(id="table-choices"):
                yield TickBox("header row", True, id="header", tooltip=_HEADER)
                yield TickBox("skip bad rows", False, id="skip-bad", tooltip=_SKIP_BAD)
            yield Static(id="about", markup=False)
        form: SettingsForm[ClassifyRecipe, ClassifyConfig] = SettingsForm(
            recipes, recipes[0].name, CLASSIFICATION, self._estimate
        )
        form.border_title = "Network and training"
        yield form

    def on_mount(self) -> None:
        """Count the texts."""
        self.query_one("#reference", Field).suggester = _Paths()
        self._show_choices()
        self.count()

    @property
    def form(self) -> SettingsForm[ClassifyRecipe, ClassifyConfig]:
        """The settings."""
        return self.query_one(SettingsForm)

    @property
    def source(self) -> LabelledSource:
        """The texts and how to read them."""
        reference, text, label = (
            self.query_one(f"#{name}", Input).value.strip() for name in _NAMES
        )
        opened, encoding = self._encoding
        source = LabelledSource(reference, text, label, encoding if reference == opened else "")
        if not _is_table(reference):
            return source
        header, skip = (self.query_one(f"#{name}", TickBox).value for name in _CHOICES)
        return replace(source, no_header=not header, skip_bad=skip)

    def _show_choices(self) -> None:
        """Show the options for reading a table where one is named."""
        named = _is_table(self.query_one("#reference", Input).value)
        self.query_one("#table-choices").display = named

    @property
    def chosen(self) -> ChosenClassifier:
        """The current texts and settings."""
        return self.source, self.form.config

    def show_classifier(self, name: str, header: ClassifierHeader) -> None:
        """Set the texts and the settings that a classifier was trained with."""
        note, about = header.corpus, f"The settings of the run '{name}'."
        recipe = ClassifyRecipe(f"{name} (run)", about, note.reference, "", header.config)
        self.form.add_recipe(recipe)
        self._encoding = (note.reference, note.text_encoding)
        texts = (note.reference, note.text_column, note.label_column)
        for field, value in zip(_NAMES, texts, strict=True):
            self.query_one(f"#{field}", Input).value = value
        for box, is_ticked in zip(_CHOICES, (not note.no_header, note.skip_bad), strict=True):
            self.query_one(f"#{box}", TickBox).value = is_ticked

    def edit_texts(self) -> None:
        """Put the cursor into the field of the texts."""
        self.screen.set_focus(self.query_one("#reference"))

    @on(Input.Changed)
    @on(TickBox.Changed)
    @on(SettingsForm.Changed)
    def _count_when_settled(self, event: Message) -> None:
        event.stop()
        self._show_choices()
        if self._count_soon is not None:
            self._count_soon.stop()
        self._count_soon = self.set_timer(_SETTLED_SECONDS, self.count)

    def count(self) -> None:
        """Recount the texts under the current settings, unless nothing changed."""
        source, config = self.source, self.form.config
        if config is None:
            return
        decisive = (
            source,
            *(getattr(config, name) for name in ("units", "vocab_size", "min_count")),
            *(getattr(config, name) for name in ("val_fraction", "seed")),
        )
        if decisive != self._counted:
            self._counted = decisive
            self.query_one("#about", Static).update("reading …")
            self._count(source, config)

    @work(thread=True, exclusive=True, group="labelled")
    def _count(self, source: LabelledSource, config: ClassifyConfig) -> None:
        """Read the texts in the background, as their vocabulary determines the network's size."""
        try:
            found: LabelledPreview | str = preview_labelled(source, config)
        except Exception as error:
            found = error_sentence(error)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Read(found))

    @on(Read)
    def _show_read(self, event: Read) -> None:
        event.stop()
        found, about = event.found, self.query_one("#about", Static)
        about.set_class(isinstance(found, str), "-wrong")
        estimate = self._estimate
        if isinstance(found, str):
            estimate.vocab_size = 0
            about.update(Content(found))
        else:
            estimate.vocab_size, estimate.classes = found.vocab_size, len(found.classes)
            estimate.texts = found.learned
            about.update(Content(_about(found)))
        self.form.show_estimate()


_NAMES = ("reference", "text-column", "label-column")
_CHOICES = ("header", "skip-bad")
_HEADER = (
    "Whether the first row of the table names its columns. Without a header row, give the"
    " columns by number, or leave them to be found by their values."
)
_SKIP_BAD = (
    "Leave out texts that are empty, have no label or the wrong number of fields; they are"
    " counted and named below."
)


def _is_table(reference: str) -> bool:
    return Path(reference.strip()).suffix.lower() in TABLES


class _Paths(Suggester):
    """Completes a path to the common prefix of all matches, or else to the first of them."""

    def __init__(self) -> None:
        # Not cached: the contents of a folder may change.
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        found = await asyncio.to_thread(completions, value)
        if found.extended != value or not found.candidates:
            return found.extended
        return found.candidates[0].typed


def _row(label: str, name: str, placeholder: str, value: str = "") -> ComposeResult:
    with Horizontal(classes="row"):
        yield Label(label)
        field = Field(placeholder=placeholder, id=name)
        field.value = value
        yield field


def _recipes() -> tuple[ClassifyRecipe, ...]:
    """The shipped recipes for classifiers, the initial one first."""
    return tuple(sorted(list_classify_recipes(), key=lambda recipe: recipe.name != FIRST))


def _about(found: LabelledPreview) -> str:
    """The sizes of the texts in a few words."""
    total = sum(count for _, count in found.classes)
    shown = found.classes[:_NAMED_CLASSES]
    named = ", ".join(f"{one_line(name)} {count:,}" for name, count in shown)
    if len(found.classes) > len(shown):
        named += f" and {len(found.classes) - len(shown)} more classes"
    counts = f"{total:,} texts, {total - found.learned:,} held out"
    if found.tested:
        counts += f", {found.tested:,} for the test"
    return "\n".join((counts, named, *map(one_line, found.notices)))
