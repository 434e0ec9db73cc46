"""Tables with comments above them: what a reader without rnntui gets back."""

import csv

from hypothesis import example, given
from hypothesis import strategies as st

from rnntui.csv_tables import table_text
from tests.tables import parse_table

NAMES = ["place", "character"]


@given(st.lists(st.text(), min_size=1, max_size=3), st.text())
@example(["a\r\nb#\r", "", '#"#'], "run: x\n# y\x1b[0m 한")
def test_any_values_come_back_and_comments_stay_on_their_lines(row: list[str], note: str):
    about, rows = parse_table(table_text(["", f"run: {note}"], [NAMES, row]))
    assert rows == [NAMES, row]
    assert len(about) == 1
    assert about[0].isprintable()


def test_rows_are_as_they_were_but_for_marks_in_quotation_marks():
    rows = [NAMES, [1, "a,b"], [2, "#"], [3, 0.5], [4, None], [5, '"'], [6, "\n"]]
    text = table_text(["command: rnntui trace '#'"], rows)
    assert text == (
        "# command: rnntui trace '#'\n"
        'place,character\n1,"a,b"\n2,"#"\n3,0.5\n4,\n5,""""\n6,"\n"\n'
    )
    # Read as pandas does with comment="#": a comment ends with its line, outside quotation marks.
    lines = text.splitlines(keepends=True)[1:]
    assert [row[1] for row in csv.reader(lines)][1:] == ["a,b", "#", "0.5", "", '"', "\n"]
