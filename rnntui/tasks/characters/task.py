"""Generating text character by character, as a `Task`."""

import math
from collections.abc import Sequence

from rnntui.nets.config import LayerRow, layer_table
from rnntui.tasks.characters.checkpoint import Header, load_checkpoint, read_header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.kinds import CHARACTERS
from rnntui.tasks.recipes import RecipeFile, configured
from rnntui.tasks.task import Layers
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import RunFolder


class CharactersTask:
    """A network that predicts the next character of a text."""

    kind = CHARACTERS
    config = TrainConfig

    read_header = staticmethod(read_header)
    load = staticmethod(load_checkpoint)
    describe = staticmethod(describe_run)

    def best(
        self, folder: RunFolder, config: TrainConfig, progress: Progress
    ) -> tuple[float | None, None]:
        """Bits per character of the lowest loss."""
        if progress.best_loss is None:
            return None, None
        bits = progress.best_loss / math.log(2)
        if config.units != "characters":
            bits /= describe_run(folder).chars_per_unit
        return bits, None

    def learned_per_step(self, config: TrainConfig) -> int:
        """Units that a step trains on: one per window, or all of each sequence."""
        return config.batch_size if config.window else config.batch_size * config.seq_length

    def about(self, header: Header) -> list[tuple[str, str]]:
        """See `Task`."""
        corpus = header.corpus
        return [
            ("corpus", f"{corpus.name}, {corpus.characters:,} characters ({corpus.source})"),
            *([] if header.config.units == "characters" else [("units", header.config.units)]),
            ("normalisation", ", ".join(header.normalisation.steps) or "none"),
        ]

    def layers(self, header: Header) -> Sequence[LayerRow]:
        """See `Task`."""
        return layer_table(header.model)

    def recipe_layers(self, file: RecipeFile, corpus: str | None) -> Layers:
        """See `Task`; the text's vocabulary sizes the first and the last layer."""
        from rnntui.tasks.characters.run import unit_choice
        from rnntui.text.corpus import load_corpus
        from rnntui.text.in_units import in_units
        from rnntui.text.library.entries import default_text_name
        from rnntui.text.normalisation import Normalisation

        config = configured(file, TrainConfig).config
        text = load_corpus(
            corpus or file.corpus or default_text_name(),
            normalisation=Normalisation(config.normalise),
            text_encoding=config.read_as,
        )
        text = in_units(text, unit_choice(config))
        symbols = len(text.vocabulary)
        sentence = f"With the {symbols} symbols of '{text.name}' its layers are:"
        return Layers(sentence, layer_table(config.model(symbols)))
