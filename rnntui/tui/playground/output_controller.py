"""Controls of the output: start and stop, sampling settings, saving, copying as a command.

It steers the session, shows the settings in the output pane, and explains in toasts
what can't be done now.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rnntui import places
from rnntui.errors import RnntuiError, reason
from rnntui.runtime.session import Session
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.modes import Mode
from rnntui.sampling.stream import Character, drawn_after, hybrid_equals_argmax
from rnntui.tui.core.new_files import write_new
from rnntui.tui.core.preferences import Preferences
from rnntui.tui.core.sample_command import needs_file, sample_command
from rnntui.tui.core.sampling_choices import (
    next_pace,
    with_next_top_k,
    with_next_top_p,
    with_temperature,
)
from rnntui.tui.core.sentences import Tell, shown_path
from rnntui.tui.playground.output_pane import OutputPane

COMMAND_LENGTH: Final = 1000
"""Characters that a copied `rnntui sample` generates."""


class OutputController:
    """One stream at a time and its sampling settings."""

    def __init__(self, session: Session, output: OutputPane, tell: Tell) -> None:
        """Steer a session that isn't generating."""
        self._session, self._output, self._tell = session, output, tell
        self._prime = ""
        """The prime of the stream."""
        self._shown = 0
        """Characters of the stream that were shown."""
        self._chosen: dict[int, str] = {}
        """Those of them that were chosen by hand, by their places from 1."""

    def apply(self, preferences: Preferences) -> None:
        """Apply the settings of an earlier session."""
        session, stream = self._session, self._output.stream
        spec = replace(session.spec, mode=preferences.mode, temperature=preferences.temperature)
        self.apply_settings(spec, session.seed, preferences.pace)
        stream.coloured = preferences.colour_by_probability
        stream.underlining = preferences.underline_copied

    def apply_settings(self, spec: SamplingSpec, seed: int, pace: float) -> None:
        """Apply settings made on another screen."""
        session, bar = self._session, self._output.bar
        self._set(spec)
        session.seed = bar.seed = seed
        session.set_pace(pace)
        bar.pace = session.pace

    def toggle(self) -> bool:
        """Start or stop generating; returns whether it generates now."""
        if self._session.is_generating:
            self._session.stop_generating()
            return False
        return self._generate()

    def _generate(self) -> bool:
        session = self._session
        try:
            prime = session.generate()
        except RnntuiError as error:
            self._tell(str(error), "warning")
            return False
        self._prime, self._shown, self._chosen = session.prime, 0, {}
        self._output.begin(prime.text if session.prime else "")
        self._output.bar.held = False
        for warning in prime.warnings:
            self._tell(warning, "warning")
        return True

    def apply_prime(self) -> None:
        """Restart the output from the prime, unless it already started from it."""
        if not self._session.is_generating or self._session.prime != self._prime:
            self._generate()

    def toggle_pause(self) -> None:
        """Pause or resume the output."""
        if self._session.is_generating:
            self._session.toggle_stream_pause()
            self._output.bar.held = self._session.is_stream_paused

    def step(self) -> None:
        """Pause the output, or generate one more character in a pause."""
        self._session.step_stream()
        self._output.bar.held = self._session.is_stream_paused

    def choose(self, symbol: str) -> None:
        """Continue the paused output with one of its candidates."""
        self._session.choose(symbol)

    def show(self, characters: Sequence[Character]) -> None:
        """Show the newest output."""
        for place, character in enumerate(characters, self._shown + 1):
            if character.by_hand:
                self._chosen[place] = character.symbol
        self._shown += len(characters)
        self._output.show(characters)

    def set_mode(self, mode: Mode) -> None:
        """Set the sampling mode."""
        self._set(replace(self._session.spec, mode=mode))
        network = self._session.network
        if mode == "hybrid" and network and hybrid_equals_argmax(network.vocabulary):
            lacking = drawn_after(network.vocabulary)
            self._tell(f"This text has no {lacking}, so hybrid never samples: it equals argmax.")

    def change_temperature(self, way: str) -> None:
        """Raise or lower the temperature by a tenth."""
        self._set(with_temperature(self._session.spec, way))

    def change_top_k(self) -> None:
        """Take the next bound."""
        self._set(with_next_top_k(self._session.spec))

    def change_top_p(self) -> None:
        """Take the next bound."""
        self._set(with_next_top_p(self._session.spec))

    def _set(self, spec: SamplingSpec) -> None:
        self._session.spec = self._output.bar.spec = spec

    def reseed(self) -> None:
        """Take the next seed; a stream in progress restarts with it."""
        self._session.seed += 1
        self._output.bar.seed = self._session.seed
        if self._session.is_generating:
            self._generate()

    def change_pace(self) -> None:
        """Take the next pace."""
        self._session.set_pace(next_pace(self._session.pace))
        self._output.bar.pace = self._session.pace

    def keep_text(self) -> None:
        """Save the text to a file beside the runs."""
        text = self._output.stream.text
        if not text:
            self._tell("There is no text yet; press g to let the network generate.")
            return
        try:
            path = write_new(places.checkpoints_dir().parent, "written", ".txt", text)
        except OSError as error:
            self._tell(f"The text can't be saved: {reason(error)}.", "error")
            return
        self._tell(f"Saved as {shown_path(path)}.")

    def command(self) -> str | None:
        """A command line that generates the same without a screen; None without a network.

        A prime too long for it is saved to a file beside the runs.
        """
        session, file = self._session, None
        if not session.is_generating or session.network is None:
            return None
        if needs_file(session.prime):
            try:
                file = write_new(places.checkpoints_dir().parent, "prime", ".txt", session.prime)
                self._tell(f"The prime is too long for a shell; it is in {shown_path(file)}.")
            except OSError as error:
                why = f"and can't be saved to a file: {reason(error)}"
                self._tell(f"The prime is too long for a shell, {why}.", "error")
        return sample_command(
            session.network.reference,
            session.spec,
            session.prime,
            session.seed,
            max((COMMAND_LENGTH, *self._chosen)),
            file,
            self._chosen,
            session.network.replayed.kept_step if session.network.replayed else None,
        )
