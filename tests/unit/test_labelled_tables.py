"""Labelled tables as people have them: without a header, in quotation marks, with bad rows."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import CorpusError
from rnntui.text.labelled.corpus import read_labelled
from tests.unit.labelled_files import FILMS, folder_of, table_of
from tests.unit.test_labelled import pairs
from tests.unit.test_labelled_bad_data import refused

HAM = "ham\tGo until jurong point, crazy\nspam\tFree entry!\nham\tOk lar\n"
QUOTED = "Read a.tsv with fields in quotation marks, as Excel and pandas do."


@pytest.mark.parametrize("columns", [{}, {"text_column": "2"}, {"label_column": "1"}])
def test_a_table_without_a_header_is_read_from_its_first_row(
    tmp_path: Path, columns: dict[str, str]
) -> None:
    path = table_of(tmp_path / "sms.tsv", HAM)
    corpus = read_labelled(path, no_header=True, **columns)  # type: ignore[arg-type]
    assert pairs(corpus, corpus.train) == [
        ("ham", "Go until jurong point, crazy"),
        ("spam", "Free entry!"),
        ("ham", "Ok lar"),
    ]
    assert corpus.notices == ("Read column 2 of sms.tsv as the text and column 1 as the label.",)


def test_columns_have_numbers_with_and_without_a_header(tmp_path: Path) -> None:
    rows = "7,no,up\n8,yes,down\n"
    for head, no_header in (("id,said,mood\n", False), ("", True)):
        path = table_of(tmp_path / f"a{no_header}.csv", head + rows)
        corpus = read_labelled(path, text_column="2", label_column="3", no_header=no_header)
        assert pairs(corpus, corpus.train) == [("up", "no"), ("down", "yes")]
        assert not corpus.notices


def test_a_column_whose_name_is_a_number_goes_before_that_number(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.csv", "3,2,1\nx,up,no\ny,down,yes\n")
    corpus = read_labelled(path, text_column="3", label_column="2")
    assert pairs(corpus, corpus.train) == [("up", "x"), ("down", "y")]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        # pandas: fields with a quotation mark, a tab or a line end, and no others.
        (
            'label\ttext\na\t"say ""so"", she said"\nb\tplain, that\n',
            ['say "so", she said', "plain, that"],
        ),
        ('label\ttext\na\t"one\ttwo"\nb\t"two\nlines"\n', ["one\ttwo", "two\nlines"]),
        # Excel: those with a comma, too.
        ('label\ttext\na\t"well, yes"\nb\tno\n', ["well, yes", "no"]),
        ('"label"\t"text"\n"a"\t"yes"\n"b"\t"no"\n', ["yes", "no"]),
    ],
    ids=["doubled", "tab and line end", "comma", "all"],
)
def test_tsv_is_read_with_quotation_marks_where_a_program_wrote_them(
    tmp_path: Path, content: str, texts: list[str]
) -> None:
    corpus = read_labelled(table_of(tmp_path / "a.tsv", content))
    assert list(corpus.train.texts) == texts
    assert corpus.notices == (QUOTED,)


@pytest.mark.parametrize(
    "texts",
    [
        ['"Gimme a break" he said', "no"],
        ['"Yes."', '5" of rain'],
        ['"Yes."', "no"],
        ['"Yes, sir."', "no, sir"],
        ['he said "so"', '"no"'],
    ],
)
def test_quotation_marks_of_the_texts_themselves_stay(tmp_path: Path, texts: list[str]) -> None:
    rows = f"label\ttext\na\t{texts[0]}\nb\t{texts[1]}\n"
    corpus = read_labelled(table_of(tmp_path / "a.tsv", rows))
    assert list(corpus.train.texts) == texts
    assert not corpus.notices


@settings(max_examples=30)
@given(rows=st.lists(st.text("ab\"\t\n,' ", max_size=6), min_size=2, max_size=6))
def test_what_a_program_quotes_where_it_must_is_read_as_it_was(rows: list[str]) -> None:
    rows = [f"x{row}x" for row in rows]
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    writer.writerows([("label", "text"), *((f"c{n % 2}", row) for n, row in enumerate(rows))])
    with TemporaryDirectory() as folder:
        corpus = read_labelled(table_of(Path(folder) / "a.tsv", written.getvalue()))
    assert list(corpus.train.texts) == rows


def test_bad_rows_are_left_out_counted_and_named(tmp_path: Path) -> None:
    rows = [f"text {number}\t{'ab'[number % 2]}" for number in range(5_000)]
    rows[16], rows[4_022] = " \ta", "text\ta\tmore"
    path = table_of(tmp_path / "sms.tsv", "text\tlabel\n" + "\n".join(rows) + "\n")
    refused(path, "sms.tsv", "row 4024", "3 fields and not 2", "--skip-bad")
    corpus = read_labelled(path, skip_bad=True)
    expected = [row.split("\t")[0] for at, row in enumerate(rows) if at not in (16, 4_022)]
    assert list(corpus.train.texts) == expected
    assert corpus.notices == (
        "Left out of sms.tsv: 2 of 5,000 texts: row 18 has an empty text; row 4024 has 3"
        " fields and not 2, as the header has.",
    )
    # From the cache, too.
    assert read_labelled(path, skip_bad=True).notices == corpus.notices
    refused(path, "row 4024")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.csv", 'text,label\nx,a\n"y"z,a\nz,b\n', "row 3 can't be read ("),
        ("a.csv", "text,label\nx,a\ny,\nz,b\n", "row 3 has no label"),
        ("a.jsonl", '{"text":"x","label":"a"}\n[]\n{"text":"z","label":"b"}', "line 2 isn't"),
        ("a.jsonl", '{"text":"x","label":1}\n{"text":"y"}\n{"text":"z","label":2}', "line 2 has"),
    ],
)
def test_what_is_bad_of_any_table_can_be_left_out(
    tmp_path: Path, name: str, content: str, fault: str
) -> None:
    path = table_of(tmp_path / name, content)
    with pytest.raises(CorpusError, match="--skip-bad"):
        read_labelled(path)
    corpus = read_labelled(path, skip_bad=True)
    assert list(corpus.train.texts) == ["x", "z"]
    (notice,) = corpus.notices
    assert notice.startswith(f"Left out of {name}: 1 of 3 texts: {fault}")


def test_rows_are_left_out_once_where_an_encoding_has_to_be_tried_again(tmp_path: Path) -> None:
    rows = [f"{number} Bücher über Käse\t{'ab'[number % 2]}" for number in range(20_000)]
    content = "text\tlabel\n\ta\n" + "plain text\ta\n" * 40_000 + "\n".join(rows) + "\n"
    corpus = read_labelled(table_of(tmp_path / "a.tsv", content.encode("cp1252")), skip_bad=True)
    assert corpus.notices[-1] == "Left out of a.tsv: 1 of 60,001 texts: row 2 has an empty text."


def test_an_empty_file_of_a_folder_can_be_left_out(tmp_path: Path) -> None:
    folder_of(tmp_path, FILMS | {"aclImdb/train/pos/2_8.txt": " \n"})
    corpus = read_labelled(tmp_path, skip_bad=True)
    assert len(corpus.train) == 3
    assert corpus.notices[-1].endswith("1 of 6 texts: aclImdb/train/pos/2_8.txt has an empty text.")


@pytest.mark.parametrize(
    ("content", "options", "parts"),
    [
        ("ham\tx\nspam\ty\n", {}, ("usual name", "'ham', 'x'", "--no-header")),
        ("a,b,1\nc,d,2\n", {"no_header": True}, ("3 columns", "with --text-column")),
        ("a,b\nc,d\n", {"no_header": True}, ("2 columns", "with --label-column")),
        ("a,b\nc,d\n", {"no_header": True, "text_column": "3"}, ("no column '3'", "1 to 2")),
        ("a,b\nc,d\n", {"no_header": True, "text_column": "text"}, ("no column 'text'",)),
        ("text,label\nc,d\n", {"text_column": "0"}, ("no column '0'",)),
        ("text,label\nx\ny\nz,a\n", {"skip_bad": True}, ("2 of the 3", "row 2 has 1 field")),
        ('text,label\nx,a\n"y,b\nz,b\n', {"skip_bad": True}, ("row 3", "unbalanced")),
    ],
)
def test_what_columns_there_are_is_told(
    tmp_path: Path, content: str, options: dict[str, Any], parts: tuple[str, ...]
) -> None:
    name = "a.tsv" if "\t" in content else "a.csv"
    refused(table_of(tmp_path / name, content), name, *parts, **options)


def test_lines_of_json_have_no_header(tmp_path: Path) -> None:
    path = table_of(tmp_path / "a.jsonl", '{"text": "x", "label": "a"}\n')
    refused(path, "no header", no_header=True)
