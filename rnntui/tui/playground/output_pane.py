"""The output pane: generated text, the sampling settings, and how much of it is memorised."""

import logging
from collections.abc import Sequence
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Label, Static
from textual.worker import get_current_worker

from rnntui.errors import CorpusError
from rnntui.lenses.memorisation import CorpusIndex, MemorisationMeasure
from rnntui.lenses.suffix_array import SortingStoppedError
from rnntui.runtime.session import Network
from rnntui.sampling.stream import Character
from rnntui.text.cells import printable
from rnntui.text.corpus import corpus_from_text
from rnntui.text.vocabulary import Vocabulary
from rnntui.tui.core.actions import PLAYGROUND
from rnntui.tui.core.links import Link, fitting_links
from rnntui.tui.playground.memorisation_meter import INDEXING, MemorisationMeter
from rnntui.tui.playground.next_character import NextCharacter
from rnntui.tui.playground.sampler_bar import SamplerBar
from rnntui.tui.widgets.chart.cells import shortened
from rnntui.tui.widgets.lines_input import PrimeInput
from rnntui.tui.widgets.stream.text import StreamText

LINKS: Final[Sequence[Link]] = (
    "generate",
    "hold",
    "seed",
    "duel",
    "colour",
    "copied",
    "keep",
    "command",
)
"""Links in the pane's border, the most important first."""

PAUSED_LINKS: Final[Sequence[Link]] = (
    "hold",
    "output-step",
    *(link for link in LINKS if link != "hold"),
)
"""The same while the output is paused."""

NAME_CELLS: Final = 32
"""Most cells of a network's name in the pane's title."""

PLACEHOLDER: Final = "Press g to let the network generate."

CHOOSING: Final = "paused: choose what comes next, 1 to 9"
CHOOSING_BY_MOUSE: Final = "paused: click what comes next"
"""The same while other keys act."""

_IN_SHORT: Final = {"hold": "pause", "keep": "save", "command": "as command"}


