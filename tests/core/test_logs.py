"""Log lines hold no secret."""

from __future__ import annotations

import logging

import pytest

from governance.core.logs import Formatter, scrub


@pytest.mark.parametrize(
    "text",
    [
        "connecting to postgresql://ann:hunter2-x@db.example.org/shop failed",
        "password=hunter2-x in the message",
        "token: 'hunter2-x'",
        'api_key="hunter2-x", then more',
        "redis://:hunter2-x@localhost/0",
    ],
)
def test_passwords_are_struck_out(text: str) -> None:
    assert "hunter2" not in scrub(text) and "••••" in scrub(text)


def test_a_traceback_is_scrubbed_too() -> None:
    try:
        raise ValueError("postgresql://ann:hunter2-x@db/shop")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), (ValueError, error, error.__traceback__))
    assert "hunter2" not in Formatter().format(record)


def test_other_text_stays_as_it_is() -> None:
    assert scrub("scan 12 of Shop: 3 of 9 tables") == "scan 12 of Shop: 3 of 9 tables"
