"""A terminal playground for character-level recurrent networks.

The names below are for notebooks and scripts (docs/api.md). Each is imported when it is first
used, so that `import rnntui` loads neither NumPy nor torch; type checkers read `__init__.pyi`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "rnntui.api": (
        "TrainingRun",
        "corpus_from_text",
        "evaluate",
        "generate",
        "load_checkpoint",
        "load_corpus",
        "resume",
        "trace",
        "train",
    ),
    "rnntui.api_lenses": (
        "activations",
        "embedding_map",
        "influence",
        "neurons",
        "surprise",
    ),
    "rnntui.errors": (
        "CheckpointError",
        "ConfigError",
        "CorpusError",
        "DivergedError",
        "RnntuiError",
        "SamplingError",
    ),
    "rnntui.lenses.activations": ("Activations",),
    "rnntui.lenses.embedding_map": ("EmbeddingMap",),
    "rnntui.lenses.forward_trace": ("StepTrace",),
    "rnntui.lenses.influence": ("Influence",),
    "rnntui.lenses.neurons": ("UnitCorrelations",),
    "rnntui.lenses.surprise": ("Surprise",),
    "rnntui.sampling.stream": ("Character",),
    "rnntui.tasks.characters.checkpoint": ("Checkpoint",),
    "rnntui.tasks.characters.scoring": ("Score",),
    "rnntui.text.corpus": ("Corpus",),
    "rnntui.training.events": (
        "Evaluated",
        "Failed",
        "Finished",
        "Sampled",
        "Saved",
        "Step",
        "TrainEvent",
        "Warned",
    ),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rnntui' has no attribute {name!r}")
    # Found by name alone: an import here would make a circle of every module that asks
    # for the version.
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
