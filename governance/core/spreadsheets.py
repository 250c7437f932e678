"""CSV for people who open it in a spreadsheet: no cell is taken for a formula, and what was written can be read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, Final

BOM: Final = "\ufeff"
"""Spreadsheets then read a file as UTF-8."""
FORMULA: Final = r"[=+\-@＝＋－＠]"
# Where semicolons part the cells (as spreadsheets have it in half of Europe), quotes do not hold a cell together: a formula may begin after any of these too.
AT_START, INSIDE = r"^(?:{quote})(?='*[=+\-@\t\r\n＝＋－＠])", rf"(?<=[;\t\r\n])(?:{{quote}})(?='*{FORMULA})"
HARMFUL: Final = re.compile("|".join((AT_START, INSIDE)).format(quote=""))
HARMLESS: Final = re.compile("|".join((AT_START, INSIDE)).format(quote="'"))


def line(cells: Iterable[Any]) -> str:
    """One line, each cell in quotes; texts that others wrote are made harmless."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def harmless(text: str) -> str:
    """An apostrophe in front of whatever a spreadsheet would take for a formula."""
    return HARMFUL.sub("'", text)


def plain(text: str) -> str:
    """What `harmless` was given."""
    return HARMLESS.sub("", text)
