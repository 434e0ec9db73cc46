"""Labelled corpora: texts with a class each, for training and test."""

import hashlib
import json
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnntui.errors import CorpusError, quoted
from rnntui.text.cache import CachedArrays, read_arrays, write_arrays
from rnntui.text.labelled import cache
from rnntui.text.labelled.choices import Units
from rnntui.text.labelled.faults import Faults
from rnntui.text.labelled.layout import LabelledText, natural_key
from rnntui.text.labelled.sources import (
    LabelledFiles,
    find_labelled,
    open_labelled,
    read_files,
)
from rnntui.text.labelled.table import TableColumns
from rnntui.text.labelled.texts import PackedTexts, pack
from rnntui.text.labelled.tokens import TokenisedTexts

Labels = NDArray[np.int64]

_NAMED_CLASSES = 10


@dataclass(frozen=True, eq=False)
class Part:
    """Texts, and each one's class as an index of `LabelledCorpus.classes`.

    `texts` are read on demand, so a part of any size takes little memory. `labels` is
    `[len(texts)]`. `content_hash` is of the texts alone.
    """

    texts: PackedTexts
    labels: Labels
    content_hash: str

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.texts)

    def tokenised(self, units: Units) -> TokenisedTexts:
        """The texts cut into units, from the cache if possible."""
        return cache.tokenised_from_cache(self.texts, self.content_hash, units)


@dataclass(frozen=True, eq=False)
class LabelledCorpus:
    """Texts with a class each.

    `classes` are sorted, at least two. `source` is a phrase about the texts' origin, `notices` are
    sentences about how they were read. `test` is the corpus's own test part, if any. `content_hash`
    is the same for an archive and its unpacked folder.
    """

    name: str
    source: str
    classes: tuple[str, ...]
    train: Part
    test: Part | None
    notices: tuple[str, ...]
    content_hash: str


def read_labelled(
    reference: str | Path = "",
    *,
    text_column: str = "",
    label_column: str = "",
    text_encoding: str | None = None,
    no_header: bool = False,
    skip_bad: bool = False,
) -> LabelledCorpus:
    """Read a labelled corpus, from the cache if it is unchanged.

    `reference` is the Large Movie Review archive or its unpacked folder
    (`train/pos/…`, `test/neg/…`; `unsup` is left out), another folder or tar
    archive of folders named by class, a CSV, TSV or JSONL file with a text and
    a label column, a name in the folders of texts, or "" for the shipped reviews. A column is given
    by name or number, from 1; otherwise it is found by usual names, or with `no_header` by its
    values. Texts are in the file's order, or by file name with numbers by value. Unusable texts are
    an error, or with `skip_bad` left out, counted and named in a notice. Raises `CorpusError`.
    """
    columns = TableColumns(text_column, label_column, not no_header)
    found = find_labelled(reference)
    source = open_labelled(found, columns, text_encoding, skip_bad=skip_bad)
    stored = cache.recall(source.path, source.options, source.stamps)
    if stored is not None:
        entry = read_arrays(cache.corpus_path(stored.content_hash))
        if entry is not None:
            kept = _from_entry(source.name, source.phrase, entry, stored)
            if kept is not None:
                return kept
    read_at_ns = time.time_ns()
    faults = Faults(source.path.name, skip=skip_bad)
    texts, notices = read_files(source, faults)
    texts = [text for text in texts if _is_usable(text, faults)]
    notices = (*notices, *faults.notices(len(texts)))
    corpus = _built(source, texts, notices)
    with suppress(OSError):  # without a cache it is read anew next time
        _keep(corpus)
        content = cache.StoredContent(corpus.content_hash, notices)
        cache.remember(source.path, source.options, source.stamps, content, read_at_ns)
    return corpus


def labelled_from_cache(name: str, source: str, content_hash: str) -> LabelledCorpus | None:
    """A corpus from the cache by its hash, or None if it isn't there.

    Neither the original files nor their names are needed.
    """
    entry = read_arrays(cache.corpus_path(content_hash))
    if entry is None:
        return None
    return _from_entry(name, source, entry, cache.StoredContent(content_hash, ()))


def class_counts(corpus: LabelledCorpus, part: Part) -> tuple[int, ...]:
    """The number of texts of each class in a part, in the order of the classes."""
    return tuple(np.bincount(part.labels, minlength=len(corpus.classes)).tolist())


def labels_in(corpus: LabelledCorpus, part: Part, classes: Sequence[str]) -> Labels:
    """A part's labels as indices of a trained network's `classes`, `[len(part)]`.

    Raises `CorpusError`, naming it, for a class of the part that isn't among them.
    """
    known = {name: position for position, name in enumerate(classes)}
    counts = class_counts(corpus, part)
    for name, count in zip(corpus.classes, counts, strict=True):
        if count and name not in known:
            raise CorpusError(
                f"{corpus.name} has texts of the class {quoted(name)}, which the network "
                f"never learned; it knows {_listed(classes)}."
            )
    table = np.array([known.get(name, -1) for name in corpus.classes], dtype=np.int64)
    return table[part.labels]


