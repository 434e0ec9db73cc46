"""The set-up pane: text, network and training settings."""

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import get_current_worker

from rnntui.errors import RnntuiError
from rnntui.tasks.characters.checkpoint import Header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.description import CharactersDescription
from rnntui.tasks.characters.recipes import TrainRecipe, find_recipe, list_recipes
from rnntui.tasks.characters.run import parts_of, unit_choice
from rnntui.tasks.recipes import DEFAULT
from rnntui.text.cells import printable
from rnntui.text.corpus import load_corpus
from rnntui.text.in_units import in_units
from rnntui.text.library.entries import TextEntry, list_texts
from rnntui.text.library.references import entry_of
from rnntui.text.normalisation import Normalisation
from rnntui.text.unit_kinds import Units
from rnntui.tui.playground.corpus_list import CorpusList
from rnntui.tui.playground.estimate import TrainingEstimate
from rnntui.tui.playground.starting import StartPlan
from rnntui.tui.training.settings_form import SettingsForm
from rnntui.tui.training.shown_settings import CHARACTERS


def _without_use(config: TrainConfig) -> tuple[str, ...]:
    """Those of them that a network of these settings makes no use of."""
    return ("seq_length" if config.window else "window", *(() if config.steps else ("steps",)))


@dataclass(frozen=True)
class ChosenSetup:
    """Text, by reference, and settings of a new training run.

    `config` is None while a setting is invalid.
    """

    corpus: str
    config: TrainConfig | None


class SetupPane(Vertical):
    """The texts above the settings."""

    def __init__(self, corpus: str, recipe: TrainRecipe) -> None:
        """Start with a text and a recipe, one of those shipped or another."""
        super().__init__(id="setup", classes="pane -active")
        self._beside: TextEntry | None = None
        """The last chosen text outside the library."""
        self.corpus = corpus
        """The reference of the text for a new training run."""
        self._shipped, self._recipe = list_recipes(), recipe
        self._loose: TrainRecipe | None = None
        """The settings of a checkpoint without a run."""
        self._estimate = TrainingEstimate()
        self._counted: Units = "characters"
        """The units of the last count of symbols."""

    def compose(self) -> ComposeResult:
        """List and form."""
        corpora = CorpusList(id="corpora")
        corpora.border_title = "Texts"
        yield corpora
        recipes = dict.fromkeys((*self._shipped, self._recipe))
        form: SettingsForm[TrainRecipe, TrainConfig] = SettingsForm(
            tuple(recipes), self._recipe.name, CHARACTERS, self._estimate, _without_use
        )
        form.border_title = "Network and training"
        yield form

    def on_mount(self) -> None:
        """List the texts."""
        self.show_texts()

    @property
    def form(self) -> SettingsForm[TrainRecipe, TrainConfig]:
        """The settings."""
        return self.query_one(SettingsForm)

    @property
    def chosen(self) -> ChosenSetup:
        """The current text and settings."""
        return ChosenSetup(self.corpus, self.form.config)

    @property
    def named_recipe(self) -> TrainRecipe:
        """The shipped recipe that the settings started from; else the default one."""
        recipe = self.form.recipe
        return recipe if recipe in self._shipped else find_recipe(DEFAULT)

    @property
    def vocab_size(self) -> int:
        """The vocabulary size of the text; 0 until it is read."""
        return self._estimate.vocab_size

    def show_run(self, name: str, begun: CharactersDescription) -> None:
        """Set the text and the settings that a run was begun with."""
        about = f"The settings of the run '{name}'."
        reference = begun.corpus.reference
        self.form.add_recipe(
            TrainRecipe(f"{name} (run)", about, reference, begun.prime, begun.config)
        )
        self.choose(reference, begun.corpus.name)

    def show_checkpoint(self, name: str, header: Header) -> None:
        """Set the text and the settings of a checkpoint without a run."""
        note, about = header.corpus, f"The settings that '{name}' was trained with."
        self._loose = TrainRecipe(f"{name} (checkpoint)", about, note.reference, "", header.config)
        self.form.add_recipe(self._loose)
        self.choose(note.reference, note.name)

    def keep_requested(self, start: StartPlan) -> None:
        """Keep the requested text and recipe, whatever run was opened.

        A default network, opened without a request, leaves the recipe unchanged.
        """
        if self.form.recipe is self._loose and not start.request.checkpoint:
            self.choose(start.corpus)
            self.form.choose(start.recipe.name)
        if start.request.corpus or start.request.recipe:
            self.choose(start.corpus)
        if start.request.recipe:
            self.form.choose(start.recipe.name)

    def show_texts(self) -> None:
        """Update the list of texts."""
        self.choose(self.corpus)

    def choose(self, reference: str, name: str = "") -> None:
        """Choose a text; if it is gone, the library's text called `name`, if there is one."""
        entry = entry_of(reference, name)
        if entry.origin == "path":
            self._beside = entry
        self.corpus = entry.reference
        beside = (self._beside,) if self._beside else ()
        self.query_one(CorpusList).show_texts((*beside, *list_texts()), self.corpus)

    @on(CorpusList.Chosen)
    def _corpus_chosen(self, event: CorpusList.Chosen) -> None:
        """Count the chosen text; the message bubbles to the screen."""
        self.corpus = event.entry.reference
        self._recount(event.entry)

    @on(SettingsForm.RecipeChanged)
    def _recipe_changed(self) -> None:
        """Recount, as a recipe may change the text."""
        self._recount(entry_of(self.corpus))

    def _recount(self, entry: TextEntry) -> None:
        if entry.is_gone:
            self.workers.cancel_group(self, "symbols")
            self._set_text_size(0, 0)
        else:
            self._count(entry.reference, self.form.config or self.form.recipe.config)

    @on(SettingsForm.Changed)
    def _setting_changed(self) -> None:
        """Count the symbols anew where these are other units."""
        config = self.form.config
        if config is not None and config.units != self._counted:
            self._count(self.corpus, config)

    @work(thread=True, exclusive=True, group="symbols")
    def _count(self, corpus: str, config: TrainConfig) -> None:
        """Read the text in the background, as its vocabulary determines the network's size."""
        worker = get_current_worker()
        self._counted = config.units
        symbols = characters = 0
        try:
            text = load_corpus(
                corpus,
                normalisation=Normalisation(config.normalise),
                text_encoding=config.read_as,
            )
            text = in_units(text, unit_choice(config))
            learned, _ = parts_of(text, config)
            symbols, characters = len(text.vocabulary), len(learned)
        except RnntuiError as error:
            self.app.call_from_thread(
                self.notify, printable(str(error)), severity="error", markup=False
            )
        if not worker.is_cancelled:
            self.app.call_from_thread(self._set_text_size, symbols, characters)

    def _set_text_size(self, vocab_size: int, characters: int) -> None:
        """Set the vocabulary size and the number of training characters for the estimate."""
        self._estimate.vocab_size, self._estimate.characters = vocab_size, characters
        self.form.show_estimate()

    def set_machine_speed(self, operations_per_second: float) -> None:
        """Set the machine's speed for the estimate."""
        self._estimate.operations_per_second = operations_per_second
        self.form.show_estimate()
