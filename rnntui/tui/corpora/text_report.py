"""The Corpora screen's report on a text: its beginning, its figures, its vocabulary."""

from dataclasses import dataclass
from typing import Final

from textual.content import Content

from rnntui.text.corpus import Corpus, load_corpus
from rnntui.text.library.entries import TextEntry, size_in_words
from rnntui.text.statistics import TextStatistics, text_statistics
from rnntui.tui.core.sentences import on_screen, one_line

PREVIEWED: Final = 20_000
"""Characters shown of a text."""


@dataclass(frozen=True)
class TextReport:
    """A text and its figures."""

    entry: TextEntry
    corpus: Corpus
    figures: TextStatistics
    beginning: str


def read_report(entry: TextEntry) -> TextReport:
    """Read a text of the library and count it; slow the first time.

    Raises CorpusError.
    """
    # By path, as its name might also be that of a file in the current folder.
    place = entry.name if entry.origin == "built" else entry.path
    corpus = load_corpus(place, doubtful="read")
    return TextReport(entry, corpus, text_statistics(corpus), corpus.preview(PREVIEWED))


def figures_in_words(report: TextReport) -> Content:
    """The figures in a few lines, safe to show."""
    figures, corpus = report.figures, report.corpus
    described = ": ".join(filter(None, (report.entry.title, report.entry.about)))
    lines = [
        Content.assemble((one_line(described or report.entry.name), "bold")),
        Content.assemble(
            _number(figures.characters), " characters, ",
            _number(figures.lines), " lines, ",
            _number(figures.words), " words",
        ),
        Content.assemble(
            _number(figures.symbols), " symbols; entropy ",
            (f"{figures.entropy_bits:.2f}", "bold"), " bits a character (uniform: ",
            (f"{figures.uniform_bits:.2f}", "bold"), ")",
        ),
        Content(f"{size_in_words(corpus.size_bytes)} of {corpus.text_encoding}"),
        *(Content(on_screen(notice)).stylize("italic") for notice in corpus.notices),
    ]  # fmt: skip
    return Content("\n").join(lines)


def _number(number: int) -> tuple[str, str]:
    return f"{number:,}", "bold"
