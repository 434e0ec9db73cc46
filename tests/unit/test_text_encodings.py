"""Guessing the encodings of legacy texts: what is read right, and what is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.corpus import load_corpus
from rnntui.text.guessing import Guess, guess_encoding
from rnntui.text.labelled.corpus import read_labelled
from rnntui.text.library.entries import add_text, entry_at, list_texts
from rnntui.tui.playground.corpus_list import beginning
from tests.unit import languages

CASES = [
    ("ENGLISH", "cp1252"),
    ("FRENCH", "cp1252"),
    ("FRENCH", "iso8859-15"),
    ("GERMAN", "cp850"),
    ("GERMAN", "cp1252"),
    ("SPANISH", "cp1252"),
    ("PORTUGUESE", "cp1252"),
    ("ITALIAN", "cp1252"),
    ("ENGLISH", "mac_roman"),
    ("POLISH", "cp1250"),
    ("POLISH", "iso8859-2"),
    ("CZECH", "cp1250"),
    ("HUNGARIAN", "cp1250"),
    ("TURKISH", "cp1254"),
    ("GREEK", "cp1253"),
    ("GREEK", "iso8859-7"),
    ("RUSSIAN", "cp1251"),
    ("RUSSIAN", "koi8-r"),
    ("RUSSIAN", "iso8859-5"),
    ("RUSSIAN", "cp866"),
    ("UKRAINIAN", "cp1251"),
    ("UKRAINIAN", "koi8-u"),
    ("JAPANESE", "cp932"),
    ("JAPANESE", "euc_jp"),
    ("KOREAN", "cp949"),
    ("SIMPLIFIED_CHINESE", "gb18030"),
    ("TRADITIONAL_CHINESE", "big5"),
]
LENGTHS = (200, 400, 800, 1600)
OFTEN_UNSURE = {"mac_roman", "iso8859-2", "cp1250"}
"""Those whose sisters read many short texts almost alike."""
PLAIN = str.maketrans(
    {"—": "-", "–": "-", "’": "'", "…": "...", **dict.fromkeys("«»„“”", '"')}
)  # for encodings without them


def pieces(language: str, encoding: str, length: int, count: int = 5) -> Iterator[str]:
    """Different parts of a text that take about `length` bytes."""
    text: str = getattr(languages, language)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN)
    endless = text * (2 + length // len(text))
    for number in range(count):
        start = number * len(text) // count
        piece = endless[start : start + length]
        while len(piece.encode(encoding)) > length:
            piece = piece[:-1]
        if not piece.isascii():
            yield piece


def guessed(data: bytes) -> Guess:
    guess = guess_encoding((data,))
    assert guess is not None
    return guess


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_texts_in_legacy_encodings_are_decoded_right(
    language: str, encoding: str, length: int
) -> None:
    """From 200 bytes on, wherever they begin; and mostly without asking."""
    for piece in pieces(language, encoding, length):
        data = piece.encode(encoding)
        guess = guessed(data)
        assert data.decode(guess.encoding) == piece
        assert not guess.candidates or encoding in OFTEN_UNSURE


@pytest.mark.parametrize("lines", [1, 2, 3, 5, 10, 20, 40, 80, 160, 320, 640, 1280])
def test_a_play_with_curly_apostrophes_is_western_at_any_length(lines: int) -> None:
    """The guess used to flip: wrong at 40 lines, right at 80, wrong at 160."""
    play = (places.shipped_corpora_dir() / "play.txt").read_text("utf-8").replace("'", "’")
    whole = play.splitlines(keepends=True)
    for start in range(0, 600, 97):
        piece = "".join(whole[start : start + lines])
        if "’" in piece:
            guess = guessed(piece.encode("cp1252"))
            assert (guess.encoding, guess.candidates) == ("cp1252", ())


@pytest.mark.parametrize(
    "text",
    [
        "It’s late.\n",
        "“No,” she said.",
        "a café",
        "naïve",
        "Grüße!",
        "¿Qué?",
        "déjà vu – encore",
        "It costs 5 € or £4.",
        "“’Tis the third bell,” he cried. “Who’s there?”",
        "Wir müßten über die Brücke gehen.",
        "« Où est-il ? »",
        "El niño soñó con mañana.",
        "l’été à Orléans",
    ],
)
def test_short_western_texts_are_western(text: str) -> None:
    """The likeliest file that a person has; no multi-byte encoding takes it."""
    assert guessed(text.encode("cp1252")) == Guess("cp1252", is_slight=True)


def test_the_right_encoding_of_short_texts_is_guessed_or_asked_for() -> None:
    """A guess that goes on without asking is wrong for few pieces of 40 bytes."""
    wrong = total = 0
    for language, encoding in CASES:
        for piece in pieces(language, encoding, 40, count=4):
            data = piece.encode(encoding)
            guess = guessed(data)
            total += 1
            wrong += not guess.candidates and data.decode(guess.encoding) != piece
    assert wrong <= 0.04 * total


AMBIGUOUS = "Odtąd każdego ranka szła".encode("cp1250")
"""Polish with too few letters to be sure of."""


def test_training_asks_for_an_encoding_that_is_not_sure(tmp_path: Path) -> None:
    """With the likeliest, and how each would read."""
    path = tmp_path / "short.txt"
    path.write_bytes(AMBIGUOUS)
    with pytest.raises(CorpusError) as caught:
        load_corpus(path)
    sentence = str(caught.value)
    told = "The encoding of short.txt is uncertain, most likely windows-1250 (“"
    assert sentence.startswith(told)
    assert "Odtąd każdego r…" in sentence
    assert " or " in sentence
    assert "name it with --text-encoding" in sentence
    assert load_corpus(path, text_encoding="cp1250").preview(24) == "Odtąd każdego ranka szła"


def test_what_only_shows_a_text_goes_on_with_the_likeliest_and_says_so(tmp_path: Path) -> None:
    """Also when it was read before."""
    path = tmp_path / "short.txt"
    path.write_bytes(AMBIGUOUS)
    for _ in range(2):
        corpus = load_corpus(path, doubtful="read")
        assert corpus.preview(24) == "Odtąd każdego ranka szła"
        assert corpus.notices[0].startswith("Read short.txt as windows-1250 (detected). The enc")
    with pytest.raises(CorpusError, match="is uncertain"):
        load_corpus(path)


def test_a_text_of_unsure_encoding_is_not_added_to_the_library(tmp_path: Path) -> None:
    """There it would stay as it was misread."""
    path = tmp_path / "short.txt"
    path.write_bytes(AMBIGUOUS)
    with pytest.raises(CorpusError, match="is uncertain"):
        add_text(path)
    assert "short" not in [entry.name for entry in list_texts()]


def test_short_files_of_a_folder_are_guessed_together(tmp_path: Path) -> None:
    """Each alone would leave a doubt, or be taken for a word of another language."""
    words = languages.RUSSIAN.translate(PLAIN).split()[1:9]
    for number, word in enumerate(words):
        (tmp_path / f"{number}.txt").write_bytes(word.encode("koi8-r"))
    assert load_corpus(tmp_path).preview(1000) == "\n".join(words)


def test_utf16_without_its_mark_is_found_by_how_it_reads(tmp_path: Path) -> None:
    """In either order, guessed or named as just utf-16."""
    path = tmp_path / "wide.txt"
    for encoding in ("utf-16-le", "utf-16-be"):
        for text in (languages.ENGLISH, languages.RUSSIAN, languages.JAPANESE):
            path.write_bytes(text.encode(encoding))
            assert load_corpus(path).preview(len(text)) == text
            assert load_corpus(path, text_encoding="utf-16").preview(len(text)) == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_that_is_not_what_it_is_named_to_be_is_refused(
    tmp_path: Path, encoding: str
) -> None:
    """Without its mark, Python's decoder raises something else than a wrong byte."""
    path = tmp_path / "plain.txt"
    path.write_text("plain words\n" * 9)
    with pytest.raises(CorpusError, match=f"plain.txt isn't {encoding}: it has no byte order mark"):
        load_corpus(path, text_encoding=encoding)