class OutputPane(Vertical):
    """The stream with its sampling bar, its prime, and the candidates for the next character."""

    def __init__(self) -> None:
        """Create an empty pane."""
        super().__init__(id="writing", classes="pane")
        self.border_title = "Output"
        self._vocabulary: Vocabulary | None = None
        self._copies: MemorisationMeasure | None = None
        self._start = 0  # of the generated text, after the prime
        self._network_name = ""
        self._predicted = -1
        """Where in the text the predicted character would stand."""

    def compose(self) -> ComposeResult:
        """Bar and prime above the text and the candidates; the legend below."""
        yield SamplerBar()
        with Horizontal(id="prime-row"):
            yield Label("prime")
            yield PrimeInput(placeholder="what the output starts from (p)", id="prime")
        with Horizontal(id="text-row"):
            yield StreamText(placeholder=PLACEHOLDER, id="stream")
            yield NextCharacter(id="candidates")
        with Horizontal(id="below-text"):
            yield Static(id="legend")
            yield MemorisationMeter(id="meter")

    def on_mount(self) -> None:
        """Show the legend in the colours of the theme."""
        self.call_after_refresh(self._show_legend)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_legend())

    @work(thread=True, exclusive=True, group="memorisation")
    def compare_with_text(self, network: Network) -> None:
        """Index the network's training text, to recognise memorised stretches."""
        worker = get_current_worker()
        self.app.call_from_thread(self._use_index, None, None, INDEXING)
        notice, index, known = "no text to compare with", None, network.vocabulary
        try:
            learned, _ = network.parts()
            if known.units != "characters":
                # What is generated is compared character by character.
                as_text = corpus_from_text(network.corpus, known.decode(learned))
                learned, known = as_text.ids, as_text.vocabulary
            index = CorpusIndex.build(learned, len(known), lambda: worker.is_cancelled)
        except CorpusError as error:
            logging.getLogger(__name__).info("Memorised text can't be recognised: %s", error)
        except SortingStoppedError:
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._use_index, index, known, notice)

    def _use_index(
        self, index: CorpusIndex | None, vocabulary: Vocabulary | None, notice: str
    ) -> None:
        """Measure with this index from now on, earlier output included."""
        meter = self.query_one(MemorisationMeter)
        meter.notice, meter.reading = notice, None
        self._vocabulary, self._copies = vocabulary, None
        if index is not None:
            meter.covered = index.size / max(1, index.corpus_size)
            self._copies = MemorisationMeasure(index)
            generated = self.stream.text[max(self._start - self.stream.first, 0) :]
            self._start = self.stream.end - len(generated)
            self._compare(generated)

    def _compare(self, text: str) -> None:
        """Measure the newest output, and underline memorised stretches."""
        if self._copies is None or self._vocabulary is None:
            return
        known = self._vocabulary
        ids = [known.index(symbol) if symbol in known else -1 for symbol in text]
        for start, stop in self._copies.push(ids):
            self.stream.set_underlined(self._start + start, self._start + stop)
        self.query_one(MemorisationMeter).reading = self._copies.reading

    @property
    def stream(self) -> StreamText:
        """The text."""
        return self.query_one(StreamText)

    @property
    def candidates(self) -> NextCharacter:
        """The candidates for the next character."""
        return self.query_one(NextCharacter)

    @property
    def bar(self) -> SamplerBar:
        """The sampling settings."""
        return self.query_one(SamplerBar)

    def show_network_name(self, name: str, is_generating: bool) -> None:
        """Show the network's name; clear the text of another one that isn't generating."""
        if name != self._network_name and not is_generating:
            self.begin("")
        self._network_name = name
        self._show_title()

    def _show_title(self) -> None:
        parts = ["Output", shortened(printable(self._network_name), NAME_CELLS)]
        if self.candidates.choosing:
            parts.append(CHOOSING if self.candidates.has_focus else CHOOSING_BY_MOUSE)
        self.border_title = Content(" · ".join(part for part in parts if part))

    def begin(self, prime: str) -> None:
        """Begin a new text, after `prime`."""
        self.stream.clear()
        self.candidates.update_candidates(())
        self._show_legend()
        self._start = len(prime)
        if prime:
            self.stream.append(prime, [None] * len(prime))
        if self._copies is not None:
            self._copies.reset()
            self.query_one(MemorisationMeter).reading = self._copies.reading

    def show(self, characters: Sequence[Character]) -> None:
        """Add the newest output, in one go."""
        text = "".join(character.symbol for character in characters)
        probabilities = [
            character.probability for character in characters for _ in character.symbol
        ]
        end = self.stream.end
        self.stream.append(text, probabilities)
        self._mark_chosen(end, characters)
        self._compare(text)
        last = characters[-1]
        self.candidates.update_candidates(last.candidates, last.unit)

    def _mark_chosen(self, place: int, characters: Sequence[Character]) -> None:
        """Mark what was chosen by hand of the characters from `place` on."""
        had_chosen = self.stream.has_chosen
        for character in characters:
            if character.by_hand:
                self.stream.set_chosen(place, place + len(character.symbol))
            place += len(character.symbol)
        if self.stream.has_chosen is not had_chosen:
            self._show_legend()

    def show_pause(self, is_paused: bool, prediction: Character | None) -> None:
        """Let the next character be chosen in a pause, as soon as it can be predicted."""
        candidates, place = self.candidates, self.stream.end
        if prediction is not None and is_paused:
            candidates.predict(prediction, is_new=place != self._predicted)
            self._predicted = place
        choosing = is_paused and (prediction is not None or candidates.choosing)
        if choosing is not candidates.choosing:
            candidates.choosing = choosing
            self._show_title()
            self.show_links()

    def show_sample(self, prime: str, text: str) -> None:
        """Show a recorded sample, whose probabilities are unknown."""
        self.begin(prime)
        self.stream.append(text, [None] * len(text))
        self._compare(text)

    def show_generating(self, is_generating: bool) -> None:
        """Show whether the network is generating."""
        if is_generating is not self.has_class("-live"):
            self.set_class(is_generating, "-live")
            self.show_links()

    def on_descendant_focus(self) -> None:
        """Show whether digits choose a character."""
        self._show_title()

    def on_descendant_blur(self) -> None:
        """Show whether digits choose a character."""
        self._show_title()

    def on_resize(self) -> None:
        """Show as many links as fit."""
        self.show_links()

    def show_links(self) -> None:
        """Show as many links in the border as fit."""
        words = {**_IN_SHORT, "generate": "stop" if self.has_class("-live") else "generate"}
        if is_choosing := self.candidates.choosing:
            words["hold"] = "resume"
        links = PAUSED_LINKS if is_choosing else LINKS
        self.border_subtitle = fitting_links(
            self.app, PLAYGROUND, links, self.size.width - 2, words
        )

    def toggle_copied(self) -> None:
        """Toggle the underlining of memorised stretches."""
        self.stream.underlining = not self.stream.underlining
        self._show_legend()

    def toggle_colour(self) -> None:
        """Toggle the colouring by probability."""
        self.stream.coloured = not self.stream.coloured
        self._show_legend()

    def _show_legend(self) -> None:
        legend = Content("likely: ") + self.stream.legend()
        self.query_one("#legend", Static).update(legend if self.stream.coloured else "")