def check_classes_seen(corpus: LabelledCorpus, train: NDArray[np.int64]) -> None:
    """Raise `CorpusError` for a class without a text among the training texts `train` (indices)."""
    counts = np.bincount(corpus.train.labels[train], minlength=len(corpus.classes))
    if not counts.all():
        name = corpus.classes[int(np.argmin(counts))]
        raise CorpusError(
            f"All texts of the class {quoted(name)} in {corpus.name} are held out, so nothing "
            "can learn it; add some, hold out less, or choose another --seed."
        )


def _built(
    source: LabelledFiles, texts: list[LabelledText], notices: tuple[str, ...]
) -> LabelledCorpus:
    """Number the labels, and pack the texts."""
    labels = [_as_kept(text.label) for text in texts]
    classes = tuple(sorted(set(labels), key=natural_key))
    if len(classes) < 2:
        has = f"only one class, {_listed(classes)}" if classes else "no texts"
        raise CorpusError(f"{source.path.name} has {has}; there must be at least two classes.")
    number = {name: position for position, name in enumerate(classes)}
    by_part: dict[str, Part] = {}
    for part in ("train", "test"):
        chosen = [at for at, text in enumerate(texts) if text.part == part]
        packed = pack(texts[at].text for at in chosen)
        numbers = np.array([number[labels[at]] for at in chosen], dtype=np.int64)
        by_part[part] = Part(packed, numbers, cache.hash_texts(packed))
    train, test = by_part["train"], by_part["test"] if len(by_part["test"]) else None
    unseen = set(classes) - {classes[at] for at in np.unique(train.labels)}
    if unseen:
        name = min(unseen, key=natural_key)
        raise CorpusError(
            f"{source.path.name} has texts of the class {quoted(name)} in the test part, but "
            "none to train on; add some, or remove the class."
        )
    content_hash = _content_hash(classes, train, test)
    return LabelledCorpus(source.name, source.phrase, classes, train, test, notices, content_hash)


def _is_usable(text: LabelledText, faults: Faults) -> bool:
    """Whether there are text and label; anything else is added to `faults`."""
    fault = ""
    if not text.text.strip():
        fault = "has an empty text"
    elif "\0" in text.text:
        fault = "contains NUL characters"
    elif not text.label:
        fault = "has no label"
    if fault:
        faults.add(text.place, fault)
    return not fault


def _as_kept(label: str) -> str:
    return unicodedata.normalize("NFC", label.encode("utf-8", "replace").decode())


def _content_hash(classes: tuple[str, ...], train: Part, test: Part | None) -> str:
    digest = hashlib.sha256(json.dumps(classes).encode())
    for part in (train, test):
        if part is not None:
            digest.update(part.content_hash.encode() + part.labels.astype("<i8").tobytes())
    return digest.hexdigest()


def _keep(corpus: LabelledCorpus) -> None:
    """Write a corpus into the cache. Raises `OSError`."""
    hashes: dict[str, str] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for name, part in (("train", corpus.train), ("test", corpus.test)):
        if part is not None:
            hashes[name] = part.content_hash
            arrays[f"{name}.data"] = part.texts.data
            arrays[f"{name}.offsets"] = part.texts.offsets
            arrays[f"{name}.labels"] = part.labels
    about = {"classes": corpus.classes, "hashes": hashes}
    write_arrays(cache.corpus_path(corpus.content_hash), about, arrays)


def _from_entry(
    name: str, source: str, entry: CachedArrays, stored: cache.StoredContent
) -> LabelledCorpus | None:
    """The corpus of a cache entry; None for an invalid one."""
    try:
        classes = tuple(entry.about["classes"])
        parts = {
            part: Part(
                PackedTexts(entry.arrays[f"{part}.data"], entry.arrays[f"{part}.offsets"]),
                entry.arrays[f"{part}.labels"],
                content_hash,
            )
            for part, content_hash in entry.about["hashes"].items()
        }
        train, test = parts["train"], parts.get("test")
    except (KeyError, TypeError, AttributeError):
        return None
    named = all(isinstance(word, str) for word in classes)
    if not named or not all(_is_whole(part, len(classes)) for part in parts.values()):
        return None
    notices, content_hash = stored.notices, stored.content_hash
    return LabelledCorpus(name, source, classes, train, test, notices, content_hash)


def _is_whole(part: Part, classes: int) -> bool:
    """Whether each text lies within the bytes and has a class."""
    offsets, labels = part.texts.offsets, part.labels
    return bool(
        len(offsets) == len(labels) + 1
        and offsets[0] == 0
        and offsets[-1] == len(part.texts.data)
        and (np.diff(offsets) >= 0).all()
        and (not len(labels) or (labels.min() >= 0 and labels.max() < classes))
    )


def _listed(classes: Sequence[str]) -> str:
    more = len(classes) - _NAMED_CLASSES
    return ", ".join(map(quoted, classes[:_NAMED_CLASSES])) + (f" and {more} more" * (more > 0))
