# What type checkers see of the lazy names in __init__.py; a test holds the two together.

from rnntui.api import (
    TrainingRun as TrainingRun,
    corpus_from_text as corpus_from_text,
    evaluate as evaluate,
    generate as generate,
    load_checkpoint as load_checkpoint,
    load_corpus as load_corpus,
    resume as resume,
    trace as trace,
    train as train,
)
from rnntui.api_lenses import (
    activations as activations,
    embedding_map as embedding_map,
    influence as influence,
    neurons as neurons,
    surprise as surprise,
)
from rnntui.errors import (
    CheckpointError as CheckpointError,
    ConfigError as ConfigError,
    CorpusError as CorpusError,
    DivergedError as DivergedError,
    RnntuiError as RnntuiError,
    SamplingError as SamplingError,
)
from rnntui.lenses.activations import Activations as Activations
from rnntui.lenses.embedding_map import EmbeddingMap as EmbeddingMap
from rnntui.lenses.forward_trace import StepTrace as StepTrace
from rnntui.lenses.influence import Influence as Influence
from rnntui.lenses.neurons import UnitCorrelations as UnitCorrelations
from rnntui.lenses.surprise import Surprise as Surprise
from rnntui.sampling.stream import Character as Character
from rnntui.tasks.characters.checkpoint import Checkpoint as Checkpoint
from rnntui.tasks.characters.scoring import Score as Score
from rnntui.text.corpus import Corpus as Corpus
from rnntui.training.events import (
    Evaluated as Evaluated,
    Failed as Failed,
    Finished as Finished,
    Sampled as Sampled,
    Saved as Saved,
    Step as Step,
    TrainEvent as TrainEvent,
    Warned as Warned,
)

__version__: str
