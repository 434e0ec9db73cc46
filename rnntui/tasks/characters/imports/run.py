"""An imported network as a run like any other: its folder, its settings, its checkpoint."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rnntui.errors import ConfigError
from rnntui.nets.config import ModelConfig, fields_from
from rnntui.tasks.characters.checkpoint import Checkpoint, Header
from rnntui.tasks.characters.config import TrainConfig
from rnntui.tasks.characters.imports.network import ForeignNetwork
from rnntui.tasks.characters.imports.vocabulary import beside, vocabulary_of_json
from rnntui.tasks.characters.provenance import CorpusProvenance
from rnntui.tasks.characters.run import prepare_run
from rnntui.text.corpus import Corpus, load_corpus
from rnntui.text.library.references import STANDARD_INPUT
from rnntui.text.normalisation import Normalisation
from rnntui.text.rare import in_vocabulary
from rnntui.text.vocabulary import Vocabulary
from rnntui.training.checkpoint_file import save_checkpoint
from rnntui.training.prepared_run import versions
from rnntui.training.progress import Progress
from rnntui.training.runs.folder import (
    RunFolder,
    check_new_name,
    create_run_folder,
    free_run_name,
)
from rnntui.training.settings.declaring import flag
from rnntui.training.settings.tables import to_tables


@dataclass(frozen=True)
class Reading:
    """How an imported network reads: its symbols by id, and the text that it learned, if known.

    The text is in these ids.
    """

    vocabulary: Vocabulary
    normalisation: Normalisation
    text: Corpus | None


def reading_of(
    path: Path,
    foreign: ForeignNetwork,
    vocabulary: str | None,
    normalise: tuple[str, ...] | None,
) -> Reading:
    """How a network reads, by what its file says, what lies beside it, and what is asked for.

    `vocabulary` is a JSON file, or a text whose characters have the ids of `sorted(set(text))`.
    Raises `ConfigError` and `CorpusError`.
    """
    normalisation = foreign.normalisation or Normalisation()
    if normalise is not None:
        normalisation = Normalisation(normalise)
    text: Corpus | None = None
    given = beside(path) if vocabulary is None and foreign.vocabulary is None else None
    if given is not None or (vocabulary is not None and vocabulary.endswith(".json")):
        symbols, said = vocabulary_of_json(given or Path(str(vocabulary))), str(given or vocabulary)
    elif vocabulary is not None:
        found = load_corpus(vocabulary, normalisation=normalisation)
        symbols, said = Vocabulary(tuple(sorted(found.vocabulary.symbols))), vocabulary
        text = in_vocabulary(found, symbols)
    elif foreign.vocabulary is not None:
        symbols, said = foreign.vocabulary, str(path)
    else:
        raise ConfigError(
            f"{path} doesn't say which symbol each id is: give --vocabulary, a JSON list of them in"
            " the order of their ids, or the text that the network learned."
        )
    if len(symbols) != foreign.model.vocab_size:
        raise ConfigError(
            f"The network of {path} has {foreign.model.vocab_size:,} symbols and"
            f" --vocabulary {said} has {len(symbols):,}; a text must be the one it learned,"
            " with the same --normalise."
        )
    return Reading(symbols, normalisation, text)


def with_settings(
    path: Path, foreign: ForeignNetwork, asked: Mapping[str, object]
) -> ForeignNetwork:
    """The network with those settings that its file says nothing of; None is not asked for.

    Raises `ConfigError` for one that contradicts the file.
    """
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.items():
        if name not in foreign.unsaid and value != (said := getattr(foreign.model, name)):
            raise ConfigError(f"{flag(name)} can't be set: the network of {path} has {said}.")
    return replace(foreign, model=replace(foreign.model, **given))


def import_network(
    parent: Path, path: Path, foreign: ForeignNetwork, reading: Reading, name: str | None
) -> RunFolder:
    """Make a run in `parent` with a network as its last and best checkpoint, at step 0.

    Its default name has the file's and a number. Raises `CheckpointError` for a taken or invalid
    name or a failed write, `ConfigError` for a network beyond the bounds of the settings.
    """
    check_new_name(parent, name)
    folder = RunFolder(parent / (name or free_run_name(parent, path.stem)))
    config = _configuration(foreign.model, reading)
    if reading.text is None:
        header, tables = _without_text(folder, path, config, reading)
    else:
        # As a run that starts from another network, so that a resume takes over its ids.
        run = prepare_run(folder, reading.text, config, init_from=str(path.resolve()))
        header, tables = run.header(Progress()), run.tables(run.total_steps)
    create_run_folder(folder, tables)
    save_checkpoint(Checkpoint(header, foreign.weights, {}, {}), folder.last, folder.best)
    return folder


def _configuration(model: ModelConfig, reading: Reading) -> TrainConfig:
    settings: dict[str, Any] = fields_from(model, TrainConfig)
    return TrainConfig(
        **settings,
        units=reading.vocabulary.units,
        normalise=reading.normalisation.steps,
        val_fraction=0.0,
        epochs=1,
    )


def _without_text(
    folder: RunFolder, path: Path, config: TrainConfig, reading: Reading
) -> tuple[Header, dict[str, Any]]:
    """The header and the content of `run.toml` where the text isn't known."""
    # Not an empty reference, which would be this folder.
    source = f"imported from {path.name}, text not known"
    corpus = CorpusProvenance(path.stem, source, STANDARD_INPUT, config.read_as or "utf-8", "", 0)
    header = Header(
        run=folder.name,
        model=config.model(len(reading.vocabulary)),
        vocabulary=reading.vocabulary,
        normalisation=reading.normalisation,
        corpus=corpus,
        config=config,
        progress=Progress(),
    )
    return header, {
        "run": {"kind": "characters", "name": folder.name, "prime": "", "init_from": ""},
        "corpus": asdict(corpus),
        **to_tables(config),
        "resolved": {"eval_chars": 0, "total_steps": 0, "rates_given": 0},
        "versions": versions(),
    }
