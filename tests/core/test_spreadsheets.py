"""CSV that a spreadsheet may open, whichever sign its country parts cells with, and that says the same when it is read back."""

from __future__ import annotations

import csv
import io
import random

import pytest

from governance.core import spreadsheets

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
TEXTS = (
    *("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "plain", "'quoted", "'=1", "''=1", "", " ", 'a "b" c'),
    *("a;=1", "a;'=1", "a\n=1", "a\n\nb", "a\r\n=1", "a\t+1", "a;b", "a, b", 'x";=cmd()', 'x"\n=cmd()', "- one\n- two", "a;;=1"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_written_is_read_back(text: str) -> None:
    (cells,) = csv.reader(io.StringIO(spreadsheets.line(["first", text, 7, None]), newline=""))
    assert [cells[0], spreadsheets.plain(cells[1]), *cells[2:]] == ["first", text, "7", ""]


def test_any_text_is_read_back() -> None:
    source = random.Random(7)
    for _ in range(5_000):
        text = "".join(source.choices("=+-@＝';,\t\r\n\"ab ", k=source.randrange(12)))
        assert spreadsheets.plain(spreadsheets.harmless(text)) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("text", TEXTS)
def test_no_cell_is_a_formula_whatever_parts_the_cells(text: str, delimiter: str) -> None:
    for row in csv.reader(io.StringIO(spreadsheets.line(["first", text, "last"]), newline=""), delimiter=delimiter):
        assert not any(cell.startswith((*SIGNS, "\t", "\r", "\n")) for cell in row)


def test_every_cell_is_in_quotes() -> None:
    assert spreadsheets.line(["a", "b;c", 7, None]) == '"a","b;c","7",""\r\n'
