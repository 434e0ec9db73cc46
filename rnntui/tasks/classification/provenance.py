"""The provenance of a labelled corpus, as runs and checkpoints keep it, and finding it again."""

import shlex
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rnntui.errors import CorpusError
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.recipes import DEFAULT, find_classify_recipe
from rnntui.text.labelled.corpus import LabelledCorpus, labelled_from_cache, read_labelled
from rnntui.text.labelled.sources import SHIPPED_NAME, find_labelled
from rnntui.training.changed_text import AllowOldText, changed_sentence, old_corpus
from rnntui.training.settings.declaring import changed_flags


@dataclass(frozen=True)
class LabelledSource:
    """How a labelled corpus is read; each field may be empty (see `read_labelled`)."""

    reference: str = ""
    text_column: str = ""
    label_column: str = ""
    text_encoding: str = ""
    no_header: bool = False
    skip_bad: bool = False

    def read(self) -> LabelledCorpus:
        """Read the corpus. Raises `CorpusError`."""
        return read_labelled(
            self.reference,
            text_column=self.text_column,
            label_column=self.label_column,
            text_encoding=self.text_encoding or None,
            no_header=self.no_header,
            skip_bad=self.skip_bad,
        )


@dataclass(frozen=True)
class LabelledProvenance:
    """Which labelled corpus a network was trained on.

    `source` describes where it came from; the next four fields, and the last two, are those
    of its `LabelledSource`, with an absolute path; `content_hash` is of its content; `texts`
    counts the training part, held-out texts included.
    """

    name: str
    source: str
    reference: str
    text_column: str
    label_column: str
    text_encoding: str
    content_hash: str
    texts: int
    no_header: bool = False
    skip_bad: bool = False


def provenance_of(corpus: LabelledCorpus, source: LabelledSource) -> LabelledProvenance:
    """The provenance of a corpus that was read from `source`."""
    path = Path(source.reference)
    read_from = asdict(source)
    if source.reference and path.exists():
        read_from["reference"] = str(path.resolve())
    return LabelledProvenance(
        name=corpus.name,
        source=corpus.source,
        content_hash=corpus.content_hash,
        texts=len(corpus.train),
        **read_from,
    )


def source_of(provenance: LabelledProvenance) -> LabelledSource:
    """The source that the corpus of a provenance was read from."""
    return LabelledSource(
        **{part.name: getattr(provenance, part.name) for part in fields(LabelledSource)}
    )


def corpus_to_resume(
    provenance: LabelledProvenance, config: ClassifyConfig, trained: str, allow: AllowOldText
) -> LabelledCorpus:
    """The corpus of a provenance; if it has changed since, the old one, if `allow` permits.

    `trained` is the network's name in sentences. Missing texts are taken from the cache.
    Raises `ChangedTextError`, and `CorpusError` for texts that are not in the cache, either.
    """
    problem: CorpusError | None = None
    try:
        corpus = source_of(provenance).read()
        if corpus.content_hash == provenance.content_hash:
            return corpus
    except CorpusError as error:
        problem = error
    kept = labelled_from_cache(provenance.name, provenance.source, provenance.content_hash)
    if problem is not None and not _is_there(provenance):
        if kept is None:
            raise CorpusError(
                f"The texts of '{provenance.name}' can't be found again: {problem}"
            ) from problem
        return kept
    about = changed_sentence(provenance.name, provenance.reference or SHIPPED_NAME, trained)
    command = new_run_command(source_of(provenance), config)
    return old_corpus(kept, about, command, allow)


def _is_there(provenance: LabelledProvenance) -> bool:
    try:
        find_labelled(provenance.reference)
    except CorpusError:
        return False
    return True


def new_run_command(source: LabelledSource, config: ClassifyConfig) -> str:
    """`rnntui classify train …`: the texts, and a flag for each setting that is not default."""
    words = ["rnntui", "classify", "train", *words_of(source)]
    return shlex.join([*words, *changed_flags(config, find_classify_recipe(DEFAULT).config)])


def words_of(source: LabelledSource) -> list[str]:
    """The arguments of a command line that name a corpus."""
    words = [source.reference] if source.reference else []
    for option, value in (
        ("--text-column", source.text_column),
        ("--label-column", source.label_column),
        ("--text-encoding", source.text_encoding),
    ):
        words += [option, value] if value else []
    words += ["--no-header"] if source.no_header else []
    return words + (["--skip-bad"] if source.skip_bad else [])