def test_iso_2022_jp_is_not_read_as_ascii(tmp_path: Path) -> None:
    """Though every byte of it is."""
    path = tmp_path / "mail.txt"
    path.write_bytes(languages.JAPANESE.encode("iso2022_jp"))
    assert load_corpus(path).preview(len(languages.JAPANESE)) == languages.JAPANESE


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "unicode_escape", "raw-unicode-escape", "charmap", "hex", "x" * 99]
)
def test_what_is_no_encoding_of_texts_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """Python has codecs of that kind; a long name is repeated shortened."""
    path = tmp_path / "plain.txt"
    path.write_text("plain words\n")
    with pytest.raises(CorpusError, match=f"There is no text encoding '{name[:30]}"):
        load_corpus(path, text_encoding=name)


def test_labelled_texts_of_a_legacy_encoding_are_guessed_together(tmp_path: Path) -> None:
    """Each is too short to tell, and those in UTF-8 stay what they are."""
    lines = languages.FRENCH.splitlines()
    for number, line in enumerate(lines):
        folder = tmp_path / "films" / ("good" if number % 2 else "bad")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_bytes(line.encode("utf-8" if number == 3 else "cp1252"))
    corpus = read_labelled(tmp_path / "films")
    assert sorted(corpus.train.texts) == sorted(lines)
    legacy = sum(not line.isascii() for line in lines) - 1
    assert corpus.notices == (
        f"Read {legacy} of the {len(lines)} texts of films as windows-1252 (detected); "
        "name another with --text-encoding.",
    )


def test_labelled_texts_of_unsure_encoding_are_asked_about(tmp_path: Path) -> None:
    """In a folder as in a table."""
    for label in ("good", "bad"):
        (tmp_path / "films" / label).mkdir(parents=True)
        (tmp_path / "films" / label / "1.txt").write_bytes(AMBIGUOUS)
    table = tmp_path / "films.csv"
    table.write_bytes(b"text,label\n" + AMBIGUOUS + b",good\n" + AMBIGUOUS + b",bad\n")
    for path in (tmp_path / "films", table):
        with pytest.raises(CorpusError, match=r"is uncertain.*--text-encoding"):
            read_labelled(path)
        assert len(read_labelled(path, text_encoding="cp1250").train) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_beginning_beside_the_list_is_in_the_encoding_of_its_text(
    tmp_path: Path, encoding: str
) -> None:
    """It showed a stand-in for each letter that isn't UTF-8."""
    path = tmp_path / "own.txt"
    path.write_bytes(("Où étiez-vous passé ?\n" * 2000).encode(encoding))
    assert beginning(entry_at(path, "user")).startswith("Où étiez-vous passé ?\nOù étiez-vous")
