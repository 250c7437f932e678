"""Titles name parts of a fact and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.templating import check, plain, render

FACT: dict[str, Any] = {
    "subject": "orders\nDROP",
    "source": "shop",
    "data": {"fields": [{"entity": f"ENTITY_{n}", "score": 0.5} for n in range(5)], "ok": True, "rate": 0.25, "long": "x" * 500, "map": {"a": 1}},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{subject} in {source}", "orders DROP in shop"),
        ("{data.fields.entity}", "ENTITY_0, ENTITY_1, ENTITY_2 and 2 more"),
        ("{data.fields.entity|words}", "Entity 0, Entity 1, Entity 2 and 2 more"),
        ("{data.fields|count} fields", "5 fields"),
        ("{data.nothing} {data.fields.nothing|count}", "– 0"),
        ("{data.ok} {data.rate}", "yes 0.25"),
        ("{{subject}}", "{subject}"),
        ("{data.map}", "1 values"),
        ("no parts", "no parts"),
        ("{ subject }", "orders DROP"),
    ],
)
def test_a_template_is_filled_from_the_fact(template: str, text: str) -> None:
    assert render(template, FACT) == text


@pytest.mark.parametrize(
    "template",
    [
        "{subject.__class__}",
        "{subject.upper}",
        "{data.fields.__len__}",
        "{subject!r}",
        "{subject:>99999999}",
        "{0}",
        "{}",
        "{subject[0]}",
        "{",
        "}",
        "{a{b}}",
    ],
)
def test_no_attribute_no_format_and_no_call_is_reached(template: str) -> None:
    text = render(template, FACT)
    assert "class" not in text.replace(template, "") and len(text) < 100


@pytest.mark.parametrize("template", ["{nothing}", "{subject!r}", "{subject:>9}", "{0}", "{}", "{", "}", "{actor}", "{data.x|upper}", "{data[x]}"])
def test_a_template_that_names_nothing_is_refused_when_it_is_saved(template: str) -> None:
    assert check(template)


def test_a_good_template_has_nothing_wrong() -> None:
    assert check("{subject} of {source}: {data.fields.entity|words}, {data.fields|count} {{really}} at {time}") == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CREDIT_CARD", "Payment card number"),
        ("PERSON", "Person's name"),
        ("DE_TAX_ID", "German tax id"),
        ("CUSTOMER_NUMBER", "Customer number"),
        ("is_partial", "is partial"),
    ],
)
def test_entities_have_the_titles_of_the_catalog(name: str, words: str) -> None:
    assert render("{data.entity|words}", {"data": {"entity": name}}) == words


def test_long_values_and_long_texts_are_cut() -> None:
    assert len(render("{data.long}", FACT)) == 120
    assert len(render("x" * 600, FACT)) == 500


def test_a_title_is_one_line() -> None:
    assert plain("a\r\nBcc: x\u2028\x00 b") == "a Bcc: x b"
